"""The Markdown report, through GitHub's own Markdown: nothing foreign becomes markup, and it always fits."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from checker.escape import visible
from checker.model.outcome import Outcome
from checker.model.verdict import Verdict
from checker.reporters import gfm, wording
from checker.reporters.budget import fit
from checker.reporters.markdown import COMMENT_BUDGET, render
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless
from tests.support.snapshots import assert_snapshot

#: What the reporter itself writes. No link, no image, nothing that acts.
TAGS = {
    "h2",
    "h3",
    "h4",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "strong",
    "em",
    "code",
} | {"pre", "details", "summary", "sub"}
#: What GitHub would turn into something else, in text outside of code.
REFERENCE = re.compile(r"@\w|#\d|\bGH-\d|://|\bwww\.|:[\w+-]*[a-z][\w+-]*:", re.IGNORECASE)


class Page(HTMLParser):
    """GitHub's rendering of a report: its tags, its table, its text in and outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.rows: list[int] = []
        self.codes: list[str] = []
        self.prose = ""
        self._code = 0
        options = Options.CMARK_OPT_UNSAFE  # raw HTML stays raw, so that an injected tag is seen
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=options))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        if tag == "code":
            self._code += 1
            self.codes.append("")

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        if self._code:
            self.codes[-1] += data
        else:
            self.prose += data

    def handle_comment(self, data):
        self.tags.add("!--")

    def handle_decl(self, decl):
        self.tags.add("!")

    def unknown_decl(self, data):
        self.tags.add("![")

    def handle_pi(self, data):
        self.tags.add("?")


def test_the_whole_report():
    assert_snapshot(render(v.sample()), "markdown.md", Path(__file__).parent)


def test_it_begins_with_the_decision():
    assert render(v.sample()).startswith("## Proctor: ✗ fail\n")


@pytest.mark.slow
@examples(150)
@given(v.verdicts, st.sampled_from([COMMENT_BUDGET, 3_000, 800]))
def test_nothing_foreign_becomes_markup(verdict: Verdict, budget):
    page = Page(fit(verdict, budget))
    assert page.tags <= TAGS
    assert not REFERENCE.search(page.prose)


@pytest.mark.slow
@examples(100)
@given(v.verdicts)
def test_the_table_keeps_its_shape(verdict: Verdict):
    rows = Page(render(verdict)).rows
    assert rows == [len(wording.columns(verdict)) + 2] * (len(verdict.skills) + 1 if verdict.skills else 0)


@given(v.verdicts, st.integers(0, 4_000))
def test_it_always_fits_and_begins_with_the_decision(verdict: Verdict, budget):
    text = fit(verdict, budget)
    assert len(text) <= len(text.encode()) <= budget
    line = f"Proctor: {wording.decision(verdict)}"
    assert text.startswith(f"## {line}\n") or line.encode().startswith(text.encode())


@given(v.verdicts)
def test_the_text_is_harmless_in_a_log_too(verdict: Verdict):
    assert_harmless(render(verdict), kept="\n\t")


# -- pieces -------------------------------------------------------------------------------------------------

lines = v.hostile_text.map(lambda text: visible(text.strip().replace("\n", " "))).filter(str.strip)


@examples(200)
@given(lines)
def test_a_code_span_shows_exactly_its_text(text):
    assert Page(f"a {gfm.code(text, 10_000)} b").codes == [text]


@examples(200)
@given(lines)
def test_a_cell_shows_its_text(text):
    page = Page(f"| a | b |\n| --- | --- |\n| {gfm.cell(text, 10_000)} | end |")
    assert page.rows == [2, 2]
    assert page.prose.split("\n")[-1].endswith("end") or "end" in page.prose
    assert page.codes[0].replace("\u200b", "") == text


@examples(200)
@given(lines)
def test_prose_shows_its_text(text):
    page = Page(f"- x: {gfm.plain(text)}")
    assert page.tags == {"ul", "li"}
    assert page.prose.strip().removeprefix("x: ").replace("\u200b", "").split() == text.split()


@examples(200)
@given(v.hostile_text)
def test_a_fence_holds_what_it_is_given(text):
    page = Page(gfm.fenced(text, 10_000) + "\n\nafter")
    assert page.prose.strip() == "after"
    assert page.codes == [visible(text, newlines=True).strip("\n") + "\n"]


def test_quoted_commands_become_code():
    assert gfm.prose("run `proctor lock skills/a_b` now", 100) == "run `proctor lock skills/a_b` now"
    assert gfm.prose("a stray ` here", 100) == "a stray &#96; here"


# -- budget -------------------------------------------------------------------------------------------------


def many(failing: int, passing: int, findings: int = 3) -> Verdict:
    found = [v.finding(subject=f"evil{n}==1.0", message="m" * 300, remedy="r" * 100) for n in range(findings)]
    outcomes = [v.failed(*found, skill=f"skills/bad-{n:04}") for n in range(failing)]
    return v.verdict_on(*outcomes, *(v.passed("packages", f"skills/good-{n:04}") for n in range(passing)))


def test_passing_skills_go_first():
    text = render(many(failing=20, passing=2_000))
    assert "skills/good-" not in text
    assert text.count("evil2==1.0") == 20
    assert "2000 skills not in the table (2000 of 2020 pass)." in text
    assert "the JSON verdict holds everything" in text


def test_then_all_but_the_worst_findings():
    text = render(many(failing=20, passing=0, findings=40))
    assert text.count("- … and 35 more findings") == 20


def test_in_the_end_counts_remain():
    text = fit(many(failing=3_000, passing=0), 2_000)
    assert "3000 skills: 3000 fail" in text
    assert "skills/bad" not in text


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_one_endless_text_does_not_burst_the_report(size):
    text = render(v.verdict_on(Outcome.broken("lock", "skills/a", "|`<@#" * (size // 5))))
    assert len(text) <= COMMENT_BUDGET
    assert "skills/a" in text
