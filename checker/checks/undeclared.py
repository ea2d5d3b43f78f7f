"""`undeclared`: does the skill declare what its code imports, and is what it declares read from one place?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import NormalizedName

from checker.escape import visible
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.discovery import Declaration, Form, Source
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam
from checker.model.policy import Policy
from checker.model.problem import Problem
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.overlap import overlapped
from checker.rules.code.besides import banned, besides, unread
from checker.rules.code.uses import Provided, Use, module_names, provided_by, uses
from checker.rules.commands import lock_command
from checker.tools import Tools

RULE = "undeclared"
NEEDS: tuple[str, ...] = ("manifest", "lock", "sources")
#: Skills whose wheels are fetched at the same time: each waits for downloads, most of them small.
_AT_ONCE = 4
#: Sources that are packages (an index or an option is none).
_PLACES = (Source.URL, Source.VCS, Source.PATH, Source.EDITABLE)


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Hold every import against the declarations; locked wheels are opened where names alone do not tell."""
    known = {examinee.skill.id: _by_name(examinee.skill, exam.policy) for examinee in exam.examinees}

    def by_wheels(skill: Skill) -> Outcome:
        provided = provided_by(skill, exam.policy, tools.wheels, earlier)
        return _Judge(skill, exam.policy, provided).outcome()

    doubtful = [examinee.skill for examinee in exam.examinees if known[examinee.skill.id] is None]
    opened = iter(overlapped(by_wheels, doubtful, _AT_ONCE, "undeclared"))
    return Answers(outcomes=tuple(outcome or next(opened) for outcome in known.values()))


def _by_name(skill: Skill, policy: Policy) -> Outcome | None:
    """The outcome, where names alone tell; None where the wheels could settle what they leave open."""
    judge = _Judge(skill, policy, {})
    return None if judge.in_doubt else judge.outcome()


@dataclass(frozen=True)
class _Judge:
    """One skill, with what its wheels are known to hold."""

    skill: Skill
    policy: Policy
    provided: Provided

    def outcome(self) -> Outcome:
        skill = self.skill
        if skill.unusable is not None:
            return Outcome.broken(RULE, skill.id, skill.unusable.message)
        found = skill.discovery
        if not (found.imports or found.declarations or found.not_understood or skill.python_files):
            return Outcome.not_applicable(RULE, skill.id, "has no Python files and declares nothing")
        imported = {name for use in self.uses for name in use.candidates.names}
        bans = tuple(banned(RULE, skill, self.policy))
        findings = (
            *self._imports(),
            *bans,
            *besides(RULE, skill, {*imported, *self.declared, *(ban.subject for ban in bans)}),
            *unread(RULE, skill),
        )
        if gaps := [_placed(problem) for problem in found.not_understood if problem.unexamined]:
            return Outcome.broken(RULE, skill.id, "; ".join(gaps), findings)
        return Outcome.of(RULE, skill.id, findings)

    @property
    def in_doubt(self) -> bool:
        """Whether names alone leave a use open that the wheels could settle."""
        return bool(self.skill.locks) and any(self._fits(use) is None for use in self.uses)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        return uses(self.skill, self.provided)

    @cached_property
    def declared(self) -> Mapping[NormalizedName, Location]:
        """What counts as declared: the packages, and without a manifest what comes from an address, too."""
        names = {package.name: package.location for package in self.skill.packages}
        if self.skill.manifest is None:
            names = {one.name: one.location for one in self._asking() if one.name} | names
        return names

    def _asking(self) -> Iterator[Declaration]:
        return (one for one in self.skill.discovery.declarations if one.form is not Form.CONSTRAINTS)

    def _fits(self, use: Use) -> NormalizedName | None:
        return next((name for name in use.candidates.names if name in self.declared), None)

    def _imports(self) -> Iterator[Finding]:
        locked = {d.name for lock in self.skill.locks.values() for d in lock.distributions}
        for use in self.uses:
            name = self._fits(use)
            if name is not None:
                yield from self._prose_only(use, name)
            elif brought := next((name for name in use.candidates.names if name in locked), None):
                yield self._finding(use, f"comes with {brought}, which is locked but not declared", soft=True)
            else:
                yield self._missing(use)

    def _prose_only(self, use: Use, name: NormalizedName) -> Iterator[Finding]:
        """Without a manifest: a line that only people read installs nothing before the code runs."""
        own = [one for one in self._asking() if one.name == name]
        if self.skill.manifest is None and own and all(one.in_prose for one in own):
            text = f"is declared only by an install line in prose ({visible(str(own[0].location))})"
            yield self._finding(use, text, soft=True)

    def _missing(self, use: Use) -> Finding:
        others = {one.name: one.location for one in self._asking() if one.name}
        there = next((name for name in use.candidates.names if name in others), None)
        optional = use.found.need == "optional"
        without = "; the skill goes on without it" if optional else ""
        if there is not None:
            at = visible(str(others[there]))
            return self._finding(use, f"is declared at {at}, but not in skill.yaml{without}", soft=optional)
        doubt = sorted(self._silent()) if use.candidates.basis in ("assumed", "unknown") else []
        if doubt:
            maybe = ", ".join(doubt[:5])
            return self._finding(use, f"may come from {maybe}, whose modules are not known here", soft=True)
        return self._finding(use, f"nothing declares{without}", soft=optional)

    def _silent(self) -> set[str]:
        """What is declared and may hold any module: distributions nobody knows, addresses without a name."""
        silent = {str(name) for name in self.declared if not module_names(name, self.provided)}
        unnamed = {f"`{one.text}`" for one in self._asking() if one.source in _PLACES and one.name is None}
        return silent | unnamed if self.skill.manifest is None else silent

    def _finding(self, use: Use, message: str, *, soft: bool) -> Finding:
        return Finding(
            rule=RULE,
            subject=visible(use.module),
            severity=Severity.WARNING if soft else Severity.ERROR,
            message=f"imports `{visible(use.module)}`{_provider(use)}, which {message}",
            file=use.location.file,
            line=use.location.line,
            remedy=self._remedy(use),
            aliases=use.candidates.names,
        )

    def _remedy(self, use: Use) -> str:
        skill, names = self.skill, use.candidates.names
        what = " or ".join(f"`{name}`" for name in names) or "the distribution that provides it"
        if skill.manifest is not None:
            write = f"declare {what} in {visible(skill.manifest)}"
        else:
            path = visible("skill.yaml" if skill.id == "." else f"{skill.id}/skill.yaml")
            others = " and the other packages it takes" if self.declared else ""
            write = f"write {path} with `version: 1` and {what}{others} under `packages:`"
        return f"{write}, then run {lock_command(skill)}"


def _placed(problem: Problem) -> str:
    """The problem's words, with its place where they do not tell it."""
    place = visible(problem.location.file)
    return problem.message if place in problem.message else f"{place}: {problem.message}"


def _provider(use: Use) -> str:
    names, basis = use.candidates
    if basis == "unknown" or not names:
        return " (from a distribution nobody knows)"
    what = " or ".join(names)
    if what == use.module:
        return ""
    return f" (presumably {what})" if basis == "assumed" else f" ({what})"
