"""Where the time went: the table, and the last key of a JSON verdict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from checker.model.profile import Profile, Share
from checker.model.verdict import Verdict
from checker.reporters import json_
from checker.reporters.profile import render, with_profile
from tests.support import verdicts as v
from tests.support.examples import examples

SECONDS = st.floats(0, 1e4)
PROFILE = Profile(
    wall_seconds=12.5,
    cpu_seconds=3.0,
    shares=(
        Share(stages=("load",), wall_seconds=0.5, cpu_seconds=0.5),
        Share(stages=("build", "run"), wall_seconds=12.0, cpu_seconds=2.5),
    ),
)


@examples(20)
@given(v.verdicts, SECONDS, SECONDS)
def test_added_to_the_text_it_is_as_if_the_verdict_had_held_it(verdict, wall, cpu):
    shares = (Share(stages=("load", "index"), wall_seconds=wall, cpu_seconds=cpu),)
    profile = Profile(wall_seconds=wall, cpu_seconds=cpu, shares=shares)
    text = with_profile(json_.render(verdict), profile)
    assert text == json_.render(verdict.model_copy(update={"profile": profile}))
    assert Verdict.model_validate_json(text).profile == profile


def test_the_table_has_a_line_for_each_share_and_the_whole():
    assert render(PROFILE) == (
        "where the time went         wall         cpu\n"
        "  load                   0.500 s     0.500 s    4%\n"
        "  build and run         12.000 s     2.500 s   96%\n"
        "  in all                12.500 s     3.000 s\n"
    )


def test_a_run_of_no_time_has_a_table():
    nothing = Share(stages=("start",), wall_seconds=0, cpu_seconds=0)
    assert "start" in render(Profile(wall_seconds=0, cpu_seconds=0, shares=(nothing,)))
