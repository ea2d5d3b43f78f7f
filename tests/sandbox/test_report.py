"""Evidence: what the kernel saw outranks what a report says, and silence is a failure."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from checker.engines.sandbox.box.execution import Ended
from checker.engines.sandbox.box.observe import Counters
from checker.engines.sandbox.box.report import as_far_as_answered, evidence
from checker.errors import Unanswered
from checker.model.evidence import PhaseEvidence
from checker.tools import Phase
from tests.support.sandbox import LIMITS

NOTHING = Counters(0.0, 0, 0, 0, 0, 0)
UNSEEN = Counters(None, None, None, None, None, None)
TESTS = Phase("tests", ("python",), reports=True)


def said(report: object, code: int | None = 0, **fields: object) -> Ended:
    text = report if isinstance(report, bytes) else json.dumps(report).encode()
    return Ended(exit_code=code, stdout=bytearray(text), output=bytearray(text), **fields)


def of(
    ended: Ended, after: Counters = NOTHING, phase: Phase = TESTS, before: Counters = NOTHING
) -> PhaseEvidence:
    return evidence(phase, ended, before, after, (), LIMITS)


GOOD = {"summary": "1 passed", "failures": [], "broken": ""}


def test_a_report_and_exit_code_zero_pass() -> None:
    seen = of(said(GOOD))
    assert (seen.status, seen.reason, seen.output) == ("passed", "1 passed", "")


@pytest.mark.parametrize(("told", "kept"), [(3, 3), (0, 0), (-1, None), (True, None), ("3", None)])
def test_the_number_of_collected_tests_is_kept_where_it_is_one(told: object, kept: int | None) -> None:
    assert of(said({**GOOD, "collected": told})).tests_collected == kept
    assert of(said({**GOOD, "collected": told}, code=1)).tests_collected == kept


@pytest.mark.parametrize(
    "ended",
    [
        said(GOOD, code=1),
        said({**GOOD, "failures": ["a"]}),
        said({**GOOD, "failures": "a"}),
        said({**GOOD, "broken": 1}),
        said({"summary": ""}),
        said([]),
        said(b""),
        said(b"\xff"),
        said(b"[" * 100_000),
        said(json.dumps(GOOD).encode() * 2),
    ],
)
def test_anything_else_fails(ended: Ended) -> None:
    assert of(ended).status == "failed"


def test_our_own_trouble_is_broken() -> None:
    assert of(said({**GOOD, "broken": "no pytest"}, code=1)).status == "broken"
    assert of(said(b"OCI runtime exec failed: no python", code=127)).status == "broken"


@pytest.mark.parametrize(
    ("after", "cut", "limit"),
    [
        (Counters(0, 0, 1, 0, 0, 0), "", "memory"),
        (Counters(0, 0, 1, 1, 0, 0), "wall", "memory"),
        (Counters(0, 0, 0, 3, 0, 0), "wall", "pids"),
        (NOTHING, "wall", "wall"),
        (NOTHING, "output", "output"),
    ],
)
def test_a_limit_outranks_a_good_report(after: Counters, cut: str, limit: str) -> None:
    seen = of(said(GOOD, cut=cut), after)
    assert (seen.status, seen.limit_exceeded) == ("failed", limit)


def test_what_was_not_observed_is_none_and_not_zero() -> None:
    seen = of(said(GOOD), UNSEEN, before=UNSEEN)
    assert (seen.cpu_seconds, seen.peak_memory_bytes, seen.oom_kills, seen.network_attempts) == (None,) * 4


def test_a_counter_that_fell_was_not_observed() -> None:
    """It only ever rises: one of the files that make it up could not be read."""
    seen = of(said(GOOD), NOTHING, before=Counters(5.0, 5, 5, 5, 5, 5))
    assert (seen.cpu_seconds, seen.oom_kills, seen.network_attempts) == (None,) * 3


def test_a_program_of_which_nobody_knows_how_it_ended_has_not_passed() -> None:
    assert of(said(b"", code=None), phase=Phase("run", ("python",))).status == "failed"


def test_foreign_text_is_escaped_and_capped() -> None:
    hostile = "::error::x\x1b[31m\u202e|" + "y" * 1000
    seen = of(said({**GOOD, "failures": [hostile] * 60}, code=1))
    assert len(seen.failures) == 51
    assert seen.failures[0].startswith("\\::error::x\\x1b[31m\\u202e")
    assert len(seen.failures[0]) <= 300
    flood = of(Ended(exit_code=0, output=bytearray(b"z" * 1_000_000)), phase=Phase("run", ("x",)))
    assert flood.output_truncated
    assert len(flood.output) < 70_000


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (0.31, " and used 0.3 s of CPU: it waited, or the machine was busy"),
        (LIMITS.wall_seconds * 0.9, f" and used {LIMITS.wall_seconds * 0.9:.1f} s of CPU"),
        (None, ""),
    ],
)
def test_a_phase_that_took_too_long_is_told_how_much_it_worked(used: float | None, words: str) -> None:
    before = Counters(2.0, 0, 0, 0, 0, 0) if used is not None else UNSEEN
    after = Counters(2.0 + used, 0, 0, 0, 0, 0) if used is not None else UNSEEN
    seen = of(said(GOOD, cut="wall"), after, before=before)
    assert (seen.status, seen.limit_exceeded) == ("failed", "wall")
    assert seen.reason == f"took longer than {LIMITS.wall_seconds:g} s{words}"


FOUR = (Phase("import", ()), Phase("scripts", ()), TESTS, Phase("run", ()))


def until(last: str) -> Callable[[Phase], PhaseEvidence]:
    """An engine that dies in the phase `last`."""

    def run(phase: Phase) -> PhaseEvidence:
        if phase.name == last:
            raise Unanswered("docker", "hung up")
        return PhaseEvidence(phase=phase.name, status="passed", canaries=("a token",))

    return run


def test_what_was_seen_before_the_engine_failed_stands() -> None:
    seen = as_far_as_answered(FOUR, until("scripts"))
    assert [(one.phase, one.status, one.canaries) for one in seen] == [
        ("import", "passed", ("a token",)),
        ("scripts", "broken", ()),
        ("tests", "broken", ()),
        ("run", "broken", ()),
    ]
    assert [one.reason for one in seen[1:3]] == [
        "docker: hung up",
        "sandbox: not run, because the phase `scripts` was not answered",
    ]


def test_an_engine_that_fails_at_once_has_seen_nothing() -> None:
    with pytest.raises(Unanswered, match="hung up"):
        as_far_as_answered(FOUR, until("import"))
