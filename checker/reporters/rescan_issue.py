"""A rescan as the text of an issue: what stands, and below it what changed last and why.

What stands is told without times, revisions and versions of databases: the same state is the same text, so
that an issue is only touched where something is new.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.outcome import Finding
from checker.model.rescan import Change, Rescan, Standing
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.gfm import cell, prose

#: Bytes of the two halves; together they fit the body of an issue with its marker.
_STANDING, _CHANGES = 40_000, 20_000
_SIGNS = {
    "appeared": "new",
    "gone": "gone",
    "changed": "changed",
    "unanswered": "unanswered",
    "answered": "answered",
}


def standing(rescan: Rescan, verdict: Verdict, skill: str | None = None) -> str:
    """What stands, of all skills or of one: advisories, denied packages, and what could not be checked."""
    skills = [s for s in verdict.skills if skill in (None, s.skill) and s.decision is not DecisionWord.PASS]
    rows = [row for row in rescan.standing if skill is None or skill in row.fails]
    lines = [
        *(_advisory(row, skills, skill) for row in rows if row.fails),
        *(line for one in skills for line in _others(one)),
    ]
    head = _head(skills, skill)
    return _fitting(head, lines, _STANDING)


def changes(rescan: Rescan, skill: str | None = None) -> str:
    """What changed since the last run and why, with its time; "" where nothing did."""
    told = [change for change in rescan.changes if skill is None or skill in change.skills]
    if not told:
        return ""
    head = f"#### Latest changes, {wording.clock(rescan.current.now)}"
    return _fitting(head, [_change(change) for change in told], _CHANGES)


def _head(skills: list[SkillVerdict], skill: str | None) -> str:
    if not skills:
        return "Every lock passes."
    shown = ", ".join(cell(one.skill, 200) for one in skills[:20])
    more = f" and {len(skills) - 20} more" if len(skills) > 20 else ""
    verb = "does" if len(skills) == 1 else "do"
    return (
        f"{shown}{more} {verb} not pass any more. This issue is kept up to date, and closed when "
        f"{'every lock passes' if skill is None else 'it passes'}."
    )


def _advisory(row: Standing, skills: list[SkillVerdict], skill: str | None) -> str:
    where = "" if skill is not None else f" in {_some(row.fails)}"
    names = {row.subject, *row.aliases}
    todo = dict.fromkeys(
        finding.remedy
        for one in skills
        for outcome in one.outcomes
        for finding in outcome.findings
        if finding.remedy and finding.effect == "fails" and finding.subject in names
    )
    told = "".join(f"; {prose(remedy, 300)}" for remedy in list(todo)[:3])
    return f"- **{row.severity}** {cell(row.subject, 100)} {_some(row.packages)}{where}{told}"


def _others(skill: SkillVerdict) -> Iterator[str]:
    """Findings that are no advisories, and checks without an answer."""
    for outcome in skill.outcomes:
        for finding in outcome.findings:
            if outcome.check != "vulnerabilities" and finding.effect in ("fails", None):
                yield _finding(skill, finding)
        if outcome.status == "broken":
            reason = prose(outcome.reason or "no reason given", 300)
            yield f"- **not checked** {cell(outcome.check, 50)} of {cell(skill.skill, 200)}: {reason}"


def _finding(skill: SkillVerdict, finding: Finding) -> str:
    todo = f" {prose(finding.remedy, 300)}" if finding.remedy else ""
    about = f"{cell(finding.subject, 100)} in {cell(skill.skill, 200)}"
    return f"- **{finding.severity}** {about}: {prose(finding.message, 300)}{todo}"


def _change(change: Change) -> str:
    about = f" {_some(change.packages)}" if change.packages else ""
    return (
        f"- *{_SIGNS[change.change]}* {cell(change.subject, 100)}{about} ({change.cause}): "
        f"{prose(change.why, 300)}; in {_some(change.skills)}"
    )


def _some(texts: tuple[str, ...]) -> str:
    more = f" and {len(texts) - 10} more" if len(texts) > 10 else ""
    return ", ".join(cell(text, 200) for text in texts[:10]) + more


def _fitting(head: str, lines: list[str], limit: int) -> str:
    """The lines that fit, and how many do not."""
    kept: list[str] = []
    room = limit - len(head.encode()) - 100
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    more = len(lines) - len(kept)
    left = [f"- and {more} more: `proctor rescan` tells them all"] if more else []
    return "\n".join([head, *([""] if lines else []), *kept, *left])
