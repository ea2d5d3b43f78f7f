"""The host's side of the sink (`observe: network`): start it, and ask it what it saw.

The sink's container brings the network, which has no interface but loopback, and the box joins it. Only the
sink may set routes there, and it gives that right up before the box starts. A sink that does not answer makes
the phase unanswered: nobody saw, so nobody may call it clean.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from checker.engines.sandbox.box.attached import Attached
from checker.engines.sandbox.box.keeper import lifetime, network_settings, running
from checker.engines.sandbox.box.seccomp import profile
from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.build import LABEL
from checker.engines.sandbox.images.sink_image import SinkImage
from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.model.evidence import NetworkRecord
from checker.model.policy import Limits

_PATIENCE = 20.0
_MOST, _LONG = 100, 200


@dataclass(frozen=True)
class Seen:
    """What a sink saw in a phase. `data` is the beginning of what was sent, raw, to look for canaries in."""

    records: tuple[NetworkRecord, ...]
    attempts: int
    unrecorded: int
    data: bytes = b""


class Sink:
    """A running sink."""

    def __init__(self, container: str, attached: Attached) -> None:
        """`container` is the one whose network the box joins."""
        self.container = container
        self._attached = attached

    def collect(self) -> Seen:
        """What was seen since the last time. Raises Unanswered."""
        self._attached.send(b"\n")
        return parsed(self._attached.line(_PATIENCE))


def parsed(line: bytes) -> Seen:
    """A sink's answer, escaped and capped. Raises Unanswered for anything else."""
    try:
        said = json.loads(line)
        records = [_record(*row) for row in said["records"]]
        data = base64.b64decode(said["data"], validate=True)
        more = max(len(records) - _MOST, 0)
        return Seen(tuple(records[:_MOST]), int(said["attempts"]), int(said["unrecorded"]) + more, data)
    except (ValueError, KeyError, TypeError) as error:
        raise Unanswered("sandbox", f"the sink's answer cannot be read: {visible(str(error))}") from error


def _record(kind: str, address: str, port: int | None, name: str, detail: str, count: int) -> NetworkRecord:
    address, name, detail = (shortened(visible(text), _LONG) for text in (address, name, detail))
    return NetworkRecord.model_validate(
        {"kind": kind, "address": address, "port": port, "name": name, "detail": detail, "count": count}
    )


@contextmanager
def open_sink(engine: Engine, image: SinkImage, limits: Limits, phases: int) -> Iterator[Sink]:
    """Start a sink, and remove it whatever happens. Raises Unanswered."""
    seconds = lifetime(limits, phases)
    settings: dict[str, Any] = {
        "image": image.image_id,
        "hostname": secrets.token_hex(6),
        "command": [*image.command, str(seconds)],
        "user": "0:0",
        "labels": {f"{LABEL}.keeper": str(int(time.time()) + seconds), f"{LABEL}.state": engine.state},
        "host_config": engine.api.create_host_config(**_hardening()),
    }
    with running(engine, settings, b"") as (attached, found):
        yield Sink(found["Id"], attached)


def _hardening() -> dict[str, Any]:
    """As the box, with the rights to set routes and to see packets; both are given up before it starts."""
    return {
        "init": True,
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "cap_add": ["NET_ADMIN", "NET_RAW"],
        "security_opt": ["no-new-privileges", f"seccomp={profile(packets=True)}"],
        "pids_limit": 16,
        "mem_limit": "128m",
        "memswap_limit": "128m",
        "ipc_mode": "private",
        "ulimits": [{"Name": "nofile", "Soft": 2048, "Hard": 2048}],
        "log_config": {"Type": "none"},
        **network_settings(),
    }
