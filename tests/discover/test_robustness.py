"""Whatever the files hold, discovery answers."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.discovering import discovered, problems
from tests.support.examples import examples
from tests.support.trees import Gitlink, Special, Symlink

NAMES = [
    "SKILL.md",
    "README.md",
    "a.py",
    "a.sh",
    "a.ipynb",
    "requirements.txt",
    "pyproject.toml",
    "setup.py",
    "tool",
]
WORDS = """
pip install uv add run --with uvx npm -r -e -c requirements.txt a.py `` ``` ~~~ \\ " ' ; && | ( ) > < = >= == ~ @ # $
${X} $( import from try: except: if TYPE_CHECKING: /// script dependencies --- metadata: packages: openclaw {} []
[project] %%bash !pip six <x>
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\r\n", "é", "\u2028", "\ufeff", "\0"])
TEXT = st.lists(PIECES | st.text(max_size=5), max_size=40).map(" ".join) | st.lists(PIECES, max_size=40).map(
    "\n".join
)
CONTENT = TEXT.map(str.encode) | st.binary(max_size=200)
MODEST = examples(150)


@MODEST
@given(st.dictionaries(st.sampled_from(NAMES), CONTENT, max_size=4))
def test_it_never_raises_and_every_place_is_in_the_skill(files):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = discovered(files)
    whole = (*found.declarations, *found.imports, *found.not_governed, *found.not_understood)
    assert all(item.location.file.startswith("skills/s/") for item in whole)
    assert all((item.location.line or 1) >= 1 for item in whole)
    assert all((d.requirement is None) != (d.source is None) for d in found.declarations)
    assert not found.outside


@MODEST
@given(st.dictionaries(st.sampled_from(NAMES), CONTENT, max_size=3))
def test_the_same_files_give_the_same_answer(files):
    assert discovered(files) == discovered(dict(reversed(files.items())))


def test_entries_without_content():
    found = discovered(
        {"a.py": Gitlink(), "b.md": Special("a FIFO"), "c.sh": Symlink("nowhere"), "d.py": Symlink("d.py")}
    )
    assert [problem.split(":")[0] for problem in problems(found)] == ["c.sh", "d.py"]


def test_a_linked_folder_outside_of_the_skill_is_said():
    found = discovered(
        {"shared": Symlink("../../lib"), "own": Symlink("code"), "code/a.py": "", "/lib/x.py": "import y\n"}
    )
    assert problems(found) == ["shared: a symlink to a folder outside of the skill: not looked into"]


@pytest.mark.parametrize(
    "text", ["pip install a\u202eb", "pip install \x1b[31mred", "requirements ::add-mask::x"]
)
def test_nothing_is_kept_raw(text):
    found = discovered({"requirements.txt": text, "README.md": f"`{text}`\n", "install.sh": text})
    kept = [d.text for d in found.declarations] + [p.message for p in found.not_understood]
    assert all(part.isprintable() for part in kept)
