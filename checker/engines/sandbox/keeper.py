"""The box: one container with a trusted sleeper in it, in which every phase is a separate `exec`.

The sleeper (uid 65534) keeps the namespaces and control groups alive between phases. What a skill runs is
uid 1000, without capabilities, so it can neither signal nor trace the sleeper.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images import LABEL
from checker.engines.sandbox.owner import catch_up, owner, remove_or_remember
from checker.engines.sandbox.seccomp import profile
from checker.errors import Unanswered
from checker.model.policy import Limits

KEEPER_USER = "65534:65534"
SKILL_USER = "1000:1000"
WORKDIR = "/skill"
#: init and the sleeper itself: a skill's own limit comes on top.
_OWN_PROCESSES = 2
#: With IPv6 off, an attempt to use it fails before the kernel counts it; there is still nowhere to send to.
_IPV6_ON = {"net.ipv6.conf.all.disable_ipv6": "0", "net.ipv6.conf.default.disable_ipv6": "0"}
#: Without the skill's environment: a wheel may well install a program that is called `sleep`.
_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
#: A keeper ends by itself this long (seconds) after its last phase must have, if Proctor was killed.
_SLACK = 300


@dataclass(frozen=True)
class Keeper:
    """A running container. `pid` is its init as the engine's machine counts processes."""

    container: str
    pid: int


@contextmanager
def keeper(engine: Engine, image_id: str, limits: Limits, phases: int) -> Iterator[Keeper]:
    """Start a container for up to `phases` phases, and remove it whatever happens. Raises Unanswered."""
    name = f"proctor-{secrets.token_hex(8)}"
    lifetime = int(limits.wall_seconds * phases) + _SLACK
    catch_up(engine)
    try:
        with answered("starting a container"):
            engine.api.create_container(**_settings(engine, image_id, limits, name, lifetime))
            engine.api.start(name)
            found = engine.api.inspect_container(name)
        if not found["State"]["Running"]:
            raise Unanswered(
                "sandbox", f"the container ended at once: exit code {found['State']['ExitCode']}"
            )
        yield Keeper(found["Id"], int(found["State"]["Pid"]))
    finally:
        remove_or_remember(engine, name)


def _settings(engine: Engine, image_id: str, limits: Limits, name: str, lifetime: int) -> dict[str, Any]:
    return {
        "image": image_id,
        "name": name,
        "hostname": secrets.token_hex(6),
        "command": ["sleep", str(lifetime)],
        "user": KEEPER_USER,
        "working_dir": "/",
        "environment": _ENV,
        "labels": {
            f"{LABEL}.keeper": str(int(time.time()) + lifetime),
            f"{LABEL}.owner": owner(),
            f"{LABEL}.run": engine.run,
        },
        "host_config": engine.api.create_host_config(**hardening(limits)),
    }


def hardening(limits: Limits) -> dict[str, Any]:
    """The container's flags, as docker-py names them; `docs/sandbox.md` gives the reason for each."""
    memory = f"{limits.memory_mb}m"
    tmp = f"rw,nosuid,nodev,noexec,size={limits.tmp_mb}m,nr_inodes=8192,mode=1777"
    return {
        "init": True,
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges", f"seccomp={profile()}"],
        "pids_limit": limits.pids + _OWN_PROCESSES,
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
        "tmpfs": {"/tmp": tmp},  # noqa: S108 - in the box
        "log_config": {"Type": "none"},
        "sysctls": _IPV6_ON if Path("/proc/sys/net/ipv6").exists() else {},
    }
