"""One skill's part of the HTML report: findings with what to do, what the sandbox saw, its dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding
from checker.model.verdict import SkillVerdict
from checker.reporters import evidence, wording
from checker.reporters.html_text import block, code, prose, text
from checker.reporters.html_tree import tree
from checker.reporters.rules import RULES


class Extent(NamedTuple):
    """How much is said of a skill: findings, the characters of a text and of an output, its tree."""

    findings: int
    text: int
    output: int
    tree: bool
    docs: str = ""


_EFFECT = {"fails": "✗ fails", "warns": "! warns", "waived": f"{wording.DASH} waived"}


def section(skill: SkillVerdict, number: int, extent: Extent) -> Iterator[str]:
    """The skill's article. Its id is a number: nothing of a skill stands in an attribute."""
    name = code(skill.skill, extent.text)
    word = f'<span class="{skill.decision}">{wording.DECISION[skill.decision]}</span>'
    level = f' <span class="quiet">at level {skill.level}</span>' if skill.level else ""
    yield f'<article class="skill" id="skill-{number}" aria-labelledby="skill-{number}-name">'
    yield f'<h3 id="skill-{number}-name">{word} {name}{level}</h3>'
    if skill.because:
        yield f'<p class="quiet">Examined because: {prose("; ".join(skill.because), extent.text)}</p>'
    yield from _findings(skill, extent)
    yield from _sandbox(skill, number, extent)
    if extent.tree:
        yield from tree(skill)
    yield "</article>"


def _findings(skill: SkillVerdict, extent: Extent) -> Iterator[str]:
    found = wording.findings(skill)
    shown = found if len(found) <= extent.findings else wording.worst(found)[: extent.findings]
    items = [_finding(finding, extent) for finding in shown]
    items += [
        f'<li class="warns"><p>{prose(sentence, extent.text)}</p></li>'
        for sentence in wording.unexplained(skill)
    ]
    if items:
        yield f'<ul class="findings">{"".join(items)}</ul>'
    if more := len(found) - len(shown):
        yield f'<p class="quiet">… and {wording.counted(more, "more finding")}: the JSON verdict has all.</p>'


def _finding(finding: Finding, extent: Extent) -> str:
    effect = finding.effect or "fails"
    title = (
        f'<strong class="{effect}">{_EFFECT[effect]}</strong> {finding.severity} · '
        f"{_rule(finding.rule, extent)} · {code(finding.subject, extent.text)}"
    )
    facts = "".join(f"<dt>{name}</dt><dd{kind}>{value}</dd>" for name, kind, value in _facts(finding, extent))
    told = f"<p>{title}</p><p>{prose(finding.message, extent.text)}</p>"
    return f'<li class="{effect}">{told}{f"<dl>{facts}</dl>" if facts else ""}</li>'


def _rule(name: str, extent: Extent) -> str:
    """The rule; a link to its page where the documentation's address is known."""
    if not extent.docs or name not in RULES:
        return code(name, extent.text)
    return (
        f'<a href="{text(f"{extent.docs}/{RULES[name].page}", 2_000)}" rel="noopener noreferrer">{name}</a>'
    )


def _facts(finding: Finding, extent: Extent) -> Iterator[tuple[str, str, str]]:
    """(label, attribute, HTML) of what is known of a finding."""
    if finding.location is not None:
        yield "Where", "", code(str(finding.location), extent.text)
    if finding.chain:
        yield "Through", "", " → ".join(code(name, extent.text) for name in finding.chain[:20])
    if finding.aliases:
        yield "Also known as", "", ", ".join(code(name, extent.text) for name in finding.aliases[:20])
    if finding.reported_by:
        yield "Reported by", "", prose(", ".join(finding.reported_by[:20]), extent.text)
    if finding.waiver:
        yield "Waiver", "", prose(finding.waiver, extent.text)
    if finding.excuse:
        yield "Only a warning", "", prose(finding.excuse, extent.text)
    elif finding.due and finding.effect == "fails":
        yield "Was due", "", str(finding.due)
    if finding.remedy:
        yield "What to do", ' class="do"', prose(finding.remedy, extent.text)


_COLUMNS = ("phase", "result", "exit", "wall", "CPU", "peak memory", "network attempts", "OOM kills", "more")


def _sandbox(skill: SkillVerdict, number: int, extent: Extent) -> Iterator[str]:
    """What the kernel counted, phase by phase, and the end of what was printed."""
    phases = evidence.phases(skill)
    if not phases:
        return
    head = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
    rows = "".join(_phase(phase, extent) for phase in phases)
    yield f'<h4 id="sandbox-{number}">In the sandbox</h4>'
    yield f'<div class="scroll" role="region" tabindex="0" aria-labelledby="sandbox-{number}">'
    yield f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    for phase in phases:
        if phase.output and extent.output:
            cut = ", cut off" if phase.output_truncated else ""
            yield f"<details><summary>What {phase.phase} printed (its end{cut})</summary>"
            yield f"{block(phase.output, extent.output)}</details>"


def _phase(phase: PhaseEvidence, extent: Extent) -> str:
    status = f'<td class="{phase.status}">{phase.status.replace("_", " ")}</td>'
    known = ("",) * 6 if phase.status == "not_applicable" else evidence.numbers(phase)
    numbers = "".join(f"<td>{value}</td>" for value in known)
    more = [phase.reason, *phase.failures[: extent.findings]]
    more += [f"{phase.limit_exceeded} limit exceeded"] if phase.limit_exceeded else []
    more += [f"left running: {left}"] if (left := evidence.left_running(phase)) else []
    more += [*evidence.told(phase)[: extent.findings], evidence.reused(phase)]
    told = "<br>".join(prose(part, extent.text) for part in more if part)
    return f'<tr><th scope="row">{phase.phase}</th>{status}{numbers}<td class="wide">{told}</td></tr>'
