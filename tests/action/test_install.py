"""`scripts/action-install.sh` on runners that have this or that, started in a folder that its author chose."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from checker import __version__
from tests.support.act import copy_action

TOOLS = ("bash", "cat", "dirname", "env", "ln", "mkdir", "mktemp", "rm")
INDEX = ("SSL_", "PIP_", "UV_", "REQUESTS_CA_BUNDLE", "HTTP", "http", "NO_PROXY", "no_proxy")


class Installed(NamedTuple):
    code: int
    out: str
    outputs: dict[str, str]
    path: str


class Machine:
    """A runner: a folder of programs, a disk, a copy of the action, and a workspace nobody trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.action = folder, folder / "action"
        copy_action(self.action)
        (folder / "bin").mkdir()
        (folder / "temp").mkdir()
        for tool in TOOLS:
            self.has(tool, shutil.which(tool))
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        (self.workspace / "uv.toml").write_text("this is no configuration\n")
        (self.workspace / "hashlib.py").write_text("raise SystemExit('the workspace was imported')\n")
        (self.workspace / "checker.py").write_text("raise SystemExit('the workspace was imported')\n")

    def has(self, name: str, program: str | None) -> None:
        assert program is not None
        (self.folder / "bin" / name).symlink_to(program)

    def install(self, **env: str) -> Installed:
        given = {name: value for name, value in os.environ.items() if name.startswith(INDEX)}
        output, path = self.folder / "output", self.folder / "path"
        for file in (output, path):
            file.write_text("")
        where = {"HOME": self.folder, "PATH": self.folder / "bin", "RUNNER_TEMP": self.folder / "temp",
                 "RUNNER_TOOL_CACHE": self.folder / "tools", "GITHUB_OUTPUT": output, "GITHUB_PATH": path}  # fmt: skip
        done = subprocess.run(
            [str(self.folder / "bin/bash"), str(self.action / "scripts/action-install.sh")],
            cwd=self.workspace,
            env=given | {name: str(value) for name, value in where.items()} | env,
            capture_output=True,
            text=True,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return Installed(done.returncode, done.stdout, outputs, path.read_text().strip())


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def base_python() -> str:
    return os.path.realpath(sys._base_executable)


def test_a_runner_without_a_python_is_told_what_to_do(machine):
    (machine.folder / "bin/python3").write_text("#!/bin/sh\nexit 1\n")  # too old, or no more than a shim
    (machine.folder / "bin/python3").chmod(0o755)
    done = machine.install()
    assert done.code == 2
    assert done.out == (
        "::error title=Proctor::needs Python 3.11 or later on this runner; "
        "use actions/setup-python before this step\n"
    )


@pytest.mark.network
@pytest.mark.slow
def test_uv_of_the_runner_installs_it_once(machine):
    machine.has("python3", base_python())
    machine.has(
        "uv", shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    )
    first = machine.install()
    assert first.code == 0, first.out
    assert f"proctor, version {__version__} installed with uv of this runner" in first.out
    inside = [file.name for file in Path(first.path).iterdir()]
    assert inside == ["proctor"], "nothing else of the environment gets on the path"
    again = machine.install()
    assert "found on this runner" in again.out
    assert again.outputs == first.outputs

    (machine.action / "checker/judge.py").write_text("# another commit\n")
    other = machine.install()
    assert other.outputs["program"] != first.outputs["program"]

    secret = machine.install(SAFETY_API_KEY="k" * 40)
    assert (Path(secret.path).parent / "venv/bin/safety").exists()
    assert not (Path(first.path).parent / "venv/bin/safety").exists()


@pytest.mark.network
@pytest.mark.slow
def test_uv_that_is_not_the_locked_one_is_not_used(machine):
    machine.has("python3", base_python())
    locked = machine.action / "requirements/bootstrap.txt"
    locked.write_text(f"{locked.read_text().splitlines()[0]}\n    --hash=sha256:{'0' * 64}\n")
    # What `--version` needs, so that pip is done soon.
    run = machine.action / "requirements/run.txt"
    run.write_text("".join(re.findall(r"^click==.*\n(?: .*\n)*", run.read_text(), re.MULTILINE)))
    done = machine.install()
    assert done.code == 0, done.out
    assert f"proctor, version {__version__} installed with pip" in done.out


@pytest.mark.network
@pytest.mark.slow
def test_a_requirement_that_is_not_the_locked_one_stops_it(machine):
    machine.has("python3", base_python())
    machine.has(
        "uv", shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    )
    locked = machine.action / "requirements/run.txt"
    name, _, rest = locked.read_text().partition("\n")
    unlocked = rest[rest.index("\n" + next(line for line in rest.splitlines() if not line.startswith(" "))) :]
    locked.write_text(f"{name}\n    --hash=sha256:{'0' * 64}{unlocked}")
    done = machine.install()
    assert done.code == 2
    assert "::error title=Proctor::the locked requirements could not be installed" in done.out
    assert not list((machine.folder / "tools/proctor").iterdir()), "nothing half-made stays"
