"""Waivers: findings somebody accepted for a time. Pure.

A waiver names a skill (path glob), a rule and a subject. Whether it counts also depends on the day, on the
skill's level and on the finding; one that fits without counting says why, so that nobody trusts it in vain.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from packaging.utils import canonicalize_name

from checker.model.outcome import Finding, Outcome, Status
from checker.model.policy import Waiver
from checker.model.severity import Severity
from checker.rules.globs import matches


class Ruling(NamedTuple):
    """What one waiver means for one finding. `objection` is empty where it counts."""

    waiver: Waiver
    objection: str

    def __str__(self) -> str:
        """One line for the reader of a report."""
        if self.objection:
            return f"{_label(self.waiver)} does not count: {self.objection}"
        return (
            f"{self.waiver.location}, {self.waiver.owner}, until {self.waiver.expires}: {self.waiver.reason}"
        )


def of_skill(waivers: Iterable[Waiver], skill: str) -> tuple[Waiver, ...]:
    """The waivers that speak of a skill, in the order of their places."""
    return tuple(sorted((w for w in waivers if matches(w.skill, skill)), key=_place))


def rule(finding: Finding, waivers: Sequence[Waiver], today: dt.date, max_days: int) -> Ruling | None:
    """The ruling on a finding: by the first waiver that counts, else by the first that fits, else None.

    `waivers` are those of the finding's skill, `max_days` its level's cap.
    """
    fitting = [w for w in waivers if w.rule == finding.rule and _names(w.subject, finding)]
    rulings = [Ruling(w, _objection(w, finding, today, max_days)) for w in fitting]
    return min(rulings, key=lambda ruling: bool(ruling.objection), default=None)


def fitting(finding: Finding, waivers: Iterable[Waiver], skill: str) -> tuple[Waiver, ...]:
    """The waivers that speak of this finding of this skill, counting or not."""
    named = (w for w in of_skill(waivers, skill) if w.rule == finding.rule)
    return tuple(w for w in named if _names(w.subject, finding))


def unheeded(
    waivers: Iterable[Waiver],
    rulings: Iterable[Ruling],
    judged: Mapping[str, Sequence[Outcome]],
    today: dt.date,
) -> tuple[str, ...]:
    """Sentences on the waivers that did nothing: those that fit without counting, the expired, the unused.

    Only waivers that speak of an examined skill are named (`judged`: outcomes by skill).
    """
    rulings = set(rulings)
    said = {str(ruling) for ruling in rulings if ruling.objection}
    for waiver in set(waivers) - {ruling.waiver for ruling in rulings}:
        outcomes = [o for skill, found in judged.items() if matches(waiver.skill, skill) for o in found]
        if outcomes and today > waiver.expires:
            said.add(f"{_label(waiver)} does not count: {_expired(waiver)}")
        elif outcomes and _answered(waiver, outcomes):
            said.add(f"{_label(waiver)} is unused: no finding of this run needs it")
    return tuple(sorted(said))


def no_such_rule(waiver: Waiver, rules: Collection[str]) -> str:
    """Why the waiver can never accept anything: none of these rules has its name; "" where one has."""
    if waiver.rule in rules:
        return ""
    close = difflib.get_close_matches(waiver.rule[:80].lower(), sorted(rules), n=1)
    hint = f" (did you mean `{close[0]}`?)" if close else ""
    return f"no check is named `{waiver.rule}`{hint}"


def misnamed(waivers: Iterable[Waiver], rules: Collection[str]) -> tuple[str, ...]:
    """Sentences on the waivers whose rule is a slip: nobody should trust in them."""
    named = ((waiver, no_such_rule(waiver, rules)) for waiver in waivers)
    return tuple(sorted({f"{_label(waiver)} accepts nothing: {why}" for waiver, why in named if why}))


def _objection(waiver: Waiver, finding: Finding, today: dt.date, max_days: int) -> str:
    if finding.severity is Severity.MALICIOUS:
        return "malicious packages cannot be waived"
    if today > waiver.expires:
        return _expired(waiver)
    if max_days == 0:
        return "the skill's level takes no waivers"
    if (waiver.expires - today).days > max_days:
        return f"{waiver.expires} is more than the {max_days} days away that the skill's level allows"
    if waiver.until_fixed and finding.fixed:
        return "it holds until a fix exists, and there is one"
    return ""


def _names(subject: str, finding: Finding) -> bool:
    """Tell whether a waiver's subject is one of the finding's names.

    Names in PEP 503 normal form are compared as such (`PyYAML` is `pyyaml`), everything else (files, modules,
    hosts, advisories) by its exact text. A finding on `name==version` also goes by the name.
    """
    names = {finding.subject, finding.subject.partition("==")[0], *finding.aliases}
    normal = canonicalize_name(subject)
    return subject in names or any(name == normal == canonicalize_name(name) for name in names)


def _answered(waiver: Waiver, outcomes: Sequence[Outcome]) -> bool:
    """Tell whether the waiver's finding would have been seen: a check that did not run finds nothing."""
    silent = (Status.SKIPPED, Status.BROKEN)
    own = [o for o in outcomes if o.check == waiver.rule]
    return bool(outcomes) and not any(o.status in silent for o in own or outcomes)


def _expired(waiver: Waiver) -> str:
    return f"it expired on {waiver.expires}"


def _label(waiver: Waiver) -> str:
    return f"waiver at {waiver.location} ({waiver.rule}, {waiver.subject})"


def _place(waiver: Waiver) -> tuple[str, int, str]:
    return (waiver.location.file, waiver.location.line or 0, repr(waiver))
