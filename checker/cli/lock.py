"""`proctor lock`: resolve what skills declare into pylock.toml files."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import cache_option, moment, now_option, path_option


@click.command("lock")
@click.argument("skills", nargs=-1, metavar="[SKILL]…")
@path_option
@click.option("--upgrade", is_flag=True, help="Look for newer releases although the lock is in step.")
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit 1 when a lock would change.")
@now_option
@cache_option
def command(
    skills: tuple[str, ...], path: Path, upgrade: bool, dry: bool, now: dt.datetime | None, cache: Path | None
) -> int:
    """Write the lock of each SKILL (default: of every one that declares packages), for the policy's targets.

    Works on the files on disk. A lock that is still in step keeps its date: locking again changes nothing.
    """
    from checker.cli.wiring import Wiring, cache_folder, open_worktree
    from checker.commands.lock import lock
    from checker.load.policy import load_policy

    with ExitStack() as stack:
        tree = open_worktree(stack, path)
        policy = load_policy(tree)
        wiring = Wiring(stack, policy, tree, moment(now), cache_folder(cache))
        report = lock(tree, policy, skills, wiring.resolver, wiring.now, wiring.progress, upgrade=upgrade)
    if not dry:
        for name, text in report.texts.items():
            _write(path / name, text)
    for line in report.lines(dry=dry):
        click.echo(line)
    return 1 if report.failures or (dry and report.texts) else 0


def _write(file: Path, text: str) -> None:
    """Replace the whole file at once; a link in its place is replaced, not followed."""
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
