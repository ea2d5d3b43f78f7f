"""`proctor reject`: take a pending package out of the registry."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.deliver import deliver_edit, dry_run_option
from checker.cli.options import path_option


@click.command("reject")
@click.argument("package")
@click.option("--reason", required=True, help="Why, for the commit that records it.")
@dry_run_option
@path_option
def command(package: str, reason: str, dry_run: bool, path: Path) -> None:
    """Take the pending PACKAGE out of policies/packages.yaml, and show the change.

    It is untrusted again, and may be asked for again; `proctor ban` is for good. Works on the files on disk.
    """
    from checker.commands.ban import reject

    deliver_edit(path, lambda tree: reject(tree, package, reason), dry_run=dry_run)
