"""Formats that know no quoting, or whose values need none: a value is safe as it is, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation, Unquotable

# turnserver drops "=", blanks and a quote before a value, blanks behind it, and cuts a line at 1023 bytes.
_COTURN = re.compile(r'(?=.{,900}\Z)(?!["=])[!-~]+(?: +[!-~]+)*')
# certbot takes a bracket for a list, drops quotes, and cuts a line at a # behind a blank.
_CERTBOT = re.compile(r"\w[\w.:/?&=%@+~,-]{0,999}", re.ASCII)
# The signaling server drops what follows a # or a ; behind a blank, puts options in place of %(…)s and variables of its
# environment in place of $(…), and some of its values are lists.
_SIGNALING = re.compile(r"[\w./:?&=@+~\[\]-]{1,1000}", re.ASCII)
# PHP's ini files take these words for true, false or nothing, words in capitals for constants, and signs for operators.
_PHP_FPM = re.compile(r"(?!(?:on|off|yes|no|true|false|none|null)\Z)[a-z][a-z0-9-]{0,200}|/[\w./-]{1,200}", re.ASCII)
_WORD = re.compile(r"(?!-)[\w.:/-]{1,255}", re.ASCII)


def _if(safe: re.Pattern[str], where: str, what: str) -> Callable[[str], str]:
    def text(value: str) -> str:
        if not safe.fullmatch(value):
            raise Unquotable(value, where, f"this text, only {what}")
        return value

    return text


coturn = Notation(
    name="coturn",
    where="turnserver.conf",
    text=_if(
        _COTURN, "turnserver.conf", "up to 900 printable ASCII characters that begin neither with = nor with a quote"
    ),
    before=r"^[a-z][a-z0-9-]*=",
    after=r"\n|\Z",
    refused=UNFIT,
)
certbot = Notation(
    name="certbot",
    where="certbot's configuration",
    text=_if(_CERTBOT, "certbot's configuration", "names, addresses and links without blanks, quotes and #"),
    before=r"^[a-z][a-z-]* = ",
    after=r"\n|\Z",
    refused=UNFIT,
    listing=Listing(between=","),
)
nftables = Notation(
    name="nftables",
    where="nftables",
    text=_if(_WORD, "nftables", "an address, a network, a port or the name of an interface"),
    before=r"[\s{,]|^",
    after=r"[\s},;]|\Z",
    refused=UNFIT,
    listing=Listing("{ ", ", ", " }"),
)
sysctl = Notation(
    name="sysctl",
    where="sysctl.conf",
    text=_if(_WORD, "sysctl.conf", "numbers and plain words"),
    before=r"^[\w./-]+ ?= ?",
    after=r"\n|\Z",
    refused=UNFIT,
    listing=Listing(),
)
signaling = Notation(
    name="signaling",
    where="server.conf",
    text=_if(_SIGNALING, "server.conf", "names, addresses and links without blanks, commas, quotes, %, $, # and ;"),
    before=r"^[a-z_]+ = ",
    after=r"\n|\Z",
    refused=UNFIT,
    truth=("false", "true"),
    listing=Listing(between=","),
)
php_fpm = Notation(
    name="php_fpm",
    where="a pool of PHP-FPM",
    text=_if(_PHP_FPM, "a pool of PHP-FPM", "the path of a file or a word in small letters"),
    before=r"^[a-z_.]+(?:\[[a-z_.]+\])? = ",
    after=r"\n|\Z",
    refused=UNFIT,
)
mariadb = Notation(
    name="mariadb",
    where="an option file of MariaDB",
    text=_if(_WORD, "an option file of MariaDB", "numbers and plain words"),
    before=r"^[a-z_]+ = ",
    after=r"\n|\Z",
    refused=UNFIT,
)

FORMATS = (
    Format("certbot", (certbot,), r"^\s*[#;][^\n]*"),
    Format("coturn", (coturn,)),
    Format("mariadb", (mariadb,), r"^\s*[#;][^\n]*"),
    Format("nftables", (nftables,), r'#[^\n]*|"[^"]*(?:"|\Z)'),
    Format("php_fpm", (php_fpm,), r"^\s*;[^\n]*"),
    Format("signaling", (signaling,), r"^\s*[#;][^\n]*"),
    Format("sysctl", (sysctl,)),
)
