"""The parts of the HTML report: header, matrix of skills and checks, one section for each skill, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.model.verdict import SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.html_skill import Extent, section
from checker.reporters.html_text import code, prose, text


def header(verdict: Verdict, extent: Extent, parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The decision, what was examined, and links to the parts of the page."""
    yield '<a class="skip" href="#main">Skip to the report</a>'
    word = f'<span class="{verdict.decision}">{wording.decision(verdict)}</span>'
    told = f"{wording.summary(verdict)} · exit code {wording.exit_code(verdict)}"
    yield f"<header><h1>Proctor: {word}</h1><p>{told}</p>"
    if not extent.tree:
        yield '<p class="quiet">Shortened to fit: the JSON verdict has everything.</p>'
    if verdict.error:
        yield f'<p class="failed">{prose(verdict.error, extent.text)}</p>'
    facts = (
        ("Examined", code(wording.revisions(verdict), extent.text)),
        ("At", wording.clock(verdict.now)),
        ("Policy", prose(verdict.policy, extent.text) if verdict.policy else ""),
        ("Advisories", prose(verdict.advisories, extent.text) if verdict.advisories else ""),
    )
    yield f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in facts if value)}</dl>"
    links = "".join(f'<li><a href="#{anchor}">{name}</a></li>' for anchor, name in parts)
    yield f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav></header>'


def sections(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Anchor and title of each part that the page has."""
    if verdict.skills:
        yield "matrix", "Skills and checks"
        yield "skills", "Findings and evidence"
    if verdict.preview is not None:
        yield "preview", wording.PREVIEW
    if wording.shortfalls(verdict) or verdict.notes:
        yield "notes", "Not covered, and notes"


def matrix(verdict: Verdict, extent: Extent) -> Iterator[str]:
    """Skills by checks."""
    if not verdict.skills:
        return
    checks = wording.columns(verdict)
    heads = ("skill", "level", "decision", *(text(check, extent.text) for check in checks))
    yield '<section aria-labelledby="matrix"><h2 id="matrix">Skills and checks</h2>'
    yield '<div class="scroll matrix" role="region" tabindex="0" aria-labelledby="matrix">'
    yield "<table><caption>How each check ended for each skill</caption>"
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f"<thead><tr>{columns}</tr></thead><tbody>"
    for number, skill in enumerate(verdict.skills):
        yield _row(skill, number, checks, extent)
    yield "</tbody></table></div></section>"


def _row(skill: SkillVerdict, number: int, checks: tuple[str, ...], extent: Extent) -> str:
    name = code(skill.skill, extent.text)
    linked = f'<a href="#skill-{number}">{name}</a>' if extent.findings else name
    cells = [f'<td class="{skill.decision}">{wording.DECISION[skill.decision]}</td>']
    cells += [
        f'<td class="{status}">{wording.STATUS[status]}</td>' if status else "<td></td>"
        for status in (wording.cell(skill, check) for check in checks)
    ]
    return f'<tr><th scope="row">{linked}</th><td>{skill.level or ""}</td>{"".join(cells)}</tr>'


def skills(verdict: Verdict, extent: Extent) -> Iterator[str]:
    """What fails first; those of which nothing is to be said are folded."""
    if not verdict.skills:
        return
    yield '<section aria-labelledby="skills"><h2 id="skills">Findings and evidence</h2>'
    if not extent.findings:
        yield "<p>Too much to show: the JSON verdict has every finding.</p></section>"
        return
    numbers = {id(skill): number for number, skill in enumerate(verdict.skills)}
    for skill in wording.by_urgency(verdict):
        yield from section(skill, numbers[id(skill)], extent)
    plain = [skill for skill in verdict.skills if wording.is_plain(skill)]
    if plain:
        yield f"<details><summary>{wording.counted(len(plain), 'skill')} without a finding</summary>"
        for skill in plain:
            yield from section(skill, numbers[id(skill)], extent)
        yield "</details>"
    yield "</section>"


def asides(verdict: Verdict, extent: Extent) -> Iterator[str]:
    """What a change of the policy would do, what was not covered, and the notes."""
    if verdict.preview is not None:
        yield from _listed("preview", wording.PREVIEW, wording.preview(verdict.preview), extent)
    if lines := [*wording.shortfalls(verdict), *(("note", note) for note in verdict.notes)]:
        yield from _listed("notes", "Not covered, and notes", lines, extent)


def _listed(anchor: str, title: str, lines: list[tuple[str, str]], extent: Extent) -> Iterator[str]:
    yield f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{title}</h2><dl>'
    for label, sentence in lines:
        yield f"<dt>{label}</dt><dd>{prose(sentence, extent.text)}</dd>"
    yield "</dl></section>"
