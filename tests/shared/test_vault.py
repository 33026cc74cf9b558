"""Sealed secrets are opened by the real ansible-vault, which asks only who can be asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from migrate.core.errors import ConfigurationError
from migrate.shared.vault import is_sealed, plain_text
from tests.readers import on_a_terminal, program, run

TEXT = 'site_key = "‹secret-of-the-tests›"\n# no line end'

pytestmark = pytest.mark.slow


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sealed file beside the file with its password; that one is not named yet."""
    vault = program("ansible-vault", "ansible-core")
    monkeypatch.setenv("PATH", f"{Path(vault).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("ANSIBLE_LOG_PATH", str(tmp_path / "log"))
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    path = tmp_path / "secrets.toml"
    path.write_text(TEXT, "utf-8")
    (tmp_path / "password").write_text("password-of-the-tests\n")
    run(vault, "encrypt", "--vault-password-file", tmp_path / "password", path)
    return path


def opened(path: Path, **more: bool) -> str:
    return plain_text(path.read_text("utf-8"), path, **more)


def test_it_is_opened_with_the_password_of_a_file(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_sealed(sealed.read_text())
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(sealed.with_name("password")))
    assert opened(sealed) == TEXT
    assert is_sealed(sealed.read_text())
    assert "secret-of-the-tests" not in sealed.with_name("log").read_text("utf-8")


def test_with_another_password_it_stays_shut(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed.with_name("password").write_text("another\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(sealed.with_name("password")))
    with pytest.raises(ConfigurationError, match="Decryption failed"):
        opened(sealed)


def test_without_the_program_it_says_what_to_install(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(sealed.parent))
    with pytest.raises(ConfigurationError, match="not installed") as caught:
        opened(sealed)
    assert "ansible-core" in caught.value.hint


def opened_on_a_terminal(path: Path, *, may_ask: bool) -> str:
    code = (
        "import sys; from pathlib import Path; from migrate.shared.vault import plain_text\n"
        "from migrate.core.errors import ConfigurationError\n"
        "path = Path(sys.argv[1])\n"
        "try: print(repr(plain_text(path.read_text(), path, may_ask=sys.argv[2] == 'True')))\n"
        "except ConfigurationError as error: print(error.message, error.hint)\n"
    )
    return on_a_terminal([sys.executable, "-c", code, path, may_ask], "Vault password:", "password-of-the-tests")


def test_on_a_terminal_it_asks_and_does_not_show_what_is_typed(sealed: Path) -> None:
    shown = opened_on_a_terminal(sealed, may_ask=True)
    assert "Vault password:" in shown
    assert "password-of-the-tests" not in shown
    assert repr(TEXT) in shown


def test_who_may_not_be_asked_is_not_even_on_a_terminal(sealed: Path) -> None:
    shown = opened_on_a_terminal(sealed, may_ask=False)
    assert "Vault password:" not in shown
    assert "it needs a password, and nobody can be asked" in shown
    assert "Set ANSIBLE_VAULT_PASSWORD_FILE" in shown
