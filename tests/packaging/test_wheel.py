"""The wheel alone is enough: installed into an empty environment, far from this tree, it does the main job."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import migrate

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with the wheel and what the wheel says it depends on, and nothing else."""
    directory = tmp_path_factory.mktemp("wheel")
    venv.create(directory / "env", with_pip=False)
    python = directory / "env" / "bin" / "python"
    constraints = directory / "constraints.txt"
    constraints.write_text("\n".join(pins()))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-compile", "--constraint", constraints, build_wheel(directory))
    return directory / "env"


def build_wheel(directory):
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", directory, ROOT)
    (wheel,) = directory.glob("*.whl")
    return wheel


def pins():
    """The locked versions without their hashes: pip takes no hash of a wheel that was just built."""
    return re.findall(r"^[\w-]+==[^\s;]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def run(*command, cwd=None, path=None):
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JITSI_MIGRATE"))}
    if path:
        variables["PATH"] = f"{path}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packaged(environment):
    (package,) = environment.glob("lib/python*/site-packages/migrate")
    return package


def test_the_command_tells_its_version(environment, tmp_path):
    assert migrate.__version__ in run(environment / "bin" / "jitsi-migrate", "--version", cwd=tmp_path)


def test_the_command_explains_itself(environment, tmp_path):
    assert "plan" in run(environment / "bin" / "jitsi-migrate", "--help", cwd=tmp_path)


def test_the_demo_runs_from_the_wheel(environment, tmp_path):
    demo = packaged(environment) / "_data" / "examples" / "demo.sh"
    assert "jitsi-migrate plan" in run("sh", demo, tmp_path / "site", cwd=tmp_path, path=environment / "bin")
    assert list((tmp_path / "site").rglob("*.ics"))


@pytest.mark.parametrize(
    "name",
    ["py.typed", "data/columns.tsv", "_data/inventory.example", "_data/playbooks", "_data/templates", "_data/examples"],
)
def test_the_wheel_holds(environment, name):
    assert (packaged(environment) / name).exists()


def test_the_wheel_installs_one_package_only(environment):
    files = (packaged(environment).parent / f"jitsi_migrate-{migrate.__version__}.dist-info" / "RECORD").read_text()
    assert set(re.findall(r"^([\w.-]+)/", files, re.MULTILINE)) == {
        "migrate",
        f"jitsi_migrate-{migrate.__version__}.dist-info",
    }
