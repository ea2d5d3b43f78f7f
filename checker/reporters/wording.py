"""The words of a verdict that all reports share: symbols, counts, sentences. Pure; nothing is escaped yet."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from checker.model.outcome import Finding, Status
from checker.model.preview import Preview
from checker.model.severity import WORST_FIRST
from checker.model.verdict import DecisionWord, EngineRun, SkillVerdict, Verdict
from checker.reporters import evidence

EXIT_POLICY_ERROR = 2

DASH = "\N{EN DASH}"

STATUS = {
    Status.PASSED: "✓ pass",
    Status.FAILED: "✗ fail",
    Status.BROKEN: "! broken",
    Status.SKIPPED: f"{DASH} skip",
    Status.NOT_APPLICABLE: "· n/a",
}
DECISION = {
    DecisionWord.PASS: "✓ pass",
    DecisionWord.FAIL: "✗ fail",
    DecisionWord.INCONCLUSIVE: "! inconclusive",
}
_WORST = (Status.FAILED, Status.BROKEN, Status.PASSED, Status.SKIPPED, Status.NOT_APPLICABLE)


def exit_code(verdict: Verdict) -> int:
    """The command's exit code: a policy that cannot be read is an error of its own."""
    return EXIT_POLICY_ERROR if verdict.error else verdict.decision.exit_code


def decision(verdict: Verdict) -> str:
    """The decision with its symbol; a policy that cannot be read is named as such."""
    return DECISION[verdict.decision] + (": the policy cannot be read" if verdict.error else "")


def summary(verdict: Verdict) -> str:
    """How many skills and findings of each kind: `3 skills: 1 fails, 2 pass · 1 finding: 1 to fix`."""
    if not verdict.skills:
        return "no skill was examined"
    return " · ".join(part for part in (_skills(verdict), _findings(verdict)) if part)


def revisions(verdict: Verdict) -> str:
    """`base..head`, commit ids shortened, or the head alone."""
    ends = [verdict.base, verdict.head] if verdict.base else [verdict.head]
    return "..".join(_short(end) for end in ends if end is not None)


def clock(moment: dt.datetime) -> str:
    """The run's time, to the second."""
    return moment.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")


def columns(verdict: Verdict) -> tuple[str, ...]:
    """The checks that answered for any skill, in the verdict's order."""
    return tuple(dict.fromkeys(o.check for skill in verdict.skills for o in skill.outcomes))


def cell(skill: SkillVerdict, check: str) -> Status | None:
    """How a check ended for a skill; None where it was not asked."""
    return min((o.status for o in skill.outcomes if o.check == check), key=_WORST.index, default=None)


def is_plain(skill: SkillVerdict) -> bool:
    """Tell whether a skill passed and nothing more is to be said of it."""
    return skill.decision is DecisionWord.PASS and not any(o.findings for o in skill.outcomes)


def findings(skill: SkillVerdict) -> list[Finding]:
    """Every finding of a skill: those that fail, those that warn, those that were waived."""
    found = [finding for outcome in skill.outcomes for finding in outcome.findings]
    return sorted(found, key=lambda finding: _EFFECTS.index(finding.effect or "fails"))


def worst(found: list[Finding]) -> list[Finding]:
    """The findings by weight, where not all can be shown: what fails first, then by severity."""
    return sorted(found, key=weight)


def weight(finding: Finding) -> tuple[int, int]:
    """Less for what weighs more: by effect, then by severity."""
    return _EFFECTS.index(finding.effect or "fails"), WORST_FIRST.index(finding.severity)


def unexplained(skill: SkillVerdict) -> Iterator[str]:
    """Sentences on what no finding explains: broken checks, failures without findings, no outcome at all."""
    if not skill.outcomes:
        yield "no check answered for this skill"
    for outcome in skill.outcomes:
        if outcome.status is Status.BROKEN:
            yield f"{outcome.check} could not be checked: {outcome.reason or 'no reason given'}"
        elif outcome.status is Status.FAILED and not outcome.findings:
            yield f"{outcome.check} failed: {outcome.reason or 'it did not say why'}"


def shortfalls(verdict: Verdict) -> list[tuple[str, str]]:
    """What a pass says nothing about, as (label, sentence): checks not asked, engines without an answer.

    Then what earlier runs saw in place of this one.
    """
    lines = _partly(verdict)
    lines += [
        ("skipped", f"{check}, {counted(count, 'skill')}: {reason}")
        for check, reason, count in skipped(verdict)
    ]
    for engine in verdict.engines:
        if not engine.ran:
            lines.append(("not run", _with_reason(engine)))
        elif engine.reason:
            lines.append(("in part", _with_reason(engine)))
    return [*lines, *(("earlier", sentence) for sentence in _reused(verdict))]


