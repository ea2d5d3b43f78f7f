"""One skill's section of the Markdown report: what failed, why, where, and the exact thing to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding
from checker.model.verdict import DecisionWord, SkillVerdict
from checker.reporters import evidence, wording
from checker.reporters.gfm import code, fenced, plain, prose


class Detail(NamedTuple):
    """How much is said of a skill: its findings, the characters of each text and of a phase's output."""

    findings: int
    text: int
    output: int


_EFFECT = {"fails": "✗", "warns": "!", "waived": wording.DASH}


def section(skill: SkillVerdict, detail: Detail) -> Iterator[str]:
    """Blocks of Markdown on a skill that did not plainly pass, what fails first."""
    if not detail.findings:
        return
    level = f" · {skill.level}" if skill.level else ""
    yield f"### {wording.DECISION[skill.decision]} {code(skill.skill, detail.text)}{level}"
    if skill.because:
        yield f"Examined because: {prose('; '.join(skill.because), detail.text)}"
    if lines := list(_lines(skill, detail)):
        yield "\n".join(lines)
    if skill.decision is not DecisionWord.PASS:
        for phase in evidence.phases(skill):
            yield from _output(phase, detail)


def _lines(skill: SkillVerdict, detail: Detail) -> Iterator[str]:
    found = wording.findings(skill)
    for finding in found[: detail.findings]:
        yield from _waived(finding, detail) if finding.effect == "waived" else _finding(finding, detail)
    if len(found) > detail.findings:
        yield f"- … and {wording.counted(len(found) - detail.findings, 'more finding')}"
    for sentence in wording.unexplained(skill):
        yield f"- ! {prose(sentence, detail.text)}"
    if skill.decision is not DecisionWord.PASS:
        for phase in evidence.phases(skill):
            yield _phase(phase, detail)


def _finding(finding: Finding, detail: Detail) -> Iterator[str]:
    yield f"- {_title(finding, detail)}: {prose(finding.message, detail.text)}"
    if finding.location is not None:
        yield f"  - at {code(str(finding.location), detail.text)}"
    if finding.chain:
        yield f"  - why {' → '.join(code(name, detail.text) for name in finding.chain[:20])}"
    if finding.waiver:
        yield f"  - but {prose(finding.waiver, detail.text)}"
    if finding.excuse:
        yield f"  - only a warning, {prose(finding.excuse, detail.text)}"
    elif finding.due and finding.effect == "fails":
        yield f"  - it was to be fixed by {finding.due}"
    if finding.remedy:
        yield f"  - **do** {prose(finding.remedy, detail.text)}"


def _waived(finding: Finding, detail: Detail) -> Iterator[str]:
    yield f"- {_title(finding, detail)} waived: {prose(finding.waiver or '', detail.text)}"


def _title(finding: Finding, detail: Detail) -> str:
    names = f"{code(finding.rule, detail.text)} {code(finding.subject, detail.text)}"
    return f"{_EFFECT[finding.effect or 'fails']} **{finding.severity}** {names}"


def _phase(phase: PhaseEvidence, detail: Detail) -> str:
    numbers = "" if phase.status == "not_applicable" else evidence.measured(phase)
    told = " · ".join(part for part in (phase.reason, numbers) if part)
    failures = "".join(
        f"\n  - ✗ {code(failure, detail.text)}" for failure in phase.failures[: detail.findings]
    )
    said = "".join(f"\n  - {prose(line, detail.text)}" for line in evidence.told(phase)[: detail.findings])
    return f"- sandbox {phase.phase} **{plain(phase.status)}** {prose(told, detail.text)}{failures}{said}"


def _output(phase: PhaseEvidence, detail: Detail) -> Iterator[str]:
    if phase.status not in ("failed", "broken") or not phase.output or not detail.output:
        return
    yield f"<details><summary>The end of what {phase.phase} printed</summary>"
    yield fenced(phase.output, detail.output)
    yield "</details>"
