"""`docs/library.md`: the program there is run, and prints what the page says."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from checker.errors import UsageError
from checker.library import SkillImages, Unanswered
from tests.cli.conftest import SKILL_MD, plain, proctor  # noqa: F401 - fixture
from tests.support.index_server import IndexServer
from tests.support.osv_api import osv_api
from tests.support.wheels import build_wheel

PAGE = (Path(__file__).parents[2] / "docs/library.md").read_text()
FILES = {
    "policies/maturity.yaml": "version: 1\nextends: default\n",
    "policies/packages.yaml": (
        "version: 1\npackages:\n  - {name: polite, status: approved, min_maturity: intern, reason: manners}\n"
        "  - {name: rude, status: banned, reason: none}\n"
    ),
    "skills/greeter/SKILL.md": SKILL_MD.format(name="greeter"),
    "skills/greeter/skill.yaml": "version: 1\npackages: [polite]\n",
    "skills/greeter/scripts/greet.py": (
        "import argparse\nimport polite\nparser = argparse.ArgumentParser()\nparser.add_argument('--name')\n"
        "if __name__ == '__main__':\n    print(polite.greeting(parser.parse_args().name))\n"
    ),
    "skills/shouter/SKILL.md": SKILL_MD.format(name="shouter"),
    "skills/shouter/skill.yaml": "version: 1\npackages: [rude]\n",
}


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def here(tmp_path, monkeypatch):
    plain(tmp_path / "our-skills", FILES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path


@pytest.mark.engine
def test_the_program_prints_what_the_page_says(here, proctor, monkeypatch, capsys):  # noqa: F811
    with IndexServer() as server, osv_api() as osv:
        monkeypatch.setenv("PROCTOR_OSV_URL", osv.url)
        server.add(build_wheel("polite", modules={"polite": "greeting = 'Good day, {}!'.format\n"}))
        monkeypatch.setenv("UV_DEFAULT_INDEX", server.url)
        assert proctor("lock", "skills/greeter", "--path", here / "our-skills").code == 0
        capsys.readouterr()
        exec(compile(block("python"), "docs/library.md", "exec"), {})
    assert capsys.readouterr().out == block("text")


def test_importing_it_loads_no_docker_and_no_command_line():
    program = "import checker.library, sys; print({'docker', 'click', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_cannot_be_done_is_an_exception_with_words(here, monkeypatch, tmp_path):
    skills = SkillImages("our-skills", offline=True)
    with pytest.raises(UsageError, match="is not a skill"):
        skills.install_packages("nobody")
    with pytest.raises(UsageError, match="not built: fail"):
        skills.install_packages("shouter")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    assert skills.list_images() == ()  # nothing was ever built here, so nobody has to be asked
    with pytest.raises(Unanswered, match="not reached; install Docker or start it"):
        skills.clean_up()


@pytest.mark.parametrize(
    "now", ["2026-11-01T23:30:00-12:00", "2026-11-02T11:30:00", "2026-11-03T01:30:00+14:00"]
)
def test_what_expires_does_so_at_midnight_utc_wherever_the_caller_is(here, now):
    images = SkillImages("our-skills", now=dt.datetime.fromisoformat(now), offline=True)
    with ExitStack() as stack:
        found = images._session(stack, "greeter").wiring.now
    assert found == dt.datetime(2026, 11, 2, 11, 30, tzinfo=dt.UTC)
    assert found.date() == dt.date(2026, 11, 2)
