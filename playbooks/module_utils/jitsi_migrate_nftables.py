"""The firewall's rules: those that are live, those that a text means, and the way back if they shut us out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import put, text_of
from ansible.module_utils.jitsi_migrate_foreign import filtering
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused

NFT = "/usr/sbin/nft"
SERVICE = "nftables.service"
TABLE = "inet jitsi_migrate"
UNIT = "jitsi-migrate-firewall"
DROP_IN = Path(f"/etc/systemd/system/{SERVICE}.d/jitsi-migrate.conf")
# The file in its place may be one that nobody has confirmed yet when the power fails.
AT_BOOT = """\
# Managed by jitsi-migrate: only rules are loaded that let in the machine that deploys.
[Unit]
RequiresMountsFor={confirmed}

[Service]
ExecStart=
ExecStart={nft} --file {confirmed}
ExecReload=
ExecReload={nft} --file {confirmed}
"""
# A network of its own, where the rules guard nothing, shows what they will look like.
ELSEWHERE = f"{NFT} --file - && exec {NFT} --stateless list table {TABLE}"
# Whoever takes the file away first decides: this, or the confirmation.
UNDO = f"""
mv "$1/before.nft" "$1/undoing.nft" || exit 0
{NFT} --file "$1/undoing.nft"
if [ -e "$2" ]; then cp -p "$2" "$3"; else systemctl disable {SERVICE}; fi
rm "$1/undoing.nft"
"""
DENIED = (
    "this host may not change its firewall. If it is a container, give it CAP_NET_ADMIN and CAP_SYS_ADMIN, or set"
    " firewall.enabled = false in migrate.toml and filter in front of it"
)


class Places(NamedTuple):
    """The file of the rules, and where is kept what the way back needs: until reboot, and for good."""

    file: Path
    run: Path
    state: Path

    @property
    def before(self) -> Path:
        """The rules that were live before those that nobody confirmed yet."""
        return self.run / "before.nft"

    @property
    def loaded(self) -> Path:
        """Those that nobody confirmed yet."""
        return self.run / "loaded.nft"

    @property
    def confirmed(self) -> Path:
        """The last rules that let us in, which are those that are loaded at boot."""
        return self.state / "confirmed.nft"

    @property
    def enabled(self) -> Path:
        """Tells that the service was enabled here."""
        return self.state / "enabled"


class Firewall:
    """Looks at the rules of one table, and changes them."""

    def __init__(self, places: Places) -> None:
        self.places = places

    @property
    def installed(self) -> bool:
        """Whether there is any."""
        return Path(NFT).exists()

    def live(self) -> str:
        """Return the rules in force, nothing if there are none."""
        status, listed, words = self._tried(NFT, "--stateless", "list", "table", *TABLE.split())
        if status and "No such file or directory" not in words:
            raise refusal(words)
        return "" if status else listed

    def meant(self, rules: str) -> str:
        """Return what will be listed when some rules are in force."""
        return self._run("unshare", "--net", "sh", "-c", ELSEWHERE, text=rules)

    def load(self, rules: str, patience: int) -> None:
        """Put rules in force. Unless they are confirmed, those of before come back, also if we are shut out."""
        self.places.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.places.before.exists():
            put(self.places.before, f"table {TABLE}\ndelete table {TABLE}\n{self.live()}".encode(), 0o600)
        put(self.places.loaded, rules.encode(), 0o600)
        self._arm(patience)
        try:
            self._run(NFT, "--file", "-", text=rules)
        except Refused:
            self.disarm()
            raise

    def disarm(self) -> bool:
        """Leave the rules in force as they are; return whether they still are those that were loaded."""
        stands = self.places.before.exists()
        self.places.before.unlink(missing_ok=True)
        self._tried("systemctl", "stop", f"{UNIT}.timer")
        return stands

    def confirm(self) -> None:
        """Keep for boot what was loaded: it let us in."""
        self.load_at_boot(self.places.loaded.read_text("utf-8"))
        self.places.loaded.unlink()

    def others(self) -> list[str]:
        """Return the tables of others that decide what comes in, which would go on shutting out what ours let in."""
        found: list[str] = filtering(self._tried(NFT, "--json", "list", "ruleset")[1])
        return found

    def remove_others(self) -> None:
        """Remove what others decide about what comes in."""
        self._run(NFT, "--file", "-", text="".join(f"delete table {table}\n" for table in self.others()))

    def remove(self) -> None:
        """Remove the table, and nothing of others."""
        self._run(NFT, "--file", "-", text=f"table {TABLE}\ndelete table {TABLE}\n")

    def lacks_at_boot(self, rules: str) -> str:
        """Return why rules are not loaded at boot, nothing if they are."""
        if not self._enabled:
            return f"{SERVICE} is not enabled"
        meant = {DROP_IN: self._at_boot, self.places.confirmed: rules}
        return next((f"{path} is missing or differs" for path, text in meant.items() if text_of(path) != text), "")

    def load_at_boot(self, rules: str) -> None:
        """Let the service load these rules, enable it, and remember if it was not."""
        self.places.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(self.places.confirmed, rules.encode(), 0o640)
        if text_of(DROP_IN) != self._at_boot:
            put(DROP_IN, self._at_boot.encode(), 0o644)
            self._run("systemctl", "daemon-reload")
        if not self._enabled:
            put(self.places.enabled, b"", 0o600)
            self._run("systemctl", "unmask", "--quiet", SERVICE)
            self._run("systemctl", "enable", "--quiet", SERVICE)

    def forget(self) -> None:
        """Leave the service as it was, and no file."""
        if self.places.enabled.exists():
            self._run("systemctl", "disable", "--quiet", SERVICE)
        for path in (DROP_IN, self.places.enabled, self.places.confirmed):
            path.unlink(missing_ok=True)
        for directory in (DROP_IN.parent, self.places.state):
            # Others may have something there, too.
            with suppress(OSError):
                directory.rmdir()
        self._tried("systemctl", "daemon-reload")

    @property
    def _enabled(self) -> bool:
        return self._tried("systemctl", "is-enabled", SERVICE)[1].strip() == "enabled"

    @property
    def _at_boot(self) -> str:
        return AT_BOOT.format(nft=NFT, confirmed=self.places.confirmed)

    def _arm(self, patience: int) -> None:
        self._tried("systemctl", "stop", f"{UNIT}.timer")
        timer = (
            f"--on-active={patience}s",
            "--timer-property=AccuracySec=1s",
            f"--unit={UNIT}",
            "--collect",
            "--quiet",
        )
        undo = ("/bin/sh", "-c", UNDO, "sh", self.places.run, self.places.confirmed, self.places.file)
        self._run("systemd-run", *timer, *undo)

    def _run(self, *command: Any, text: str = "") -> str:
        status, said, words = self._tried(*command, text=text)
        if status:
            raise refusal(words or said)
        return said

    def _tried(self, *command: Any, text: str = "") -> tuple[int, str, str]:
        done = tried(*map(str, command), text=text)
        return done.returncode, done.stdout, done.stderr


def refusal(words: str) -> Refused:
    """Return what to tell instead of a program's words, if that is known."""
    words = words.strip()
    return Refused(f"{DENIED}. {words}" if "Operation not permitted" in words else words)
