"""`proctor ci`: examine what a GitHub event brings, and report it where people look."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.options import ASKING, HERE, fresh_option, on_terms, path_argument, shard_option
from checker.cli.profile import profile_option
from checker.cli.reporting import Wanted, brought, event_option, report, report_part, reporting_options
from checker.cli.terms import Terms
from checker.errors import ProctorError, UsageError

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
    shard: Shard | None
    terms: Terms


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
@on_terms(fresh_option, *ASKING, *HERE, profile_option)
def command(
    path: Path,
    event: Path | None,
    policy_from: str,
    base: str | None,
    shard: Shard | None,
    sandbox: str,
    publish: bool,
    wanted: Wanted,
    terms: Terms,
) -> int:
    """Examine what the GitHub event brings to the repository at PATH, and report it.

    Base and head come from the event; what the clone lacks is fetched. Writes the step's outputs, summary and
    annotations, and keeps one comment on the pull request. With --shard only files and outputs are written:
    `proctor merge` reports.
    """
    from checker.cli.event_revisions import folder_in_git

    runner, compared = brought(event)
    choices = Choices(path, base, policy_from == "head", sandbox == "auto", shard, terms)
    verdict = _verdict(runner, compared, choices)
    wanted = wanted if publish else replace(wanted, comment="never")
    if shard is not None:
        return report_part(runner, verdict, wanted, terms.clock)
    return report(runner, compared, verdict, folder_in_git(path), wanted, terms.clock)


def _verdict(runner: Runner, compared: Comparison, choices: Choices) -> Verdict:
    """The verdict; where the revisions cannot be had, one that says so."""
    from checker.cli.event_revisions import event_revisions

    with ExitStack() as stack:
        try:
            with choices.terms.clock.stage("load"):
                revisions = event_revisions(
                    stack, choices.path, runner, compared, choices.base, own_policy=choices.own_policy
                )
        except ProctorError as error:
            if choices.base is not None and isinstance(error, UsageError):
                raise  # the workflow's mistake, not something of this change
            return _without_revisions(error, compared, choices)
        return _examined(stack, revisions, choices)


def _without_revisions(error: ProctorError, compared: Comparison, choices: Choices) -> Verdict:
    from checker.judge import unexamined_verdict
    from checker.model.part import Part

    shard = choices.shard
    part = Part(number=shard.number, of=shard.of) if shard is not None else None
    verdict = unexamined_verdict(error, now=choices.terms.now, head=compared.head)
    return verdict.model_copy(update={"part": part})


def _examined(stack: ExitStack, revisions: Revisions, choices: Choices) -> Verdict:
    from checker.cli.examining import examine
    from checker.pipeline import Request

    terms = choices.terms
    request = Request(now=terms.now, offline=terms.offline, shard=choices.shard)
    return examine(stack, choices.path, revisions, request, terms, sandbox=choices.sandbox)
