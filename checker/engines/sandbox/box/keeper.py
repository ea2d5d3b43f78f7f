"""The box: one container with a trusted keeper in it, in which every phase is a separate `exec`.

The keeper (uid 65534) keeps the namespaces and control groups alive between phases. What a skill runs is
uid 1000, without capabilities, so it can neither signal nor trace the keeper. It plants the canaries, and
then passes on what the audit hook in the box's Python writes into a named pipe.
"""

from __future__ import annotations

import posixpath
import secrets
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.engines.sandbox.box.attached import Attached
from checker.engines.sandbox.box.canaries import Canaries
from checker.engines.sandbox.box.owner import owner
from checker.engines.sandbox.box.removal import catch_up, remove_or_remember
from checker.engines.sandbox.box.runtimes import pids_limit
from checker.engines.sandbox.box.seccomp import profile
from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images.build import LABEL
from checker.model.policy import Limits, Runtime

KEEPER_USER = "65534:65534"
SKILL_USER = "1000:1000"
WORKDIR = "/skill"
#: init, the clock that ends the keeper, and the keeper: a skill's own limit comes on top.
_OWN_PROCESSES = 3
#: Seconds the keeper gets to plant what is planted.
_PATIENCE = 30.0
#: Where the named pipe lies; the skill can write into the pipe, and nothing else there.
EVENTS = "/run/proctor"
_EVENTS_MOUNT = "rw,nosuid,nodev,noexec,size=64k,nr_inodes=8,mode=0755,uid=65534,gid=65534"
#: An address for documentation (RFC 5737): the nameserver of the machine is nobody's business in there.
_NAMESERVER = "192.0.2.53"
#: With IPv6 off, an attempt to use it fails before the kernel counts it; there is still nowhere to send to.
_IPV6_ON = {"net.ipv6.conf.all.disable_ipv6": "0", "net.ipv6.conf.default.disable_ipv6": "0"}
#: Without the skill's environment: a wheel may well install a program that is called `sh` or `cat`.
_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
#: A keeper ends by itself this long (seconds) after its last phase must have, if Proctor was killed.
_SLACK = 300


@dataclass(frozen=True)
class Keeper:
    """A running container. `pid` is its init as the engine's machine counts processes.

    `attached` passes on what the audit hook says.
    """

    container: str
    pid: int
    attached: Attached


@contextmanager
def keeper(
    engine: Engine,
    image_id: str,
    limits: Limits,
    phases: int,
    planted: Canaries,
    runtime: Runtime = "runc",
    network: str = "none",
) -> Iterator[Keeper]:
    """Start a container for up to `phases` phases, and remove it whatever happens. Raises Unanswered.

    `network` is the engine's network mode: `none`, or the container of a sink to share one with.
    """
    seconds = lifetime(limits, phases)
    settings = _settings(engine, image_id, seconds)
    settings["host_config"] = engine.api.create_host_config(**hardening(limits, runtime, network))
    if network != "none":
        del settings["hostname"]  # it comes with the network
    with running(engine, settings, _script(planted, seconds)) as (attached, found):
        yield Keeper(found["Id"], int(found["State"]["Pid"]), attached)


@contextmanager
def running(
    engine: Engine, settings: dict[str, Any], script: bytes
) -> Iterator[tuple[Attached, dict[str, Any]]]:
    """A container whose main process took `script` and said `ready`; what the engine says of it."""
    name = f"proctor-{secrets.token_hex(8)}"
    settings["labels"] |= {f"{LABEL}.owner": owner(), f"{LABEL}.run": engine.run}
    attached = None
    catch_up(engine)
    try:
        with answered("starting a container"):
            engine.api.create_container(**settings, name=name, stdin_open=True)
        attached = Attached.started(engine, name, script, _PATIENCE)
        with answered("asking for a container"):
            found = engine.api.inspect_container(name)
        yield attached, found
    finally:
        if attached is not None:
            attached.close()
        remove_or_remember(engine, name)


def lifetime(limits: Limits, phases: int) -> int:
    """Seconds after which a container ends by itself."""
    return int(limits.wall_seconds * phases) + _SLACK


def _script(planted: Canaries, seconds: int) -> bytes:
    """What the keeper's shell reads: never part of a command line, which everybody in the box can see."""
    files = planted.files.items()
    lines = [f"mkdir -p -m 1777 {shlex.quote(posixpath.dirname(path))}" for path, _ in files]
    lines += [f"cat > {shlex.quote(path)} <<'END'\n{text}END" for path, text in files]
    lines += [f"mkfifo -m 0622 {EVENTS}/events", "echo ready"]
    # Opened for both ways, the pipe never ends, however often its writers come and go.
    lines.append(f"exec timeout {seconds} cat <> {EVENTS}/events")
    return ("umask 022\n" + "\n".join(lines) + "\n").encode()


def _settings(engine: Engine, image_id: str, seconds: int) -> dict[str, Any]:
    return {
        "image": image_id,
        "hostname": secrets.token_hex(6),
        "command": ["sh", "-s"],
        "user": KEEPER_USER,
        "working_dir": "/",
        "environment": _ENV,
        "labels": {f"{LABEL}.keeper": str(int(time.time()) + seconds), f"{LABEL}.state": engine.state},
    }


def hardening(limits: Limits, runtime: Runtime = "runc", network: str = "none") -> dict[str, Any]:
    """The container's flags, as docker-py names them; `docs/sandbox.md` gives the reason for each."""
    memory = f"{limits.memory_mb}m"
    tmp = f"rw,nosuid,nodev,noexec,size={limits.tmp_mb}m,nr_inodes=8192,mode=1777"
    return {
        "runtime": runtime,
        "init": True,
        "network_mode": network,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges", f"seccomp={profile()}"],
        "pids_limit": pids_limit(runtime, limits.pids + _OWN_PROCESSES),
        "mem_limit": memory,
        "memswap_limit": memory,
        "nano_cpus": int(limits.cpus * 1_000_000_000),
        "ipc_mode": "private",
        "shm_size": "16m",
        "ulimits": [
            {"Name": "nofile", "Soft": 1024, "Hard": 1024},
            {"Name": "core", "Soft": 0, "Hard": 0},
            {"Name": "fsize", "Soft": limits.tmp_mb << 20, "Hard": limits.tmp_mb << 20},
        ],
        "tmpfs": {"/tmp": tmp, EVENTS: _EVENTS_MOUNT},  # noqa: S108 - in the box
        "log_config": {"Type": "none"},
        **(network_settings() if network == "none" else {}),
    }


def network_settings() -> dict[str, Any]:
    """Flags of the container that brings the network."""
    return {"dns": [_NAMESERVER], "sysctls": _IPV6_ON if Path("/proc/sys/net/ipv6").exists() else {}}
