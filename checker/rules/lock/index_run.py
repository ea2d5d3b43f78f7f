"""What a verdict says of the package index.

Every check that asks it about locks says the same, so that `judge.merged` makes one entry of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from checker.errors import Unanswered
from checker.model.verdict import EngineRun
from checker.rules.advisories.engine_runs import answering
from checker.rules.lock.graph import Case
from checker.tools import Tools

NAME = "package index"


def index_run(cases: Sequence[Case], tools: Tools, owed: Iterable[str] = ()) -> EngineRun:
    """How the index answered for these locks, by what it said of their projects.

    `owed` are pins of which something else was asked and not answered: what a wheel requires.
    """
    if tools.index is None:
        return EngineRun(name=NAME, ran=False, reason=why_off(tools))
    names = {name for case in cases for name in case.indexed}
    if not names:
        return EngineRun(name=NAME, ran=False, reason="nothing is locked that comes from it", idle=True)
    pages = tools.index.projects(names)
    silent = {name: page.reason for name, page in pages.items() if isinstance(page, Unanswered)}
    reasons = dict(_by_pin(cases, silent))
    if silent.keys() == names:
        return _silence(
            (f"no answer, such as for {pin}: {reason}" for pin, reason in reasons.items()), reasons
        )
    return answering(NAME, "", {*reasons, *owed})


def joined_run(runs: Sequence[EngineRun]) -> EngineRun:
    """What `index_run` would have said of all these locks together."""
    asked = [run for run in runs if not run.idle] or runs
    owed = [pin for run in asked for pin in run.unanswered]
    if any(run.ran for run in asked):
        return answering(NAME, "", owed)
    return _silence((run.reason for run in asked), owed)


def why_off(tools: Tools) -> str:
    """Why the index is not asked at all."""
    return tools.off.get("index", "--offline")


def _silence(reasons: Iterable[str], owed: Iterable[str]) -> EngineRun:
    """An index that answered for nothing; one reason speaks for all, the same whoever joins them."""
    return EngineRun(name=NAME, ran=False, reason=min(reasons), unanswered=tuple(sorted(set(owed))))


def _by_pin(cases: Iterable[Case], silent: Mapping[NormalizedName, str]) -> Iterator[tuple[str, str]]:
    """Of each pin that the index did not answer for, why."""
    for case in cases:
        for one in case.lock.distributions:
            if one.name in silent and one.direct_source is None:
                yield str(one.pin or one.name), silent[one.name]
