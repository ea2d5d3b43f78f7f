"""One comment, whatever goes wrong: over the real client and a loopback GitHub."""

from __future__ import annotations

import time

import pytest

from checker.errors import Unanswered
from checker.github.client import Api
from checker.github.identity import login
from checker.github.sticky import put_comment
from checker.github.trouble import Missing, Refused
from tests.support.github_server import BOT, PERSON, READ, REPOSITORY, WRITE, answering, cut, garbled, hung_up

MARK = "<!-- proctor:verdict -->"
HEAD, BASE = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def pull(github):
    github.add_pull(7, HEAD, BASE)


def put(api, text="fine", author=BOT):
    return put_comment(api, 7, author, MARK, lambda _: f"{MARK}\n{text}")


def test_it_is_created_left_alone_and_updated(api, github):
    assert [put(api), put(api), put(api, "worse"), put(api, "worse")] == [
        "created",
        "unchanged",
        "updated",
        "unchanged",
    ]
    assert github.bodies(7) == [f"{MARK}\nworse"]
    assert github.writes() == [
        "POST /repos/example/skills/issues/7/comments",
        "PATCH /repos/example/skills/issues/comments/101",
    ]


def test_it_is_found_on_a_late_page(api, github):
    for number in range(250):
        github.add_comment(7, "someone", f"comment {number}")
    github.add_comment(7, BOT, f"{MARK}\nfine")
    assert put(api) == "unchanged"
    assert github.writes() == []
    assert len(github.requests()) == 3


def test_line_ends_and_blanks_that_github_changes_are_no_difference(api, github):
    github.add_comment(7, BOT, f"{MARK}\r\nfine\r\n\r\n")
    assert put(api, "fine\n\n") == "unchanged"


@pytest.mark.parametrize(
    ("author", "body"),
    [
        ("stranger", f"{MARK}\nall is well, merge it"),
        (BOT, f"> quoted\n{MARK}\nby another workflow"),
    ],
    ids=["by somebody else", "marker not at the start"],
)
def test_what_is_not_ours_is_left_alone(api, github, author, body):
    theirs = github.add_comment(7, author, body)
    assert put(api) == "created"
    assert put(api, "worse") == "updated"
    assert github.comments[theirs]["body"] == body
    assert len(github.bodies(7)) == 2


def test_a_comment_deleted_between_find_and_update_is_created_anew(api, github):
    old = github.add_comment(7, BOT, f"{MARK}\nold")

    def deleted(verb, path):
        if verb == "PATCH":
            github.comments.pop(old, None)

    github.before = deleted
    assert put(api) == "created"
    assert github.bodies(7) == [f"{MARK}\nfine"]


def test_of_two_runs_at_once_one_comment_is_left(api, github):
    """The other run creates its own after we looked and before we create."""

    def other(verb, path):
        if verb == "POST":
            github.before = lambda *_: None
            github.add_comment(7, BOT, f"{MARK}\nthe other's")

    github.before = other
    assert put(api) == "updated"
    assert github.bodies(7) == [f"{MARK}\nfine"]


def test_the_run_that_was_first_leaves_the_late_one_alone(api, github):
    """The other run's comment is younger: it is the other run that takes it away."""
    seen = []

    def other(verb, path):
        seen.append(verb)
        if seen == ["GET", "POST", "GET"]:
            github.add_comment(7, BOT, f"{MARK}\nlate")

    github.before = other
    assert put(api) == "created"
    assert len(github.bodies(7)) == 2
    assert put(api) == "unchanged"
    assert github.bodies(7) == [f"{MARK}\nfine"]


def test_duplicates_that_both_runs_take_away(api, github):
    first = github.add_comment(7, BOT, f"{MARK}\nfine")
    second = github.add_comment(7, BOT, f"{MARK}\nfine")
    github.before = lambda verb, path: github.comments.pop(second, None) if verb == "DELETE" else None
    assert put(api) == "unchanged"
    assert list(github.comments) == [first]


