"""One skill's section of the terminal report: what failed, why, where, and the exact thing to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from checker.escape import shortened, visible
from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding
from checker.model.verdict import DecisionWord, SkillVerdict
from checker.reporters import evidence, wording

DECISION_STYLE = {
    DecisionWord.PASS: "bold green",
    DecisionWord.FAIL: "bold red",
    DecisionWord.INCONCLUSIVE: "bold yellow",
}
#: Of a failed phase's output, what stands last says most.
_OUTPUT_LINES = 40
_OUTPUT_COLUMNS = 400
_EFFECT = {"fails": ("✗", "bold red"), "warns": ("!", "yellow"), "waived": (wording.DASH, "dim")}


class Paragraph(NamedTuple):
    """A text that keeps its left edge beside what leads it: blanks, a symbol, a label."""

    lead: Text
    text: Text

    def lines(self, console: Console) -> list[Text]:
        """The lines it takes on the console. rich's own padding and grids take fifty times as long."""
        indent = cell_len(self.lead.plain)
        room = max(console.width - indent, 1)
        if "\n" not in self.text.plain and cell_len(self.text.plain) <= room:
            return [self.lead + self.text]
        first, *others = self.text.wrap(console, room, overflow="fold") or [Text("")]
        return [self.lead + first, *(Text(" " * indent) + line for line in others)]


def section(skill: SkillVerdict) -> Iterator[Text | Paragraph]:
    """Everything to be said of a skill that did not plainly pass, what fails first."""
    yield Text("")
    yield Paragraph(Text(""), _title(skill))
    found = wording.findings(skill)
    for finding in found:
        if finding.effect in ("fails", None):
            yield from _finding(finding)
    for sentence in wording.unexplained(skill):
        yield _marked("!", "bold yellow", Text(visible(sentence, newlines=True)))
    for finding in found:
        if finding.effect == "warns":
            yield from _finding(finding)
        elif finding.effect == "waived":
            yield _marked(wording.DASH, "dim", _waived(finding))
    if skill.decision is not DecisionWord.PASS:
        yield from _sandbox(evidence.phases(skill))


def _title(skill: SkillVerdict) -> Text:
    style = DECISION_STYLE[skill.decision]
    level = f" · {skill.level}" if skill.level else ""
    because = f" · {visible('; '.join(skill.because))}" if skill.because else ""
    words = wording.DECISION[skill.decision]
    return Text.assemble((f"{words}  {visible(skill.skill)}", style), (f"{level}{because}", "dim"))


def _finding(finding: Finding) -> Iterator[Text | Paragraph]:
    symbol, style = _EFFECT[finding.effect or "fails"]
    title = f"{symbol} {finding.severity} · {visible(finding.rule)} · {visible(finding.subject)}"
    yield Paragraph(Text("  "), Text(title, style=style))
    yield Paragraph(Text("    "), Text(visible(finding.message, newlines=True)))
    if finding.location is not None:
        yield _labelled("at ", visible(str(finding.location)))
    if finding.chain:
        yield _labelled("why", " → ".join(finding.chain))
    if finding.waiver:
        yield _labelled("but", finding.waiver)
    if finding.excuse:
        yield _labelled("now", f"only a warning, {finding.excuse}")
    elif finding.due and finding.effect == "fails":
        yield _labelled("now", f"it was to be fixed by {finding.due}")
    if finding.remedy:
        yield _labelled("do ", finding.remedy)


def _waived(finding: Finding) -> Text:
    what = f"waived {finding.severity} · {visible(finding.rule)} · {visible(finding.subject)}"
    return Text(f"{what}: {visible(finding.waiver or '')}", style="dim")


def _labelled(label: str, value: str) -> Text:
    """Lines that are never broken, so that a place can be opened and a command copied."""
    lines = visible(value, newlines=True).rstrip("\n").replace("\n", "\n         ")
    return Text.assemble(("    " + label, "cyan"), "  ", lines, no_wrap=True)


def _sandbox(phases: Sequence[PhaseEvidence]) -> Iterator[Text | Paragraph]:
    """A row of numbers for each phase, then what the bad ones printed."""
    names, statuses = (
        max(map(len, words), default=0) for words in ([p.phase for p in phases], [p.status for p in phases])
    )
    for phase in phases:
        numbers = "" if phase.status == "not_applicable" else evidence.measured(phase)
        told = " · ".join(part for part in (phase.reason, numbers) if part)
        status = (phase.status.ljust(statuses), "bold" if _is_bad(phase) else "dim")
        lead = Text.assemble(f"  sandbox  {phase.phase.ljust(names)}  ", status, "  ")
        yield Paragraph(lead, Text(visible(told), style="dim"))
    for phase in phases:
        for line in evidence.told(phase):
            yield _labelled("·", f"{phase.phase}: {line}")
    for phase in filter(_is_bad, phases):
        for failure in phase.failures:
            yield _labelled("✗", f"{phase.phase}: {failure}")
        if phase.output:
            yield from _output(phase)


def _is_bad(phase: PhaseEvidence) -> bool:
    return phase.status in ("failed", "broken")


def _output(phase: PhaseEvidence) -> Iterator[Text]:
    lines = visible(phase.output, newlines=True).rstrip("\n").split("\n")
    if phase.output_truncated or len(lines) > _OUTPUT_LINES:
        yield _quoted(f"… the end of what {phase.phase} printed:")
    for line in lines[-_OUTPUT_LINES:]:
        yield _quoted(shortened(line.expandtabs(), _OUTPUT_COLUMNS))


def _quoted(line: str) -> Text:
    return Text.assemble(("    │ ", "dim"), line, no_wrap=True)


def _marked(symbol: str, style: str, text: Text) -> Paragraph:
    return Paragraph(Text.assemble("  ", (symbol, style), " "), text)
