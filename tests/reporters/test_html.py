"""The HTML report: nothing foreign is markup, nothing comes from elsewhere, everybody can read it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re

import pytest
from hypothesis import given

from checker.escape import visible
from checker.model.dependency import Dependency
from checker.model.evidence import NetworkRecord, PhaseEvidence, ReportedEvent, SandboxEvidence
from checker.model.verdict import Verdict
from checker.reporters import html_, wording
from checker.reporters.html_ import content_policy, render, style
from checker.reporters.page import Page
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless
from tests.support.html_page import HtmlPage

WORDS = re.compile(r"[a-z_ ]*")
#: Every element that the report itself writes, with its attributes and what their values may be.
ALLOWED = {
    "html": {"lang": "en"}, "head": {}, "title": {}, "style": {}, "body": {},
    "meta": {"charset": "utf-8", "http-equiv": "Content-Security-Policy", "content": None, "name": WORDS.pattern + "|color-scheme"},
    "header": {}, "main": {"id": "main"}, "footer": {}, "nav": {"aria-label": "Parts of the report"},
    "section": {"aria-labelledby": "matrix|skills|preview|notes"},
    "article": {"class": "skill", "id": r"skill-\d+", "aria-labelledby": r"skill-\d+-name"},
    "a": {"href": r"#(main|matrix|skills|preview|notes|skill-\d+)", "class": "skip"},
    "h1": {}, "h2": {"id": "matrix|skills|preview|notes"}, "h3": {"id": r"skill-\d+-name"}, "h4": {"id": r"sandbox-\d+"},
    "div": {"class": "scroll( matrix)?", "role": "region", "tabindex": "0", "aria-labelledby": r"matrix|sandbox-\d+"},
    "table": {}, "caption": {}, "thead": {}, "tbody": {}, "tr": {}, "th": {"scope": "col|row"}, "td": {"class": WORDS.pattern},
    "ul": {"class": "findings|tree"}, "li": {"class": "fails|warns|waived"}, "p": {"class": "quiet|failed"},
    "dl": {}, "dt": {}, "dd": {"class": "do"}, "span": {"class": WORDS.pattern}, "strong": {"class": WORDS.pattern},
    "code": {}, "bdi": {}, "pre": {"tabindex": "0"}, "details": {"open": ""}, "summary": {}, "br": {},
}  # fmt: skip


def page(verdict: Verdict, **options) -> HtmlPage:
    return HtmlPage(render(verdict, Page(**options)))


def test_the_sample_holds_all_there_is_to_say():
    text = render(v.sample())
    for part in ("policies/packages.yaml:31", "<code>proctor lock skills/report</code>", "45.0 MiB",
                 "not observed", "CVE-2018-18074", "denied: banned", "(see above)", "it expired on 2026-11-19",
                 "SAFETY_API_KEY", "skills/old was deleted"):  # fmt: skip
        assert part in text


@examples(40)
@given(v.verdicts)
def test_nothing_foreign_becomes_markup(verdict: Verdict):
    found = page(verdict)
    assert not found.strange
    for tag, attributes in found.elements:
        for name, value in attributes.items():
            allowed = ALLOWED[tag][name]
            assert allowed is None or re.fullmatch(allowed, value), (tag, name, value)
    # A runner looks at lines of the page as it is written; what is hidden shows once it is read.
    assert_harmless(render(verdict), kept="\n\t")
    assert_harmless(
        "text: " + "\ntext: ".join(t for texts in found.text.values() for t in texts), kept="\n\t"
    )


@examples(20)
@given(v.verdicts)
def test_each_skill_is_a_row_and_an_article(verdict: Verdict):
    found = page(verdict)
    rows = sum((tag, a.get("scope")) == ("th", "row") for tag, a in found.elements[: _end_of_matrix(found)])
    assert rows == len(verdict.skills) == found.tags.count("article")


def _end_of_matrix(found: HtmlPage) -> int:
    return next((n for n, e in enumerate(found.elements) if e == ("h2", {"id": "skills"})), 0)


def test_a_hostile_name_is_shown_and_does_nothing():
    name = "<img src=x onerror=alert(1)>\" onclick='x' &amp; ::add-mask:: \u202e @org #1 javascript:x"
    finding = v.finding(subject=name, message=name, file=name, remedy=f"run `{name}`", chain=(name,))
    found = page(v.verdict_on(v.failed(finding, skill=name)))
    assert not found.strange
    assert {"img", "script"}.isdisjoint(found.tags)
    assert visible(name) in found.text["code"]


def test_one_endless_text_is_cut():
    found = v.finding(message="<" * 1_000_000, remedy="&" * 1_000_000, subject="\u202e" * 10_000)
    assert len(render(v.verdict_on(v.failed(found)))) < 200_000


# -- nothing from elsewhere ---------------------------------------------------------------------------------


def test_the_page_brings_all_it_needs_and_allows_nothing_else():
    text = render(v.sample())
    names = {name for _, attributes in HtmlPage(text).elements for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert names.isdisjoint({"src", "srcset", "style", "action", "ping", "poster", "background", "data"})
    assert not re.search(r"url\(|@import|https?:", style())
    digest = hashlib.sha256(re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1].encode()).digest()
    assert content_policy() == (
        f"default-src 'none'; style-src 'sha256-{base64.b64encode(digest).decode()}';"
        " base-uri 'none'; form-action 'none'"
    )
    assert f'content="{content_policy()}"' in text


def test_rules_link_their_pages_only_where_the_address_is_known():
    links = {h for h in page(v.sample(), docs="https://git.example/docs").having("href") if h[0] != "#"}
    assert links == {f"https://git.example/docs/checks/{name}" for name in
                     ("packages.md", "vulnerabilities.md", "sandbox.md", "behaviour.md#resource-limit", "manifest.md")}  # fmt: skip
    assert all(href.startswith("#") for href in page(v.sample()).having("href"))


def test_what_its_network_saw_and_what_it_said_of_itself_are_told_apart():
    told = {
        "network": (NetworkRecord(kind="dns", name="evil.example"),),
        "reported": (ReportedEvent(kind="network", what="connect", where="scripts/a.py:3"),),
    }
    phase = PhaseEvidence(phase="tests", status="failed", reason="exit code 1", **told)
    outcome = v.failed(v.finding()).model_copy(update={"evidence": SandboxEvidence(phases=(phase,))})
    text = render(v.verdict_on(outcome))
    assert "seen in its network" in text
    assert "evil.example" in text
    assert "self-reported (it could have kept quiet)" in text


# -- for everybody ------------------------------------------------------------------------------------------


def test_it_can_be_read_by_ear_and_walked_by_keyboard():
    found = page(v.sample())
    ids = found.having("id")
    assert len(set(ids)) == len(ids)
    assert set(found.having("aria-labelledby")) <= set(ids)
    assert {href[1:] for href in found.having("href")} <= set(ids)
    assert found.tags.count("h1") == found.tags.count("main") == 1
    assert {"header", "nav", "main", "footer", "caption", "title"} <= set(found.tags)
    levels = [int(tag[1]) for tag in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in attributes for tag, attributes in found.elements if tag == "th")
    # What scrolls must be reachable without a mouse.
    assert all(a.get("tabindex") == "0" for tag, a in found.elements if tag in ("div", "pre"))
    first_link = next(attributes for tag, attributes in found.elements if tag == "a")
    assert first_link == {"class": "skip", "href": "#main"}


def test_a_status_is_a_word_and_not_only_a_colour():
    found = page(v.sample())
    assert {"✓ pass", "✗ fail", "! broken"} <= set(found.text["td"])


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_has_contrast(scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text on each ground it stands on."""
    palette = dict(
        re.findall(r"--(\w+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", style(), re.DOTALL)[scheme])
    )
    assert {"page", "panel", "code", "text", "quiet", "link", "good", "bad", "warn"} <= palette.keys()
    for ground in ("page", "panel", "code"):
        for ink in ("text", "quiet", "link", "good", "bad", "warn"):
            assert _contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# -- bounds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [300_000, 60_000, 30_000, 14_000, 8_000])
