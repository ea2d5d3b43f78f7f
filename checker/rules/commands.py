"""The commands that a remedy names, ready to be pasted into a shell. Pure.

What only a person knows is left as `…`. Names are a repository's own: quoted for the shell, and never taken
for an option. Some cannot be written in a line of text at all, and then there is something to do first.
"""

from __future__ import annotations

import glob
import shlex

from checker.escape import visible
from checker.model.skill import Skill


def lock_command(skill: Skill, *, upgrade: bool = False) -> str:
    """The command that locks the skill anew."""
    return _command("lock --upgrade" if upgrade else "lock", _path(skill.id))


def explain_command(skill: Skill, name: str) -> str:
    """The command that shows why a package of the skill is allowed or denied."""
    return _command("explain", _path(skill.id), name)


def build_command(skill: Skill) -> str:
    """The command that builds the skill's image."""
    return _command("sandbox build", _path(skill.id))


def run_command(skill: Skill, *script: str) -> str:
    """The command that runs a script of the skill (a path in its folder) in its image."""
    return _command("sandbox run", _path(skill.id), *map(_path, script))


def approve_command(name: str, versions: str, level: str) -> str:
    """The command that approves a package for `level` and above."""
    words = _shell((name, "--versions", versions, "--level", level))
    return f"`proctor approve {words} --reason … --by … --expires …`"


def waive_command(skill: str, rule: str, subject: str) -> str:
    """The command that accepts a finding of one skill for a time."""
    words = (glob.escape(skill), rule, subject)
    end = " --" if any(word.startswith("-") for word in words) else ""
    return _command(f"waive --reason … --owner … --expires …{end}", *words)


def _command(start: str, *words: str) -> str:
    """The command with these words or, where one cannot be written, what of it can and what to do first."""
    hidden = next((word for word in words if visible(word) != word), None)
    if hidden is None:
        return f"`proctor {start} {_shell(words)}`"
    return f"`proctor {start} …` (rename `{visible(hidden)}` first: no command can hold such a name)"


def _path(path: str) -> str:
    """`./-v1` for `-v1`, which would be an option."""
    return f"./{path}" if path.startswith("-") else path


def _shell(words: tuple[str, ...]) -> str:
    return " ".join(shlex.quote(visible(word)) for word in words)
