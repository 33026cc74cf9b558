"""Names that follow from the domain: XMPP hosts, rooms and users, as upstream calls them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The XMPP names of one server. Components are at hosts of their own below the domain."""

    domain: str

    @property
    def auth(self) -> str:
        """The host of Jicofo's and the bridges' accounts."""
        return f"auth.{self.domain}"

    @property
    def guests(self) -> str:
        """The host of people without an account."""
        return f"guest.{self.domain}"

    @property
    def rooms(self) -> str:
        """The component of meetings."""
        return f"conference.{self.domain}"

    @property
    def internal(self) -> str:
        """The component where bridges and Jicofo find each other."""
        return f"internal.auth.{self.domain}"

    @property
    def brewery(self) -> str:
        """The room that bridges join, and where Jicofo finds them."""
        return f"jvbbrewery@{self.internal}"

    @property
    def breakout(self) -> str:
        """The component of breakout rooms."""
        return f"breakout.{self.domain}"

    @property
    def lobby(self) -> str:
        """The component of lobbies."""
        return f"lobby.{self.domain}"

    @property
    def focus(self) -> str:
        """The component by which people reach Jicofo."""
        return f"focus.{self.domain}"

    @property
    def focus_user(self) -> str:
        """Jicofo's account."""
        return f"focus@{self.auth}"

    @property
    def bridge_user(self) -> str:
        """The account of all bridges."""
        return f"jvb@{self.auth}"

    def component(self, name: str) -> str:
        """Return the host of another component, such as polls."""
        return f"{name}.{self.domain}"
