"""`proctor ci`: examine what a GitHub event brings, and report it where people look."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE, EXIT_USAGE
from checker.cli.options import (
    advisories_option,
    cache_option,
    fresh_option,
    moment,
    now_option,
    offline_option,
    path_argument,
)
from checker.cli.profile import profile_option, tell
from checker.errors import ProctorError, UsageError
from checker.tools import Clock

if TYPE_CHECKING:
    from checker.github.event import Comparison
    from checker.github.payload import Pull
    from checker.github.report import Posted
    from checker.github.runner import Runner
    from checker.model.verdict import Verdict
    from checker.pipeline import Revisions

_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True)
class Choices:
    """The options that say what is examined."""

    path: Path
    base: str | None
    own_policy: bool
    sandbox: bool
    advisories: str | None
    offline: bool
    now: dt.datetime
    cache: Path | None
    fresh: bool
    clock: Clock


@click.command("ci")
@path_argument
@click.option(
    "--event", type=_FILE, envvar="GITHUB_EVENT_PATH", help="The event's payload (default: the runner's)."
)
@click.option(
    "--policy-from",
    type=click.Choice(["base", "head"]),
    default="base",
    show_default=True,
    help="Whose policy judges. With head a change can approve itself.",
)
@click.option("--base", metavar="REF", help="Compare with this revision, whatever the event says.")
@click.option(
    "--fail-on",
    type=click.Choice(["inconclusive", "fail", "never"]),
    default="inconclusive",
    show_default=True,
    help="The mildest decision that ends the step with an error.",
)
@click.option(
    "--comment",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="The pull request's comment: where the token may, or else it is an error, or not at all.",
)
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "never"]),
    default="auto",
    show_default=True,
    help="With never, nothing is built or run.",
)
@click.option("--verdict-file", type=_FILE, help="Write the verdict as JSON here.")
@click.option("--sarif-file", type=_FILE, help="Write the findings as SARIF here.")
@click.option("--html-file", type=_FILE, help="Write the report as a page here.")
@click.option(
    "--publish/--no-publish", default=True, help="With --no-publish, nothing is written through the API."
)
@fresh_option
@advisories_option
@offline_option
@now_option
@cache_option
@profile_option
def command(
    path: Path,
    event: Path | None,
    policy_from: str,
    base: str | None,
    fail_on: str,
    comment: str,
    sandbox: str,
    verdict_file: Path | None,
    sarif_file: Path | None,
    html_file: Path | None,
    publish: bool,
    fresh: bool,
    advisories: str | None,
    offline: bool,
    now: dt.datetime | None,
    cache: Path | None,
    clock: Clock,
) -> int:
    """Examine what the GitHub event brings to the repository at PATH, and report it.

    Base and head come from the event; what the clone lacks is fetched. Writes the step's outputs, summary and
    annotations, and keeps one comment on the pull request.
    """
    from checker.cli.event_revisions import folder_in_git
    from checker.cli.reports import write_reports
    from checker.github.event import comparison
    from checker.github.outputs import outputs_of, write_outputs, write_summary
    from checker.github.payload import read_payload
    from checker.github.place import from_top
    from checker.github.runner import runner_from
    from checker.reporters import REPORTERS

    runner = runner_from(os.environ)
    if event is None:
        raise UsageError("GITHUB_EVENT_PATH is not set: give --event FILE")
    compared = comparison(runner, read_payload(event))
    choices = Choices(
        path,
        base,
        policy_from == "head",
        sandbox == "auto",
        advisories,
        offline,
        moment(now),
        cache,
        fresh,
        clock,
    )
    verdict = _verdict(runner, compared, choices)
    with clock.stage("report"):
        folder = folder_in_git(path)
        seen = from_top(verdict, folder)
        files = write_reports(verdict, {"json": verdict_file, "html": html_file}, clock)
        files |= write_reports(seen, {"sarif": sarif_file})
        click.echo(REPORTERS["terminal"](verdict), nl=False)
        click.echo(REPORTERS["annotations"](seen), nl=False)
        posted = _comment(runner, compared, verdict, comment if publish else "never", folder)
        write_summary(runner.summary, verdict, runner.run_url, (posted.remark,) if posted.remark else ())
        write_outputs(runner.output, {**outputs_of(verdict), **files})
    tell(clock)
    if posted.remark:
        click.echo(f"proctor: {posted.remark}", err=True)
    return _exit_code(verdict, fail_on, unposted=comment == "always" and not posted.done)


def _verdict(runner: Runner, compared: Comparison, choices: Choices) -> Verdict:
    """The verdict; where the revisions cannot be had, one that says so."""
    from checker.cli.event_revisions import event_revisions
    from checker.model.verdict import DecisionWord, Verdict

    with ExitStack() as stack:
        try:
            with choices.clock.stage("load"):
                revisions = event_revisions(
                    stack, choices.path, runner, compared, choices.base, own_policy=choices.own_policy
                )
        except ProctorError as error:
            if choices.base is not None and isinstance(error, UsageError):
                raise  # the workflow's mistake, not something of this change
            return Verdict(
                decision=DecisionWord.INCONCLUSIVE, now=choices.now, head=compared.head, notes=(str(error),)
            )
        return _examined(stack, revisions, choices)


def _examined(stack: ExitStack, revisions: Revisions, choices: Choices) -> Verdict:
    from checker.cli.evidence import kept_evidence
    from checker.cli.wiring import Wiring, cache_folder, recall_for
    from checker.model.policy import Policy
    from checker.pipeline import Request, run
    from checker.tools import Tools, Tree

    def make(policy: Policy, tree: Tree) -> Tools:
        folder = cache_folder(choices.cache)
        kept = kept_evidence(stack, folder, fresh=choices.fresh)
        asked = (choices.offline, choices.advisories)
        wiring = Wiring(stack, policy, tree, choices.now, folder, *asked, kept=kept, clock=choices.clock)
        return wiring.tools(revisions.head, sandbox=choices.sandbox)

    request = Request(now=choices.now, offline=choices.offline)
    return run(revisions, request, make, recall_for(choices.path, choices.cache), choices.clock)


def _comment(runner: Runner, compared: Comparison, verdict: Verdict, choice: str, folder: str) -> Posted:
    from checker.github.client import Api
    from checker.github.report import comment_on, post

    def post_it(pull: Pull) -> Posted:
        api = Api(runner.api_url, runner.repository, runner.token)
        return post(api, pull, verdict, runner.run_url, folder)

    return comment_on(compared.pull, choice, bool(runner.token), post_it)


def _exit_code(verdict: Verdict, fail_on: str, *, unposted: bool) -> int:
    """As `check`, weakened only by --fail-on; a comment that had to be posted and was not is no pass."""
    if verdict.error:
        return EXIT_USAGE
    code = verdict.decision.exit_code
    if fail_on == "never" or (fail_on == "fail" and code == EXIT_INCONCLUSIVE):
        code = 0
    return code or (EXIT_INCONCLUSIVE if unposted else 0)
