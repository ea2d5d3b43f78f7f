"""`proctor hook`: the commands that pre-commit calls."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from checker.cli.options import now_option, path_option
from checker.load.collector import paused
from checker.model.verdict import DecisionWord


@click.group("hook")
def command() -> None:
    """Examine what is staged of the skills that FILES belong to: fast, without network and engine.

    The index is examined, not the files on disk. `proctor check` on the pull request decides.
    """


@command.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]…")
@path_option
@now_option
def check(files: tuple[str, ...], path: Path, now: dt.datetime) -> int:
    """Policy, declarations, and locks in step with them."""
    with paused():  # half a second: looking for garbage takes a tenth of it
        from checker.commands.hook import everything

        return _examine(files, path, now, everything())


@command.command("lock-check")
@click.argument("files", nargs=-1, metavar="[FILE]…")
@path_option
@now_option
def lock_check(files: tuple[str, ...], path: Path, now: dt.datetime) -> int:
    """Locks in step with what their skills declare, and nothing else."""
    with paused():  # half a second: looking for garbage takes a tenth of it
        from checker.commands.hook import LOCK_ONLY

        return _examine(files, path, now, LOCK_ONLY)


def _examine(files: tuple[str, ...], path: Path, now: dt.datetime, rules: tuple[str, ...]) -> int:
    from checker.commands.hook import examine_staged
    from checker.engines.git import Git

    with Git(path) as git:
        index = _index()
        paths = _below(files, path) | git.staged_away(index)  # pre-commit names only files that are there
        verdict = examine_staged(git.staged(index), paths, rules, now)
    if verdict is None or verdict.decision is DecisionWord.PASS:
        return 0
    from checker.cli.check import page
    from checker.reporters import REPORTERS

    click.echo(REPORTERS["terminal"](verdict, page()), nl=False)
    return verdict.decision.exit_code


def _below(files: tuple[str, ...], path: Path) -> frozenset[str]:
    """FILES are relative to the current folder, the tree's paths to `path`; what lies outside is left out."""
    relative = (os.path.relpath(file, path).replace(os.sep, "/") for file in files)
    return frozenset(file for file in relative if not file.startswith("../"))


def _index() -> Path | None:
    """The index that git has set for this hook: for `git commit FILE` it is not the repository's own."""
    chosen = os.environ.get("GIT_INDEX_FILE")
    return Path(chosen).absolute() if chosen else None
