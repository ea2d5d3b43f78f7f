"""Ask the checks side by side: each begins at once, and waits where it reads what another one says.

While one waits for the package index, an advisory engine or a container, others get on. What a check reads of
the others is theirs alone to say, and fixed once it is said: timing shows nowhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker.checks import Check
from checker.errors import Unanswered
from checker.model.answers import Answers
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam
from checker.model.profile import Stage
from checker.model.verdict import EngineRun
from checker.overlap import ended_by, overlapped
from checker.tools import UNTIMED, Clock, Tools

_Key = tuple[str, str]
#: The checks whose own work is a stage of its own.
_STAGE: Mapping[str, Stage] = {"lock": "lock"}


def ask(
    checks: Iterable[Check], exam: Exam, tools: Tools, clock: Clock = UNTIMED
) -> tuple[tuple[Outcome, ...], tuple[EngineRun, ...]]:
    """Ask every check about every skill, each knowing what those before it in the order say."""
    order = tuple(checks)
    said = _Said()

    def one(place: int) -> Answers:
        check = order[place]
        before = _Earlier(said, [earlier.RULE for earlier in order[:place]], clock)
        with clock.stage(_STAGE.get(check.RULE, "checks")):
            answers = _answers(check, exam, tools, before)
        said.tell(check.RULE, answers.outcomes)
        return answers

    every = overlapped(one, range(len(order)), len(order), "check")
    outcomes = tuple(outcome for answers in every for outcome in answers.outcomes)
    return outcomes, tuple(engine for answers in every for engine in answers.engines)


def _answers(check: Check, exam: Exam, tools: Tools, earlier: Mapping[_Key, Outcome]) -> Answers:
    """What a check says; a skill it does not answer for is broken, never forgotten."""
    try:
        answers, why = check.examine(exam, tools, earlier), "the check gave no answer"
    except Unanswered as error:
        answers, why = Answers(outcomes=()), str(error)
    except OSError as error:  # a full disk, a folder that may not be written: ours, not the skill's
        answers, why = Answers(outcomes=()), f"this machine: {error.strerror or error}"[:300]
    answered = {outcome.skill for outcome in answers.outcomes}
    missing = (e.skill.id for e in exam.examinees if e.skill.id not in answered)
    broken = tuple(Outcome.broken(check.RULE, skill, why) for skill in missing)
    return answers.model_copy(update={"outcomes": (*answers.outcomes, *broken)})


class _Said:
    """What each check said, once it has."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._outcomes: dict[str, dict[str, Outcome]] = {}

    def tell(self, rule: str, outcomes: Iterable[Outcome]) -> None:
        """Should a check say two things of one skill, its readers must not go by the one that passed."""
        passed_first = sorted(outcomes, key=lambda outcome: outcome.status is not Status.PASSED)
        with self._changed:
            self._outcomes[rule] = {outcome.skill: outcome for outcome in passed_first}
            self._changed.notify_all()

    def known(self, rule: str) -> bool:
        return rule in self._outcomes

    def by(self, rule: str) -> Mapping[str, Outcome]:
        """What the check said, by skill; waits for it. A check that fails ends all who wait (`overlap`)."""
        over = False

        def end() -> None:
            nonlocal over
            with self._changed:
                over = True
                self._changed.notify_all()

        with ended_by(end), self._changed:
            self._changed.wait_for(lambda: over or rule in self._outcomes)
        return self._outcomes[rule]


class _Earlier(Mapping[_Key, Outcome]):
    """The outcomes of the checks before one, by (check, skill id). To read one is to wait for it."""

    def __init__(self, said: _Said, rules: Sequence[str], clock: Clock) -> None:
        self._said, self._rules, self._clock = said, rules, clock

    def __getitem__(self, key: _Key) -> Outcome:
        rule, skill = key
        if rule not in self._rules:
            raise KeyError(key)
        return self._by(rule)[skill]

    def __iter__(self) -> Iterator[_Key]:
        return ((rule, skill) for rule in self._rules for skill in self._by(rule))

    def __len__(self) -> int:
        return sum(len(self._by(rule)) for rule in self._rules)

    def _by(self, rule: str) -> Mapping[str, Outcome]:
        if self._said.known(rule):
            return self._said.by(rule)
        with self._clock.waiting():
            return self._said.by(rule)
