"""`confusables`: is a declared name nearly that of another distribution, which was probably meant?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import NormalizedName

from checker.escape import visible
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam
from checker.model.policy import PackageStatus, Policy
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.code.confusable import confusable
from checker.rules.code.name_tables import popular
from checker.tools import Tools

RULE = "confusables"
NEEDS: tuple[str, ...] = ()


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Compare every name that any file of a skill asks for with the approved and the very popular ones."""
    del tools, earlier  # names alone tell
    known = _approved(exam.policy) | popular().names
    return Answers(outcomes=tuple(_outcome(examinee.skill, known) for examinee in exam.examinees))


def _approved(policy: Policy) -> frozenset[NormalizedName]:
    statuses = {name: {entry.status for entry in entries} for name, entries in policy.entries.items()}
    return frozenset(name for name, found in statuses.items() if PackageStatus.APPROVED in found)


def _outcome(skill: Skill, known: frozenset[NormalizedName]) -> Outcome:
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    names = _names(skill)
    if not names:
        return Outcome.not_applicable(RULE, skill.id, "declares no packages")
    return Outcome.of(RULE, skill.id, tuple(_findings(names, known)))


def _names(skill: Skill) -> dict[NormalizedName, Location]:
    """Each name at the first place that asks for it; constraints count, too: they stand in for a request."""
    names = {package.name: package.location for package in skill.packages}
    for one in skill.discovery.declarations:
        if one.name is not None:
            names.setdefault(one.name, one.location)
    return names


def _findings(
    names: Mapping[NormalizedName, Location], known: frozenset[NormalizedName]
) -> Iterator[Finding]:
    for name, place in names.items():
        if why := confusable(name, known):
            yield Finding(
                rule=RULE,
                subject=name,
                severity=Severity.ERROR,
                message=f"{name} {why}",
                file=place.file,
                line=place.line,
                remedy=f"correct the name in {visible(place.file)}, or have {name} approved if it is meant",
            )
