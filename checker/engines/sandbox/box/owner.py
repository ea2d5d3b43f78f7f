"""Which process started a container, and whether that process has ended."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_ENDED = ("Z", "X")


def owner(pid: int | None = None) -> str:
    """Names a process (default: this one) beyond doubt: boot, process namespace, id and when it started.

    "" where the kernel does not tell (elsewhere than on Linux), or there is no such process.
    """
    number = os.getpid() if pid is None else pid
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = str((_PROC / "self/ns/pid").readlink())
        # The name of the program stands in brackets and may hold anything, brackets too.
        state, *fields = (_PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in _ENDED else f"{boot} {namespace} {number} {fields[18]}"


def is_gone(label: str) -> bool:
    """True when it is certain that the process `label` names has ended: it was seen from here, and is not."""
    *place, number, _ = label.split(" ") if label.count(" ") == 3 else ("", "")
    own = owner()
    if not own or not number.isdigit() or place != own.split(" ")[:2]:
        return False
    return owner(int(number)) != label
