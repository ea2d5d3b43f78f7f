"""`release-age`: have the locked releases been out for as long as the policy wants?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.model.answers import Answers
from checker.model.outcome import Outcome
from checker.model.plan import Exam
from checker.model.skill import Skill
from checker.model.verdict import EngineRun
from checker.rules.lock.age import RULE as _RULE
from checker.rules.lock.age import judge_age, untimed
from checker.rules.lock.findings import first_few
from checker.rules.lock.graph import Case
from checker.rules.lock.index_run import index_run, why_off
from checker.tools import Index, Tools

RULE = _RULE
NEEDS: tuple[str, ...] = ("manifest",)


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Compare every locked file's upload time, as the index tells it, with the run's clock."""
    del earlier  # a release's age rests on the lock and the index alone
    engines: tuple[EngineRun, ...] = ()
    if exam.policy.min_release_age_days:
        skills = (examinee.skill for examinee in exam.examinees if examinee.skill.unusable is None)
        every = [case for skill in skills for case in _cases(exam, skill)]
        engines = (index_run(every, tools),)  # all at once; what follows finds the answers at hand
    outcomes = tuple(_outcome(exam, examinee.skill, tools) for examinee in exam.examinees)
    return Answers(outcomes=outcomes, engines=engines)


def _outcome(exam: Exam, skill: Skill, tools: Tools) -> Outcome:
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if not skill.locks:
        return Outcome.not_applicable(RULE, skill.id, "has no lock")
    if exam.policy.min_release_age_days == 0:
        return Outcome.not_applicable(RULE, skill.id, "the policy sets no minimum age")
    if tools.index is None:
        why = f"only the package index knows upload times ({why_off(tools)})"
        return Outcome.skipped(RULE, skill.id, why)
    return _judged(exam, skill, tools.index)


def _judged(exam: Exam, skill: Skill, index: Index) -> Outcome:
    cases = tuple(_cases(exam, skill))
    pages = [index.projects(case.indexed) for case in cases]
    asked = list(zip(cases, pages, strict=True))
    findings = tuple(dict.fromkeys(f for case, page in asked for f in judge_age(case, page, exam.now)))
    gaps = list(dict.fromkeys(gap for case, page in asked for gap in untimed(case, page)))
    if gaps:
        return Outcome.broken(RULE, skill.id, first_few(gaps), findings)
    return Outcome.of(RULE, skill.id, findings)


def _cases(exam: Exam, skill: Skill) -> Iterator[Case]:
    for target in exam.policy.targets:
        if (lock := skill.locks.get(target.name)) is not None:
            yield Case(skill, exam.policy, target, lock)
