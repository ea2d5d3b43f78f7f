"""Annotations on a pull request: GitHub workflow commands, at the very line that has to change.

A step shows ten errors and ten warnings; more are dropped without a word, so the first line, a notice, counts
them. Each finding shown is one command, on one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Literal, NamedTuple

from checker.escape import one_line, visible
from checker.model.outcome import Finding
from checker.model.verdict import SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.page import PLAIN, Page

#: Errors, and as many warnings, that GitHub shows of one step.
MOST = 10
#: Characters of a title and of each line; a path that no file system takes is left out.
_TITLE, _TEXT, _PATH = 200, 2_000, 4_096

Kind = Literal["error", "warning", "notice"]


class Annotation(NamedTuple):
    """One mark. `file` is repository-relative; without it the mark stands at the top of the run."""

    kind: Kind
    title: str
    text: str
    file: str | None = None
    line: int | None = None


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """A notice with the decision and the counts, then the errors, then the warnings, one command a line."""
    del page  # commands have no width
    errors, warnings = _errors(verdict), _warnings(verdict)
    shown = [_notice(verdict, errors, warnings), *errors[:MOST], *warnings[:MOST]]
    return "".join(f"{command(annotation)}\n" for annotation in shown)


def command(annotation: Annotation) -> str:
    """The workflow command. Whatever the texts hold, it is one command on one line."""
    file = visible(annotation.file or "")
    place = (("file", file), ("line", annotation.line)) if 0 < len(file) <= _PATH else ()
    properties = (*place, ("title", one_line(annotation.title, _TITLE)))
    told = ",".join(f"{name}={_property(value)}" for name, value in properties if value is not None)
    return f"::{annotation.kind} {told}::{_data(annotation.text)}"


def _errors(verdict: Verdict) -> list[Annotation]:
    """What fails, and what could not be checked."""
    policy = [Annotation("error", wording.decision(verdict), _line(verdict.error))] if verdict.error else []
    return policy + _in_turn(
        [*_found(skill, "error"), *(_unexplained(skill, sentence) for sentence in wording.unexplained(skill))]
        for skill in wording.by_urgency(verdict)
    )


def _warnings(verdict: Verdict) -> list[Annotation]:
    return _in_turn(_found(skill, "warning") for skill in wording.by_urgency(verdict))


def _in_turn(groups: Iterable[list[Annotation]]) -> list[Annotation]:
    """The first of each skill, then the second of each: no skill hides another."""
    return [one for turn in zip_longest(*groups) for one in turn if one is not None]


def _found(skill: SkillVerdict, kind: Kind) -> list[Annotation]:
    """A skill's findings of one kind, the worst first. What was waived is no mark."""
    kinds: dict[str, Kind] = {"fails": "error", "warns": "warning"}
    found = [f for f in wording.findings(skill) if kinds.get(f.effect or "fails") == kind]
    return [_of(skill, finding, kind) for finding in wording.worst(found)]


def _of(skill: SkillVerdict, finding: Finding, kind: Kind) -> Annotation:
    """What is wrong, then what to do: an annotation is often all that is read."""
    told = [f"{skill.skill}: {finding.message}", finding.waiver or "", finding.excuse or ""]
    lines = [*filter(None, told), *([f"Do: {finding.remedy}"] if finding.remedy else [])]
    title = f"{finding.rule}: {finding.subject} ({finding.severity})"
    return Annotation(kind, title, "\n".join(map(_line, lines)), finding.file, finding.line)


def _unexplained(skill: SkillVerdict, sentence: str) -> Annotation:
    return Annotation("error", skill.skill, _line(sentence))


def _notice(verdict: Verdict, errors: list[Annotation], warnings: list[Annotation]) -> Annotation:
    """The decision and the counts, with those that no mark is shown for."""
    left = [(len(errors) - MOST, "error"), (len(warnings) - MOST, "warning")]
    more = " and ".join(wording.counted(count, f"more {noun}") for count, noun in left if count > 0)
    rest = f"{more} in the report" if more else ""
    told = f"{wording.summary(verdict)} · exit code {wording.exit_code(verdict)}"
    return Annotation(
        "notice", f"Proctor: {wording.decision(verdict)}", "\n".join(filter(None, (told, rest)))
    )


def _line(text: str) -> str:
    return one_line(text, _TEXT)


def _data(text: str) -> str:
    """What a runner reads back as `text`: it decodes these three and no more."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    """As `_data`; a property also ends at a comma and a colon."""
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
