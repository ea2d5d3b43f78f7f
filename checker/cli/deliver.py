"""Showing and writing what an editing command did."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from checker.commands.edit import Edit
from checker.errors import UsageError
from checker.escape import visible
from checker.tools import Tree

dry_run_option = click.option("--dry-run", is_flag=True, help="Show the change and write nothing.")


def deliver_edit(path: Path, make: Callable[[Tree], Edit], *, dry_run: bool) -> None:
    """Make an edit of the files on disk and deliver it. Raises UsageError, and what `make` raises."""
    from checker.cli.revisions import open_worktree

    with ExitStack() as stack:
        edit = make(open_worktree(stack, path))
    deliver(edit, path, dry_run=dry_run)


def deliver(edit: Edit, path: Path, *, dry_run: bool) -> None:
    """Print the difference and the notes; write the file unless it is only shown."""
    click.echo(edit.diff, nl=False)
    for note in edit.notes:
        click.echo(f"note: {visible(note)}")
    if edit.after == edit.before:
        click.echo(f"{edit.file} says so already")
    elif dry_run:
        click.echo(f"{edit.file} was not written (--dry-run)")
    elif not edit.before and (path / edit.file).exists():
        raise UsageError(f"{edit.file} is there, but git ignores it: nothing would ever read it")
    else:
        write_whole(path / edit.file, edit.after)
        click.echo(f"wrote {edit.file}; put it into a pull request of its own, for its code owners")


def write_whole(file: Path, text: str) -> None:
    """Replace the file at once, with its permissions: nobody ever reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    with partial.open("x", encoding="utf-8", newline="") as stream:
        stream.write(text)
    if file.exists():
        shutil.copymode(file, partial)
    partial.replace(file)
