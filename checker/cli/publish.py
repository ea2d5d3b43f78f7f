"""`proctor publish`: the trusted half of a fork's pull request. Nothing is checked out, nothing is run."""

from __future__ import annotations

from pathlib import Path

import click

from checker.errors import UsageError

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("publish")
@click.argument("verdict", type=_FILE)
@click.option(
    "--event", type=_FILE, envvar="GITHUB_EVENT_PATH", help="The event's payload (default: the runner's)."
)
@click.option(
    "--path", default=".", show_default=True, help="Folder of the skill repository in its git repository."
)
def command(verdict: Path, event: Path | None, path: str) -> int:
    """Comment the verdict that another job left in VERDICT, a JSON file, on its pull request.

    For a `workflow_run` job. The file is taken for what an author may have written.
    """
    raise UsageError("not built yet")
