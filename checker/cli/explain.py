"""`proctor explain`: say why a package is allowed or denied."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import HERE, offline_option, on_terms, path_option
from checker.cli.terms import Terms


@click.command("explain")
@click.argument("skill")
@click.argument("package", required=False)
@path_option
@on_terms(offline_option, *HERE)
def command(skill: str, package: str | None, path: Path, terms: Terms) -> None:
    """Show the decision on each package of SKILL (or on PACKAGE alone): rule, reason, file and line, chain.

    Works on the files on disk, judged by the policy on disk.
    """
    from checker.cli.session import Session
    from checker.commands.examinee import usable
    from checker.commands.explain import explain
    from checker.reporters.explanation import explanations

    with ExitStack() as stack:
        session = Session.open(stack, path, skill, terms)
        examinee, wiring = usable(session.examinee), session.wiring
        answers = explain(examinee, wiring.policy, wiring.now.date(), wiring.index, package)
    click.echo(explanations(examinee.skill.id, examinee.level, answers), nl=False)
