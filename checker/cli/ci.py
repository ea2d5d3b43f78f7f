"""`proctor ci`: examine what a GitHub event brings, and report it where people look."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from checker.cli.options import advisories_option, cache_option, now_option, offline_option, path_argument
from checker.errors import UsageError

_FILE = click.Path(path_type=Path, dir_okay=False)


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
@advisories_option
@offline_option
@now_option
@cache_option
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
    advisories: str | None,
    offline: bool,
    now: dt.datetime | None,
    cache: Path | None,
) -> int:
    """Examine what the GitHub event brings to the repository at PATH, and report it.

    Base and head come from the event, what the clone lacks is fetched. Writes the step's outputs, summary and
    annotations, and keeps one comment on the pull request.
    """
    raise UsageError("not built yet")
