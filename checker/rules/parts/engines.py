"""What the engines of several parts come to. Pure.

An engine that ran in one part and broke in another is said to be broken: somebody was not answered. One that
a part had nothing to ask does not count against it. The package index is asked name by name: whether it
answered at all is said of all names together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.outcome import Outcome
from checker.model.part import Shard
from checker.model.verdict import EngineRun
from checker.rules.advisories.engine_runs import all_reused, answering
from checker.rules.lock import index_run
from checker.rules.sandbox import engine_run as sandbox

Runs = Sequence[tuple[Shard, EngineRun]]


def joined_runs(runs: Iterable[tuple[Shard, EngineRun]], sandboxed: Sequence[Outcome]) -> list[EngineRun]:
    """One entry for each engine, by name. `sandboxed` is how `sandbox` ended, in the order of the run."""
    by_name: dict[str, list[tuple[Shard, EngineRun]]] = {}
    for shard, run in runs:
        by_name.setdefault(run.name, []).append((shard, run))
    return [_with_reused(same, sandboxed) for _, same in sorted(by_name.items())]


def _with_reused(runs: Runs, sandboxed: Sequence[Outcome]) -> EngineRun:
    """What earlier runs answered does not tell engines apart."""
    fresh = [(shard, run.model_copy(update={"reused": None})) for shard, run in runs]
    return _joined(fresh, sandboxed).model_copy(update={"reused": all_reused(run for _, run in runs)})


def _joined(runs: Runs, sandboxed: Sequence[Outcome]) -> EngineRun:
    first = runs[0][1]
    if all(run == first for _, run in runs):
        return first
    if first.name == index_run.NAME:
        return index_run.joined_run([run for _, run in runs])
    ran = [run for _, run in runs if run.ran]
    broken = [(shard, run.reason) for shard, run in runs if not (run.ran or run.idle)]
    version = _texts(run.version for run in ran)
    if ran and broken:
        reason = _texts(f"in part {shard}: {why or 'no reason given'}" for shard, why in broken)
        return EngineRun(name=first.name, version=version, ran=False, reason=reason)
    if first.name == sandbox.NAME:
        return sandbox.engine_run(version, sandboxed)
    if broken:
        return EngineRun(name=first.name, ran=False, reason=_texts(why for _, why in broken))
    if ran:
        return answering(first.name, version, (pin for run in ran for pin in run.unanswered))
    return EngineRun(name=first.name, ran=False, reason=_texts(run.reason for _, run in runs), idle=True)


def _texts(texts: Iterable[str]) -> str:
    return "; ".join(sorted({text for text in texts if text}))
