"""Notebooks: code cells, Markdown cells, and their lines in the file."""

from __future__ import annotations

import json

import pytest

from tests.support.discovering import discovered, places, problems, requirements


def notebook(*cells: tuple[str, object], language: str = "python") -> str:
    listed = [
        {"cell_type": kind, "source": source, "outputs": [{"text": "import x"}]} for kind, source in cells
    ]
    return json.dumps({"metadata": {"kernelspec": {"language": language}}, "cells": listed}, indent=1)


def lines_of(text: str, *needles: str) -> list[int]:
    return [next(n for n, line in enumerate(text.split("\n"), 1) if needle in line) for needle in needles]


def test_imports_and_install_lines_of_cells_with_their_lines():
    text = notebook(
        ("markdown", ["# Title\n", "Run `pip install six`\n"]),
        (
            "code",
            [
                "%matplotlib inline\n",
                "!pip install attrs\n",
                "%pip install toml\n",
                "import pandas as pd\n",
                "df?\n",
            ],
        ),
        ("code", "from numpy import array\nx = 'é'"),
        ("code", ["%%bash\n", "pip install click\n"]),
        ("code", ["%%writefile x.py\n", "import nothing\n"]),
        ("code", ["%%time\n", "await f()\n", "import rich\n"]),
    )
    found = discovered({"a.ipynb": text})
    assert requirements(found) == ["six", "attrs", "toml", "click"]
    assert [d.in_prose for d in found.declarations] == [True, False, False, False]
    assert [line for _, line in places(found)] == lines_of(text, "install six", "attrs", "toml", "click")
    assert [i.module for i in found.imports] == ["pandas", "numpy", "rich"]
    assert [i.location.line for i in found.imports] == lines_of(
        text, "import pandas", "from numpy", "import rich"
    )
    assert not found.not_understood


def test_a_cell_that_is_no_python_is_said_and_spares_the_others():
    found = discovered({"a.ipynb": notebook(("code", "import os\ndef f(:\n"), ("code", "import a"))})
    assert [i.module for i in found.imports] == ["a"]
    assert len(problems(found)) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 1}', "[" * 100_000, '{"worksheets": []}'])
def test_what_is_no_notebook_is_said(text):
    assert problems(discovered({"a.ipynb": text}))[0].startswith("a.ipynb")


def test_odd_cells_and_other_languages():
    text = json.dumps(
        {"cells": [1, {}, {"cell_type": "code", "source": [1, "import a"]}, {"cell_type": "code"}]}
    )
    assert [i.module for i in discovered({"a.ipynb": text}).imports] == ["a"]
    assert not discovered({"a.ipynb": notebook(("code", "import a"), language="julia")}).imports
