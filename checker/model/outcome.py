"""What a check says of a skill."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal, Self

from checker.model.base import Frozen, Location
from checker.model.dependency import Dependency
from checker.model.evidence import SandboxEvidence
from checker.model.severity import Severity


class Status(StrEnum):
    """The five ways a (check, skill) pair ends. There is no sixth: whatever went wrong is `broken`."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"
    BROKEN = "broken"


class Finding(Frozen):
    """One thing to act on.

    `rule` is the id of the rule (its docs anchor), `subject` what it is about (a package, an advisory, a
    file), `remedy` what to do with the exact command. `fixed` tells whether a version without the flaw exists
    (None: the question does not arise, or nobody knows). `effect` is set by the judge: a finding `fails` the
    skill, only `warns`, or was `waived`. Then `waiver` says by what; else why a fitting one does not count.
    `reported_by` are the advisory engines that found it.

    Of an advisory: `package` is the affected pin (`name==version`), `published` when it became known,
    `in_base` whether the merge base's lock had it already (None: not compared), `upgrade` the smallest change
    of a declaration that clears it (`name>=version`). The judge adds `due`, the last day to fix it, and
    `excuse`, why it only warns although it reaches the threshold.
    """

    rule: str
    subject: str
    severity: Severity
    message: str
    file: str | None = None
    line: int | None = None
    remedy: str = ""
    chain: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    reported_by: tuple[str, ...] = ()
    fixed: bool | None = None
    effect: Literal["fails", "warns", "waived"] | None = None
    waiver: str | None = None
    package: str | None = None
    published: dt.datetime | None = None
    in_base: bool | None = None
    upgrade: str | None = None
    due: dt.date | None = None
    excuse: str | None = None

    @property
    def location(self) -> Location | None:
        """The place to look at, if the finding has one."""
        return Location(file=self.file, line=self.line) if self.file else None


class Outcome(Frozen):
    """How one check ended for one skill (`skill` is its repository-relative folder).

    `dependencies` are what the lock of the policy's first target brings, as `packages` decided on it.
    """

    check: str
    skill: str
    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    evidence: SandboxEvidence | None = None
    dependencies: tuple[Dependency, ...] = ()

    @classmethod
    def of(cls, check: str, skill: str, findings: tuple[Finding, ...], reason: str = "") -> Self:
        """`failed` when there are findings, `passed` when there are none; the judge weighs them."""
        status = Status.FAILED if findings else Status.PASSED
        return cls(check=check, skill=skill, status=status, reason=reason, findings=findings)

    @classmethod
    def broken(cls, check: str, skill: str, reason: str, findings: tuple[Finding, ...] = ()) -> Self:
        """Asked, and could not be answered. What was found before that still counts."""
        return cls(check=check, skill=skill, status=Status.BROKEN, reason=reason, findings=findings)

    @classmethod
    def skipped(cls, check: str, skill: str, reason: str) -> Self:
        """Not asked, because the policy or a flag says so."""
        return cls(check=check, skill=skill, status=Status.SKIPPED, reason=reason)

    @classmethod
    def not_applicable(cls, check: str, skill: str, reason: str) -> Self:
        """The question does not arise for this skill."""
        return cls(check=check, skill=skill, status=Status.NOT_APPLICABLE, reason=reason)
