"""Which addresses are of use where."""

from __future__ import annotations

import pytest

from migrate.shared.special_networks import is_link_local, is_private


@pytest.mark.parametrize(
    ("address", "private", "link"),
    [
        ("198.51.100.5", False, False), ("2001:db8::5", False, False), ("100.64.0.1", True, False),
        ("10.1.2.3", True, False), ("172.31.255.255", True, False), ("fd00::1", True, False),
        ("127.0.0.1", True, True), ("169.254.1.1", True, True), ("::1", True, True), ("fe80::1", True, True),
    ],
)  # fmt: skip
def test_an_address_is_private_if_only_its_own_network_knows_it(address: str, private: bool, link: bool):
    assert (is_private(address), is_link_local(address)) == (private, link)
