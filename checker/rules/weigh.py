"""Weigh one skill's outcomes by the policy: does a finding fail, warn, or is it waived? Pure and total."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.model.level import Level
from checker.model.outcome import Finding, Outcome, Status
from checker.model.policy import AdvisorySettings, LevelSettings, Policy, Waiver
from checker.model.severity import WORST_FIRST, Severity
from checker.model.verdict import DecisionWord
from checker.rules.advisories.lenience import due, excuse
from checker.rules.waivers import Ruling, of_skill, rule


@dataclass(frozen=True)
class Scale:
    """What one skill is judged by: its level's settings, the waivers that speak of it, the day."""

    settings: LevelSettings | None
    accepted: tuple[Waiver, ...]
    today: dt.date
    on_broken: DecisionWord
    advisories: AdvisorySettings

    @classmethod
    def of(cls, policy: Policy, skill: str, level: Level, today: dt.date) -> Scale:
        """The scale for a skill at a level."""
        on_broken = DecisionWord.FAIL if policy.on_broken == "fail" else DecisionWord.INCONCLUSIVE
        accepted = of_skill(policy.waivers, skill)
        return cls(policy.levels.get(level), accepted, today, on_broken, policy.advisories)

    def weighed(self, outcome: Outcome) -> Outcome:
        """The outcome with each finding's effect, the worst first, and the status that follows from them."""
        findings = tuple(sorted(map(self._judged, outcome.findings), key=_order))
        return outcome.model_copy(update={"findings": findings, "status": _status(outcome, findings)})

    def decision(self, weighed: Sequence[Outcome]) -> DecisionWord:
        """What weighed outcomes come to. None at all is no pass."""
        if any(o.status is Status.FAILED or any(f.effect == "fails" for f in o.findings) for o in weighed):
            return DecisionWord.FAIL
        if not weighed or any(o.status is Status.BROKEN for o in weighed):
            return self.on_broken
        return DecisionWord.PASS

    def rulings(self, outcomes: Iterable[Outcome]) -> list[Ruling]:
        """What the waivers mean for these outcomes, counting or not."""
        found = (self._ruling(finding) for outcome in outcomes for finding in outcome.findings)
        return [ruling for ruling in found if ruling is not None]

    def _judged(self, finding: Finding) -> Finding:
        ruling = self._ruling(finding)
        fails = self._fails(finding.severity)
        # What a waiver accepts needs no excuse, what warns anyway neither.
        reason = excuse(finding, self.settings, self.advisories, self.today) if fails else None
        effect = "warns" if reason or not fails else "fails"
        if ruling is not None and not ruling.objection:
            effect, reason = "waived", None
        last = due(finding, self.settings, self.today) if fails else None
        said = {"effect": effect, "excuse": reason, "due": last, "waiver": str(ruling) if ruling else None}
        return finding.model_copy(update=said)

    def _ruling(self, finding: Finding) -> Ruling | None:
        return rule(finding, self.accepted, self.today, self.settings.max_waiver_days if self.settings else 0)

    def _fails(self, severity: Severity) -> bool:
        """Weigh by the level's threshold; a level without settings has the strictest one."""
        if self.settings is None:
            return severity.reaches(Severity.LOW)
        return severity.reaches(self.settings.fail_on, unknown_fails=self.settings.unknown_severity == "fail")


_EFFECTS = ("fails", "warns", "waived")


def _order(finding: Finding) -> tuple[int, int, str, str, str, int, str]:
    """A total order, so that the order in which a check found things never shows."""
    return (
        _EFFECTS.index(finding.effect or "fails"),
        WORST_FIRST.index(finding.severity),
        finding.rule,
        finding.subject,
        finding.file or "",
        finding.line or 0,
        repr(finding),
    )


def _status(outcome: Outcome, findings: Sequence[Finding]) -> Status:
    """`failed` only while a finding fails, or where the check failed without saying what it found."""
    if outcome.status is Status.BROKEN:
        return Status.BROKEN
    if any(finding.effect == "fails" for finding in findings):
        return Status.FAILED
    return Status.PASSED if outcome.status is Status.FAILED and findings else outcome.status
