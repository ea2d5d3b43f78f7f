"""`proctor ci`: examine what a GitHub event brings, and report it where people look."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.options import (
    advisories_option,
    cache_option,
    fresh_option,
    moment,
    now_option,
    offline_option,
    path_argument,
    shard_option,
)
from checker.cli.profile import profile_option
from checker.cli.reporting import Wanted, event_option, report, report_part, reporting_options
from checker.errors import ProctorError, UsageError
from checker.tools import Clock

if TYPE_CHECKING:
    from checker.github.event import Comparison
    from checker.github.runner import Runner
    from checker.model.part import Shard
    from checker.model.verdict import Verdict
    from checker.pipeline import Revisions


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
    shard: Shard | None


@click.command("ci")
@path_argument
@event_option
@click.option(
    "--policy-from",
    type=click.Choice(["base", "head"]),
    default="base",
    show_default=True,
    help="Whose policy judges. With head a change can approve itself.",
)
@click.option("--base", metavar="REF", help="Compare with this revision, whatever the event says.")
@shard_option
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "never"]),
    default="auto",
    show_default=True,
    help="With never, nothing is built or run.",
)
@reporting_options
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
    shard: Shard | None,
    sandbox: str,
    fail_on: str,
    comment: str,
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
    annotations, and keeps one comment on the pull request. With --shard only files and outputs are written:
    `proctor merge` reports.
    """
    from checker.cli.event_revisions import folder_in_git
    from checker.github.event import comparison
    from checker.github.payload import read_payload
    from checker.github.runner import runner_from

    runner = runner_from(os.environ)
    if event is None:
        raise UsageError("GITHUB_EVENT_PATH is not set: give --event FILE")
    compared = comparison(runner, read_payload(event))
    own, run = policy_from == "head", sandbox == "auto"
    choices = Choices(path, base, own, run, advisories, offline, moment(now), cache, fresh, clock, shard)
    verdict = _verdict(runner, compared, choices)
    wanted = Wanted(fail_on, comment if publish else "never", verdict_file, sarif_file, html_file)
    if shard is not None:
        return report_part(runner, verdict, wanted, clock)
    return report(runner, compared, verdict, folder_in_git(path), wanted, clock)


def _verdict(runner: Runner, compared: Comparison, choices: Choices) -> Verdict:
    """The verdict; where the revisions cannot be had, one that says so."""
    from checker.cli.event_revisions import event_revisions

    with ExitStack() as stack:
        try:
            with choices.clock.stage("load"):
                revisions = event_revisions(
                    stack, choices.path, runner, compared, choices.base, own_policy=choices.own_policy
                )
        except ProctorError as error:
            if choices.base is not None and isinstance(error, UsageError):
                raise  # the workflow's mistake, not something of this change
            return _without_revisions(error, compared, choices)
        return _examined(stack, revisions, choices)


def _without_revisions(error: ProctorError, compared: Comparison, choices: Choices) -> Verdict:
    from checker.model.part import Part
    from checker.model.verdict import DecisionWord, Verdict

    shard = choices.shard
    return Verdict(
        decision=DecisionWord.INCONCLUSIVE,
        now=choices.now,
        head=compared.head,
        notes=(str(error),),
        part=Part(number=shard.number, of=shard.of) if shard is not None else None,
    )


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

    request = Request(now=choices.now, offline=choices.offline, shard=choices.shard)
    return run(revisions, request, make, recall_for(choices.path, choices.cache), choices.clock)
