"""`proctor revoke`: take back an approval."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.deliver import deliver, dry_run_option
from checker.cli.options import path_option


@click.command("revoke")
@click.argument("package")
@click.option("--versions", default="", help="Only the approval of exactly these versions.")
@click.option("--reason", required=True, help="Why, for the commit that records it.")
@dry_run_option
@path_option
def command(package: str, versions: str, reason: str, dry_run: bool, path: Path) -> None:
    """Take the approvals of PACKAGE out of policies/packages.yaml, and show the change.

    Works on the files on disk.
    """
    from checker.cli.wiring import open_worktree
    from checker.commands.ban import revoke

    with ExitStack() as stack:
        edit = revoke(open_worktree(stack, path), package, versions, reason)
    deliver(edit, path, dry_run=dry_run)
