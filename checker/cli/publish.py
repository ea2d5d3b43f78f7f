"""`proctor publish`: the trusted half of a fork's pull request. Nothing is checked out, nothing is run."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.files import FILE
from checker.errors import UsageError


@click.command("publish")
@click.argument("verdict", type=FILE)
@click.option(
    "--event", type=FILE, envvar="GITHUB_EVENT_PATH", help="The event's payload (default: the runner's)."
)
@click.option(
    "--path", default=".", show_default=True, help="Folder of the skill repository in its git repository."
)
def command(verdict: Path, event: Path | None, path: str) -> int:
    """Comment the verdict that another job left in VERDICT, a JSON file, on its pull request.

    For a `workflow_run` job. The file is taken for what an author may have written: a pull request that
    changes its own workflow or policy is never shown as passing. The exit code says whether it was commented.
    """
    from checker.commands.previous import read_verdict
    from checker.escape import visible
    from checker.github.client import Api
    from checker.github.payload import read_payload
    from checker.github.publish import MAX_BYTES, check_origin, finished_run, pull_of, trusted
    from checker.github.report import post
    from checker.github.runner import runner_from

    runner = runner_from(os.environ)
    if event is None or not runner.token:
        raise UsageError("GITHUB_EVENT_PATH (or --event FILE) and GITHUB_TOKEN are needed")
    run = finished_run(runner, read_payload(event))
    told = read_verdict(verdict, visible(str(verdict)), MAX_BYTES)
    check_origin(told, run)
    api = Api(runner.api_url, runner.repository, runner.token)
    pull = pull_of(api, run)
    if pull is None:
        click.echo(f"proctor: no open pull request has {run.head_sha} as its head; nothing to comment")
        return 0
    folder = PurePosixPath(path).as_posix().strip("/").removeprefix(".")
    shown, remarks = trusted(api, told, pull, folder)
    source = f"{runner.server_url}/{runner.repository}/actions/runs/{run.id}"
    posted = post(api, pull, shown, source, folder, remarks)
    click.echo(f"proctor: {posted.remark or f'commented on #{pull.number}: {shown.decision}'}")
    return 0 if posted.done else EXIT_INCONCLUSIVE
