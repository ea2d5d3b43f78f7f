"""Why a finding appeared, went away or counts otherwise. Pure: two verdicts and today's policy come in.

The pins that a verdict keeps tell what the repository did; the engines and the database's digest tell what
was asked; dates of the policy tell what ran out. What none of them explains is the database's doing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from packaging.utils import canonicalize_name

from checker.model.outcome import Finding, Status
from checker.model.policy import PackageStatus, Policy
from checker.model.rescan import Cause
from checker.model.verdict import SkillVerdict, Verdict
from checker.rules.waivers import fitting

_DIGEST = re.compile(r"sha256:[0-9a-f]+")
#: Engines that answer no question about advisories.
_OTHERS = ("docker", "package index")
_SILENT = (Status.BROKEN, Status.SKIPPED)


class Reason(NamedTuple):
    """A cause, and the same in words."""

    cause: Cause
    why: str


@dataclass(frozen=True)
class Causes:
    """Judges one pair of verdicts."""

    previous: Verdict
    current: Verdict
    policy: Policy

    def appeared(self, finding: Finding, before: SkillVerdict | None, after: SkillVerdict) -> Reason:
        """Why there is a finding that was not there."""
        if before is None:
            return Reason(Cause.REPOSITORY, "the skill was not examined before")
        if silence := _silence(before, finding.rule):
            return Reason(Cause.ENGINE, f"was not answered before: {silence}")
        if finding.rule == "packages":
            return self._denied(finding, before, after)
        if finding.rule != "vulnerabilities":
            return self._elsewhere()
        if finding.package is not None and finding.package not in before.pins:
            return Reason(Cause.REPOSITORY, f"{finding.package} was not locked before")
        if finding.published is not None and finding.published > self.previous.now:
            return Reason(Cause.NEW_ADVISORY, f"published on {finding.published:%Y-%m-%d}")
        return self._asked_otherwise() or Reason(Cause.NEW_ADVISORY, "the database did not say so before")

    def gone(self, finding: Finding, before: SkillVerdict, after: SkillVerdict | None) -> Reason:
        """Why a finding is no longer there."""
        if after is None:
            return Reason(Cause.REPOSITORY, "the skill is gone")
        if silence := _silence(after, finding.rule):
            return Reason(Cause.ENGINE, f"is not answered now: {silence}")
        if finding.rule != "vulnerabilities":
            return self._elsewhere()
        if finding.package is not None and finding.package not in after.pins:
            return Reason(Cause.REPOSITORY, _replaced(finding.package, after.pins))
        return self._asked_otherwise() or Reason(Cause.WITHDRAWN, "the database no longer says so")

    def changed(self, old: Finding, new: Finding, skill: str) -> Reason | None:
        """Why a finding that stayed counts otherwise; None where it does not."""
        if old.effect == "waived" != new.effect:
            return self._waiver_ended(old, new, skill)
        if old.severity is not new.severity:
            return Reason(Cause.ENGINE, f"rated {new.severity}, was {old.severity}")
        if not old.fixed and new.fixed:
            return Reason(Cause.ENGINE, "there is a fixed version now")
        if old.effect == new.effect:
            return None
        last = new.due or old.due
        if new.effect == "fails" and last is not None and self._ran_out(last):
            return Reason(Cause.DEADLINE, f"was to be fixed by {last}")
        return Reason(Cause.REPOSITORY, f"{new.effect} by the policy as it is now, {old.effect} before")

    def status(self, before: SkillVerdict | None, after: SkillVerdict) -> Cause:
        """Whose doing it is that a check cannot be answered for a skill, or can again."""
        same = before is not None and before.pins == after.pins
        return Cause.ENGINE if same else Cause.REPOSITORY

    def _denied(self, finding: Finding, before: SkillVerdict, after: SkillVerdict) -> Reason:
        own = finding.subject.partition("==")[0]
        names = [own, *(pin.partition("==")[0] for pin in after.pins)]
        if finding.subject in before.pins and (expired := next(self._expired(names), None)):
            return Reason(Cause.APPROVAL, expired)
        return Reason(Cause.REPOSITORY, "the registry or the lock is another one than before")

    def _expired(self, names: Iterable[str]) -> Iterator[str]:
        for name in dict.fromkeys(map(canonicalize_name, names)):
            for entry in self.policy.entries.get(name, ()):
                if entry.status is PackageStatus.APPROVED and entry.expires and self._ran_out(entry.expires):
                    yield f"the approval of {name} ({entry.location}) expired on {entry.expires}"

    def _waiver_ended(self, old: Finding, new: Finding, skill: str) -> Reason:
        waivers = fitting(new, self.policy.waivers, skill)
        ended = next((w for w in waivers if self._ran_out(w.expires)), None)
        if ended is not None:
            return Reason(Cause.WAIVER, f"the waiver at {ended.location} expired on {ended.expires}")
        if not old.fixed and new.fixed and any(w.until_fixed for w in waivers):
            return Reason(Cause.ENGINE, "there is a fixed version now, until which the waiver held")
        return Reason(Cause.REPOSITORY, "the waiver was changed or taken away")

    def _elsewhere(self) -> Reason:
        """For findings about the files themselves: the same commit is only judged otherwise from outside."""
        if self.previous.head == self.current.head and re.fullmatch(r"[0-9a-f]{40,64}", self.current.head):
            return Reason(Cause.ENGINE, "the repository is the same: the index answers otherwise")
        return Reason(Cause.REPOSITORY, "the files are other ones than before")

    def _asked_otherwise(self) -> Reason | None:
        """Whether other engines, or another kind of database, were asked than last time."""
        old, new = _engines(self.previous), _engines(self.current)
        if old != new:
            words = f"asked {', '.join(sorted(new)) or 'nobody'}, before {', '.join(sorted(old)) or 'nobody'}"
            return Reason(Cause.ENGINE, words)
        before, now = self.previous.advisories, self.current.advisories
        digests = _DIGEST.findall(before), _DIGEST.findall(now)
        if bool(digests[0]) != bool(digests[1]):
            return Reason(Cause.ENGINE, "advisories come from another source than before")
        if digests[0] and digests[0] == digests[1]:
            return Reason(Cause.ENGINE, "the database is the same: the engine answers otherwise")
        return None

    def _ran_out(self, last: dt.date) -> bool:
        """Whether `last` still counted at the previous verdict and does not now."""
        return self.previous.now.date() <= last < self.current.now.date()


def _silence(skill: SkillVerdict, check: str) -> str:
    """Why a check said nothing of a skill; empty where it answered."""
    own = [outcome for outcome in skill.outcomes if outcome.check == check]
    if not own:
        return "it was not asked"
    return next((o.reason or o.status for o in own if o.status in _SILENT), "")


def _engines(verdict: Verdict) -> frozenset[str]:
    """The advisory engines that answered, with versions."""
    return frozenset(
        f"{e.name} {e.version}".strip() for e in verdict.engines if e.ran and e.name not in _OTHERS
    )


def _replaced(package: str, pins: Iterable[str]) -> str:
    name = package.partition("==")[0]
    now = next((pin for pin in pins if pin.partition("==")[0] == name), None)
    return f"{now} is locked now" if now else f"{package} is no longer locked"
