"""pyproject.toml: read as data, whatever its build backend."""

from __future__ import annotations

import pytest

from checker.load.discover.poetry import translated
from checker.load.discover.requirement import NotARequirement
from tests.support.discovering import discovered, places, problems, requirements, sources


def pyproject(text: str, **more: str):
    return discovered({"pyproject.toml": text, **more})


def test_dependencies_extras_and_groups_with_their_lines():
    found = pyproject(
        '[project]\nname = "x"\ndependencies = [\n  "six>=1.16",\n  "attrs",\n]\n'
        '[project.optional-dependencies]\nplot = ["matplotlib"]\n'
        '[dependency-groups]\ndev = ["pytest", {include-group = "lint"}]\nlint = ["ruff"]\n'
    )
    assert requirements(found) == ["six>=1.16", "attrs", "matplotlib", "pytest", "ruff"]
    assert [line for _, line in places(found)] == [4, 5, 8, 10, 11]
    assert [d.group for d in found.declarations] == ["", "", "plot", "dev", "lint"]


def test_a_build_backend_is_never_run_and_what_it_computes_is_said():
    found = pyproject(
        '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'
        '[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n',
        **{"evil.py": "raise SystemExit('executed')\n"},
    )
    assert not found.declarations
    assert problems(found) == [
        "pyproject.toml:7: dependencies are computed by a build backend, which is never run"
    ]


def test_dynamic_dependencies_from_a_file_are_read():
    found = pyproject(
        '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["deps.in"]}\n',
        **{"deps.in": "six\n"},
    )
    assert requirements(found) == ["six"]
    assert not found.not_understood


def test_poetry():
    found = pyproject(
        '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "^2.31"\n'
        'httpx = {version = "~0.27", extras = ["http2"]}\nmine = {path = "../mine", develop = true}\n'
        'forked = {git = "https://git.example/forked.git"}\n'
        '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
        '[[tool.poetry.source]]\nname = "corp"\nurl = "https://index.example/"\n'
    )
    assert requirements(found) == ["requests<3,>=2.31", "httpx[http2]<0.28,>=0.27", "pytest"]
    assert [source for source, _ in sources(found)] == ["editable", "vcs", "index"]


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4", "~=1.4"),
        ("1.2.*", "==1.2.*"),
        ("1.2", "==1.2"),
        (">=1 <2", ">=1,<2"),
        ("^1.2, !=1.3", ">=1.2,<2,!=1.3"),
        ("*", ""),
    ],
)
def test_poetry_constraints(constraint, specifier):
    assert translated(constraint) == specifier


@pytest.mark.parametrize("constraint", ["^1 || ^2", "^x", "~", "1" * 400])
def test_poetry_constraints_that_pep_440_cannot_say(constraint):
    with pytest.raises(NotARequirement):
        translated(constraint)


def test_uv_indexes_and_sources_replace_the_index():
    found = pyproject(
        '[project]\ndependencies = ["six", "attrs>=20"]\n[tool.uv.sources]\nattrs = {git = "https://git.example/a"}\n'
        '[[tool.uv.index]]\nname = "corp"\nurl = "https://index.example/"\n[tool.uv]\ndev-dependencies = ["ruff"]\n'
    )
    assert requirements(found) == ["six", "ruff"]
    assert sources(found) == [
        ("vcs", "attrs>=20 from git https://git.example/a"),
        ("index", "https://index.example/"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[project]\ndependencies = 1\n",
        '[project]\ndependencies = ["a b c"]\n',
        "project = 1\n[tool]\npoetry = 2\n",
        "[tool.poetry]\ndependencies = [1]\n",
        '[tool.uv.sources]\nx = "y"\n',
        "[dependency-groups]\na = [3]\n",
        "x = " + "[" * 5000,
    ],
)
def test_what_is_not_as_it_should_be_is_said(text):
    found = pyproject(text)
    assert not found.declarations
    assert problems(found)[0].startswith("pyproject.toml")


@pytest.mark.parametrize("name", ["setup.cfg", "Pipfile", "environment.yml"])
def test_forms_that_are_not_read_are_said(name):
    assert problems(discovered({name: "x"}))[0].startswith(f"{name}: ")


def test_a_setup_py_is_said_only_if_it_is_one():
    assert problems(discovered({"setup.py": "from setuptools import setup\nsetup()\n"}))[0].startswith(
        "setup.py: "
    )
    assert not problems(discovered({"scripts/setup.py": "print('set up the account')\n"}))


@pytest.mark.parametrize("key", ["a" + ".a" * 100_000, "a" + " . 'a'" * 50_000], ids=["plain", "quoted"])
def test_a_key_that_would_take_the_machines_memory_is_not_read(key):
    """`tomllib` would ask for 40 GB: a pull request must not end the run that judges it."""
    for text in (f"{key} = 1\n", f"[{key}]\n", f"x = {{ {key} = 1 }}\n"):
        assert problems(pyproject(text)) == ["pyproject.toml:1: its keys have too many parts to be read"]
    inline = discovered({"a.py": f"# /// script\n# {key} = 1\n# ///\n"})
    assert "too many parts" in problems(inline)[0]


def test_many_dots_in_few_lines_are_no_such_key():
    pins = ", ".join(f'"p{number}==1.2.3"' for number in range(1_000))
    assert len(requirements(pyproject(f'[project]\nname = "x"\ndependencies = [{pins}]\n'))) == 1_000
