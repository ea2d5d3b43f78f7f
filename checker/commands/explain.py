"""`proctor explain`: the decision on each package of a skill, and every line that has to do with it."""

from __future__ import annotations

import datetime as dt

from packaging.utils import NormalizedName, canonicalize_name

from checker.errors import UsageError
from checker.escape import visible
from checker.model.base import Location
from checker.model.explanation import Explanation
from checker.model.lock import Pin
from checker.model.plan import Examinee
from checker.model.policy import Policy
from checker.rules.commands import lock_command
from checker.rules.lock.decisions import Decided, decide_lock
from checker.rules.lock.graph import Case
from checker.rules.policy.decide import decide_declared
from checker.tools import Index


def explain(
    examinee: Examinee, policy: Policy, today: dt.date, index: Index | None, package: str | None = None
) -> tuple[Explanation, ...]:
    """Explanations by name, declared packages first. Raises UsageError for a `package` the skill lacks."""
    skill, target = examinee.skill, policy.targets[0]
    lock = skill.locks.get(target.name)
    if lock is None:
        answers = _unlocked(examinee, policy, today)
    else:
        case = Case(skill, policy, target, lock)
        answers = _locked(case, decide_lock(case, examinee.level, today, index))
    if package is None:
        return tuple(
            answers[name] for name in sorted(answers, key=lambda n: (answers[n].declared_at is None, n))
        )
    wanted = canonicalize_name(package)
    if wanted not in answers:
        raise UsageError(f"{visible(skill.id)} neither declares nor locks {visible(package)}")
    return (answers[wanted],)


def _locked(case: Case, decided: Decided) -> dict[NormalizedName, Explanation]:
    declared = {package.name: package.location for package in case.skill.packages}

    def of(pin: Pin) -> Explanation:
        places = declared.get(pin.name), case.lock.place_of(pin.name)
        return Explanation(str(pin), decided.decisions.get(pin), *places, decided.unsure.get(pin, ""))

    answers = {pin.name: of(pin) for pin in case.lock.pins}
    return answers | {
        name: Explanation(name, None, place, None, f"it is not in {case.lock.file}")
        for name, place in declared.items()
        if name not in answers
    }


def _unlocked(examinee: Examinee, policy: Policy, today: dt.date) -> dict[NormalizedName, Explanation]:
    def of(name: NormalizedName, place: Location, text: str) -> Explanation:
        gap = f"the answer depends on the version: {lock_command(examinee.skill)}"
        return Explanation(text, decisions[name], place, None, gap)

    decisions = {p.name: decide_declared(policy, p, examinee.level, today) for p in examinee.skill.packages}
    return {p.name: of(p.name, p.location, str(p.requirement)) for p in examinee.skill.packages}