def test_it_stays_within_its_limit_and_says_so(limit, monkeypatch):
    monkeypatch.setattr(html_, "LIMIT", limit)
    found = [v.finding(subject=f"evil{n}", message="m" * 900) for n in range(40)]
    verdict = v.verdict_on(*(v.failed(*found, skill=f"skills/s{n}") for n in range(5)))
    text = render(verdict)
    assert len(text.encode()) <= limit
    assert not HtmlPage(text).strange
    assert wording.summary(verdict) in text
    assert ("the JSON verdict has" in text) is (limit < 300_000)


def _chain(length: int) -> Verdict:
    tree = tuple(
        Dependency(pin=f"p{n}==1", requires=(f"p{n + 1}==1",), declared=n == 0, allowed=True)
        for n in range(length)
    )
    outcome = v.passed("packages", "skills/a").model_copy(update={"dependencies": tree})
    return v.verdict_on(outcome)


def test_a_deep_tree_is_cut_and_the_rest_listed():
    text = render(_chain(500))
    assert all(f"p{n}==1" in text for n in range(500))
    assert "Also in the lock:" in text
    assert "Also in the lock:" not in render(_chain(30))


def test_a_dense_tree_is_bounded():
    pins = [f"p{n}==1" for n in range(120)]
    tree = tuple(Dependency(pin=pin, requires=tuple(pins[:100]), declared=True) for pin in pins)
    outcome = v.passed("packages", "skills/a").model_copy(update={"dependencies": tree})
    assert render(v.verdict_on(outcome)).count("<li>") <= 2_000 + 120
