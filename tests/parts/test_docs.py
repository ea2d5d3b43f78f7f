"""docs/parts.md shows what the commands print, and names every option. PROCTOR_UPDATE_DOCS=1 writes it anew."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, packaged, prompt
from tests.support.repos import ScratchRepo

PAGE = Path(__file__).parents[2] / "docs/parts.md"
SKILLS = {
    **packaged("tables", "pandas", requires="numpy"),
    **prompt("letters"),
    **prompt("maps"),
    **prompt("songs"),
}


@pytest.mark.slow
def test_the_page_shows_what_the_commands_print(proctor, tmp_path, monkeypatch):
    repository = ScratchRepo(tmp_path / "repo")
    repository.commit({**POLICY, **prompt("notes")})
    repository.git("checkout", "-q", "-b", "change")
    repository.commit(SKILLS)
    monkeypatch.chdir(repository.path)
    first = "check --base main --offline --no-sandbox --shard 1/2 --format json --output one.json"
    proctor(*first.split(), "--now", "2026-11-22T10:00:00Z")

    def printed(block: re.Match[str]) -> str:
        line = block[1]
        _, *arguments = shlex.split(line)
        clock = ["--now", "2026-11-22T10:00:00Z"] if arguments[0] == "check" else []
        result = proctor(*arguments, *clock)
        text = re.sub(
            r"\b([0-9a-f]{40}|[0-9a-f]{12})\b", lambda found: "a" * len(found[0]), result.out + result.err
        )
        return f"```console\n$ {line}\n{text}```\n"

    page = PAGE.read_text()
    acted = re.sub(r"^```console\n\$ ([^\n]+)\n.*?^```\n", printed, page, flags=re.MULTILINE | re.DOTALL)
    if os.environ.get("PROCTOR_UPDATE_DOCS") == "1":
        PAGE.write_text(acted)
    assert acted == page or os.environ.get("PROCTOR_UPDATE_DOCS") == "1"


@pytest.mark.parametrize("name", ["plan", "merge"])
def test_the_page_names_every_option(name):
    from importlib import import_module

    command = import_module(f"checker.cli.{name}").command
    options = {option for one in command.params for option in one.opts if option.startswith("--")}
    assert {option for option in options if f"`{option}" not in PAGE.read_text()} == set()
