"""`docs/getting-started.md` and `docs/pre-commit.md`: every command is run, and shows what the page says.

The index is on loopback. What differs from machine to machine (the time, a commit's id) is left out. With
PROCTOR_UPDATE_DOCS=1 the pages get the output that the commands have now.
"""

from __future__ import annotations

import os
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
FIRST, HOOKS = DOCS / "getting-started.md", DOCS / "pre-commit.md"
PAGE, HOOK_PAGE = FIRST.read_text(), HOOKS.read_text()
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
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


def shown(page: Path, command: str, output: str, now: str) -> None:
    """Hold the page to what the command says now, or let it say that."""
    if os.environ.get("PROCTOR_UPDATE_DOCS") == "1" and scrubbed(now) != scrubbed(output):
        old = f"$ {command}\n{output}"
        new = re.sub(TIME, "2026-11-22 12:00:00 UTC", now)
        page.write_text(page.read_text().replace(old, f"$ {command}\n{new}"))
    else:
        assert scrubbed(now).splitlines() == scrubbed(output).splitlines(), command


def scrubbed(output: str) -> str:
    """Without the time and the commit's id, which hangs on it."""
    return re.sub(rf"(?:[0-9a-f]{{12}} +)?{TIME}", "…", output)


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
            shown(FIRST, command, output, proctor(*arguments).out)
        elif program == "cat":
            shown(FIRST, command, output, Path(arguments[0]).read_text())
        elif program == "git":
            skills.git("add", "--all") if arguments[0] == "add" else skills.git(*arguments)
        else:
            raise AssertionError(f"nobody tries `{command}`")
        if "--worktree" in arguments:
            (approved,) = (b for b in blocks(PAGE, "yaml") if b.startswith("# policies/packages.yaml\n"))
            plain(skills.path, {"policies/packages.yaml": approved})
    assert proctor("init").code == 0
    assert skills.git("status", "--porcelain") == "", "a second run changes nothing, locks included"


def test_the_hooks_page_shows_the_files_that_are_there():
    config, local = (yaml.safe_load(block) for block in blocks(HOOK_PAGE, "yaml"))
    ids = [hook["id"] for hook in config["repos"][0]["hooks"]]
    assert ids == [h["id"] for h in yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text())]
    assert local == yaml.safe_load(text(PRE_COMMIT))


def test_the_hooks_page_is_acted_out(proctor, skills):  # noqa: F811
    proctor("init")
    skills.git("add", "--all")
    for command, output in steps(HOOK_PAGE):
        shown(HOOKS, command, output, proctor(*shlex.split(command)[1:]).out)


def test_the_pages_name_what_init_writes():
    assert all(f"`{path}`" in PAGE for path in (WORKFLOW, PRE_COMMIT))
