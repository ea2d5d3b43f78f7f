"""`proctor approve`: approve a package in the registry."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from checker.cli.deliver import deliver_edit, dry_run_option
from checker.cli.options import now_option, path_option


@click.command("approve")
@click.argument("package")
@click.option("--versions", required=True, help='PEP 440 specifier such as ">=2.2,<3"; "" for any version.')
@click.option("--level", required=True, help="Lowest level of agent: intern, supervised or autonomous.")
@click.option("--reason", required=True, help="Why; shown with every decision.")
@click.option("--by", help="Who approves, such as @org/security. A claim: git knows who commits.")
@click.option("--expires", metavar="DATE", help="Last day on which the approval holds (UTC).")
@click.option(
    "--with-dependencies", is_flag=True, help="Approve what it brings in, too, as the skills' locks say."
)
@click.option("--lift-ban", is_flag=True, help="Take the bans of these versions out of the registry.")
@dry_run_option
@path_option
@now_option
def command(
    package: str,
    versions: str,
    level: str,
    reason: str,
    by: str | None,
    expires: str | None,
    with_dependencies: bool,
    lift_ban: bool,
    dry_run: bool,
    path: Path,
    now: dt.datetime,
) -> None:
    """Approve PACKAGE in policies/packages.yaml, in place of what is pending, and show the change.

    What is banned altogether is refused unless the ban is lifted. Works on the files on disk.
    """
    from checker.commands.approve import Approval, approve

    wanted = Approval(package, versions, level, reason, by, expires, with_dependencies, lift_ban)
    deliver_edit(path, lambda tree: approve(tree, wanted, now.date()), dry_run=dry_run)
