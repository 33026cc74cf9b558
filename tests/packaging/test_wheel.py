"""The wheel alone is enough: installed into an empty environment, far from this tree, it does the main job."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

import migrate

ROOT = Path(__file__).parents[2]
PARTS = ("py.typed", "data/columns.tsv", "_data/inventory.example", "_data/playbooks/", "_data/templates/")


@pytest.mark.slow
def test_the_wheel_alone_is_enough(tmp_path):
    wheel = build_wheel(tmp_path)
    holds_the_package_and_nothing_else(wheel)
    environment = install(wheel, tmp_path)
    tells_its_version_and_explains_itself(environment, tmp_path)
    has_playbooks_that_its_ansible_can_read(environment, tmp_path)
    runs_the_demo(environment, tmp_path)


def holds_the_package_and_nothing_else(wheel):
    names = ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"migrate", f"jitsi_migrate-{migrate.__version__}.dist-info"}
    assert not [part for part in PARTS if not any(name.startswith(f"migrate/{part}") for name in names)]


def tells_its_version_and_explains_itself(environment, directory):
    command = environment / "bin" / "jitsi-migrate"
    assert migrate.__version__ in run(command, "--version", cwd=directory)
    assert "plan" in run(command, "--help", cwd=directory)


def has_playbooks_that_its_ansible_can_read(environment, directory):
    folder = run(environment / "bin" / "jitsi-migrate", "playbooks", "--path", cwd=directory).strip()
    assert Path(folder).is_relative_to(environment)
    play = Path(folder) / "jitsi_meet_deploy.yml"
    tasks = run(environment / "bin" / "ansible-playbook", "--list-tasks", play, cwd=directory)
    assert "Install the packages and hold them at the pin" in tasks


def runs_the_demo(environment, directory):
    (demo,) = environment.glob("lib/python*/site-packages/migrate/_data/examples/demo.sh")
    site = directory / "site"
    assert "59 created" in run("sh", demo, site, cwd=directory, path=environment / "bin")
    assert list(site.rglob("*.ics"))


def build_wheel(directory):
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", directory, ROOT, cwd=directory)
    (wheel,) = directory.glob("*.whl")
    return wheel


def install(wheel, directory):
    """Make an environment of the wheel and what it says it depends on, in the locked versions, and nothing else."""
    environment = directory / "environment"
    venv.create(environment, with_pip=False)
    constraints = directory / "constraints.txt"
    constraints.write_text("\n".join(pins()))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", environment / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-compile", "--constraint", constraints, wheel, cwd=directory)
    return environment


def pins():
    """Return the locked versions without their hashes: pip takes no hash beside a wheel that was just built."""
    return re.findall(r"^[\w-]+==[^\\\n]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def run(*command, cwd, path=None):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JITSI_MIGRATE"))}
    if path:
        own["PATH"] = f"{path}{os.pathsep}{own['PATH']}"
    done = subprocess.run(command, cwd=cwd, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
