"""`proctor migrate`: bring policy files to the version that Proctor reads."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.deliver import deliver, dry_run_option
from checker.cli.options import path_argument


@click.command("migrate")
@path_argument
@dry_run_option
def command(path: Path, dry_run: bool) -> None:
    """Rewrite the policy files of PATH that have an older version, and show the change."""
    from checker.cli.revisions import open_worktree
    from checker.commands.migrate import migrate

    with ExitStack() as stack:
        edits = migrate(open_worktree(stack, path))
    for edit in edits:
        deliver(edit, path, dry_run=dry_run)
    if not edits:
        click.echo("nothing to migrate: every policy file has version 1")
