"""`proctor ban`: ban a package, or some of its versions."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.deliver import deliver_edit, dry_run_option
from checker.cli.options import path_option


@click.command("ban")
@click.argument("package")
@click.option("--versions", default="", help='PEP 440 specifier such as "<1.4"; left out: every version.')
@click.option("--reason", required=True, help="Why; shown with every decision.")
@dry_run_option
@path_option
def command(package: str, versions: str, reason: str, dry_run: bool, path: Path) -> None:
    """Ban PACKAGE in policies/packages.yaml, and show the change. A ban wins over every approval.

    Approvals and requests that lie inside the ban are removed; others stay. Works on the files on disk.
    """
    from checker.commands.ban import ban

    deliver_edit(path, lambda tree: ban(tree, package, versions, reason), dry_run=dry_run)
