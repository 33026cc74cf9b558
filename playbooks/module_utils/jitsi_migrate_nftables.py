"""The firewall's rules: those that are live, those that a text means, and the way back if they shut us out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_refused import Refused

NFT = "/usr/sbin/nft"
SERVICE = "nftables.service"
TABLE = "inet jitsi_migrate"
UNIT = "jitsi-migrate-firewall"
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
    """The file that is loaded at boot, and where is kept what the way back needs: until reboot, and for good."""

    file: Path
    run: Path
    state: Path

    @property
    def before(self) -> Path:
        """The rules that were live before those that nobody confirmed yet."""
        return self.run / "before.nft"

    @property
    def confirmed(self) -> Path:
        """The last file whose rules let us in."""
        return self.state / "confirmed.nft"

    @property
    def enabled(self) -> Path:
        """Tells that the service was enabled here."""
        return self.state / "enabled"


class Firewall:
    """Looks at the rules of one table, and changes them."""

    def __init__(self, module: AnsibleModule, places: Places) -> None:
        self._module = module
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

    def keep(self) -> None:
        """Keep the file that is loaded at boot: it let us in."""
        self.places.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(self.places.confirmed, self.places.file.read_bytes(), 0o640)

    def remove(self) -> None:
        """Remove the table, and nothing of others."""
        self._run(NFT, "--file", "-", text=f"table {TABLE}\ndelete table {TABLE}\n")

    def loaded_at_boot(self) -> bool:
        """Tell whether the service is enabled."""
        return self._tried("systemctl", "is-enabled", SERVICE)[1].strip() == "enabled"

    def load_at_boot(self) -> None:
        """Enable the service, and remember that it was not."""
        self.places.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(self.places.enabled, b"", 0o600)
        self._run("systemctl", "unmask", "--quiet", SERVICE)
        self._run("systemctl", "enable", "--quiet", SERVICE)

    def forget(self) -> None:
        """Leave the service as it was, and no file."""
        if self.places.enabled.exists():
            self._run("systemctl", "disable", "--quiet", SERVICE)
        for path in (self.places.enabled, self.places.confirmed):
            path.unlink(missing_ok=True)
        if self.places.state.exists():
            self.places.state.rmdir()

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

    def _run(self, *command: Any, text: str | None = None) -> str:
        status, said, words = self._tried(*command, text=text)
        if status:
            raise refusal(words or said)
        return said

    def _tried(self, *command: Any, text: str | None = None) -> tuple[int, str, str]:
        plain = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        words = [str(word) for word in command]
        return self._module.run_command(words, data=text, binary_data=True, environ_update=plain)  # type: ignore[no-any-return]


def refusal(words: str) -> Refused:
    """Return what to tell instead of a program's words, if that is known."""
    words = words.strip()
    return Refused(f"{DENIED}. {words}" if "Operation not permitted" in words else words)
