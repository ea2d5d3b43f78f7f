"""The Markdown report, block by block, as much of it as a scope allows.

It always begins with the decision. `budget.py` picks the widest scope that fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from checker.escape import shortened
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.gfm import cell, plain, prose
from checker.reporters.markdown_skill import Detail, section

#: An address that may stand as a link: nothing in it means anything to Markdown or HTML.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9./:_?=&%+#~-]*")
#: Rules that are counted by name where no skill is shown.
_MOST_RULES = 20


class Scope(NamedTuple):
    """How much a report holds: passing skills in the table, skills, lines of notes, and of each skill."""

    passing: bool
    skills: int
    notes: int
    detail: Detail
    whole: bool = False


def blocks(verdict: Verdict, scope: Scope, pointer: str = "") -> Iterator[str]:
    """Blocks of Markdown, to be parted by empty lines. `pointer` says where the rest is, if not in JSON."""
    yield f"## Proctor: {wording.decision(verdict)}"
    yield f"{wording.summary(verdict)} · exit code {wording.exit_code(verdict)}"
    if verdict.error:
        yield prose(verdict.error, scope.detail.text)
    yield from _table(verdict, scope)
    yield from _skills(verdict, scope)
    if verdict.preview is not None:
        yield f"#### {wording.PREVIEW}"
        yield "\n".join(_preview(wording.preview(verdict.preview), scope))
    if asides := _asides(verdict, scope):
        yield "#### Not covered, and notes"
        yield "\n".join(asides)
    if not scope.whole:
        yield f"Shortened to fit: {_pointer(pointer)} holds everything."
    yield _footer(verdict, scope)


def _pointer(pointer: str) -> str:
    """An address becomes a link, words stay words."""
    if _ADDRESS.fullmatch(pointer):
        return f"<{pointer}>"
    return prose(pointer, 200) if pointer.strip() else "the JSON verdict"


def _skills(verdict: Verdict, scope: Scope) -> Iterator[str]:
    if not scope.skills:
        yield from _by_rule(verdict)
    for skill in wording.by_urgency(verdict)[: scope.skills]:
        yield from section(skill, scope.detail)


def _by_rule(verdict: Verdict) -> Iterator[str]:
    """How many findings each rule has, the most first: what is left when no skill fits."""
    counts = Counter(finding.rule for skill in verdict.skills for finding in wording.findings(skill))
    named = [f"{prose(rule, 60)} {count}" for rule, count in counts.most_common(_MOST_RULES)]
    if named:
        yield f"Findings by rule: {', '.join(named)}{', and others' if len(counts) > len(named) else ''}."


def _table(verdict: Verdict, scope: Scope) -> Iterator[str]:
    shown = [s for s in verdict.skills if scope.passing or not wording.is_plain(s)][: scope.skills]
    checks = wording.columns(verdict)
    if shown:
        rows = [
            ["skill", "level", *(plain(shortened(check, scope.detail.text)) for check in checks)],
            ["---"] * (len(checks) + 2),
            *(_row(skill, checks, scope) for skill in shown),
        ]
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
    if left_out := len(verdict.skills) - len(shown):
        yield f"{wording.counted(left_out, 'skill')} not in the table{_passing(verdict, scope)}."


def _passing(verdict: Verdict, scope: Scope) -> str:
    passing = sum(skill.decision is DecisionWord.PASS for skill in verdict.skills)
    return "" if scope.passing else f" ({passing} of {len(verdict.skills)} pass)"


def _row(skill: SkillVerdict, checks: tuple[str, ...], scope: Scope) -> list[str]:
    statuses = (wording.cell(skill, check) for check in checks)
    words = [wording.STATUS[status] if status else "" for status in statuses]
    return [cell(skill.skill, scope.detail.text), skill.level or "", *words]


def _asides(verdict: Verdict, scope: Scope) -> list[str]:
    lines = [*wording.shortfalls(verdict), *(("note", note) for note in verdict.notes)]
    return [f"- *{label}* {prose(sentence, scope.detail.text)}" for label, sentence in lines[: scope.notes]]


def _preview(lines: list[tuple[str, str]], scope: Scope) -> Iterator[str]:
    """The lines that fit; the last, which counts the skills, always."""
    *told, last = lines
    for label, sentence in (*told[: scope.notes], last):
        yield f"- *{label}* {prose(sentence, scope.detail.text)}"
    if more := len(told) - len(told[: scope.notes]):
        yield f"- {wording.counted(more, 'line')} more"


def _footer(verdict: Verdict, scope: Scope) -> str:
    labels = (("policy", verdict.policy), ("advisories", verdict.advisories))
    told = [wording.clock(verdict.now), *(f"{name}: {value}" for name, value in labels if value)]
    words = " · ".join(plain(shortened(text, scope.detail.text)) for text in told)
    return f"<sub>{cell(wording.revisions(verdict), scope.detail.text)} · {words}</sub>"
