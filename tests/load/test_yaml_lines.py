"""YAML is read as text with lines, and what makes YAML dangerous or ambiguous is refused with the line."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import InputError
from checker.load import yaml_lines
from checker.load.yaml_lines import Bounds, parse_yaml


@pytest.fixture(params=["compiled", "pure"])
def loader(request, monkeypatch):
    """Both parsers of PyYAML must agree: a machine without libyaml judges the same."""
    monkeypatch.setattr(
        yaml_lines, "_LOADER", {"compiled": yaml.CSafeLoader, "pure": yaml.SafeLoader}[request.param]
    )


def data(text):
    return parse_yaml(text.encode() if isinstance(text, str) else text, "x.yaml").data


def refused(text, bounds=None):
    with pytest.raises(InputError) as caught:
        parse_yaml(text.encode() if isinstance(text, str) else text, "x.yaml", bounds or Bounds())
    assert caught.value.file == "x.yaml"
    return caught.value


def line_or_refusal(content):
    """The line the parser names for the whole document or for what it refuses; 1 where it names none."""
    try:
        return parse_yaml(content, "x.yaml").line(())
    except InputError as error:
        return error.line or 1


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python: 3.10", "3.10"),
        ("python: 1e3", "1e3"),
        ("python: 010", "010"),
        ("python: on", "on"),
        ("python: NO", "NO"),
        ("python: true", "true"),
        ("python: 2026-11-01", "2026-11-01"),
        ("python: 12:30:45", "12:30:45"),
        ("python: 'null'", "null"),
        ('python: "~"', "~"),
        ("python: null", None),
        ("python: ~", None),
        ("python:", None),
        ("python: ''", ""),
        ("python: |\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_scalar_stays_the_text_that_was_written(text, expected):
    assert data(text) == {"python": expected}


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key `a` (first on line 1)"),
        ("x:\n  a: 1\n  'a': 2\n", 3, "duplicate key"),
        ("a: &anchor 1\nb: *anchor\n", 1, "anchors"),
        ("a: 1\nb: *missing\n", 2, "aliases"),
        ("a:\n  <<: {b: 1}\n", 2, "merge keys"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "tags"),
        ("a: ! b\n", 1, "tags"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("%YAML 1.1\n---\na: 1\n", 1, "directives"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("a: [1, 2\n", None, "not valid YAML"),
        ("a: 'open\n", None, "not valid YAML"),
        ("[1]: a\n", 1, "key must be text"),
        ("? {a: b}\n: c\n", 1, "key must be text"),
        ("? \n: c\n", 1, "key must be text"),
        ("a: 1\nb: \x07\n", 2, r"\x07"),
        ("a: 1\rb: 2\n", 1, r"\x0d"),
        ("a: 1\u2028b: 2\n", 1, r"\u2028"),
        ('a: "\\ud800"\n', 1, ""),
        ('a: "\\U99999999"\n', None, "not valid YAML"),
    ],
)
def test_what_is_refused_has_its_line(text, line, words):
    error = refused(text)
    assert words in error.message
    if line is not None:
        assert error.line == line


@pytest.mark.usefixtures("loader")
def test_billion_laughs_is_refused_at_the_first_anchor():
    lines = ["a0: &a0 [lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "anchors" in refused("\n".join(lines)).message


@pytest.mark.parametrize(
    "content", [b"\xff\xfea\x00", b"a: \x80", b"\x7fELF\x02\x01\x01\x00", b"ok: 1\nbad: \xe9\n"]
)
def test_what_is_not_utf8_text_is_refused(content):
    error = refused(content)
    assert error.line == (2 if content.startswith(b"ok") else 1)


def test_binary_with_nul_is_refused():
    assert r"\x00" in refused(b"PK\x03\x04\x00\x00").message or refused(b"PK\x03\x04").line == 1


@pytest.mark.usefixtures("loader")
def test_bom_and_crlf_change_nothing():
    document = parse_yaml(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n  - y\r\n", "x.yaml")
    assert document.data == {"a": "1", "b": ["x", "y"]}
    assert document.line(("b", 1)) == 4


def test_fifty_megabytes_are_refused_before_they_are_parsed():
    begun = time.perf_counter()
    assert "larger than 1000000 bytes" in refused(b"a: 1\n" * 10_000_000).message
    assert time.perf_counter() - begun < 1


@pytest.mark.usefixtures("loader")
def test_nesting_and_number_of_nodes_are_bounded():
    assert "levels deep" in refused("[" * 500_000).message
    assert "levels deep" in refused("- " * 1000 + "x").message
    assert "keys and values" in refused("- x\n" * 100, Bounds(nodes=50)).message
    assert data("[[[[x]]]]") == [[[["x"]]]]


def test_an_empty_file_holds_nothing():
    assert data("") is None
    assert data("# only a comment\n") is None


def test_lines_of_keys_values_and_places_that_do_not_exist():
    document = parse_yaml(b"a: 1\nb:\n  - c: 2\n    d:\n      e\n", "x.yaml", first_line=10)
    assert document.line(("b", 0, "d")) == 14
    assert document.key_line(("b", 0, "d")) == 13
    assert document.key_line(("b",)) == 11
    assert document.key_line(("b", 0)) == 12
    assert document.key_line(("b", 7, "x")) == 12
    assert document.key_line(("b", 0, "c", "deeper")) == 12
    assert document.key_line(()) == 10
    assert str(document.at(("b", 0, "c"))) == "x.yaml:12"


_KEYS = st.text("abcdefghij_-", min_size=1, max_size=8).filter(lambda key: key.strip("-"))
_VALUES = st.recursive(
    st.text("abc 123.:#'\"", max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


def _check_lines(value, document, path, lines):
    line = document.key_line(path) if path else 1
    if path and isinstance(path[-1], str):
        assert f'"{path[-1]}":' in lines[line - 1]
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_lines(inner, document, (*path, key), lines)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _check_lines(inner, document, (*path, number), lines)
    elif value and path:
        assert yaml.safe_dump(value, default_style='"', width=10**6).strip() in lines[document.line(path) - 1]


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_lines_agree_with_the_text(value):
    text = yaml.safe_dump(value, default_style='"', default_flow_style=False, width=10**6)
    document = parse_yaml(text.encode(), "x.yaml")
    assert document.data == value
    _check_lines(value, document, (), text.split("\n"))


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_or_refused_with_our_own_error(content):
    assert line_or_refusal(content) in range(1, content.count(b"\n") + 2)


@given(st.text("a:-[]{}&*!|>'\"%@`?, #\n\t<~\\0", max_size=80))
def test_text_that_looks_like_yaml_is_read_or_refused(text):
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_lines, "_LOADER", loader)
            assert line_or_refusal(text.encode()) in range(1, text.count("\n") + 2)
