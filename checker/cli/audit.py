"""`proctor audit`: who decided what, and when, from git."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.options import path_argument
from checker.errors import UsageError
from checker.escape import visible
from checker.reporters.audit import FORMATS


@click.command("audit")
@path_argument
@click.option("--rev", metavar="REF", help="Tell the history of this branch or commit (default: HEAD).")
@click.option("--package", metavar="NAME", help="Only decisions on this package.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
def command(path: Path, rev: str | None, package: str | None, form: str) -> None:
    """Show every decision on packages and findings in the history of PATH, with the commit that made it.

    `claimed by` is what the file says; author and committer are what git says. Neither is proof of identity:
    that takes signed commits and a protected branch.
    """
    from packaging.utils import canonicalize_name

    from checker.commands.audit import FILES, audit
    from checker.engines.git import Git

    git = Git.find(path)
    if git is None:
        raise UsageError(f"{visible(str(path))} is not in a git repository: there is no history")
    with git:
        commit = git.resolve(rev) if rev else git.head()
        events = audit(git.history(commit, *FILES), git.tree)
    wanted = canonicalize_name(package) if package else None
    shown = [e for e in events if wanted is None or (e.subject == wanted and e.kind != "waiver")]
    click.echo(FORMATS[form](shown), nl=False)
