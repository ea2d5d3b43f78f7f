"""`docs/sandbox.md`: its table of flags is the box's flags, no more and no fewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from checker.engines.sandbox.box.keeper import SKILL_USER, hardening
from tests.support.sandbox import LIMITS

PAGE = (Path(__file__).parents[2] / "docs/sandbox.md").read_text(encoding="utf-8")
#: What is no flag of `hardening`; `test_the_engine_shows_the_flags_it_was_given` looks at both.
OTHERWISE = ["explicit environment, random host name"]
#: How the command line of Docker says what docker-py calls by these names.
WORDS: dict[str, Callable[[Any], Iterable[str]]] = {
    "runtime": lambda value: [f"--runtime {value}"],
    "init": lambda value: ["--init"] if value else [],
    "network_mode": lambda value: [f"--network {value}"],
    "read_only": lambda value: ["--read-only"] if value else [],
    "cap_drop": lambda value: [f"--cap-drop {name}" for name in value],
    "security_opt": lambda value: [f"--security-opt {option}" for option in value],
    "pids_limit": lambda value: [f"--pids-limit {value}"],
    "mem_limit": lambda value: [f"--memory {value}"],
    "memswap_limit": lambda value: [f"--memory-swap {value}"],
    "nano_cpus": lambda value: [f"--cpus {value / 1e9:g}"],
    "ipc_mode": lambda value: [f"--ipc {value}"],
    "shm_size": lambda value: [f"--shm-size {value}"],
    "ulimits": lambda value: [f"--ulimit {one['Name']}={_both(one['Soft'], one['Hard'])}" for one in value],
    "tmpfs": lambda value: [f"--tmpfs {place}:{options}" for place, options in value.items()],
    "log_config": lambda value: [f"--log-driver {value['Type']}"],
    "dns": lambda value: [f"--dns {address}" for address in value],
    "sysctls": lambda value: [f"--sysctl {name}={setting}" for name, setting in value.items()],
}


def _both(soft: int, hard: int) -> str:
    return str(soft) if soft == hard else f"{soft}:{hard}"


def rows() -> list[str]:
    """The first cells of the table."""
    table = re.search(r"^\| flag \| reason \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table
    return [line.split("|")[1].strip() for line in table[1].splitlines()]


def says(span: str, flag: str) -> bool:
    """Whether a piece of code in the table means this flag: `…` and `*` are anything, no value is any value."""
    given = flag if " " in span else flag.partition(" ")[0]
    pattern = re.escape(span).replace("…", ".+").replace(r"\*", "[a-z]+")
    return re.fullmatch(pattern, given, re.DOTALL) is not None


def test_every_flag_has_a_row_and_every_row_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: True)  # a machine with IPv6
    given = hardening(LIMITS)
    assert given.keys() == WORDS.keys()
    flags = [words for name, value in given.items() for words in WORDS[name](value)] + [f"-u {SKILL_USER}"]
    spans = {row: re.findall(r"`([^`]+)`", row) for row in rows()}
    assert [row for row, found in spans.items() if not found] == OTHERWISE
    named = [span for found in spans.values() for span in found]
    assert [span for span in named if not any(says(span, flag) for flag in flags)] == [], "nothing sets these"
    assert [flag for flag in flags if not any(says(span, flag) for span in named)] == [], "no row has these"


def test_the_flags_that_go_together_are_the_same() -> None:
    assert "`--memory` = `--memory-swap`" in rows()
    given = hardening(LIMITS)
    assert given["mem_limit"] == given["memswap_limit"] == f"{LIMITS.memory_mb}m"
