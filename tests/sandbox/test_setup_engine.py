"""`scripts/setup-engine.sh` with stand-ins for the system's tools: it must not touch this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the script is for Linux")
SCRIPT = Path(__file__).parents[2] / "scripts/setup-engine.sh"
TOOLS = (
    "bash",
    "cat",
    "chmod",
    "cp",
    "env",
    "grep",
    "rm",
    "sed",
    "setsid",
    "sleep",
    "tail",
    "timeout",
    "touch",
)
#: `docker` answers once `dockerd` has been started; `apt-get install` brings `dockerd`.
DOCKER = '[ -e "$STATE/started" ] && echo 99.1'
DOCKERD = 'touch "$STATE/started"'
APT = 'echo "apt-get $*"; [ "$1" != install ] || { cp "$STATE/dockerd" "$STATE/bin/dockerd"; }'


class Machine:
    """A folder of stand-ins that is the whole PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/no/{tool}")
        self.tool("docker", DOCKER)
        self.tool("apt-get", APT)
        self.tool("id", "echo 0")
        self.tool("../dockerd", DOCKERD)

    def tool(self, name: str, text: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def run(self, **env: str) -> tuple[int, str, str]:
        base = {
            "PATH": str(self.bin),
            "STATE": str(self.folder),
            "PROCTOR_ENGINE_LOG": str(self.folder / "log"),
        }
        done = subprocess.run(
            [str(SCRIPT)],
            env=base | env,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_running_engine_is_used(machine: Machine) -> None:
    (machine.folder / "started").touch()
    assert machine.run() == (0, "Docker engine 99.1 answers.\n", "")


def test_an_engine_is_installed_and_started_and_all_of_it_is_said_first(machine: Machine) -> None:
    if "debian" not in Path("/etc/os-release").read_text():
        pytest.skip("not Debian or a relative")
    code, out, _ = machine.run()
    assert code == 0
    said, done = out.split("apt-get update -q\n")
    assert "apt-get install -y --no-install-recommends docker.io iptables" in said
    assert "start dockerd" in said
    assert done == (
        "apt-get install -q -y --no-install-recommends docker.io iptables\nDocker engine 99.1 answers.\n"
    )


def test_a_stopped_engine_is_only_started(machine: Machine) -> None:
    machine.tool("dockerd", DOCKERD)
    code, out, _ = machine.run(YES="1")
    assert (code, "apt-get" in out) == (0, False)


@pytest.mark.parametrize(
    ("env", "words"), [({}, "only root"), ({"DOCKER_HOST": "tcp://elsewhere"}, "DOCKER_HOST")]
)
def test_what_it_may_not_do_is_said_plainly(machine: Machine, env: dict[str, str], words: str) -> None:
    machine.tool("id", "echo 1000")
    code, _, err = machine.run(**env)
    assert (code, words in err, "--no-sandbox" in err) == (3, True, True)
    assert not (machine.folder / "started").exists()
