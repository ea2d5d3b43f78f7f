"""`proctor plan`: divide a run into parts, for the jobs of a matrix."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.files import FILE
from checker.cli.options import path_argument
from checker.cli.terms import this_moment
from checker.errors import UsageError

if TYPE_CHECKING:
    from checker.model.part import Division
    from checker.pipeline import Revisions

_MOST = 256  # the jobs of a GitHub matrix


@click.command("plan")
@path_argument
@click.option("--shards", type=click.IntRange(1, _MOST), required=True, help="At most so many parts.")
@click.option("--base", metavar="REF", help="As for check, and with --event as for ci.")
@click.option("--policy-from", type=click.Choice(["base", "head"]), help="As for check: whose policy judges.")
@click.option("--skill", metavar="GLOB", help="Only skills whose folder matches.")
@click.option("--event", type=FILE, help="Plan what this GitHub event brings, as `ci` would examine it.")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="json", show_default=True)
@click.option("--save", type=FILE, help="Write the plan here, for `proctor merge --plan`.")
def command(
    path: Path,
    shards: int,
    base: str | None,
    policy_from: str | None,
    skill: str | None,
    event: Path | None,
    form: str,
    save: Path | None,
) -> int:
    """Print the parts that a run of the repository at PATH has, as a GitHub matrix.

    There are as many as there is work for and never more than asked; one even when nothing changed, since the
    policy itself is always judged. With --event the step's outputs `matrix` and `base` are written, too.
    """
    from checker.cli.reports import write_report
    from checker.pipeline import Request, divide
    from checker.reporters.json_ import document, printable
    from checker.reporters.plan import matrix, render_text

    if base is None and policy_from == "base" and event is None:
        raise UsageError("--policy-from base needs --base REF: which revision's policy?")
    own = policy_from == "head"
    with ExitStack() as stack:
        revisions, moving = _revisions(stack, path, base, event, own_policy=own)
        found = divide(revisions, Request(now=this_moment(), skill=skill), shards)
    if save is not None:
        write_report(save, printable(document(found)))
    told = json.dumps(matrix(found))
    click.echo(render_text(found) if form == "text" else told, nl=form == "json")
    if event is not None:
        _outputs(found, told, moving=moving)
    return 0


def _revisions(
    stack: ExitStack, path: Path, base: str | None, event: Path | None, *, own_policy: bool
) -> tuple[Revisions, bool]:
    """What is compared, and whether its base may be another commit when the parts are examined."""
    if event is None:
        from checker.cli.revisions import open_revisions

        found = open_revisions(stack, path, base=base, worktree=False)
        return replace(found, own_policy=own_policy), False
    from checker.cli.event_revisions import event_revisions
    from checker.cli.reporting import brought

    runner, compared = brought(event)
    found = event_revisions(stack, path, runner, compared, base, own_policy=own_policy)
    return found, base is not None or (compared.base or "").startswith("refs/")


def _outputs(found: Division, told: str, *, moving: bool) -> None:
    from checker.github.outputs import write_outputs
    from checker.github.runner import runner_from

    base = (found.base or "") if moving else ""
    write_outputs(runner_from(os.environ).output, {"matrix": told, "base": base})
