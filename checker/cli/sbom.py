"""`proctor sbom`: a CycloneDX bill of materials of one skill."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.options import (
    advisories_option,
    cache_option,
    moment,
    now_option,
    offline_option,
    path_option,
)


@click.command("sbom")
@click.argument("skill")
@path_option
@click.option("--target", default=None, help="For this target of the policy (default: the first).")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@advisories_option
@offline_option
@now_option
@cache_option
def command(
    skill: str,
    path: Path,
    target: str | None,
    output: Path | None,
    advisories: str | None,
    offline: bool,
    now: dt.datetime | None,
    cache: Path | None,
) -> int:
    """Write what SKILL's lock brings as CycloneDX 1.6 JSON, with advisories and waivers.

    Works on the files on disk, judged by the policy on disk. Exit code 3: something could not be asked; the
    bill is written all the same and says what.
    """
    from checker.cli.wiring import Wiring, cache_folder, open_worktree
    from checker.commands.examinee import find_examinee, usable
    from checker.commands.sbom import bill_of
    from checker.load.policy import load_policy
    from checker.reporters.sbom import render

    with ExitStack() as stack:
        files = open_worktree(stack, path)
        policy = load_policy(files)
        examinee = usable(find_examinee(files, policy, skill))
        wiring = Wiring(stack, policy, files, moment(now), cache_folder(cache), offline, advisories)
        bill = bill_of(examinee, policy, target, wiring.tools(files, sandbox=False), wiring.now)
    text = render(bill)
    if output is None:
        click.echo(text, nl=False)
    else:
        partial = output.with_name(f".{output.name}.partial")
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    return EXIT_INCONCLUSIVE if bill.incomplete else 0
