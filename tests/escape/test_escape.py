"""Nothing that is not visible gets through, and whatever a person can read stays as it is."""

from __future__ import annotations

import re
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.escape import decode, defused, last_lines, one_line, shortened, visible
from tests.support.harmless import assert_harmless
from tests.support.verdicts import hostile_text

texts = st.one_of(hostile_text, st.text(), st.text("\n\t :#[\\x\x1b\ufe0f\u203c", max_size=30))


@given(texts)
def test_one_line_holds_nothing_invisible(text):
    shown = visible(text)
    assert_harmless(shown)
    assert shown.splitlines() in ([shown], [])


@given(texts)
def test_lines_hold_nothing_invisible_but_line_feeds_and_tabs(text):
    shown = visible(text, newlines=True)
    assert_harmless(shown, kept="\n\t")
    assert shown.count("\n") == text.count("\n")


@given(texts, st.booleans())
def test_doing_it_twice_changes_nothing_more(text, newlines):
    once = visible(text, newlines=newlines)
    assert visible(once, newlines=newlines) == once


@given(st.binary())
def test_bytes_of_any_kind_become_text(data):
    assert_harmless(decode(data), kept="\n\t")
    assert_harmless(decode(data, newlines=False))


def test_every_code_point_is_visible_or_escaped():
    planes = [range(0x20000), range(0xE0000, 0xE1000), range(sys.maxunicode - 9, sys.maxunicode + 1)]
    assert_harmless(visible("".join(chr(code) for plane in planes for code in plane)))


@pytest.mark.parametrize(
    "hidden",
    [
        *("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"),  # zero width
        *("\u202a", "\u202e", "\u2066", "\u2069", "\u200f", "\u061c"),  # bidirectional
        *("\ufe00", "\ufe0f", "\U000e0100", "\u180b"),  # variation selectors
        *("\U000e0001", "\U000e0041", "\U000e007f"),  # tags
        *(
            "\u3164",
            "\u115f",
            "\uffa0",
            "\u034f",
            "\u2800",
            "\u17b4",
        ),  # letters and marks that print as nothing
        *("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r", "\x00", "\x1b", "\x7f", "\x9b"),
        *("\ud800", "\udfff", "\ue000", "\U000f0000", "\u0378", "\uffff"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(hidden):
    shown = visible(f"a{hidden}b")
    assert shown == f"a{shown[1:-1]}b"
    assert re.fullmatch(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", shown[1:-1])


@pytest.mark.parametrize(
    "readable",
    [
        "plain text",
        "Größe",
        "技能考试",
        "навык",
        "مهارة",
        "कौशल",
        "한국어",
        "naïve café",
        "🧪✓→",
        "⚠️ careful ❤️",
        "a\u00a0b",
    ],
)
def test_what_can_be_read_stays(readable):
    assert visible(readable) == readable


def test_an_emoji_style_stays_only_behind_its_symbol():
    assert visible("⚠\ufe0f\ufe0fa\ufe0f") == "⚠\ufe0f\\ufe0fa\\ufe0f"
    assert visible("\u2066\ufe0f") == "\\u2066\\ufe0f"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("::add-mask::x", "\\::add-mask::x"),
        ("  \t::x", "  \t\\::x"),
        ("ok\n::x\n ::y", "ok\n\\::x\n \\::y"),
        ("\u3000::x", "\u3000\\::x"),
        ("a ##[error]x", "a ##\\[error]x"),
        ("####[x", "####\\[x"),
        ("test_a.py::test_b std::string", "test_a.py::test_b std::string"),
        ("\x1b[31m::x", "\\x1b[31m::x"),
    ],
)
def test_commands_to_a_runner_are_defused(text, safe):
    assert visible(text, newlines=True) == safe


def test_our_own_colours_do_not_hide_a_command():
    assert defused("\x1b[1m  \x1b[31m::x") == "\x1b[1m  \x1b[31m\\::x"


@given(st.text(), st.integers(-3, 20))
def test_shortened_is_never_longer(text, limit):
    assert len(shortened(text, limit)) <= max(limit, 0)
    assert shortened(text, max(len(text), 0)) == text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4_000_000,
        "\n" * 1_000_000,
        " " * 1_000_000,
        "##[" * 300_000,
        "::\n" * 300_000,
        "é\x1b" * 300_000,
    ],
    ids=["plain", "line feeds", "blanks", "legacy commands", "commands", "escapes"],
)
def test_a_megabyte_takes_no_time(text):
    start = time.perf_counter()
    visible(text, newlines=True)
    assert time.perf_counter() - start < 3


@given(st.text(max_size=40), st.integers(1, 45))
def test_a_line_is_what_cutting_afterwards_would_leave(text, limit):
    whole = visible(text.strip().replace("\n", " "))
    assert one_line(text, limit) == shortened(whole, limit)


def test_an_end_that_is_cut_before_a_command_is_no_command():
    assert last_lines("x::add-mask::y", 13) == "\\::add-mask::y"
    assert last_lines("a\nb\n", 100) == "a\nb"
    assert last_lines("abc", 0) == ""