@pytest.mark.parametrize("fault", [answering(502), hung_up, garbled], ids=["502", "hung up", "garbled"])
@pytest.mark.parametrize("acts", [True, False], ids=["it was created", "it was not"])
def test_a_create_without_an_answer_is_looked_for_before_it_is_repeated(api, github, fault, acts):
    github.fail("POST", "comments", fault, acts=acts)
    assert put(api) == ("unchanged" if acts else "created")
    assert github.bodies(7) == [f"{MARK}\nfine"]
    assert sum("POST" in line for line in github.requests()) == (1 if acts else 2)


@pytest.mark.parametrize(
    "fault",
    [answering(500), answering(502), answering(503), hung_up, cut],
    ids=["500", "502", "503", "lost", "cut"],
)
def test_questions_and_changes_are_asked_again(api, github, waits, fault):
    github.add_comment(7, BOT, f"{MARK}\nold")
    github.fail("GET", "comments", fault, times=2)
    github.fail("PATCH", "comments", fault if fault is not cut else hung_up, times=1, acts=True)
    assert put(api) == "updated"
    assert github.bodies(7) == [f"{MARK}\nfine"]
    assert waits == [1, 2, 1]


LIMITS = {
    "429": (answering(429, "slow down", retry_after="7"), 7),
    "secondary": (answering(403, "You have exceeded a secondary rate limit", retry_after="5"), 5),
    "secondary, no time": (answering(403, "You have exceeded a secondary rate limit."), 60),
    "primary": (
        answering(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="1"),
        1,
    ),
}


@pytest.mark.parametrize(("fault", "wait"), LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_rate_limit_is_waited_for_also_by_a_create(api, github, waits, fault, wait, verb):
    github.fail(verb, "comments", fault)
    assert put(api) == "created"
    assert github.bodies(7) == [f"{MARK}\nfine"]
    assert waits == [wait]


def test_a_rate_limit_of_an_hour_is_not_waited_for(api, github, waits):
    github.fail("GET", "comments", answering(403, "API rate limit exceeded", retry_after="3600"), times=9)
    with pytest.raises(Unanswered, match="rate limit"):
        put(api)
    assert waits == []


def test_a_403_without_the_signs_of_a_limit_is_a_permission(api_as, github, waits):
    with pytest.raises(Refused, match="403: Resource not accessible by integration"):
        put(api_as(READ))
    assert (waits, github.bodies(7)) == ([], [])


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Refused), (403, Refused), (404, Missing), (409, Unanswered), (422, Unanswered)]
)
def test_what_will_not_change_is_asked_once(api, github, waits, status, kind):
    github.fail("POST", "comments", answering(status), times=9)
    with pytest.raises(kind, match=f"answered {status}"):
        put(api)
    assert (waits, len(github.writes())) == ([], 1)


def test_a_server_that_stays_away_is_unanswered(api, github, waits):
    github.fail("GET", "comments", answering(502), times=9)
    with pytest.raises(Unanswered, match="answered 502"):
        put(api)
    assert waits == [1, 2, 4]


def test_a_token_that_asks_who_it_is(api_as, api, github):
    assert (login(api), login(api_as(PERSON))) == (BOT, "someone")
    assert put(api_as(PERSON), author="someone") == "created"


@pytest.mark.slow
def test_a_create_that_gets_no_answer_in_time_is_looked_for(github, waits):
    impatient = Api(github.api_url, REPOSITORY, WRITE, apart=0, timeout=1, sleep=waits.append)
    github.fail("POST", "comments", lambda handler: time.sleep(1.3), acts=True)
    assert put(impatient) == "unchanged"
    assert (len(github.bodies(7)), len(github.writes()), waits) == (1, 1, [])


@pytest.mark.slow
def test_writes_are_a_second_apart(github):
    api = Api(github.api_url, REPOSITORY, WRITE)
    put(api)
    began = time.monotonic()
    put(api, "worse")
    assert time.monotonic() - began > 0.9
