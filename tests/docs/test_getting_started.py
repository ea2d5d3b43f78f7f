"""`docs/getting-started.md` and `docs/pre-commit.md`: every command is run, and shows what the page says.

The index is on loopback. What differs from machine to machine (the time, the progress) is left out.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from checker.commands.init.starters import PRE_COMMIT, WORKFLOW, text
from tests.cli.conftest import plain, proctor, repo  # noqa: F401 - fixtures
from tests.support.index_server import IndexServer
from tests.support.repos import ScratchRepo
from tests.support.wheels import build_wheel

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "getting-started.md").read_text()
HOOK_PAGE = (DOCS / "pre-commit.md").read_text()
SKILL_MD = "---\nname: {0}\ndescription: {1}\n---\n# {0}\n"
SKILLS = {
    "skills/commit-message/SKILL.md": SKILL_MD.format("commit-message", "Writes commit messages."),
    "skills/table-report/SKILL.md": SKILL_MD.format("table-report", "Reports in tables."),
    "skills/table-report/requirements.txt": "tabulate>=0.9\n",
    "skills/table-report/scripts/report.py": "import json\n\nimport tabulate\nimport yaml\n",
    "skills/photo-tidy/SKILL.md": SKILL_MD.format("photo-tidy", "Sorts photos."),
    "skills/photo-tidy/scripts/sort.py": "from PIL import Image\n\nimport cv2\n",
}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def steps(page: str) -> list[tuple[str, str]]:
    """(command, output) of every console block."""
    found = []
    for block in blocks(page, "console"):
        found += re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    return found


def scrubbed(output: str) -> str:
    """Without the time and the commit's id, which hangs on it."""
    return re.sub(r"(?:[0-9a-f]{12} +)?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "…", output)


@pytest.fixture
def index():
    with IndexServer() as server:
        for name, version in (("tabulate", "0.9.0"), ("pyyaml", "6.0.2"), ("pillow", "11.0.0")):
            server.add(build_wheel(name, version))
        yield server


@pytest.fixture
def skills(tmp_path, monkeypatch, index):
    """The repository of the page, as the current folder."""
    made = ScratchRepo(tmp_path / "skills")
    made.commit(SKILLS)
    monkeypatch.chdir(made.path)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    return made


def test_the_page_is_acted_out(proctor, skills):  # noqa: F811
    for command, output in steps(PAGE):
        program, *arguments = shlex.split(command)
        if program == "proctor":
            result = proctor(*arguments)
            assert scrubbed(result.out).splitlines() == scrubbed(output).splitlines(), command
        elif program == "cat":
            assert Path(arguments[0]).read_text() == output, command
        elif program == "git":
            skills.git("add", "--all") if arguments[0] == "add" else skills.git(*arguments)
        else:
            raise AssertionError(f"nobody tries `{command}`")
        if "--worktree" in arguments:
            (approved,) = (b for b in blocks(PAGE, "yaml") if b.startswith("# policies/packages.yaml\n"))
            plain(skills.path, {"policies/packages.yaml": approved})


def test_the_hooks_page_shows_the_files_that_are_there():
    config, local = (yaml.safe_load(block) for block in blocks(HOOK_PAGE, "yaml"))
    ids = [hook["id"] for hook in config["repos"][0]["hooks"]]
    assert ids == [h["id"] for h in yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text())]
    assert local == yaml.safe_load(text(PRE_COMMIT))


def test_the_hooks_page_is_acted_out(proctor, skills):  # noqa: F811
    proctor("init")
    skills.git("add", "--all")
    for command, output in steps(HOOK_PAGE):
        result = proctor(*shlex.split(command)[1:])
        assert scrubbed(result.out).splitlines() == scrubbed(output).splitlines(), command


def test_the_pages_name_what_init_writes():
    assert all(f"`{path}`" in PAGE for path in (WORKFLOW, PRE_COMMIT))
