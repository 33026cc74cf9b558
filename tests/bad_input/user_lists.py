"""Zoom's export of users, in every layout in which it was seen."""

from __future__ import annotations

from functools import cache

from tests.bad_input.sheet import Form, Row, Sheet

_FIRST = [
    "Email",
    "First Name",
    "Last Name",
    "Department",
    "User Group",
    "IM Group",
    "Last Login(UTC)",
    "Last Client Version",
    "Creation Date",
    "Role",
    "User Type",
    "Login Type",
    "User Status",
    "PMI",
    "Job Title",
    "Location",
]
_LATER = [
    "Email",
    "First Name",
    "Last Name",
    "Department",
    "Manager",
    "User Group",
    "Last Login(UTC)",
    "Last Client Version",
    "Join Date",
    "Role",
    "LicenseType",
    "LoginType",
    "UserStatus",
    "PMI",
    "Job Title",
    "Location",
    "Employee ID",
    "Region",
]
_MEANS = {"Email": "host_email", "First Name": "first_name", "Last Name": "last_name", "PMI": "number"}
# Two are called alike, one has not activated the account, and one has a name in which there is a comma.
_USERS = (
    ("anna.lindqvist@example.org", "Anna", "Lindqvist", "800 000 0301"),
    ("bo.okafor@example.org", "Bo", "Okafor", "800 000 0302"),
    ("joerg.weiss@example.org", "Jörg", "Weiß", "8000000303"),
    ("sam.weber@example.org", "Sam", "Weber", "800 000 0304"),
    ("s.weber@example.org", "Sam", "Weber", "800 000 0305"),
    ("pending@example.org", "", "", ""),
    ("zoë@example.org", "Zoë", "van der Berg, PhD", "800 000 0306"),
    ("without.room@example.org", "Chi", "Without-Room", ""),
    ("admin@example.org", "", "", "800-000-0307"),
    ("mia@sub.example.org", "Mia", "O'Neill", "800 000 0308"),
)


@cache
def user_lists() -> tuple[Sheet, ...]:
    """Return all files, the row of each user known by the address."""
    german = Form(delimiter=";", encoding="cp1252")
    return (
        _sheet("users", _FIRST, Form(mark=b"\xef\xbb\xbf")),
        _sheet("users_later", _LATER, Form(newlines=("\n",))),
        _sheet("users_german", _FIRST, german),
    )


def _sheet(name: str, header: list[str], form: Form) -> Sheet:
    sheet = Sheet(name, [_MEANS.get(label, "") for label in header], [*header], [], form)
    sheet.kind = "users"
    for email, first, last, pmi in _USERS:
        known = {"Email": email, "First Name": first, "Last Name": last, "PMI": pmi, "Role": "Member"}
        known |= {"User Group": "Staff, Board", "Login Type": "Work Email, SSO", "Creation Date": "2026-05-30"}
        sheet.rows.append(Row([known.get(label, "") for label in header], f"user:{email}"))
    return sheet
