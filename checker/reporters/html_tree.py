"""A skill's dependency tree as nested lists: each distribution with its decision and its advisories.

What a distribution requires stands below its first place; a circle ends where it comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checker.model.dependency import Dependency
from checker.model.outcome import Finding
from checker.model.verdict import SkillVerdict
from checker.reporters import wording
from checker.reporters.html_text import code, text

#: A deeper or larger tree is no drawing any more; what it leaves out is listed.
_DEEPEST, _MOST_LINES = 40, 2_000
_NAME = 300


def dependencies(skill: SkillVerdict) -> tuple[Dependency, ...]:
    """What the skill's lock brings, as far as the verdict tells."""
    return tuple(dependency for outcome in skill.outcomes for dependency in outcome.dependencies)


def tree(skill: SkillVerdict) -> Iterator[str]:
    """The whole tree; nothing where there is none."""
    known = dependencies(skill)
    if not known:
        return
    drawing = _Drawing({each.pin: each for each in known}, _advisories(skill))
    lines = [line for each in known if each.declared for line in drawing.branch(each.pin, 0)]
    unfold = " open" if drawing.advisories or any(each.allowed is False for each in known) else ""
    count = wording.counted(len(known), "distribution")
    yield f"<details{unfold}><summary>Dependency tree ({count})</summary>"
    yield f'<ul class="tree">{"".join(lines)}</ul>'
    if left := [each.pin for each in known if each.pin not in drawing.drawn]:
        yield '<p class="quiet">Also in the lock:</p>'
        yield f'<ul class="tree">{"".join(f"<li>{drawing.line(pin)}</li>" for pin in left)}</ul>'
    yield "</details>"


def _advisories(skill: SkillVerdict) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in wording.findings(skill):
        if finding.package:
            found.setdefault(finding.package, []).append(finding)
    return found


@dataclass
class _Drawing:
    known: Mapping[str, Dependency]
    advisories: Mapping[str, list[Finding]]
    drawn: set[str] = field(default_factory=set)
    lines: int = 0

    def branch(self, pin: str, depth: int) -> Iterator[str]:
        """A distribution and what it requires. Each branch is one list item."""
        if pin not in self.known or self.lines >= _MOST_LINES:
            return
        self.lines += 1
        first = pin not in self.drawn
        self.drawn.add(pin)
        below = self.known[pin].requires if first and depth < _DEEPEST else ()
        children = "".join(item for name in below for item in self.branch(name, depth + 1))
        again = "" if first or not self.known[pin].requires else ' <span class="quiet">(see above)</span>'
        yield f"<li>{self.line(pin)}{again}{f'<ul>{children}</ul>' if children else ''}</li>"

    def line(self, pin: str) -> str:
        """`name==version`, the decision, and each advisory."""
        each = self.known[pin]
        words = {True: ("allowed", "allowed"), False: ("denied", "denied"), None: ("quiet", "not decided")}
        kind, word = words[each.allowed]
        why = f": {text(each.why, _NAME)}" if each.why and each.why != word else ""
        found = "".join(_advisory(finding) for finding in self.advisories.get(pin, ()))
        return f'{code(pin, _NAME)} <span class="{kind}">{word}{why}</span>{found}'


def _advisory(finding: Finding) -> str:
    kind, name = finding.effect or "fails", text(finding.subject, _NAME)
    return f' <span class="{kind}">{name} ({finding.severity})</span>'
