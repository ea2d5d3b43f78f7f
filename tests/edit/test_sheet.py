"""Editing a list in a YAML file: what is not touched stays as it is, byte by byte."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.edit.sheet import Sheet
from checker.errors import InputError
from checker.load.yaml_lines import parse_yaml

ORDER = ("name", "versions", "status", "min_maturity", "reason", "approved_by", "approved_on", "expires")
REGISTRY = """\
# Who may bring what.
version: 1
packages:
  # the tables team
  - name: PyYAML  # safe_load only
    status: 'pending'

  # old and loud
  - name: evil
    status: banned
    reason: >-
      it sends the environment
      away

  - {name: left-pad, status: pending} # asked twice
# the end
"""


def sheet(text: str) -> Sheet:
    return Sheet.parse(text.encode(), "f.yaml", "packages")


def data(edited: Sheet):
    return parse_yaml(edited.text.encode(), "f.yaml").data["packages"]


def test_cut_and_joined_again_is_the_file():
    assert sheet(REGISTRY).text == REGISTRY


def test_an_entry_changes_in_its_place_and_keeps_comments_and_quotes():
    edited = sheet(REGISTRY).rewritten(0, {"status": "approved", "versions": ">=6"}, ORDER)
    assert edited.text == REGISTRY.replace(
        "safe_load only\n    status: 'pending'\n",
        "safe_load only\n    versions: \">=6\"\n    status: 'approved'\n",
    )


def test_an_entry_in_one_line_keeps_its_comment():
    edited = sheet(REGISTRY).rewritten(2, {"status": "approved"}, ORDER)
    (changed,) = set(edited.text.splitlines()) - set(REGISTRY.splitlines())
    assert changed.split() == ["-", "{name:", "left-pad,", "status:", "approved}", "#", "asked", "twice"]


def test_a_new_entry_is_apart_as_the_others_are():
    edited = sheet(REGISTRY).inserted(3, {"name": "new", "status": "pending"})
    assert edited.text == REGISTRY.replace(
        "# asked twice\n", "# asked twice\n\n  - name: new\n    status: pending\n"
    )


def test_comments_stay_when_an_entry_goes():
    without = sheet(REGISTRY).without(1)
    assert [row["name"] for row in data(without)] == ["PyYAML", "left-pad"]
    assert "# old and loud" in without.text
    assert "sends the environment" not in without.text


def test_nothing_left_is_an_empty_list():
    edited = sheet(REGISTRY).without(2).without(1).without(0)
    assert data(edited) == []
    assert [c in edited.text for c in ("# the tables team", "# old and loud", "# the end")] == [True] * 3


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n",
        "version: 1\npackages: []\n",
        "version: 1\npackages: []  # none yet\n",
        "version: 1\npackages:\n",
        "version: 1\npackages: null\n# the end",
    ],
)
def test_the_first_entry(text):
    edited = sheet(text).inserted(0, {"name": "new", "status": "pending"})
    assert data(edited) == [{"name": "new", "status": "pending"}]
    assert all(comment in edited.text for comment in ("# none yet", "# the end") if comment in text)


@pytest.mark.parametrize(
    "text", ["packages: [{name: a}, {name: b}]", "packages:\n  -\n    name: a\n  - name: b"]
)
def test_other_layouts_are_brought_into_shape_first(text):
    edited = sheet(f"version: 1\n{text}\n").rewritten(1, {"status": "banned"}, ORDER)
    assert data(edited) == [{"name": "a"}, {"name": "b", "status": "banned"}]


def test_line_ends_and_a_byte_order_mark_stay():
    raw = b"\xef\xbb\xbf" + REGISTRY.replace("\n", "\r\n").encode()
    edited = Sheet.parse(raw, "f.yaml", "packages")
    assert edited.text.encode() == raw
    assert edited.inserted(3, {"name": "new"}).text.replace("\r\n", "").count("\n") == 0


@pytest.mark.parametrize("text", ["packages: !!x []\n", "packages: &a []\n", "a: [\n"])
def test_what_proctor_does_not_read_it_does_not_edit(text):
    with pytest.raises(InputError):
        sheet(text)


@pytest.mark.parametrize("text", ["packages:\n  []\n", '"packages": []\n'])
def test_an_odd_empty_list_is_refused_with_its_line(text):
    with pytest.raises(InputError) as refused:
        sheet(text)
    assert refused.value.line == 1


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f", exclude_categories=["Cc", "Cf"]), min_size=1)  # fmt: skip


@given(reason=PRINTABLE, number=st.integers(0, 3))
def test_any_text_comes_back_as_it_was(reason, number):
    edited = sheet(REGISTRY).inserted(
        number, {"name": "new", "reason": reason, "expires": dt.date(2027, 1, 1)}
    )
    assert data(edited)[number] == {"name": "new", "reason": reason, "expires": "2027-01-01"}
    assert [row for n, row in enumerate(data(edited)) if n != number] == data(sheet(REGISTRY))


@given(reason=PRINTABLE, number=st.integers(0, 2))
def test_any_text_can_be_written_into_an_entry(reason, number):
    edited = sheet(REGISTRY).rewritten(number, {"reason": reason}, ORDER)
    expected = data(sheet(REGISTRY))
    expected[number]["reason"] = reason
    assert data(edited) == expected
