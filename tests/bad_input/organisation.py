"""An organisation with a meeting of each nature: what the files tell that are spoilt here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person

BERLIN = ZoneInfo("Europe/Berlin")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
ANNA = Person("Anna Lindqvist", "anna.lindqvist@example.org")
BO = Person("Bo Okafor", "bo.okafor@example.org")
JOERG = Person("Jörg Weiß", "joerg.weiss@example.org")
UUID = "vawMH9zAQLytjCnQiQXSUg=="


@dataclass(frozen=True)
class Held:
    """One date of a meeting, or a room without one."""

    topic: str
    number: str
    host: Person
    start: datetime | None
    minutes: int = 60
    kind: str = "Meeting"
    zone: ZoneInfo = BERLIN

    @property
    def end(self) -> datetime | None:
        # Hours are counted in UTC: the clock may change during a meeting.
        return self.start and (self.start.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(self.zone)


def weekly(topic: str, number: str, host: Person, first: str, count: int, days: int = 7, **more: object) -> list[Held]:
    zone = more.get("zone", BERLIN)
    start = datetime.fromisoformat(first)
    dates = [(start + timedelta(days=days * turn)).replace(tzinfo=zone) for turn in range(count)]  # type: ignore[arg-type]
    return [Held(topic, number, host, date, **more) for date in dates]  # type: ignore[arg-type]


def organisation() -> list[Held]:
    """Return what the organisation holds: a meeting of each nature, with names outside ASCII, over a clock change."""
    held = [
        *weekly("Team meeting", "80000000201", ANNA, "2027-03-01 09:00", 9, minutes=45),
        Held("Team meeting", "80000000201", ANNA, datetime(2027, 5, 3, 9, tzinfo=BERLIN), 90),
        *weekly("Stand-up", "80000000202", BO, "2027-03-15 08:45", 5, days=1, minutes=15),
        *weekly("Planung für später", "80000000203", JOERG, "2027-03-02 14:00", 3, days=14),
        *weekly("Café, weekly", "95000000207", JOERG, "2027-03-18 16:00", 3, minutes=30, zone=LOS_ANGELES),
        # Of one host and one name: the dates without a number are of a meeting of their own.
        *weekly("Stand-up", "", BO, "2027-03-09 17:00", 4, minutes=15),
        # The clock changes before it ends.
        Held("Night shift", "80000000206", JOERG, datetime(2027, 3, 27, 22, 30, tzinfo=BERLIN), 300),
        Held("Interview", "80000000204", ANNA, datetime(2027, 3, 30, 14, 15, tzinfo=BERLIN), 30),
        Held("Open evening", "95000000205", JOERG, datetime(2027, 3, 17, 18, tzinfo=BERLIN), 90, "Webinar"),
        Held("Interview", "900000206", JOERG, datetime(2027, 3, 24, 11, tzinfo=BERLIN)),
        Held("Bo Okafor's room", "8000000301", BO, None, 0),
        *weekly("One to one", "8000000301", BO, "2027-03-09 11:00", 4, minutes=30),
        *weekly("One to one", "8000000301", BO, "2027-03-18 15:00", 3, minutes=30),
        *weekly("One-to-one", "8000000301", BO, "2027-03-12 11:00", 3, minutes=30),
        Held("One to one, with Jörg", "8000000301", BO, datetime(2027, 3, 11, 16, tzinfo=BERLIN), 45),
        *weekly("Lesekreis für Jörg", "", JOERG, "2027-03-03 19:00", 4),
        *weekly("Lesekreis für Jutta", "", JOERG, "2027-03-04 19:00", 3),
        *weekly("By its uuid", UUID, ANNA, "2027-03-16 10:00", 3),
    ]
    return sorted(held, key=lambda each: each.start.timestamp() if each.start else 0)


def meetings() -> list[Meeting]:
    """Return whole meetings of every nature, as a schedule CSV holds them."""
    nine = datetime(2027, 3, 1, 9, tzinfo=BERLIN)

    def on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
        return datetime(2027, month, day, hour, minute, tzinfo=BERLIN)

    longer = datetime(2027, 3, 10, 10, tzinfo=LOS_ANGELES)
    team = Meeting("Team meeting", Kind.SERIES, "80000000201", host=ANNA, timezone=BERLIN.key, start=nine)
    team = replace(team, duration_minutes=45, agenda="Größen, Höhen, Längen")
    return [
        replace(
            team,
            rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=10",
            exdates=(on(3, 15),),
            overrides=(Override(on(3, 22), on(3, 23, 10, 30), 30, "Team meeting (moved)"),),
            singles=(Occurrence(on(4, 9)), Occurrence(on(4, 10), 90, "Extra")),
            alternative_hosts=(BO,),
            attendees=(JOERG, Person("Chi, a guest")),
            features=("passcode", "waiting_room"),
            agenda="1. Minutes\r\n2. “Any” other business",
            old_link="https://zoom.us/j/80000000201",
        ),
        replace(team, number="80000000202", topic="For ever", host=BO, rrule="FREQ=DAILY"),
        replace(team, number="80000000203", rrule="FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270901T215959Z"),
        Meeting("Café", number="95000000207", host=JOERG, start=on(3, 28), timezone=BERLIN.key, duration_minutes=60),
        Meeting("Room", Kind.ROOM, number="8000000301", host=BO, timezone=BERLIN.key),
        Meeting("One to one", number="8000000301", host=BO, start=on(3, 9), timezone=BERLIN.key, duration_minutes=30),
        Meeting("Webinar", Kind.WEBINAR, "95000000205", host=JOERG, start=on(3, 17, 18), duration_minutes=90),
        Meeting("No number", host=JOERG, start=on(3, 19), timezone=BERLIN.key, duration_minutes=60),
        Meeting("By its uuid", uuid=UUID, host=ANNA, start=on(3, 20), timezone=BERLIN.key, duration_minutes=60),
        Meeting(
            "In Los Angeles",
            Kind.SERIES,
            "80000000208",
            host=ANNA,
            start=datetime(2027, 3, 3, 10, tzinfo=LOS_ANGELES),
            timezone=LOS_ANGELES.key,
            duration_minutes=60,
            rrule="FREQ=WEEKLY;BYDAY=WE;COUNT=5",
            overrides=(Override(longer, longer, 120),),
        ),
    ]  # fmt: skip
