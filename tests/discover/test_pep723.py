"""Inline script metadata."""

from __future__ import annotations

from checker.model.discovery import Form
from tests.support.discovering import discovered, places, problems, requirements, sources


def test_dependencies_with_their_lines():
    found = discovered(
        {
            "run.py": '#!/usr/bin/env -S uv run\n# /// script\n# dependencies = [\n#   "six>=1",\n# ]\n# ///\nimport six\n'
        }
    )
    assert requirements(found, Form.PEP723) == ["six>=1"]
    assert places(found) == [("run.py", 4)]


def test_a_script_without_suffix_is_python_by_its_first_line():
    found = discovered(
        {"bin/tool": '#!/usr/bin/env python3\n# /// script\n# dependencies = ["six"]\n# ///\nimport a\n'}
    )
    assert requirements(found) == ["six"]
    assert [i.module for i in found.imports] == ["a"]


def test_sources_and_indexes_in_the_block():
    block = (
        '# /// script\n# dependencies = ["six"]\n# [tool.uv.sources]\n# six = {url = "https://files.example/six.zip"}\n'
        '# [[tool.uv.index]]\n# url = "https://index.example/"\n# ///\n'
    )
    found = discovered({"run.py": block})
    assert {source for source, _ in sources(found)} == {"url", "index"}


def test_broken_blocks_are_said():
    assert problems(discovered({"a.py": "# /// script\n# x = \n# ///\n"}))[0].startswith(
        "a.py:2: inline script"
    )
    assert problems(discovered({"a.py": "x = 1\n# /// script\n# x = 1\n"})) == [
        "a.py:2: a `# /// script` block without its end"
    ]
    twice = '# /// script\n# dependencies = ["a"]\n# ///\n\n# /// script\n# dependencies = ["b"]\n# ///\n'
    found = discovered({"a.py": twice})
    assert requirements(found) == ["a", "b"]
    assert "PEP 723 allows one" in problems(found)[0]


def test_other_blocks_and_mentions_declare_nothing():
    found = discovered(
        {"a.py": 'TEXT = """\n # /// script\n"""\n# /// other\n# dependencies = ["a"]\n# ///\n'}
    )
    assert not found.declarations
    assert not found.not_understood
