"""`proctor tree`: a skill's dependency tree with decisions and advisories."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import ASKING, HERE, on_terms, path_option
from checker.cli.terms import Terms


@click.command("tree")
@click.argument("skill")
@path_option
@on_terms(*ASKING, *HERE)
def command(skill: str, path: Path, terms: Terms) -> None:
    """Show what SKILL's lock brings and through what, with the decision and the advisories on each node.

    Works on the files on disk, judged by the policy on disk.
    """
    from checker.cli.session import Session
    from checker.commands.examinee import usable
    from checker.commands.tree import dependencies
    from checker.reporters.explanation import tree as draw

    with ExitStack() as stack:
        session = Session.open(stack, path, skill, terms)
        examinee, wiring = usable(session.examinee), session.wiring
        scanners, _ = wiring.scanners()
        found = dependencies(examinee, wiring.policy, wiring.now.date(), wiring.index, scanners)
    click.echo(draw(found), nl=False)
