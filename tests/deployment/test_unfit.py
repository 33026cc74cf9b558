"""A value that a file cannot hold: the settings that have it are named, and a secret is not shown."""

from __future__ import annotations

from pydantic import Field, SecretStr

from migrate.deployment.section import Section
from migrate.deployment.unfit import leaves, unfit
from migrate.shared.quoting import Unquotable


class Inner(Section):
    """A table."""

    names: tuple[str, ...] = ()


class Settings(Section):
    """Settings."""

    title: str = ""
    inner: Inner = Inner()
    hosts: dict[str, Inner] = Field(default_factory=dict)


class Secrets(Section):
    """Secrets."""

    password: SecretStr = SecretStr("very-secret\n")


ERROR = Unquotable("a\nb", "turnserver.conf", "a line break")


def test_every_setting_with_the_value_is_named() -> None:
    settings = Settings(title="a\nb", inner=Inner(names=("c", "a\nb")), hosts={"x.example.org": Inner(names=("d",))})
    found = unfit(ERROR, "/etc/turnserver.conf", "product", settings, Secrets())
    assert [fault.path for fault in found.faults] == [("product", "title"), ("product", "inner", "names", 1)]
    assert {fault.message for fault in found.faults} == {
        "turnserver.conf cannot hold a line break (/etc/turnserver.conf)"
    }


def test_a_secret_is_named_with_its_file_and_not_shown() -> None:
    error = Unquotable("very-secret\n", "turnserver.conf", "a line break")
    (fault,) = unfit(error, "/etc/turnserver.conf", "product", Settings(), Secrets()).faults
    assert fault.path == ("product",)
    assert fault.message.startswith("password of secrets.toml: turnserver.conf cannot hold a line break")
    assert "very-secret" not in fault.message


def test_a_value_that_was_composed_is_told_without_a_setting() -> None:
    (fault,) = unfit(ERROR, "/etc/turnserver.conf", "product", Settings(), Secrets()).faults
    assert fault.path == ("product",)


def test_leaves_are_all_settings_with_their_path() -> None:
    settings = Settings(hosts={"x.example.org": Inner(names=("d",))})
    assert list(leaves(settings)) == [(("title",), ""), (("hosts", "x.example.org", "names", 0), "d")]
