"""SKILL.md: lenient enough for real skills, and strict where the specification is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.load.skill_md import read_skill_md
from checker.model.severity import Severity
from tests.load.texts import safe

GOOD = "---\nname: tables\ndescription: Makes tables.\n---\n# Tables\n"


def read(text, folder="tables"):
    return read_skill_md(text if isinstance(text, bytes) else text.encode(), "tables/SKILL.md", folder)


def strict(text, folder="tables"):
    return [(p.location.line, p.message) for p in read(text, folder).problems if p.strict_only]


def lenient(text):
    return [p for p in read(text).problems if not p.strict_only]


def test_a_good_one_has_no_problems():
    found = read(GOOD)
    assert (found.name, found.description, found.problems) == ("tables", "Makes tables.", ())
    assert found.frontmatter is not None


def test_every_key_of_the_specification_is_allowed():
    keys = "license: MIT\ncompatibility: git\nmetadata: {version: 1.0}\nallowed-tools: Read Bash(git:*)\n"
    assert read(GOOD.replace("---\n#", f"{keys}---\n#")).problems == ()


@pytest.mark.parametrize(
    "change",
    [str, lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("---\n", "--- \n")],
)
def test_bom_crlf_and_trailing_blanks_are_fine(change):
    found = read(change(GOOD))
    assert (found.name, found.description, found.problems) == ("tables", "Makes tables.", ())


@pytest.mark.parametrize(
    ("name", "folder", "words"),
    [
        ("Tables", "Tables", "lower-case"),
        ("a_b", "a_b", "lower-case"),
        ("-a", "-a", "lower-case"),
        ("a--b", "a--b", "lower-case"),
        ("a" * 65, "a" * 65, "64 characters"),
        ("\u00e9", "\u00e9", "lower-case"),
        ("other", "tables", "should be that of the folder, `tables`"),
        ("[a]", "tables", "lower-case"),
        ("", "tables", "lower-case"),
    ],
)
def test_strict_names(name, folder, words):
    text = GOOD.replace("name: tables", f"name: {name}")
    assert any(line == 2 and words in message for line, message in strict(text, folder))
    assert lenient(text) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("description: Makes tables.", "description: ''", 3, "1 to 1024"),
        ("description: Makes tables.", "description: " + "x" * 1025, 3, "1 to 1024"),
        ("description: Makes tables.", "description: {a: b}", 3, "1 to 1024"),
        ("description: Makes tables.", "license: MIT", 1, "`description` is missing"),
        ("name: tables\n", "", 1, "`name` is missing"),
        ("---\n#", "version: 1.0\n---\n#", 4, "no key `version`"),
        ("---\n#", "licence: MIT\n---\n#", 4, "(did you mean `license`?)"),
        ("---\n#", "metadata: {a: {b: c}}\n---\n#", 4, "`metadata`"),
        ("---\n#", "metadata: text\n---\n#", 4, "`metadata`"),
        ("---\n#", "allowed-tools: [a, b]\n---\n#", 4, "`allowed-tools`"),
        ("---\n#", f"compatibility: {'x' * 501}\n---\n#", 4, "1 to 500"),
        ("---\nname", "\n---\nname", 1, "first line"),
    ],
)
def test_what_only_the_strict_form_forbids(old, new, line, words):
    text = GOOD.replace(old, new, 1)
    found = strict(text)
    assert any(words in message for _, message in found)
    # A missing key is told at the first line of the frontmatter's keys.
    assert any(at in (line, line + 1) for at, message in found if words in message)
    assert lenient(text) == []


@pytest.mark.parametrize(
    "text", ["", "# Only Markdown\n", "text\n---\nname: x\n---\n", "----\nname: x\n----\n", "\n\n\n"]
)
def test_no_frontmatter_is_accepted_unless_strict(text):
    assert read(text).name == ""
    assert lenient(text) == []
    assert "there is no frontmatter" in strict(text)[0][1]


@pytest.mark.parametrize(
    ("line", "description"),
    [
        ("description: Use when: the user asks", "Use when: the user asks"),
        ("description: 'half quoted", "'half quoted"),
        ('description: "a" and "b"', '"a" and "b"'),
        ("description: @team writes", "@team writes"),
        ("description: `code` first", "`code` first"),
        ("description: a\ndescription: b", "a"),
        ("description: a\nbroken", "a"),
        ("description: >-\n  two\n  lines\nbroken: [", "two lines"),
        ("description:\n\ttabbed words\nbroken: [", "tabbed words"),
        ('description: "quoted"\nbroken: [', "quoted"),
    ],
)
def test_frontmatter_that_is_no_yaml_is_read_line_by_line(line, description):
    text = f"---\nname: tables\n{line}\n---\nbody\n"
    found = read(text)
    assert (found.name, found.description, found.frontmatter) == ("tables", description, None)
    assert [p.severity for p in lenient(text)] == [Severity.NOTE]
    assert strict(text)


def test_the_line_of_a_yaml_fault_is_that_of_the_file():
    assert strict("---\nname: tables\ndescription: a: b\n---\n")[0][0] == 3


def test_frontmatter_without_an_end_is_read_line_by_line():
    found = read("---\nname: tables\ndescription: words\n# Body\nname: other\n")
    assert (found.name, found.description) == ("tables", "words")
    assert "no closing `---` line" in found.problems[0].message


def test_frontmatter_that_is_json_in_yaml_is_read():
    found = read('---\n{"name": "tables", "description": "Makes tables."}\n---\n')
    assert (found.name, found.description, found.problems) == ("tables", "Makes tables.", ())


@pytest.mark.parametrize("text", ["---\n- a\n- b\n---\n", "---\n---\n", "---\njust text\n---\n"])
def test_frontmatter_without_keys(text):
    assert lenient(text) == []
    assert "no keys and values" in strict(text)[0][1]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"---\nname: \xe9\n---\n", bytes(range(256))])
def test_what_is_not_text_is_an_error_also_when_lenient(content):
    (problem,) = read(content).problems
    assert problem.severity is Severity.ERROR
    assert not problem.strict_only
    assert "UTF-8" in problem.message


def test_hostile_text_is_escaped_in_messages():
    text = GOOD.replace("---\n#", '"\\e]0;x\\a": 1\n---\n#').replace("name: tables", 'name: "\\u202e"')
    for problem in read(text, "fol\x1bder").problems:
        assert safe(problem.message)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda t: b"---\n" + t.encode("utf-8", "replace") + b"\n---\n")
)
def test_any_content_gives_a_result(content):
    for problem in read(content).problems:
        assert safe(problem.message)
        assert problem.location.line is None or problem.location.line <= content.count(b"\n") + 1
