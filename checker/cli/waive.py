"""`proctor waive`: accept a finding for a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from checker.cli.deliver import deliver_edit, dry_run_option
from checker.cli.options import now_option, path_option


@click.command("waive")
@click.argument("skill")
@click.argument("rule")
@click.argument("subject")
@click.option("--reason", required=True, help="Why it is accepted.")
@click.option("--owner", required=True, help="Who answers for it, such as @org/security.")
@click.option("--expires", required=True, metavar="DATE", help="Last day on which it counts (UTC).")
@click.option("--until-fixed", is_flag=True, help="It ends, too, when a version without the flaw exists.")
@dry_run_option
@path_option
@now_option
def command(
    skill: str,
    rule: str,
    subject: str,
    reason: str,
    owner: str,
    expires: str,
    until_fixed: bool,
    dry_run: bool,
    path: Path,
    now: dt.datetime,
) -> None:
    """Accept the finding of RULE on SUBJECT for SKILL (a path glob): write policies/waivers.yaml.

    A waiver that would never count is refused. Works on the files on disk.
    """
    from checker.commands.waive import waive

    options = {"skill": skill, "rule": rule, "subject": subject, "reason": reason, "owner": owner}
    entry: dict[str, str | bool | None] = {**options, "expires": expires, "until_fixed": until_fixed}
    deliver_edit(path, lambda tree: waive(tree, entry, now.date()), dry_run=dry_run)
