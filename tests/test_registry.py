"""Adapters are found by being there."""

from __future__ import annotations

import inspect

import pytest

from migrate.core.errors import ConfigurationError
from migrate.core.ports import Calendar, Source
from migrate.core.rooms import Target
from migrate.registry import adapter, adapters

PORTS = (Source, Target, Calendar)


def test_a_file_in_the_folder_is_an_adapter() -> None:
    assert {"schedule-csv", "upcoming-events"} <= set(adapters(Source))
    assert "jitsi" in adapters(Target)
    assert "ics" in adapters(Calendar)


@pytest.mark.parametrize("port", PORTS)
def test_adapters_are_complete_classes_in_order_of_their_names(port) -> None:
    found = adapters(port)
    assert list(found) == sorted(found)
    for name, each in found.items():
        assert issubclass(each, port)
        assert not inspect.isabstract(each)
        assert getattr(each, "kind", None) or each.name == name


@pytest.mark.parametrize("port", [Target, Calendar])
def test_what_has_a_table_of_settings_can_be_opened_from_it(port) -> None:
    for each in adapters(port).values():
        assert each.Settings.model_config["extra"] == "forbid"
        assert all(field.description for field in each.Settings.model_fields.values())


def test_no_two_sources_have_the_same_rank() -> None:
    ranks = [each.rank for each in adapters(Source).values()]
    assert len(set(ranks)) == len(ranks)


def test_an_adapter_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match="there is no target called 'skype'") as caught:
        adapter(Target, "skype")
    assert "jitsi" in caught.value.hint


def test_an_adapter_is_found_by_its_name() -> None:
    assert adapter(Target, "jitsi") is adapters(Target)["jitsi"]
