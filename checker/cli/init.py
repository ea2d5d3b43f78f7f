"""`proctor init`: put an existing repository of skills under policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.new_files import NotWrittenError, write_new
from checker.cli.options import HERE, on_terms, path_argument
from checker.cli.terms import Terms
from checker.commands.init.report import Done, lines
from checker.model.level import Level
from checker.tools import Resolver


@click.command("init")
@path_argument
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option("--no-lock", is_flag=True, help="Resolve nothing and ask no package index.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    help="`maturity` of the skill.yaml files it writes (default: none, so the policy's default holds).",
)
@on_terms(*HERE)
def command(path: Path, dry_run: bool, no_lock: bool, level: str | None, terms: Terms) -> int:
    """Put the skills of the repository at PATH (default: this folder) under policy.

    Writes a skill.yaml for each skill with Python, by what its files declare and import; locks what can be
    locked; proposes a policy, a registry in which every package awaits approval, a workflow and a pre-commit
    configuration. What is there already is never changed, so it is safe to run again. Nothing of a skill is
    run. Works on the files on disk.
    """
    from checker.cli.revisions import open_worktree
    from checker.cli.wiring import Wiring
    from checker.commands.init import init, starting_policy

    with ExitStack() as stack:
        tree = open_worktree(stack, path)
        policy = starting_policy(tree)
        wiring = Wiring.on(terms, stack, policy, tree)
        resolver: Callable[[], Resolver] | None = None if no_lock else (lambda: wiring.resolver)
        chosen = Level(level) if level else None
        made = init(tree, policy, resolver, wiring.now, wiring.progress, level=chosen)
    refused = {} if dry_run else _write(path, made.files)
    for line in lines(made, Done(dry_run, refused)):
        click.echo(line)
    return 1 if refused or made.locks.failures else 0


def _write(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Write every file; those that could not be, with the reason."""
    refused: dict[str, str] = {}
    for name, text in files.items():
        try:
            write_new(root, name, text)
        except NotWrittenError as error:
            refused[name] = str(error)
    return refused
