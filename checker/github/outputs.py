"""What a step leaves behind: outputs for later steps, and its summary."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from checker.errors import UsageError
from checker.model.outcome import Status
from checker.model.verdict import DecisionWord, Verdict
from checker.reporters.budget import fit
from checker.reporters.gfm import prose
from checker.reporters.summary import SUMMARY_BUDGET

#: GitHub takes 1 MB of outputs from a whole job.
MOST_OUTPUT = 900_000


def outputs_of(verdict: Verdict) -> dict[str, str]:
    """The decision, how many skills and findings, and the examined skills as JSON for a matrix.

    `failed`, `broken` and `passed` count skills; `broken` are those with a check that could not be answered
    and nothing worse. `findings` counts those that fail a skill.
    """
    decided = [skill.decision for skill in verdict.skills]
    failing = sum(
        finding.effect in ("fails", None)
        for skill in verdict.skills
        for outcome in skill.outcomes
        if outcome.status in (Status.FAILED, Status.BROKEN)
        for finding in outcome.findings
    )
    return {
        "decision": verdict.decision.value,
        "failed": str(decided.count(DecisionWord.FAIL)),
        "broken": str(decided.count(DecisionWord.INCONCLUSIVE)),
        "passed": str(decided.count(DecisionWord.PASS)),
        "findings": str(failing),
        "affected-skills": json.dumps([skill.skill for skill in verdict.skills]),
    }


def write_outputs(
    file: Path | None,
    values: Mapping[str, str],
    delimiter: Callable[[], str] = lambda: f"proctor-{secrets.token_hex(16)}",
) -> None:
    """Append outputs to GITHUB_OUTPUT. Raises UsageError where it cannot be written or holds too much.

    The delimiter is random, and another one is taken where a value holds it: a value never ends early.
    """
    if sum(len(name) + len(value.encode()) for name, value in values.items()) > MOST_OUTPUT:
        raise UsageError(f"the outputs have more than {MOST_OUTPUT} bytes")
    text = "".join(_block(name, value, delimiter) for name, value in values.items())
    _append(file, text, "GITHUB_OUTPUT")


def write_summary(file: Path | None, verdict: Verdict, pointer: str, remarks: tuple[str, ...] = ()) -> None:
    """Append the report to GITHUB_STEP_SUMMARY, with what is to be said of the reporting itself below it."""
    below = "".join(f"\n{prose(remark, 1_000)}\n" for remark in remarks)
    _append(file, fit(verdict, SUMMARY_BUDGET, pointer) + below, "GITHUB_STEP_SUMMARY")


def _block(name: str, value: str, delimiter: Callable[[], str]) -> str:
    end = delimiter()
    while end in value:
        end = delimiter()
    return f"{name}<<{end}\n{value}\n{end}\n"


def _append(file: Path | None, text: str, name: str) -> None:
    if file is None:
        return
    try:
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from error
