"""Checks are asked side by side: none waits for one it does not read, and timing shows nowhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.asking import ask
from checker.checks import CHECKS
from checker.engines.stopwatch import Stopwatch
from checker.errors import Unanswered
from checker.model.answers import Answers
from checker.model.level import Level
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.skill import Skill
from checker.model.verdict import EngineRun
from checker.tools import Tools
from tests.support import verdicts
from tests.support.examples import examples

Earlier = Mapping[tuple[str, str], Outcome]
Say = Callable[[Earlier], Status | None]
SKILLS = ("skills/a", "skills/b")
EXAM = Exam(
    policy=verdicts.policy(),
    examinees=tuple(
        Examinee(skill=Skill(id=name, skill_md=f"{name}/SKILL.md", files=()), level=Level.INTERN)
        for name in SKILLS
    ),
    now=verdicts.NOW,
)
TOOLS: Tools = SimpleNamespace()  # type: ignore[assignment]  # no check here looks at it


@dataclass
class Checked:
    """A check that answers for every skill what `say` finds."""

    RULE: str
    say: Say = lambda _: Status.PASSED
    NEEDS: tuple[str, ...] = field(default=())

    def examine(self, exam: Exam, tools: Tools, earlier: Earlier) -> Answers:
        del tools
        status = self.say(earlier)
        outcomes = [
            Outcome(check=self.RULE, skill=e.skill.id, status=status) for e in exam.examinees if status
        ]
        return Answers(outcomes=tuple(outcomes), engines=(EngineRun(name=self.RULE, ran=True, version="1"),))


def asked(*checks: Checked) -> list[tuple[str, str, str]]:
    outcomes, engines = ask(checks, EXAM, TOOLS)
    assert sorted(engines, key=lambda engine: [check.RULE for check in checks].index(engine.name)) == [
        *engines
    ]
    return [(outcome.check, outcome.skill, outcome.status.value) for outcome in outcomes]


def passed(*rules: str) -> list[tuple[str, str, str]]:
    return [(rule, skill, "passed") for rule in rules for skill in SKILLS]


def test_checks_that_do_not_read_each_other_are_under_way_at_once() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def meet(_: Earlier) -> Status:
        meeting.wait()
        return Status.PASSED

    assert asked(*(Checked(rule, meet) for rule in "abc")) == passed("a", "b", "c")


def test_reading_what_another_says_is_waiting_for_it() -> None:
    slow = threading.Event()

    def late(_: Earlier) -> Status:
        assert slow.wait(10)
        return Status.PASSED

    def reads(earlier: Earlier) -> Status:
        slow.set()
        return earlier["late", "skills/a"].status

    assert asked(Checked("late", late), Checked("reads", reads)) == passed("late", "reads")


def test_a_check_reads_those_before_it_alone() -> None:
    seen: dict[str, list[tuple[str, str]]] = {}

    def note(rule: str) -> Say:
        def say(earlier: Earlier) -> Status:
            seen[rule] = list(earlier)
            assert earlier.get(("c", "skills/a")) is None
            assert earlier.get(("a", "skills/none")) is None
            assert len(earlier) == len(seen[rule])
            return Status.PASSED

        return say

    asked(*(Checked(rule, note(rule)) for rule in "abc"))
    both = {rule: [(rule, skill) for skill in SKILLS] for rule in "ab"}
    assert seen == {"a": [], "b": both["a"], "c": [*both["a"], *both["b"]]}


def test_who_forgets_a_skill_or_cannot_answer_is_broken_for_whoever_reads_it() -> None:
    def refuse(_: Earlier) -> Status:
        raise Unanswered("index", "is down")

    def full(_: Earlier) -> Status:
        raise OSError(28, "No space left on device")

    def read(earlier: Earlier) -> Status:
        assert {outcome.reason for outcome in earlier.values()} == {
            "the check gave no answer",
            "index: is down",
            "this machine: No space left on device",
        }
        return next(iter({outcome.status for outcome in earlier.values()}))

    found = asked(
        Checked("mute", lambda _: None), Checked("r", refuse), Checked("f", full), Checked("x", read)
    )
    assert {status for _, _, status in found} == {"broken"}


def test_what_a_check_says_twice_of_a_skill_is_not_lost() -> None:
    class Twice(Checked):
        def examine(self, exam: Exam, tools: Tools, earlier: Earlier) -> Answers:
            bad = Outcome(check=self.RULE, skill=SKILLS[0], status=Status.FAILED)
            answers = super().examine(exam, tools, earlier)
            return answers.model_copy(update={"outcomes": (bad, *answers.outcomes)})

    assert asked(Twice("a"), Checked("b")) == [("a", SKILLS[0], "failed"), *passed("a", "b")]


def test_an_error_ends_who_waits_for_the_check_that_made_it() -> None:
    begun = threading.Event()

    def fails(_: Earlier) -> Status:
        assert begun.wait(10)
        raise ZeroDivisionError

    def waits(earlier: Earlier) -> Status:
        begun.set()
        return earlier["fails", "skills/a"].status

    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        asked(Checked("fails", fails), Checked("waits", waits))
    assert time.monotonic() - started < 5
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("check-")]


@examples(25)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.integers(0, 5)), st.sampled_from(["passed", "failed"])),
        min_size=1,
        max_size=6,
    )
)
def test_timing_shows_nowhere(plan: list[tuple[int, set[int], str]]) -> None:
    """A check fails where it says so, or where one that it reads failed; the rest is order."""

    def checks(unit: float) -> list[Checked]:
        def say(wait: int, reads: set[int], own: str) -> Say:
            def found(earlier: Earlier) -> Status:
                time.sleep(wait * unit)
                read = [earlier.get((f"c{other}", "skills/a")) for other in sorted(reads)]
                bad = own == "failed" or any(one and one.status is Status.FAILED for one in read)
                return Status.FAILED if bad else Status.PASSED

            return found

        return [Checked(f"c{place}", say(*what)) for place, what in enumerate(plan)]

    assert asked(*checks(0.001)) == asked(*checks(0))


def test_waiting_for_another_check_is_no_stage() -> None:
    clock = Stopwatch()

    def late(_: Earlier) -> Status:
        time.sleep(0.05)
        with clock.stage("scan"):
            time.sleep(0.05)
        return Status.PASSED

    checks = (Checked("lock", late), Checked("reads", lambda earlier: earlier["lock", "skills/a"].status))
    ask(checks, EXAM, TOOLS, clock)
    found = {share.stages: share.wall_seconds for share in clock.profile().shares}
    assert found[("lock",)] > 0.03
    assert found[("scan",)] > 0.03
    assert found.get(("lock", "checks"), 0) < 0.03


def test_of_two_outcomes_for_one_skill_readers_go_by_the_one_that_did_not_pass() -> None:
    for order in ((Status.FAILED, Status.PASSED), (Status.PASSED, Status.FAILED)):
        twice = tuple(Outcome(check="twice", skill="skills/a", status=status) for status in order)
        said = SimpleNamespace(
            RULE="twice", NEEDS=(), examine=lambda *_, twice=twice: Answers(outcomes=twice)
        )
        reader = Checked("reads", lambda earlier: earlier["twice", "skills/a"].status)
        outcomes, _ = ask((said, reader), EXAM, TOOLS)
        assert {one.status for one in outcomes if one.check == "reads"} == {Status.FAILED}


def test_every_check_comes_after_those_it_reads() -> None:
    """What comes later is not there for it: a sandbox before the advisories would build what is malicious."""
    order = [check.RULE for check in CHECKS]
    assert all(order.index(need) < order.index(check.RULE) for check in CHECKS for need in check.NEEDS)
    assert order.index("vulnerabilities") < order.index("sandbox")
