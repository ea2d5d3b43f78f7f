"""Commands that remedies name: a shell and the command line take them for what they say, whatever the name."""

from __future__ import annotations

import ast
import shlex
from pathlib import Path

import click
import pytest

from checker.cli.explain import command as explain
from checker.cli.lock import command as lock
from checker.cli.sandbox import build_command as build
from checker.cli.sandbox import run_command as run
from checker.cli.waive import command as waive
from checker.commands.examinee import find_examinee
from checker.model.skill import Skill
from checker.rules import commands
from tests.support.policies import default_policy
from tests.support.trees import MemoryTree

CHECKER = Path(commands.__file__).parents[1]
NAMES = ["skills/a", "skills/$(id)", "skills/it's; one", "-v1", "--help", "skills/`ls`", "skills/ü", "."]


def skill(name: str) -> Skill:
    return Skill(id=name, skill_md="SKILL.md")


def parsed(command: click.Command, text: str, words: int = 1) -> dict[str, object]:
    """What the command line makes of a command as a remedy prints it."""
    assert text.startswith("`proctor ")
    assert text.endswith("`")
    given = shlex.split(text[1:-1])[1 + words :]
    return command.make_context("proctor", given).params


@pytest.mark.parametrize("name", NAMES)
def test_every_command_names_the_skill_and_nothing_else(name):
    one = skill(name)
    policy, tree = default_policy(), MemoryTree({f"{name}/SKILL.md".removeprefix("./"): "# x"})
    named = [
        *parsed(lock, commands.lock_command(one))["skills"],
        parsed(lock, commands.lock_command(one, upgrade=True))["skills"][0],
        parsed(explain, commands.explain_command(one, "humanize"))["skill"],
        parsed(build, commands.build_command(one), 2)["skill"],
        parsed(run, commands.run_command(one, "-x.py"), 2)["skill"],
    ]
    assert [find_examinee(tree, policy, each).skill.id for each in named] == [name] * 5
    assert parsed(lock, commands.lock_command(one, upgrade=True))["upgrade"] is True
    assert parsed(run, commands.run_command(one, "-x.py"), 2)["script"] == "./-x.py"


def test_a_waiver_is_for_the_folder_and_no_pattern():
    text = commands.waive_command("-a[b]", "sandbox", "tests").replace("…", "2027-01-01")
    assert parsed(waive, text)["skill"] == "-a[[]b]"


@pytest.mark.parametrize("name", ["skills/a\nb", "skills/\u202eb", "::x", "skills/\x1b[2J"])
def test_a_name_that_no_command_can_hold_is_to_be_changed_first(name):
    one = skill(name)
    told = [
        commands.lock_command(one),
        commands.explain_command(one, "humanize"),
        commands.build_command(one),
        commands.run_command(one, "a.py"),
        commands.waive_command(name, "sandbox", "tests"),
    ]
    for text in told:
        start, _, rest = text.partition("` (rename `")
        assert start.endswith(" …")
        assert rest.endswith("` first: no command can hold such a name)")
        assert "\n" not in text
    assert "(rename `a\\x0ab.py` first" in commands.run_command(skill("skills/a"), "a\nb.py")


def test_no_command_with_a_name_in_it_is_written_anywhere_else():
    found = [
        f"{path.relative_to(CHECKER)}:{node.lineno}"
        for path in sorted(CHECKER.rglob("*.py"))
        if path != Path(commands.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr) and _opens_a_command(node)
    ]
    assert found == []


def _opens_a_command(node: ast.JoinedStr) -> bool:
    """Whether a value is put between a backtick, `proctor` and the next backtick."""
    text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
    return any(quoted.startswith("proctor ") and "\0" in quoted for quoted in text.split("`")[1::2])
