"""`proctor rescan`: examine every lock afresh and say what changed since, and why."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.files import FILE
from checker.cli.options import ASKING, HERE, on_terms, path_argument
from checker.cli.profile import profile_option, report, tell
from checker.cli.terms import Terms
from checker.cli.whole_file import write_file
from checker.errors import UsageError

if TYPE_CHECKING:
    from checker.model.policy import Policy
    from checker.model.rescan import Rescan
    from checker.model.verdict import Verdict
    from checker.tools import Tools, Tree


@click.command("rescan")
@path_argument
@click.option("--previous", type=FILE, help="The verdict of the last run (JSON): say what changed since.")
@click.option("--save", type=FILE, help="Write this run's verdict here, for the next --previous.")
@click.option("--worktree", is_flag=True, help="Examine the files on disk instead of the last commit.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--publish", is_flag=True, help="Keep an issue on GitHub up to date (in a workflow).")
@click.option("--issue-per-skill", is_flag=True, help="With --publish: one issue for each skill.")
@on_terms(*ASKING, *HERE, profile_option)
def command(
    path: Path,
    previous: Path | None,
    save: Path | None,
    worktree: bool,
    form: str,
    publish: bool,
    issue_per_skill: bool,
    terms: Terms,
) -> int:
    """Judge every lock of the repository at PATH anew: packages and advisories, no sandbox.

    Each change since --previous has its cause. The exit code is the decision's, as for `check`. With
    --publish an issue tells what stands; it is closed when every lock passes.
    """
    from checker.commands.previous import read_previous
    from checker.rules.advisories.rescan import compare

    if issue_per_skill and not publish:
        raise UsageError("--issue-per-skill needs --publish")
    last = read_previous(previous, terms.now) if previous is not None else None
    verdict, policy = _examined(path, terms, worktree=worktree)
    with terms.clock.stage("report"):
        found = compare(last, verdict, policy)
        _show(found, form)
        if save is not None:
            write_file(save, report("json", verdict, clock=terms.clock))
        published = not publish or _publish(path, found, verdict, per_skill=issue_per_skill)
    tell(terms.clock)
    return verdict.decision.exit_code or (0 if published else EXIT_INCONCLUSIVE)


def _examined(path: Path, terms: Terms, *, worktree: bool) -> tuple[Verdict, Policy]:
    """The verdict, and the policy that judged. Nothing of earlier runs is reused. Raises UsageError."""
    from checker.cli.revisions import open_revisions
    from checker.cli.wiring import Wiring
    from checker.pipeline import Request, run

    policies: list[Policy] = []
    request = Request(now=terms.now, only=("packages", "vulnerabilities"), offline=terms.offline)
    with ExitStack() as stack:
        with terms.clock.stage("load"):
            revisions = open_revisions(stack, path, base=None, worktree=worktree)

        def make(policy: Policy, tree: Tree) -> Tools:
            policies.append(policy)
            return Wiring.on(terms, stack, policy, tree).tools(revisions.head, sandbox=False)

        verdict = run(revisions, request, make, clock=terms.clock)
    if verdict.error:
        raise UsageError(verdict.error)
    return verdict, policies[0]


def _show(found: Rescan, form: str) -> None:
    from checker.reporters.rescan import render_json, render_text

    click.echo(render_json(found) if form == "json" else render_text(found), nl=False)


def _publish(path: Path, found: Rescan, verdict: Verdict, *, per_skill: bool) -> bool:
    """Issue, annotations and summary; whether the issue could be written."""
    from checker.cli.event_revisions import folder_in_git
    from checker.github.client import Api
    from checker.github.outputs import write_summary
    from checker.github.place import from_top
    from checker.github.rescan import publish
    from checker.github.runner import runner_from
    from checker.reporters import REPORTERS

    runner, folder = runner_from(os.environ), folder_in_git(path)
    click.echo(REPORTERS["annotations"](from_top(verdict, folder)), nl=False)
    api = Api(runner.api_url, runner.repository, runner.token)
    done, told = publish(api, found, verdict, folder, per_skill=per_skill)
    write_summary(runner.summary, verdict, runner.run_url, told)
    for sentence in told or ("nothing to change in any issue",):
        click.echo(f"proctor: {sentence}", err=True)
    return done
