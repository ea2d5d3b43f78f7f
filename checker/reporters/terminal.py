"""The report for a terminal: the decision, a table of skills and checks, then what to do about each skill.

A skill that plainly passes takes its row in the table and nothing else. Symbols and words carry the meaning;
colour only helps. Imported when used: rich is slow to load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segments
from rich.table import Table
from rich.text import Text

from checker.escape import defused, visible
from checker.model.outcome import Status
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.page import PLAIN, Page
from checker.reporters.terminal_skill import DECISION_STYLE, Paragraph, section

#: Below this the table would lose words.
_NARROWEST = 60
#: The level column needs room beside five checks.
_ROOMY = 96
#: Room that a column needs beside its text, amply.
_GAP = 4
#: A name longer than this is folded; a cell is never narrower than its longest word.
_LONG_NAME, _CELL = 30, 8
_BY_WEIGHT = (Status.FAILED, Status.BROKEN, Status.PASSED, Status.SKIPPED, Status.NOT_APPLICABLE)
_STATUS_STYLE = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.BROKEN: "bold yellow",
    Status.SKIPPED: "dim",
    Status.NOT_APPLICABLE: "dim",
}


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """The whole report. Without colour it is plain text without trailing spaces."""
    page = page._replace(width=max(page.width, _NARROWEST))
    console = _console(page)
    for part in _merged(_parts(verdict, page), console):
        # What must stay in one piece (a command, a place) is left to the terminal to wrap.
        console.print(
            part, soft_wrap=isinstance(part, Segments), end="" if isinstance(part, Segments) else "\n"
        )
    text = defused(console.file.getvalue()) if isinstance(console.file, StringIO) else ""
    return text if page.color else re.sub(r" +$", "", text, flags=re.MULTILINE)


def _merged(parts: Iterable[RenderableType | Paragraph], console: Console) -> Iterator[RenderableType]:
    """Lines that need no more layout in one piece: rich takes its time for each piece, however small."""
    lines: list[Text] = []
    for part in parts:
        if isinstance(part, Paragraph):
            lines += part.lines(console)
        elif isinstance(part, Text) and (part.no_wrap or not part.plain):
            lines.append(part)
        else:
            yield _in_one(lines, console)
            lines = []
            yield part
    yield _in_one(lines, console)


def _in_one(lines: list[Text], console: Console) -> Segments:
    for line in lines:
        line.expand_tabs()
    return Segments(segment for line in lines for segment in line.render(console, end="\n"))


def _parts(verdict: Verdict, page: Page) -> Iterator[RenderableType | Paragraph]:
    yield from _header(verdict)
    if verdict.error:
        yield Text(f"\n{visible(verdict.error)}", style="bold red")
    if verdict.skills:
        yield _overview(verdict, page)
    for skill in wording.by_urgency(verdict):
        yield from section(skill)
    yield from _preview(verdict)
    yield from _asides(verdict)
    yield from _last(verdict)


def _header(verdict: Verdict) -> Iterator[Text]:
    yield Text.assemble(
        "proctor: ",
        (wording.decision(verdict), DECISION_STYLE[verdict.decision]),
        f"   {visible(wording.revisions(verdict))}   {wording.clock(verdict.now)}",
    )
    labels = (("policy", verdict.policy), ("advisories", verdict.advisories))
    told = " · ".join(f"{name}: {visible(value)}" for name, value in labels if value)
    if told:
        yield Text(told, style="dim")


def _table(verdict: Verdict, page: Page) -> Table:
    checks = wording.columns(verdict)
    roomy = page.width >= _ROOMY
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("\nskill", overflow="fold")
    if roomy:
        table.add_column("\nlevel", no_wrap=True)
    for check in checks:
        table.add_column(Text(f"\n{visible(check)}"), no_wrap=True)
    rows = [_row(skill, checks, roomy=roomy) for skill in verdict.skills]
    for row in _joined(rows, table, page.width):
        table.add_row(*row)
    return table


def _row(skill: SkillVerdict, checks: Sequence[str], *, roomy: bool) -> list[Text]:
    level = [Text(skill.level or "", style="dim")] if roomy else []
    return [_name(skill), *level, *(_cell(skill, check) for check in checks)]


def _joined(rows: Sequence[Sequence[Text]], table: Table, width: int) -> Sequence[Sequence[Text]]:
    """All rows as one of many lines, where no cell needs a second one: rich takes a second for 1,000 rows."""
    columns = list(zip(*rows, strict=True))
    heads = [cell_len(str(column.header)) for column in table.columns]
    widths = [
        max(head, *(cell.cell_len for cell in column)) for head, column in zip(heads, columns, strict=True)
    ]
    if sum(widths) + _GAP * len(widths) > width:
        return rows
    return [[Text("\n").join(column) for column in columns]]


def _overview(verdict: Verdict, page: Page) -> Table:
    """Skills by checks where a column for each fits; else each skill with what did not pass, by name."""
    checks = wording.columns(verdict)
    longest = max(len(visible(skill.skill)) for skill in verdict.skills)
    wide = min(longest, _LONG_NAME) + sum(max(len(visible(check)), _CELL) + 2 for check in checks)
    return _table(verdict, page) if wide <= page.width else _brief(verdict, checks)


def _brief(verdict: Verdict, checks: tuple[str, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("\nskill", overflow="fold")
    table.add_column(f"\n{len(checks)} checks", overflow="fold")
    for skill in verdict.skills:
        table.add_row(_name(skill), Text("  ").join(_groups(skill, checks)))
    return table


def _groups(skill: SkillVerdict, checks: tuple[str, ...]) -> Iterator[Text]:
    """`✗ fail lock, packages`, `✓ pass 4`: what failed or broke goes by its name."""
    for status in _BY_WEIGHT:
        named = [visible(check) for check in checks if wording.cell(skill, check) is status]
        text = ", ".join(named) if status in (Status.FAILED, Status.BROKEN) else str(len(named))
        if named:
            yield Text(f"{wording.STATUS[status]} {text}", style=_STATUS_STYLE[status])


def _name(skill: SkillVerdict) -> Text:
    plain = skill.decision is DecisionWord.PASS
    return Text(visible(skill.skill), style="" if plain else "bold")


def _cell(skill: SkillVerdict, check: str) -> Text:
    status = wording.cell(skill, check)
    return Text(wording.STATUS[status], style=_STATUS_STYLE[status]) if status else Text("")


def _preview(verdict: Verdict) -> Iterator[RenderableType]:
    """What the change would do to the policy, and to which skills."""
    if verdict.preview is None:
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, sentence in wording.preview(verdict.preview):
        grid.add_row(Text(f"  {label}", style="dim"), Text(visible(sentence)))
    yield Text(f"\n{wording.PREVIEW}", style="bold")
    yield grid


def _asides(verdict: Verdict) -> Iterator[RenderableType]:
    """What nobody asked, what did not run, and what else a reviewer should know."""
    lines = [*wording.shortfalls(verdict), *(("note", note) for note in verdict.notes)]
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, sentence in lines:
        grid.add_row(Text(label, style="dim"), Text(visible(sentence)))
    if lines:
        yield Text("")
        yield grid


def _last(verdict: Verdict) -> Iterator[Text]:
    yield Text("")
    yield Text.assemble(
        (wording.decision(verdict), DECISION_STYLE[verdict.decision]),
        f" (exit code {wording.exit_code(verdict)}) · {wording.summary(verdict)}",
    )


def _console(page: Page) -> Console:
    """A console that looks at nothing but `page`: no environment, no Jupyter, no Windows API."""
    return Console(
        file=StringIO(),
        width=page.width,
        height=25,  # never used, but without one every part asks the system for the terminal's size
        color_system="standard" if page.color else None,
        force_terminal=page.color,
        force_jupyter=False,
        legacy_windows=False,
        no_color=not page.color,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
