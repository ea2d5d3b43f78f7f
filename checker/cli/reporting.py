"""Reporting a verdict where people look on GitHub: log, annotations, summary, comment, outputs, files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE, EXIT_USAGE
from checker.cli.files import FILE
from checker.cli.options import gathered
from checker.cli.profile import tell
from checker.errors import UsageError
from checker.tools import UNTIMED, Clock

if TYPE_CHECKING:
    from checker.github.event import Comparison
    from checker.github.payload import Pull
    from checker.github.report import Posted
    from checker.github.runner import Runner
    from checker.model.verdict import Verdict

event_option = click.option(
    "--event", type=FILE, envvar="GITHUB_EVENT_PATH", help="The event's payload (default: the runner's)."
)
_OPTIONS = (
    click.option(
        "--fail-on",
        type=click.Choice(["inconclusive", "fail", "never"]),
        default="inconclusive",
        show_default=True,
        help="The mildest decision that ends the step with an error.",
    ),
    click.option(
        "--comment",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="The pull request's comment: where the token may, or else it is an error, or not at all.",
    ),
    click.option("--verdict-file", type=FILE, help="Write the verdict as JSON here."),
    click.option("--sarif-file", type=FILE, help="Write the findings as SARIF here."),
    click.option("--html-file", type=FILE, help="Write the report as a page here."),
)


@dataclass(frozen=True)
class Wanted:
    """What is reported, and which decision is an error."""

    fail_on: str
    comment: str
    verdict_file: Path | None
    sarif_file: Path | None
    html_file: Path | None


#: They reach the command as one value, `wanted`.
reporting_options = gathered("wanted", Wanted, *_OPTIONS)


def brought(event: Path | None) -> tuple[Runner, Comparison]:
    """The job, and what its event asks to compare. Raises UsageError."""
    from checker.github.event import comparison
    from checker.github.payload import read_payload
    from checker.github.runner import runner_from

    runner = runner_from(os.environ)
    if event is None:
        raise UsageError("GITHUB_EVENT_PATH is not set: give --event FILE")
    return runner, comparison(runner, read_payload(event))


def report(
    runner: Runner,
    compared: Comparison,
    verdict: Verdict,
    folder: str,
    wanted: Wanted,
    clock: Clock = UNTIMED,
) -> int:
    """Report a verdict; the exit code. `folder` is the skill repository's in its git repository."""
    from checker.cli.reports import write_reports
    from checker.github.outputs import outputs_of, write_outputs, write_summary
    from checker.github.place import from_top
    from checker.reporters import REPORTERS

    with clock.stage("report"):
        seen = from_top(verdict, folder)
        files = write_reports(verdict, {"json": wanted.verdict_file, "html": wanted.html_file}, clock)
        files |= write_reports(seen, {"sarif": wanted.sarif_file})
        click.echo(REPORTERS["terminal"](verdict), nl=False)
        click.echo(REPORTERS["annotations"](seen), nl=False)
        posted = _comment(runner, compared, verdict, wanted.comment, folder)
        write_summary(runner.summary, verdict, runner.run_url, (posted.remark,) if posted.remark else ())
        write_outputs(runner.output, {**outputs_of(verdict), **files})
    tell(clock)
    if posted.remark:
        click.echo(f"proctor: {posted.remark}", err=True)
    unposted = wanted.comment == "always" and not posted.done
    return exit_code(verdict, wanted.fail_on) or (EXIT_INCONCLUSIVE if unposted else 0)


def report_part(runner: Runner, verdict: Verdict, wanted: Wanted, clock: Clock = UNTIMED) -> int:
    """Leave the verdict on a part for the job that joins them; nothing is posted."""
    from checker.cli.reports import write_reports
    from checker.github.outputs import outputs_of, write_outputs
    from checker.reporters import REPORTERS

    with clock.stage("report"):
        files = write_reports(verdict, {"json": wanted.verdict_file, "html": wanted.html_file}, clock)
        files |= write_reports(verdict, {"sarif": wanted.sarif_file})
        click.echo(REPORTERS["terminal"](verdict), nl=False)
        write_outputs(runner.output, {**outputs_of(verdict), **files})
    tell(clock)
    return exit_code(verdict, wanted.fail_on)


def exit_code(verdict: Verdict, fail_on: str) -> int:
    """As `check`, weakened only by --fail-on."""
    if verdict.error:
        return EXIT_USAGE
    code = verdict.decision.exit_code
    weak = fail_on == "never" or (fail_on == "fail" and code == EXIT_INCONCLUSIVE)
    return 0 if weak else code


def _comment(runner: Runner, compared: Comparison, verdict: Verdict, choice: str, folder: str) -> Posted:
    from checker.github.client import Api
    from checker.github.report import comment_on, post

    def post_it(pull: Pull) -> Posted:
        api = Api(runner.api_url, runner.repository, runner.token)
        return post(api, pull, verdict, runner.run_url, folder)

    return comment_on(compared.pull, choice, bool(runner.token), post_it)
