"""XMPP over HTTPS, as browsers speak it where no websocket comes through (XEP-0206)."""

from __future__ import annotations

import base64
from http.client import HTTPConnection
from itertools import count
from ssl import SSLSocket
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_BODY = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'"
_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
_BIND = "<iq type='set' id='bind' xmlns='jabber:client'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
_SERVICES = "urn:xmpp:extdisco:2"


class Denied(Exception):
    """The server does not let somebody in."""


class Browser:
    """Somebody who opened the page: a host with a login, or else a guest."""

    def __init__(self, name: str, way: SSLSocket) -> None:
        self._connection = HTTPConnection(name)
        self._connection.sock = way
        self._numbers = count(1)
        self._domain = self._session = ""

    def come_in(self, domain: str, login: str = "", password: str = "") -> None:
        """Log in at a domain, or without a login be somebody unknown. Raises Denied."""
        self._domain = domain
        begun = self._say(f"to='{domain}' hold='1' wait='5' ver='1.6' xmpp:version='1.0'")
        self._session = begun.get("sid", "")
        told = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        way = f"mechanism='PLAIN'>{told}" if login else "mechanism='ANONYMOUS'>"
        answer = self._say("", f"<auth xmlns='{_SASL}' {way}</auth>")
        if answer.find(f"{{{_SASL}}}success") is None:
            raise Denied(ElementTree.tostring(answer, "unicode"))
        self._say(f"to='{domain}' xmpp:restart='true'")
        self._say("", _BIND)

    def services(self) -> list[dict[str, str]]:
        """Ask for servers outside XMPP, such as TURN, and for credentials there (XEP-0215)."""
        query = f"<services xmlns='{_SERVICES}'/>"
        answer = self._say("", f"<iq type='get' id='ask' to='{self._domain}' xmlns='jabber:client'>{query}</iq>")
        return [dict(found.attrib) for found in answer.iter(f"{{{_SERVICES}}}service")]

    def _say(self, attributes: str, stanza: str = "") -> Element:
        session = f"sid='{self._session}'" if self._session else ""
        body = f"<body {_BODY} rid='{next(self._numbers)}' {session} {attributes}>{stanza}</body>"
        self._connection.request("POST", "/http-bind", body, {"Content-Type": "text/xml; charset=utf-8"})
        response = self._connection.getresponse()
        text = response.read().decode()
        assert response.status == 200, text
        return ElementTree.fromstring(text)
