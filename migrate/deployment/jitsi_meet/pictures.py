"""Pictures that a browser may be given: PNG, and SVG that neither runs anything nor gets anything from elsewhere.

An SVG is a document: opened by its own address it can hold scripts, which would run as scripts of the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

MOST_BYTES = 1_000_000
"""How big a picture may be."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg"
_HTML = "http://www.w3.org/1999/xhtml"
_EXPORT = "Export it once more as plain SVG, or as PNG."
_ACTIVE = frozenset({"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener"})
# Animations can set a link later on.
_ANIMATED = frozenset({"animate", "set", "animatetransform", "animatemotion"})
# What an address inside the picture begins with, and what carries its data along.
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp);|\Z)", re.IGNORECASE)
_STYLE_ADDRESS = re.compile(r"url\(\s*[\"']?([^)\"']*)|(@import|image-set|\\)", re.IGNORECASE)


class _Refused(Exception):
    """Something in an SVG that it may not hold."""


def flaw(ending: str, data: bytes) -> tuple[str, str] | None:
    """Return what is wrong with a picture and what to do, nothing if it may be given to browsers."""
    match ending.lower():
        case ".png":
            return None if data.startswith(_PNG) else ("is not a PNG, whatever its name", "Export it once more.")
        case ".svg":
            return _svg_flaw(data)
    return "is neither .svg nor .png", "Save it in one of the two formats."


def _svg_flaw(data: bytes) -> tuple[str, str] | None:
    try:
        _Svg().read(data)
    except expat.ExpatError as error:
        return f"is not an SVG: {error}", _EXPORT
    except _Refused as error:
        return f"holds {error}", _EXPORT
    return None


class _Svg:
    """Reads an SVG by its elements; the first that may not be there ends it."""

    def __init__(self) -> None:
        self._style: list[str] | None = None
        self._begun = False
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction

    def read(self, data: bytes) -> None:
        """Read it to its end."""
        self._parser.Parse(data, True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._begun and (space, local) != (_SVG, "svg"):
            raise _Refused(f"<{local}> where <svg> of {_SVG} should begin")
        self._begun = True
        if local.lower() in _ACTIVE or space == _HTML:
            raise _Refused(f"<{local}>, which could run or load something")
        if local.lower() == "style":
            self._style = []
        for attribute, value in attributes.items():
            _check(local.lower(), attribute.lower(), value)

    def _text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)

    def _end(self, name: str) -> None:
        if self._style is not None and name.rpartition(" ")[2].lower() == "style":
            _check_style("".join(self._style))
            self._style = None

    def _doctype(self, *_: object) -> None:
        raise _Refused("a DOCTYPE, which could define anything")

    def _instruction(self, target: str, _: str) -> None:
        raise _Refused(f"<?{target}?>, which could load a style")


def _check(element: str, attribute: str, value: str) -> None:
    space, _, local = attribute.rpartition(" ")
    if local.startswith("on"):
        raise _Refused(f"the attribute {local}, which runs a script")
    if element in _ANIMATED and local == "attributename" and value.rpartition(":")[2].strip().lower() == "href":
        raise _Refused(f"<{element}> of a link")
    if local in {"href", "src", "base"} and not _INSIDE.match(value):
        raise _Refused(f"a reference to {value[:60]!r}, which is outside the picture")
    # Attributes of other programs, such as the path that one saved it at, are no styles.
    if not space:
        _check_style(value)


def _check_style(text: str) -> None:
    for address, other in _STYLE_ADDRESS.findall(text):
        if other or not _INSIDE.match(address):
            raise _Refused(f"{(other or address)[:60]!r} in a style, which could load something")
