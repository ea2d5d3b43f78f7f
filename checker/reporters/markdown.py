"""The report for a pull request's comment or a step summary: GitHub's Markdown within a budget of characters.

It always begins with the decision. When not everything fits, the passing skills go first, then long texts,
then all but the worst findings of each skill, until counts and a pointer remain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.escape import shortened
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.gfm import cell, plain, prose
from checker.reporters.markdown_skill import Detail, section
from checker.reporters.page import PLAIN, Page

#: GitHub takes comments of 65,536 characters; the rest is for a marker and a footer around the report.
COMMENT_BUDGET = 64_000
_EVERYTHING = 1_000_000


class _Scope(NamedTuple):
    """How much a report holds: passing skills in the table, skills, lines of notes, and of each skill."""

    passing: bool
    skills: int
    notes: int
    detail: Detail


_SCOPES = (
    _Scope(True, _EVERYTHING, _EVERYTHING, Detail(findings=_EVERYTHING, text=4_000, output=8_000)),
    _Scope(False, _EVERYTHING, _EVERYTHING, Detail(findings=_EVERYTHING, text=1_000, output=2_000)),
    _Scope(False, _EVERYTHING, 50, Detail(findings=5, text=400, output=0)),
    _Scope(False, 60, 20, Detail(findings=1, text=200, output=0)),
    _Scope(False, 60, 5, Detail(findings=0, text=100, output=0)),
    _Scope(False, 0, 0, Detail(findings=0, text=60, output=0)),
)


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """The report for a comment."""
    del page  # Markdown has no width
    return report(verdict, COMMENT_BUDGET)


def report(verdict: Verdict, budget: int) -> str:
    """The fullest report of at most `budget` characters. `Verdict` in JSON holds what it leaves out."""
    for scope in _SCOPES:
        text = "\n\n".join(_blocks(verdict, scope)) + "\n"
        if len(text) <= budget:
            return text
    return shortened(f"Proctor: {wording.decision(verdict)}", budget)


def _blocks(verdict: Verdict, scope: _Scope) -> Iterator[str]:
    """Blocks of Markdown, to be parted by empty lines."""
    yield f"## Proctor: {wording.decision(verdict)}"
    yield f"{wording.summary(verdict)} · exit code {wording.exit_code(verdict)}"
    if verdict.error:
        yield prose(verdict.error, scope.detail.text)
    yield from _table(verdict, scope)
    for skill in wording.by_urgency(verdict)[: scope.skills]:
        yield from section(skill, scope.detail)
    if verdict.preview is not None:
        yield f"#### {wording.PREVIEW}"
        yield "\n".join(_preview(wording.preview(verdict.preview), scope))
    if asides := _asides(verdict, scope):
        yield "#### Not covered, and notes"
        yield "\n".join(asides)
    if scope is not _SCOPES[0]:
        yield "Shortened to fit: the JSON verdict holds everything."
    yield _footer(verdict, scope)


def _table(verdict: Verdict, scope: _Scope) -> Iterator[str]:
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


def _passing(verdict: Verdict, scope: _Scope) -> str:
    passing = sum(skill.decision is DecisionWord.PASS for skill in verdict.skills)
    return "" if scope.passing else f" ({passing} of {len(verdict.skills)} pass)"


def _row(skill: SkillVerdict, checks: tuple[str, ...], scope: _Scope) -> list[str]:
    statuses = (wording.cell(skill, check) for check in checks)
    words = [wording.STATUS[status] if status else "" for status in statuses]
    return [cell(skill.skill, scope.detail.text), skill.level or "", *words]


def _asides(verdict: Verdict, scope: _Scope) -> list[str]:
    lines = [*wording.shortfalls(verdict), *(("note", note) for note in verdict.notes)]
    return [f"- *{label}* {prose(sentence, scope.detail.text)}" for label, sentence in lines[: scope.notes]]


def _preview(lines: list[tuple[str, str]], scope: _Scope) -> Iterator[str]:
    """The lines that fit; the last, which counts the skills, always."""
    *told, last = lines
    for label, sentence in (*told[: scope.notes], last):
        yield f"- *{label}* {prose(sentence, scope.detail.text)}"
    if more := len(told) - len(told[: scope.notes]):
        yield f"- {wording.counted(more, 'line')} more"


def _footer(verdict: Verdict, scope: _Scope) -> str:
    labels = (("policy", verdict.policy), ("advisories", verdict.advisories))
    told = [wording.clock(verdict.now), *(f"{name}: {value}" for name, value in labels if value)]
    words = " · ".join(plain(shortened(text, scope.detail.text)) for text in told)
    return f"<sub>{cell(wording.revisions(verdict), scope.detail.text)} · {words}</sub>"
