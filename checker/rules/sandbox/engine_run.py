"""What a verdict says of the sandbox's engine, from how the check ended for every skill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.outcome import Outcome, Status
from checker.model.verdict import EngineRun

NAME = "docker"
#: What the engine, and the sandbox on it, call themselves where they cannot answer.
_ITSELF = (f"{NAME}: ", "sandbox: ")
_OBSERVED = {"network_attempts": "network attempts", "oom_kills": "OOM kills", "leftovers": "leftovers"}


def engine_run(version: str, outcomes: Sequence[Outcome]) -> EngineRun:
    """`outcomes` are those of the check `sandbox`, in the order of the run.

    An engine that nobody could be built for (the skills' own fault) is idle; it was not asked.
    """
    if any(outcome.evidence is not None for outcome in outcomes):
        return EngineRun(name=NAME, version=version, ran=True, reason=_unobserved(outcomes))
    broken = [outcome.reason for outcome in outcomes if outcome.status is Status.BROKEN]
    reason = broken[0] if broken else "no skill had to be built"
    idle = not any(why.startswith(_ITSELF) for why in broken)
    return EngineRun(name=NAME, ran=False, reason=reason, idle=idle)


def _unobserved(outcomes: Iterable[Outcome]) -> str:
    """What nobody could see of phases that ran, and a pass therefore says nothing about."""
    seen = [
        phase for o in outcomes if o.evidence for phase in o.evidence.phases if phase.exit_code is not None
    ]
    names = [words for key, words in _OBSERVED.items() if any(getattr(p, key) is None for p in seen)]
    return f"not observed on this engine: {', '.join(names)}" if names else ""
