"""`proctor merge`: join the verdicts on parts into one, and report it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_USAGE
from checker.cli.files import FILE, REPORT
from checker.cli.reporting import Wanted, brought, event_option, report, reporting_options
from checker.cli.terms import this_moment
from checker.errors import UsageError
from checker.reporters import REPORTERS

if TYPE_CHECKING:
    from checker.model.verdict import Verdict


@click.command("merge")
@click.argument("parts", type=FILE, nargs=-1)
@click.option(
    "--plan", "plan", type=FILE, help="What `proctor plan --save` wrote: says what should be there."
)
@click.option("--format", "form", type=click.Choice(list(REPORTERS)), default="terminal", show_default=True)
@click.option("--output", type=REPORT, help="Write the report to this file (-: standard output).")
@click.option("--publish", is_flag=True, help="Report as `ci` does: comment, summary, annotations, outputs.")
@event_option
@click.option(
    "--path", default=".", show_default=True, help="Folder of the skill repository in its git repository."
)
@reporting_options
def command(
    parts: tuple[Path, ...],
    plan: Path | None,
    form: str,
    output: Path | None,
    publish: bool,
    event: Path | None,
    path: str,
    wanted: Wanted,
) -> int:
    """Join the verdicts in PARTS (`check --shard … --format json`), in any order, into that of the whole run.

    A part that is missing makes the verdict inconclusive, and it names the skills that nobody examined. Parts
    of different runs are refused. The exit code is the decision's, as for `check`. The options from --event
    on are for --publish.
    """
    from checker.cli.check import deliver_report
    from checker.commands.merge import read_and_join

    verdict = read_and_join(parts, plan, this_moment())
    if publish:
        folder = PurePosixPath(path).as_posix().strip("/").removeprefix(".")
        return _published(verdict, event, folder, wanted)
    deliver_report(verdict, form, output)
    return EXIT_USAGE if verdict.error else verdict.decision.exit_code


def _published(verdict: Verdict, event: Path | None, folder: str, wanted: Wanted) -> int:
    """As `proctor ci` reports, where the parts are those of the event."""
    runner, compared = brought(event)
    if verdict.head != compared.head:
        raise UsageError(f"the parts are not of the event's commit {compared.head}")
    return report(runner, compared, verdict, folder, wanted)
