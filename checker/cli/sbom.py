"""`proctor sbom`: a CycloneDX bill of materials of one skill."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.files import REPORT
from checker.cli.options import ASKING, HERE, on_terms, path_option
from checker.cli.terms import Terms


@click.command("sbom")
@click.argument("skill")
@path_option
@click.option("--target", default=None, help="For this target of the policy (default: the first).")
@click.option("--output", type=REPORT, help="Write it to this file (-: standard output).")
@on_terms(*ASKING, *HERE)
def command(skill: str, path: Path, target: str | None, output: Path | None, terms: Terms) -> int:
    """Write what SKILL's lock brings as CycloneDX 1.6 JSON, with advisories and waivers.

    Works on the files on disk, judged by the policy on disk. Exit code 3: something could not be asked; the
    bill is written all the same and says what.
    """
    from checker.cli.reports import write_report
    from checker.cli.session import Session
    from checker.commands.examinee import usable
    from checker.commands.sbom import bill_of
    from checker.reporters.sbom import render

    with ExitStack() as stack:
        session = Session.open(stack, path, skill, terms)
        examinee, wiring = usable(session.examinee), session.wiring
        tools = wiring.tools(wiring.policy_tree, sandbox=False)
        bill = bill_of(examinee, wiring.policy, target, tools, wiring.now)
    text = render(bill)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_report(output, text)
    return EXIT_INCONCLUSIVE if bill.incomplete else 0
