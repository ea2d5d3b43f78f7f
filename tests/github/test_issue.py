"""Issues of a rescan: found, updated in place, closed, reopened, never doubled."""

from __future__ import annotations

import pytest

from checker.github.issue import Wanted, put_issues
from tests.support.github_server import BOT, answering, hung_up

FAMILY = "<!-- proctor:rescan "
MARK = f"{FAMILY}-->"


def wanted(text="numpy is vulnerable", is_open=True, mark=MARK):
    return Wanted(mark, "Proctor: a title", is_open, lambda _: f"{mark}\n{text}\n")


def put(api, *every):
    return put_issues(api, BOT, FAMILY, every)


def states(github):
    return [(number, issue["state"]) for number, issue in sorted(github.issues.items())]


def test_it_is_opened_left_alone_updated_closed_and_reopened(api, github):
    clean = wanted("Every lock passes.", is_open=False)
    told = [put(api, one) for one in (wanted(), wanted(), wanted("pandas, too"), clean, clean, wanted())]
    assert told == [["opened #1"], [], ["updated #1"], ["closed #1"], [], ["reopened #1"]]
    assert states(github) == [(1, "open")]
    assert github.writes() == ["POST /repos/example/skills/issues"] + 3 * [
        "PATCH /repos/example/skills/issues/1"
    ]


def test_a_clean_state_opens_nothing(api, github):
    assert put(api, wanted(is_open=False)) == []
    assert (states(github), github.writes()) == ([], [])


def test_it_is_found_among_many_and_by_author(api, github):
    for number in range(120):
        github.add_issue(BOT, f"issue {number}", "by another workflow")
    theirs = github.add_issue("stranger", "Proctor: a title", f"{MARK}\nall is well")
    ours = github.add_issue(BOT, "Proctor: a title", f"{MARK}\r\nnumpy is vulnerable\r\n")
    assert put(api, wanted()) == []
    assert put(api, wanted("worse")) == [f"updated #{ours}"]
    assert github.issues[theirs]["body"].endswith("all is well")


def test_a_skill_that_is_gone_has_its_issue_closed(api, github):
    first, second = f"{FAMILY}0000000000000001 -->", f"{FAMILY}0000000000000002 -->"
    put(api, wanted(mark=first), wanted(mark=second))
    assert put(api, wanted(mark=second)) == ["closed #1"]
    assert states(github) == [(1, "closed"), (2, "open")]


def test_one_that_a_person_closed_is_opened_again_while_it_stands(api, github):
    put(api, wanted())
    github.issues[1]["state"] = "closed"
    assert put(api, wanted()) == ["reopened #1"]


def test_of_two_runs_at_once_one_issue_stays_open(api, github):
    def other(verb, path):
        if verb == "POST":
            github.before = lambda *_: None
            github.add_issue(BOT, "Proctor: a title", f"{MARK}\nnumpy is vulnerable")

    github.before = other
    assert put(api, wanted()) == ["left #1 as it is"]
    assert states(github) == [(1, "open"), (2, "closed")]
    assert put(api, wanted()) == []


def test_several_open_ones_become_one(api, github):
    for _ in range(3):
        github.add_issue(BOT, "Proctor: a title", f"{MARK}\nnumpy is vulnerable")
    assert put(api, wanted()) == ["closed #2", "closed #3"]
    assert put(api, wanted()) == []


@pytest.mark.parametrize("fault", [answering(502), hung_up], ids=["502", "hung up"])
@pytest.mark.parametrize("acts", [True, False], ids=["it was created", "it was not"])
def test_a_create_without_an_answer_is_looked_for_before_it_is_repeated(api, github, fault, acts):
    github.fail("POST", "issues", fault, acts=acts)
    assert put(api, wanted()) == ["opened #1"]
    assert states(github) == [(1, "open")]
