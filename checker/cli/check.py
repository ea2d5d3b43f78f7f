"""`proctor check`: examine skills and print one verdict."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_USAGE
from checker.cli.files import REPORT
from checker.cli.options import ASKING, HERE, fresh_option, on_terms, path_argument, shard_option
from checker.cli.profile import profile_option, report, tell
from checker.cli.terms import Terms
from checker.cli.whole_file import write_file
from checker.errors import Unanswered, UsageError
from checker.model.part import Shard
from checker.model.verdict import Verdict
from checker.reporters import REPORTERS
from checker.reporters.page import Page
from checker.tools import UNTIMED, Clock

if TYPE_CHECKING:
    from checker.pipeline import Request


@click.command("check")
@path_argument
@click.option(
    "--base", metavar="REF", help="Judge by this revision's policy and examine only what changed since."
)
@click.option(
    "--policy-from",
    type=click.Choice(["base", "head"]),
    help="With --base: whose policy judges (default: base). With head a change can approve itself.",
)
@click.option("--worktree", is_flag=True, help="Examine the files on disk instead of the last commit.")
@click.option("--skill", metavar="GLOB", help="Only skills whose folder matches.")
@click.option(
    "--only", metavar="RULE", multiple=True, help="Only this check (repeatable), with those it needs."
)
@click.option("--format", "form", type=click.Choice(list(REPORTERS)), default="terminal", show_default=True)
@click.option("--output", type=REPORT, help="Write the report to this file (-: standard output).")
@click.option("--only-new", is_flag=True, help="Advisories that the base's lock had already only warn.")
@on_terms(
    *ASKING,
    click.option("--no-sandbox", is_flag=True, help="Build and run nothing."),
    fresh_option,
    shard_option,
    *HERE,
    profile_option,
)
def command(
    path: Path,
    base: str | None,
    policy_from: str | None,
    worktree: bool,
    skill: str | None,
    only: tuple[str, ...],
    form: str,
    output: Path | None,
    only_new: bool,
    no_sandbox: bool,
    shard: Shard | None,
    terms: Terms,
) -> int:
    """Examine the skills of the repository at PATH (default: this folder) and print one verdict.

    The last commit is examined, not the files on disk, unless --worktree is given. With --base the policy is
    that revision's own, so that no change can approve itself; only the skills affected since are examined.
    """
    from checker.pipeline import Request

    if base is None and policy_from == "base":
        raise UsageError("--policy-from base needs --base REF: which revision's policy?")
    if shard is not None and worktree:
        raise UsageError("--shard needs a commit: files on disk cannot be told to be the same elsewhere")
    request = Request(terms.now, skill, only, offline=terms.offline, only_new=only_new, shard=shard)
    whose = Whose(base, own_policy=policy_from == "head", worktree=worktree)
    try:
        verdict = _examined(path, whose, request, terms, sandbox=not no_sandbox)
    except Unanswered as error:
        verdict = _unexamined(error, whose, request)
    with terms.clock.stage("report"):
        deliver_report(verdict, form, output, terms.clock)
    tell(terms.clock)
    return EXIT_USAGE if verdict.error else verdict.decision.exit_code


@dataclass(frozen=True)
class Whose:
    """What is examined, and by whose policy."""

    base: str | None
    own_policy: bool
    worktree: bool


def _examined(path: Path, whose: Whose, request: Request, terms: Terms, *, sandbox: bool) -> Verdict:
    """Raises UsageError, and Unanswered where git does not say what is there."""
    from checker.cli.examining import examine
    from checker.cli.revisions import open_revisions

    with ExitStack() as stack:
        with terms.clock.stage("load"):
            revisions = open_revisions(stack, path, base=whose.base, worktree=whose.worktree)
        revisions = replace(revisions, own_policy=whose.own_policy)
        return examine(stack, path, revisions, request, terms, sandbox=sandbox)


def _unexamined(error: Unanswered, whose: Whose, request: Request) -> Verdict:
    """A verdict all the same. None on a part: which part it would have been of is not known."""
    from checker.judge import unexamined_verdict

    if request.shard is not None:
        raise error
    return unexamined_verdict(error, now=request.now, head="work tree" if whose.worktree else "")


def deliver_report(verdict: Verdict, form: str, output: Path | None, clock: Clock = UNTIMED) -> None:
    """Print the report, or write it whole: a reader never sees half a file."""
    if output is None:
        click.echo(report(form, verdict, page(), clock=clock), nl=False)
        return
    text = report(form, verdict, Page(docs=documentation()), clock=clock)
    try:
        write_file(output, text)
    except OSError as error:
        reason = f"the report cannot be written to {output}: {error.strerror}"
        raise UsageError(f"{reason} (the decision is {verdict.decision})") from error
    click.echo(f"proctor: {verdict.decision}: report written to {output}", err=True)


def page() -> Page:
    """The terminal's width and whether it takes colour (NO_COLOR and FORCE_COLOR are respected)."""
    terminal = sys.stdout is not None and sys.stdout.isatty()  # it is None where the caller closed it
    color = not os.environ.get("NO_COLOR") and (terminal or bool(os.environ.get("FORCE_COLOR")))
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    return Page(width=width, color=color, docs=documentation())


def documentation() -> str:
    """Where Proctor's documentation is read, for links in reports: PROCTOR_DOCS, if an https address."""
    address = os.environ.get("PROCTOR_DOCS", "").rstrip("/")
    return address if re.fullmatch(r"https://[A-Za-z0-9][A-Za-z0-9./:_~@-]*", address) else ""