def _partly(verdict: Verdict) -> list[tuple[str, str]]:
    part = verdict.part
    if part is None:
        return []
    of = f" of {counted(len(part.division.skills), 'skill')}" if part.division else ""
    return [
        ("a part", f"this is part {part.shard} of a run{of}: `proctor merge` makes the verdict of all parts")
    ]


PREVIEW = "If this policy change is merged"


def preview(preview: Preview) -> list[tuple[str, str]]:
    """What the change of the policy does, as (label, sentence); the last line counts the skills that turn."""
    lines = [
        (label, sentence)
        for label, told in (
            ("relaxes", preview.relaxes),
            ("tightens", preview.tightens),
            ("alters", preview.alters),
        )
        for sentence in told
    ]
    for turn in preview.turns:
        why = f": {'; '.join(turn.reasons)}" if turn.reasons else ""
        lines.append(("turns", f"{turn.skill} from {turn.before} to {turn.after}{why}"))
    asked = counted(preview.skills, "skill")
    return [*lines, ("skills", f"{len(preview.turns)} of {asked} would turn, by packages and levels alone")]


def by_urgency(verdict: Verdict) -> list[SkillVerdict]:
    """The skills of which something is to be said: those that fail, the inconclusive, those that warn."""
    order = (DecisionWord.FAIL, DecisionWord.INCONCLUSIVE, DecisionWord.PASS)
    return sorted((s for s in verdict.skills if not is_plain(s)), key=lambda s: order.index(s.decision))


def skipped(verdict: Verdict) -> list[tuple[str, str, int]]:
    """What was not asked: check, reason and for how many skills."""
    every = (o for skill in verdict.skills for o in skill.outcomes if o.status is Status.SKIPPED)
    counts = Counter((o.check, o.reason) for o in every)
    return [(check, reason or "no reason given", count) for (check, reason), count in counts.items()]


def counted(count: int, noun: str) -> str:
    """`1 skill`, `2 skills`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


Effect = Literal["fails", "warns", "waived"]
_EFFECTS: tuple[Effect, ...] = ("fails", "warns", "waived")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def _skills(verdict: Verdict) -> str:
    counts = Counter(skill.decision for skill in verdict.skills)
    words = {
        DecisionWord.FAIL: ("fails", "fail"),
        DecisionWord.INCONCLUSIVE: ("is inconclusive", "are inconclusive"),
        DecisionWord.PASS: ("passes", "pass"),
    }
    parts = [
        f"{counts[d]} {one if counts[d] == 1 else more}" for d, (one, more) in words.items() if counts[d]
    ]
    return f"{counted(len(verdict.skills), 'skill')}: {', '.join(parts)}"


def _findings(verdict: Verdict) -> str:
    counts = Counter(finding.effect or "fails" for skill in verdict.skills for finding in findings(skill))
    words: dict[Effect, str] = {"fails": "to fix", "warns": "to note", "waived": "waived"}
    parts = [f"{counts[effect]} {word}" for effect, word in words.items() if counts[effect]]
    return f"{counted(sum(counts.values()), 'finding')}: {', '.join(parts)}" if parts else ""


def _short(revision: str) -> str:
    return revision[:12] if _COMMIT.fullmatch(revision) else revision


def _reused(verdict: Verdict) -> Iterator[str]:
    """What stands in the verdict without having been asked or run for it, with its date."""
    for engine in verdict.engines:
        if engine.reused is not None:
            answers = counted(engine.reused.answers, "answer")
            yield f"{engine.name}: {answers} {_since(engine.reused.answers, engine.reused.since)}"
    seen = [[phase.reused for phase in evidence.phases(s) if phase.reused] for s in verdict.skills]
    if dates := [min(times) for times in seen if times]:
        yield f"sandbox, {counted(len(dates), 'skill')}: evidence {_since(len(dates), min(dates))}"


def _since(count: int, oldest: dt.datetime) -> str:
    """`of …, reused` for one thing, and for several from the oldest on."""
    date = evidence.minute(oldest)
    return f"of {date}, reused" if count == 1 else f"from {date} on, reused"


def _with_reason(engine: EngineRun) -> str:
    return f"{engine.name}: {engine.reason or 'no reason given'}"
