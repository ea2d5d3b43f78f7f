"""`proctor rescan`: examine every lock afresh and say what changed since, and why."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import (
    advisories_option,
    cache_option,
    moment,
    now_option,
    offline_option,
    path_argument,
)

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("rescan")
@path_argument
@click.option("--previous", type=_FILE, help="The verdict of the last run (JSON): say what changed since.")
@click.option("--save", type=_FILE, help="Write this run's verdict here, for the next --previous.")
@click.option("--worktree", is_flag=True, help="Examine the files on disk instead of the last commit.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@advisories_option
@offline_option
@now_option
@cache_option
def command(
    path: Path,
    previous: Path | None,
    save: Path | None,
    worktree: bool,
    form: str,
    advisories: str | None,
    offline: bool,
    now: dt.datetime | None,
    cache: Path | None,
) -> int:
    """Judge every lock of the repository at PATH anew: packages and advisories, no sandbox.

    Each change since --previous has its cause. The exit code is the decision's, as for `check`.
    """
    from checker.cli.wiring import Wiring, cache_folder, open_revisions
    from checker.commands.previous import read_previous
    from checker.errors import UsageError
    from checker.model.policy import Policy
    from checker.pipeline import Request, run
    from checker.reporters import REPORTERS
    from checker.reporters.rescan import render_json, render_text
    from checker.rules.rescan import compare
    from checker.tools import Tools, Tree

    request = Request(now=moment(now), only=("packages", "vulnerabilities"), offline=offline)
    last = read_previous(previous, request.now) if previous is not None else None
    policies: list[Policy] = []
    with ExitStack() as stack:
        revisions = open_revisions(stack, path, base=None, worktree=worktree)

        def make(policy: Policy, tree: Tree) -> Tools:
            policies.append(policy)
            wiring = Wiring(stack, policy, tree, request.now, cache_folder(cache), offline, advisories)
            return wiring.tools(revisions.head, sandbox=False)

        verdict = run(revisions, request, make)
    if verdict.error:
        raise UsageError(verdict.error)
    found = compare(last, verdict, policies[0])
    click.echo(render_json(found) if form == "json" else render_text(found), nl=False)
    if save is not None:
        _replace(save, REPORTERS["json"](verdict))
    return verdict.decision.exit_code


def _replace(file: Path, text: str) -> None:
    """Replace the whole file at once: the next run never reads half a verdict."""
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
