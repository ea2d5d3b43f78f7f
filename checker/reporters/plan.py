"""How a run is divided: as a GitHub matrix, and for people."""

from __future__ import annotations

from typing import Any

from checker.escape import shortened, visible
from checker.model.part import Division, Shard
from checker.reporters.wording import counted
from checker.rules.parts.dealing import dealt

_SHOWN = 8


def matrix(division: Division) -> dict[str, Any]:
    """For `fromJSON`: `shard` is what `--shard` takes, `part` the same fit for a name, `skills` how many."""
    return {
        "include": [
            {"shard": str(shard), "part": f"{shard.number}-of-{shard.of}", "skills": len(skills)}
            for shard, skills in _hands(division)
        ]
    }


def render_text(division: Division) -> str:
    """Which part examines which skills."""
    lines = [
        f"{counted(len(division.skills), 'skill')} to examine, in {counted(division.of, 'part')}",
        f"head   {division.head}",
    ]
    if division.base is not None:
        lines.append(f"base   {division.base}")
    if not division.policy:
        lines.append("policy cannot be read: the part says why")
    for shard, skills in _hands(division):
        shown = ", ".join(visible(shortened(skill, 80)) for skill in skills[:_SHOWN])
        more = f" and {len(skills) - _SHOWN} more" if len(skills) > _SHOWN else ""
        lines.append(f"{shard!s:<7}{shown or 'the policy alone'}{more}")
    return "\n".join(lines) + "\n"


def _hands(division: Division) -> list[tuple[Shard, list[str]]]:
    shards = (Shard(number, division.of) for number in range(1, division.of + 1))
    return [(shard, sorted(dealt(division.skills, shard))) for shard in shards]
