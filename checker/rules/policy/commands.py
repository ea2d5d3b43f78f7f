"""The commands that a remedy names, ready for a shell. What only a person knows is left as `…`. Pure."""

from __future__ import annotations

import glob
import shlex

from checker.escape import visible


def approve_command(name: str, versions: str, level: str) -> str:
    """The command that approves a package for `level` and above."""
    words = (name, "--versions", versions, "--level", level)
    return f"`proctor approve {_shell(words)} --reason … --by … --expires …`"


def waive_command(skill: str, rule: str, subject: str) -> str:
    """The command that accepts a finding of one skill for a time."""
    words = (glob.escape(skill), rule, subject)
    end = "-- " if any(word.startswith("-") for word in words) else ""
    return f"`proctor waive --reason … --owner … --expires … {end}{_shell(words)}`"


def _shell(words: tuple[str, ...]) -> str:
    return " ".join(shlex.quote(visible(word)) for word in words)
