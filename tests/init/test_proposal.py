"""What is declared from what was discovered: certain things are taken over, the rest is left to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.commands.init.proposal import Proposal, propose
from checker.commands.init.texts import manifest_text, registry_text, scalar
from checker.load.policy_files import PACKAGES
from checker.load.skill_yaml import read_skill_yaml
from checker.load.yaml_lines import parse_yaml
from checker.model.level import Level
from tests.support.discovering import SKILL, discovered

FENCE = "```"


def proposed(files: dict[str, str]) -> Proposal:
    return propose(discovered(files))


def packages(files: dict[str, str]) -> dict[str, str]:
    """Requirement → why."""
    return {str(wanted.requirement): wanted.why for wanted in proposed(files).packages}


def said(files: dict[str, str]) -> list[str]:
    """`file:line: text` of what a person has to look at."""
    return [f"{r.location}: {r.text}".removeprefix(f"{SKILL}/") for r in proposed(files).open]


def test_declared_packages_stand_as_written():
    files = {"requirements.txt": "Pillow>=10\nmcp[cli]>=1.1 ; python_version < '3.13'\n"}
    assert packages(files) == {
        "Pillow>=10": "declared",
        'mcp[cli]>=1.1; python_version < "3.13"': "declared",
    }


def test_an_imported_package_is_added_when_only_one_can_be_meant():
    assert packages({"run.py": "import yaml\nimport PIL\n"}) == {"pyyaml": "imported", "pillow": "imported"}


def test_prose_counts_less_than_a_file_that_a_machine_reads():
    text = f"# s\n{FENCE}sh\npip install pandas==1.0 rich\n{FENCE}\n"
    assert packages({"requirements.txt": "pandas>=2\n", "README.md": text}) == {
        "pandas>=2": "declared",
        "rich": "prose",
    }


def test_what_only_a_page_of_reference_tells_is_left_to_a_person():
    text = f"{FENCE}sh\npip install pandas rich\n{FENCE}\n"
    files = {"references/tools.md": text, "run.py": "import pandas\n"}
    assert packages(files) == {"pandas": "used"}
    (line,) = said(files)
    assert line.startswith("references/tools.md:2: `rich` is only told to a reader here")
    assert packages({**files, "README.md": text}) == {"pandas": "used", "rich": "prose"}


def test_prose_that_the_code_confirms_is_no_mere_prose():
    text = f"{FENCE}sh\npip install pandas\n{FENCE}\n"
    assert packages({"README.md": text, "run.py": "import pandas\n"}) == {"pandas": "used"}


def test_declarations_of_one_name_are_joined():
    files = {
        "requirements.txt": "numpy>=1.24\nrequests[socks]\n",
        "scripts/pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy<3", "Requests[security]"]\n',
    }
    assert packages(files) == {
        "numpy<3,>=1.24": "declared",
        "requests[security,socks]": "declared",
    }


def test_declarations_that_exclude_each_other_are_left_to_a_person():
    files = {"a/requirements.txt": "numpy==1.26.4\n", "b/requirements.txt": "numpy==2.0.0\n"}
    assert packages(files) == {"numpy==1.26.4": "declared"}
    (line,) = said(files)
    assert line.startswith("b/requirements.txt:1: `numpy==2.0.0` excludes `numpy==1.26.4`")


def test_constraints_limit_and_ask_for_nothing():
    files = {"requirements.txt": "-c limits.txt\nnumpy\n", "limits.txt": "numpy<2\nscipy<2\n"}
    assert packages(files) == {"numpy<2": "declared"}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import cv2\n", "declare the one that is meant of opencv-python, "),
        ("import strange_thing\n", "by its name it could be strange-thing"),
        ("import google\n", "which distribution provides it is not known"),
    ],
)
def test_nothing_is_guessed(source, sentence):
    files = {"run.py": f"import os\n{source}"}
    assert packages(files) == {}
    (line,) = said(files)
    assert line.startswith("run.py:2: ")
    assert sentence in line


def test_one_of_several_candidates_that_is_declared_is_the_one():
    files = {"requirements.txt": "opencv-python-headless\n", "run.py": "import cv2\n"}
    assert packages(files) == {"opencv-python-headless": "declared"}
    assert said(files) == []


def test_what_comes_from_elsewhere_is_not_taken_over():
    files = {
        "requirements.txt": "tool @ git+https://git.example/tool\n-e .\n--index-url https://index.example/\n"
    }
    assert packages(files) == {}
    assert len(said(files)) == 3


def test_commands_groups_and_optional_imports_are_named_in_a_comment():
    files = {
        "SKILL.md": f"---\nname: s\ndescription: d\n---\n{FENCE}sh\nuvx ruff check\n{FENCE}\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\ndev = ["mypy"]\n',
        "run.py": "try:\n    import rich\nexcept ImportError:\n    rich = None\n",
    }
    proposal = proposed(files)
    text = manifest_text(proposal, SKILL, None)
    assert proposal.packages == ()
    assert "#   ruff: a command with an environment of its own (SKILL.md:6)" in text
    assert "#   mypy: only in the group dev (pyproject.toml:5)" in text
    assert "#   rich: imported, but it goes on without (run.py:2)" in text


def test_an_import_from_a_group_takes_the_versions_of_the_group():
    files = {
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[project.optional-dependencies]\nfull = ["rich>=13"]\n',
        "run.py": "import rich\n",
    }
    assert packages(files) == {"rich>=13": "imported"}


def test_tests_get_pytest_from_proctor():
    files = {"tests/test_run.py": "import pytest\n", "conftest.py": "import pytest\n"}
    assert packages(files) == {}
    assert packages({"run.py": "import pytest\n"}) == {"pytest": "imported"}


def test_what_could_not_be_read_is_told():
    (line,) = said({"run.py": "print 'python 2'\nimport os\n"})
    assert line.startswith("run.py:1: not valid Python")


def test_the_level_is_written_only_when_it_was_asked_for():
    assert "maturity" not in manifest_text(Proposal(), SKILL, None)
    assert "\nmaturity: supervised\n" in manifest_text(Proposal(), SKILL, Level.SUPERVISED)


def test_a_file_name_cannot_leave_its_comment():
    files = {"bad\nname: x\n#.py": "import yaml\n"}
    text = manifest_text(proposed(files), SKILL, None)
    assert read_skill_yaml(text.encode(), "skill.yaml").problems == ()
    assert len(text.splitlines()) == 4


@given(st.text(max_size=30))
def test_every_text_is_quoted_so_that_it_reads_back(text):
    # What no YAML file may hold is escaped before it gets here.
    from checker.escape import visible

    shown = visible(text)
    read = parse_yaml(f"a: {scalar(shown)}\n".encode(), "x.yaml").data
    assert read == {"a": shown}


@pytest.mark.parametrize(
    "word", ["null", "on", "No", "y", "1.0", "~", "a: b", "x #y", "- a", "&a", "1e3", ""]
)
def test_words_that_yaml_reads_in_another_way_are_quoted(word):
    assert scalar(word).startswith('"')


def test_the_registry_reads_back():
    text = registry_text({"null": 'says "hello": # x', "numpy": "used"})
    rows = parse_yaml(text.encode(), PACKAGES).data["packages"]
    assert [(row["name"], row["reason"]) for row in rows] == [
        ("null", 'says "hello": # x'),
        ("numpy", "used"),
    ]
    assert parse_yaml(registry_text({}).encode(), PACKAGES).data["packages"] == []
