"""`proctor tree`: a skill's dependency tree with decisions and advisories."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import (
    advisories_option,
    cache_option,
    moment,
    now_option,
    offline_option,
    path_option,
)


@click.command("tree")
@click.argument("skill")
@path_option
@advisories_option
@offline_option
@now_option
@cache_option
def command(
    skill: str,
    path: Path,
    advisories: str | None,
    offline: bool,
    now: dt.datetime | None,
    cache: Path | None,
) -> None:
    """Show what SKILL's lock brings and through what, with the decision and the advisories on each node.

    Works on the files on disk, judged by the policy on disk.
    """
    from checker.cli.wiring import Wiring, cache_folder, open_worktree
    from checker.commands.examinee import find_examinee, usable
    from checker.commands.tree import dependencies
    from checker.load.policy import load_policy
    from checker.reporters.explanation import tree as draw

    with ExitStack() as stack:
        files = open_worktree(stack, path)
        policy = load_policy(files)
        examinee = usable(find_examinee(files, policy, skill))
        wiring = Wiring(stack, policy, files, moment(now), cache_folder(cache), offline, advisories)
        scanners, _ = wiring.scanners()
        found = dependencies(examinee, policy, wiring.now.date(), wiring.index, scanners)
    click.echo(draw(found), nl=False)
