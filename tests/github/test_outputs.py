"""Outputs and summary of a step: whatever a value holds, a runner reads back that value and no other output."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import UsageError
from checker.github.outputs import MOST_OUTPUT, outputs_of, write_outputs, write_summary
from checker.github.payload import Pull
from checker.github.report import Posted, comment_on
from checker.reporters.budget import STEP_SUMMARY_LIMIT
from tests.github.jobs import outputs_in
from tests.support.github_objects import pull, repository, side
from tests.support.verdicts import verdicts

#: What a runner takes for the end of a line is "\n" alone; `outputs_in` reads lines in Python's way.
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Zl", "Zp", "Cc"]) | st.just("\n"), max_size=60)


@given(
    st.dictionaries(
        st.sampled_from(["decision", "passed", "affected-skills"]), _TEXTS | st.just("a\nb<<c\nb")
    )
)
def test_values_are_read_back_as_they_are(values):
    with tempfile.TemporaryDirectory() as folder:
        write_outputs(Path(folder) / "output", values)
        assert outputs_in(Path(folder) / "output") == values


def test_a_delimiter_that_a_value_holds_is_not_taken(tmp_path):
    guesses = itertools.chain(["guessed", "guessed", "other"])
    write_outputs(
        tmp_path / "output", {"decision": "fail\nguessed\ndecision<<x\npass\nx"}, lambda: next(guesses)
    )
    assert outputs_in(tmp_path / "output") == {"decision": "fail\nguessed\ndecision<<x\npass\nx"}


@given(verdicts)
def test_every_verdict_has_outputs_that_count_its_skills(verdict):
    told = outputs_of(verdict)
    assert sum(int(told[name]) for name in ("failed", "broken", "passed")) == len(verdict.skills)
    assert json.loads(told["affected-skills"]) == [skill.skill for skill in verdict.skills]
    assert "\n" not in "".join(told.values())


def test_more_than_github_takes_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="the outputs have more than"):
        write_outputs(tmp_path / "output", {"affected-skills": "x" * MOST_OUTPUT})


@given(verdicts)
def test_a_summary_stays_within_its_limit_and_its_remark_is_text(verdict):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "summary"
        write_summary(file, verdict, "https://git.example/run/1", ("<img> @me ::x",))
        text = file.read_text()
        assert len(text.encode()) <= STEP_SUMMARY_LIMIT
        assert text.endswith("&#60;img&#62; @&#8203;me ::x\n")


def test_outside_of_a_step_nothing_is_written(tmp_path):
    write_outputs(None, {"decision": "pass"})
    with pytest.raises(UsageError, match="GITHUB_OUTPUT cannot be written"):
        write_outputs(tmp_path, {"decision": "pass"})


OWN = repository(1, "example/skills")
FORK = repository(2, "stranger/skills")


@pytest.mark.parametrize(
    ("choice", "head", "token", "asked", "done"),
    [
        ("auto", OWN, True, [7], True),
        ("auto", FORK, True, [], True),
        ("always", FORK, True, [7], True),
        ("auto", OWN, False, [], False),
        ("never", OWN, True, [], True),
        ("always", None, True, [], True),
    ],
    ids=["own", "fork", "fork, always", "no token", "never", "no pull request"],
)
def test_when_there_is_a_comment(choice, head, token, asked, done):
    numbers = []

    def post(pull):
        numbers.append(pull.number)
        return Posted(True)

    told = pull(7, "open", side(head or OWN, "x", "a" * 40), side(OWN, "main", "b" * 40))
    found = comment_on(Pull.model_validate(told) if head else None, choice, token, post)
    assert (numbers, found.done) == (asked, done)
