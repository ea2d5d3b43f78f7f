"""`proctor revoke`: take back an approval."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.deliver import deliver_edit, dry_run_option
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
    from checker.commands.ban import revoke

    deliver_edit(path, lambda tree: revoke(tree, package, versions, reason), dry_run=dry_run)
