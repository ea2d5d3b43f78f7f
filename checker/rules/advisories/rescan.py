"""Two verdicts on one repository → what changed and why, one row for each advisory. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from checker.model.outcome import Finding, Status
from checker.model.policy import Policy
from checker.model.rescan import Change, Moment, Rescan, Standing
from checker.model.severity import WORST_FIRST, Severity
from checker.model.verdict import SkillVerdict, Verdict
from checker.rules.advisories.rescan_causes import Causes, Reason
from checker.rules.osv.aliases import families

_ADVISORIES = "vulnerabilities"


class _Key(NamedTuple):
    """What makes two findings of one skill the same one, whatever its id and version are called now."""

    rule: str
    name: str
    subject: str
    message: str


class _Row(NamedTuple):
    """One finding of one skill that changed."""

    change: str
    reason: Reason
    key: _Key
    finding: Finding
    skill: str


def compare(previous: Verdict | None, current: Verdict, policy: Policy) -> Rescan:
    """What the current verdict says otherwise than the previous one. `policy` judged the current one."""
    family = families(
        (finding.subject, *finding.aliases)
        for verdict in (previous, current)
        if verdict is not None
        for skill in verdict.skills
        for finding in _findings(skill)
        if finding.rule == _ADVISORIES
    )
    changes: tuple[Change, ...] = ()
    if previous is not None:
        asked = {outcome.check for skill in current.skills for outcome in skill.outcomes}
        rows = _rows(Causes(previous, current, policy), family, asked)
        changes = (*_grouped(rows), *_statuses(Causes(previous, current, policy)))
    return Rescan(
        current=_moment(current),
        previous=_moment(previous) if previous is not None else None,
        changes=changes,
        standing=tuple(_standing(current, family)),
        unanswered=tuple(sorted(_unanswered(current))),
    )


def _rows(causes: Causes, family: Mapping[str, str], asked: set[str]) -> Iterator[_Row]:
    """Every difference between the findings of the checks that the current run asked."""
    before = {skill.skill: skill for skill in causes.previous.skills}
    after = {skill.skill: skill for skill in causes.current.skills}
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name), after.get(name)
        old = _keyed(was, family, asked)
        new = _keyed(is_, family, asked)
        for key in sorted(old.keys() | new.keys()):
            row = _row(causes, (was, is_), (old.get(key), new.get(key)))
            if row is not None:
                change, reason, finding = row
                yield _Row(change, reason, key, finding, name)


def _row(
    causes: Causes,
    skills: tuple[SkillVerdict | None, SkillVerdict | None],
    findings: tuple[Finding | None, Finding | None],
) -> tuple[str, Reason, Finding] | None:
    (was, is_), (old, new) = skills, findings
    if old is None and new is not None and is_ is not None:
        return "appeared", causes.appeared(new, was, is_), new
    if new is None and old is not None and was is not None:
        return "gone", causes.gone(old, was, is_), old
    if old is not None and new is not None and is_ is not None:
        reason = causes.changed(old, new, is_.skill)
        return ("changed", reason, new) if reason is not None else None
    return None


def _grouped(rows: Iterable[_Row]) -> tuple[Change, ...]:
    """One change for each advisory (or package), cause and reason, with all its skills."""
    groups: dict[tuple[str, str, Reason], list[_Row]] = {}
    for row in rows:
        what = row.key.subject if row.key.rule == _ADVISORIES else "|".join(row.key)
        groups.setdefault((row.change, what, row.reason), []).append(row)
    changes = [_change(group) for group in groups.values()]
    return tuple(sorted(changes, key=lambda c: (c.cause, _rank(c.severity), c.subject, c.change, c.why)))


def _change(group: list[_Row]) -> Change:
    first = group[0].finding
    return Change.model_validate(
        {
            "change": group[0].change,
            "cause": group[0].reason.cause,
            "rule": first.rule,
            "subject": first.subject,
            "severity": min((row.finding.severity for row in group), key=_rank),
            "why": group[0].reason.why,
            "aliases": first.aliases,
            "packages": _sorted(row.finding.package for row in group),
            "skills": _sorted(row.skill for row in group),
        }
    )


def _statuses(causes: Causes) -> Iterator[Change]:
    """Checks that could not be answered and now can, and the other way round."""
    before = {skill.skill: skill for skill in causes.previous.skills}
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for skill in causes.current.skills:
        was = before.get(skill.skill)
        old, new = _broken(was), _broken(skill)
        cause = causes.status(was, skill)
        for check in sorted(old.keys() | new.keys()):
            answered_before = was is not None and any(o.check == check for o in was.outcomes)
            if check in new and check not in old:
                rows.setdefault(("unanswered", cause, check, new[check]), []).append(skill.skill)
            elif check not in new and any(o.check == check for o in skill.outcomes) and answered_before:
                rows.setdefault(("answered", cause, check, f"before: {old[check]}"), []).append(skill.skill)
    for (change, whose, check, why), skills in sorted(rows.items()):
        fields = {"change": change, "cause": whose, "rule": check, "subject": check, "why": why}
        yield Change.model_validate({**fields, "severity": Severity.ERROR, "skills": _sorted(skills)})


def _standing(current: Verdict, family: Mapping[str, str]) -> Iterator[Standing]:
    """One row for each advisory that is found now, the worst first."""
    groups: dict[str, list[tuple[str, Finding]]] = {}
    for skill in current.skills:
        for finding in _findings(skill):
            if finding.rule == _ADVISORIES:
                groups.setdefault(family[finding.subject], []).append((skill.skill, finding))
    rows = [_stands(group) for group in groups.values()]
    yield from sorted(rows, key=lambda row: (_rank(row.severity), row.subject))


def _stands(group: list[tuple[str, Finding]]) -> Standing:
    first = group[0][1]
    effects: dict[str, set[str]] = {}
    for skill, finding in group:
        effects.setdefault(skill, set()).add(finding.effect or "fails")
    worst = {skill: _worst(found) for skill, found in effects.items()}
    return Standing(
        subject=first.subject,
        severity=min((finding.severity for _, finding in group), key=_rank),
        aliases=first.aliases,
        packages=_sorted(finding.package for _, finding in group),
        fails=_sorted(skill for skill, effect in worst.items() if effect == "fails"),
        warns=_sorted(skill for skill, effect in worst.items() if effect == "warns"),
        waived=_sorted(skill for skill, effect in worst.items() if effect == "waived"),
        upgrades=_sorted(finding.upgrade for _, finding in group),
    )


def _worst(effects: Container[str]) -> str:
    return next(effect for effect in ("fails", "warns", "waived") if effect in effects)


def _unanswered(current: Verdict) -> Iterator[str]:
    for skill in current.skills:
        for check, reason in _broken(skill).items():
            yield f"{skill.skill}: {check}: {reason}"


def _broken(skill: SkillVerdict | None) -> dict[str, str]:
    outcomes = skill.outcomes if skill is not None else ()
    return {o.check: o.reason or "no reason given" for o in outcomes if o.status is Status.BROKEN}


def _keyed(
    skill: SkillVerdict | None, family: Mapping[str, str], asked: Container[str]
) -> dict[_Key, Finding]:
    """Findings of a skill's checks that are among those `asked` by the current run."""
    outcomes = skill.outcomes if skill is not None else ()
    found = (finding for o in outcomes if o.check in asked for finding in o.findings)
    return {_key(finding, family): finding for finding in found}


def _key(finding: Finding, family: Mapping[str, str]) -> _Key:
    if finding.rule == _ADVISORIES:
        name = (finding.package or "").partition("==")[0]
        return _Key(finding.rule, name, family[finding.subject], "")
    return _Key(finding.rule, "", finding.subject, "" if finding.rule == "packages" else finding.message)


def _findings(skill: SkillVerdict) -> Iterator[Finding]:
    return (finding for outcome in skill.outcomes for finding in outcome.findings)


def _moment(verdict: Verdict) -> Moment:
    return Moment(
        now=verdict.now, head=verdict.head, advisories=verdict.advisories, decision=verdict.decision
    )


def _rank(severity: Severity) -> int:
    return WORST_FIRST.index(severity)


def _sorted(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))
