"""What the demo's verdict must say, and the form in which the README shows it.

Two runs differ in times, sizes and commit ids. Those are evened out in the verdict before it is rendered, so
that line breaks and columns come out alike, and marked by an ellipsis afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding, Outcome, Status
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import REPORTERS

START, END = "<!-- demo:start -->", "<!-- demo:end -->"

#: Skill → the check that it fails, or None where it passes.
EXPECTED: dict[str, str | None] = {
    "skills/big-sort": "sandbox",
    "skills/business-days": "sandbox",
    "skills/commit-message": None,
    "skills/disk-usage": "packages",
    "skills/letter": None,
    "skills/log-summary": "sandbox",
    "skills/markdown-outline": None,
    "skills/process-report": "packages",
    "skills/readability": "sandbox",
    "skills/session-restore": "packages",
    "skills/sql-format": "vulnerabilities",
    "skills/step-timer": None,
    "skills/table-report": "lock",
}


def surprises(verdict: Verdict) -> list[str]:
    """How the verdict differs from the expected one, a sentence each.

    A check that could not be answered (no Docker engine, say) is no surprise, but no pass either.
    """
    seen = {skill.skill: skill for skill in verdict.skills}
    lines = [f"{name} was not examined" for name in EXPECTED.keys() - seen.keys()]
    lines += [f"{name} should not have been examined" for name in seen.keys() - EXPECTED.keys()]
    lines += [
        line for name in EXPECTED.keys() & seen.keys() for line in _surprise(seen[name], EXPECTED[name])
    ]
    if verdict.decision is not DecisionWord.FAIL:
        lines.append(f"the decision is {verdict.decision}, not fail")
    return sorted(lines)


def excerpt(verdict: Verdict) -> str:
    """The Markdown between the README's markers: the table of the report, then the whole of it."""
    report = render(verdict)
    head, rest = report.split("\n\n✗ ", 1)
    last = rest.rstrip("\n").rsplit("\n", 1)[1]
    # Four backticks: a hostile skill's output holds three.
    table = f"````text\n{head}\n\n{last}\n````\n"
    whole = f"````text\n{report}````\n"
    return f"{table}\n<details>\n<summary>The whole report</summary>\n\n{whole}\n</details>\n"


def put_into(readme: str, shown: str) -> str:
    """The README's text with `shown` between its two markers."""
    before, rest = readme.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{shown}{END}{after}"


def render(verdict: Verdict) -> str:
    """The terminal's report, without what differs between two runs; a unit may stand on the next line."""
    return re.sub(r"\b0\.0+(?=\s+(s|MiB)\b)", "…", REPORTERS["terminal"](evened(verdict)))


def evened(verdict: Verdict) -> Verdict:
    """The verdict with names for its commits, and one value for whatever is measured."""
    short = (verdict.base or verdict.head)[:12]
    policy = re.sub(rf"{short}[0-9a-f]*", "main", verdict.policy)
    skills = tuple(_evened_skill(skill) for skill in verdict.skills)
    return verdict.model_copy(
        update={"base": "main", "head": "more-skills", "policy": policy, "skills": skills}
    )


def _surprise(skill: SkillVerdict, expected: str | None) -> Iterator[str]:
    failed = {outcome.check for outcome in skill.outcomes if outcome.status is Status.FAILED}
    broken = {outcome.check for outcome in skill.outcomes if outcome.status is Status.BROKEN}
    wanted = {expected} if expected else set()
    if failed - wanted:
        yield f"{skill.skill} fails {', '.join(sorted(failed - wanted))}"
    if wanted - failed - broken:
        yield f"{skill.skill} does not fail {expected}"
    if expected is None and not broken and skill.decision is not DecisionWord.PASS:
        yield f"{skill.skill} is {skill.decision}"


def _evened_skill(skill: SkillVerdict) -> SkillVerdict:
    return skill.model_copy(update={"outcomes": tuple(_evened_outcome(o) for o in skill.outcomes)})


def _evened_outcome(outcome: Outcome) -> Outcome:
    findings = tuple(_evened_finding(finding) for finding in outcome.findings)
    evidence = outcome.evidence
    if evidence is not None:
        evidence = evidence.model_copy(update={"phases": tuple(_evened_phase(p) for p in evidence.phases)})
    return outcome.model_copy(update={"findings": findings, "evidence": evidence})


def _evened_finding(finding: Finding) -> Finding:
    return finding.model_copy(
        update={"message": re.sub(r"\bleft \d+ running", "left … running", finding.message)}
    )


def _evened_phase(phase: PhaseEvidence) -> PhaseEvidence:
    known = {"wall_seconds": 0.0, "cpu_seconds": 0.0, "peak_memory_bytes": 0}
    numbers = {name: value for name, value in known.items() if getattr(phase, name) is not None}
    told = {
        "peak_processes": None,  # a matter of who is quicker
        "leftovers": phase.leftovers and tuple(dict.fromkeys(phase.leftovers)),
        "output": _evened_output(phase.output),
    }
    return phase.model_copy(update={**numbers, **told})


def _evened_output(text: str) -> str:
    """What a test runner prints of its run: folders, versions, seconds, and the rule that fills its lines."""
    text = re.sub(r"/tmp/proctor-\w+", "/tmp/proctor-…", text)
    text = re.sub(r"\b(Python|pytest-|pluggy-) ?\d+(\.\d+)+", r"\1…", text)
    return re.sub(r"^=+ (.* in )\d+\.\d+s =+$", r"== \1…s ==", text, flags=re.MULTILINE)
