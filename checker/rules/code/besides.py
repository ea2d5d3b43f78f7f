"""What a skill's files say besides: requests next to skill.yaml, and what nobody understood. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from checker.escape import visible
from checker.model.decision import Decision
from checker.model.discovery import Declaration, Form
from checker.model.outcome import Finding
from checker.model.policy import Policy
from checker.model.problem import Problem
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.policy.decide import ban

_MACHINE_READ = (".toml", ".txt", ".in")


def besides(rule: str, skill: Skill, known: Collection[str]) -> Iterator[Finding]:
    """With a manifest: what other files ask for, each name once, but for those spoken of (`known`)."""
    if skill.manifest is None:
        return
    said: set[str] = set(known)
    for one in skill.discovery.declarations:
        if one.form is not Form.CONSTRAINTS and one.name is not None and one.name not in said:
            said.add(one.name)
            yield _asked_for(rule, skill.manifest, one, one.name)


def banned(rule: str, skill: Skill, policy: Policy) -> Iterator[Finding]:
    """With a manifest: each line of other files that asks for what the policy bans, at every level.

    Such a line is no declaration, so no other check decides on it. Without a manifest it is one.
    """
    if skill.manifest is None:
        return
    for one in skill.discovery.declarations:
        if one.form is not Form.CONSTRAINTS and one.name is not None:
            specifier = one.requirement.specifier if one.requirement else SpecifierSet()
            if (decision := ban(policy, one.name, specifier)) is not None:
                yield _denied(rule, one, one.name, decision)


def unread(rule: str, skill: Skill) -> Iterator[Finding]:
    """What discovery could not read or tell: nothing there counts as clean."""
    for problem in skill.discovery.not_understood:
        yield Finding(
            rule=rule,
            subject=visible(problem.location.file),
            severity=Severity.ERROR if _matters(skill, problem) else Severity.WARNING,
            message=f"not understood: {problem.message}",
            file=problem.location.file,
            line=problem.location.line,
            remedy=problem.remedy or "write it in a form that can be read without running it",
        )


def _asked_for(rule: str, manifest: str, one: Declaration, name: NormalizedName) -> Finding:
    return Finding(
        rule=rule,
        subject=name,
        severity=Severity.NOTE if one.group or one.tool else Severity.WARNING,
        message=f"{name} is asked for here ({one.form}), but not in skill.yaml",
        file=one.location.file,
        line=one.location.line,
        remedy=f"declare `{name}` in {visible(manifest)}, or remove this line",
    )


def _denied(rule: str, one: Declaration, name: NormalizedName, decision: Decision) -> Finding:
    at = f" ({decision.location})" if decision.location else ""
    return Finding(
        rule=rule,
        subject=name,
        severity=Severity.ERROR,
        message=visible(f"{name} is asked for here ({one.form}), and {decision.reason}{at}"),
        file=one.location.file,
        line=one.location.line,
        remedy="remove this line, or ask for another package or version",
    )


def _matters(skill: Skill, problem: Problem) -> bool:
    """Code that cannot be read may import anything; what other files declare counts without a manifest."""
    file = problem.location.file
    if problem.unexamined:
        return False  # `broken` decides; the finding shows the place
    return file in skill.python_files or (skill.manifest is None and file.lower().endswith(_MACHINE_READ))
