"""What is written to GitHub: within its limits whatever the verdict holds, and the same again where nothing is new."""

from __future__ import annotations

import datetime as dt

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from checker.github.body import VerdictComment, marker
from checker.github.rescan import _writer
from checker.reporters.budget import COMMENT_LIMIT
from checker.reporters.rescan_issue import changes, standing
from checker.rules.advisories.rescan import compare
from tests.support.examples import examples
from tests.support.verdicts import failed, finding, policy, verdict_on, verdicts

LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
MARK = marker("verdict")
HOSTILE = "<img src=x> @everyone #1 [x](javascript:1) | `a` </details> <!-- changes -->\n::stop-commands::a\u202e\u200b"


@pytest.mark.slow
@examples(40)
@given(verdicts, st.lists(st.text(max_size=40), max_size=2))
def test_a_comment_stays_within_its_limit_and_is_not_touched_for_the_time_alone(verdict, remarks):
    first = VerdictComment(verdict, MARK, "https://git.example/run/1", tuple(remarks))
    body = first.write(None)
    assert len(body.encode()) <= COMMENT_LIMIT
    assert body.startswith(f"{MARK}\n<!-- at ")
    assert first.write(body) == body
    later = VerdictComment(verdict.model_copy(update={"now": LATER}), MARK, first.pointer, first.remarks)
    assert later.write(body) == body
    assert later.write(f"{body}, edited") != body


def test_another_decision_is_another_comment():
    first, second = verdict_on(), verdict_on(failed(finding()))
    body = VerdictComment(first, MARK).write(None)
    assert VerdictComment(second, MARK).write(body) != body


def test_a_marker_holds_nothing_of_what_it_is_about():
    assert marker("rescan", "--> @me") != marker("rescan", "--> @you")
    assert "@" not in marker("rescan", "--> @me\ud800")


@pytest.mark.slow
@examples(30)
@given(verdicts, verdicts)
def test_an_issue_stays_within_its_limit_and_keeps_what_changed_last(before, after):
    found = compare(before, after, policy())
    write = _writer(MARK, standing(found, after), changes(found))
    body = write(None)
    assert len(body.encode()) <= COMMENT_LIMIT
    quiet = _writer(MARK, standing(found, after), "")
    assert quiet(body).strip() == body.strip()


def test_texts_of_a_rescan_end_up_as_text():
    bad = finding(rule="packages", subject=HOSTILE, message=HOSTILE, remedy=HOSTILE, file=HOSTILE)
    skills = [failed(bad, skill=f"skills/{number}{HOSTILE}") for number in range(300)]
    before, after = verdict_on(), verdict_on(*skills)
    found = compare(before, after, policy())
    body = _writer(MARK, standing(found, after), changes(found))(None)
    assert len(body.encode()) <= COMMENT_LIMIT
    assert not any(text in body for text in ("\u202e", "\u200b", "\n::"))
    assert _writer(MARK, standing(found, after), "")(body).strip() == body.strip()
    page = cmarkgfm.github_flavored_markdown_to_html(body, Options.CMARK_OPT_UNSAFE)
    assert page.count("<!--") == 2  # our marker, and where the changes begin
    assert not any(text in page for text in ("<img", 'href="javascript', "</details>"))
