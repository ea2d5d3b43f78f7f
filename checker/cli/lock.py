"""`proctor lock`: resolve what skills declare into pylock.toml files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import HERE, on_terms, path_option
from checker.cli.terms import Terms
from checker.engines.whole_file import keep_whole


@click.command("lock")
@click.argument("skills", nargs=-1, metavar="[SKILL]…")
@path_option
@click.option("--upgrade", is_flag=True, help="Look for newer releases although the lock is in step.")
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit 1 when a lock would change.")
@on_terms(*HERE)
def command(skills: tuple[str, ...], path: Path, upgrade: bool, dry: bool, terms: Terms) -> int:
    """Write the lock of each SKILL (default: of every one that declares packages), for the policy's targets.

    Works on the files on disk. A lock that is still in step keeps its date: locking again changes nothing.
    """
    from checker.cli.wiring import Wiring
    from checker.commands.lock import lock

    with ExitStack() as stack:
        wiring = Wiring.on_disk(terms, stack, path)
        tree, policy = wiring.policy_tree, wiring.policy
        report = lock(tree, policy, skills, wiring.resolver, wiring.now, wiring.progress, upgrade=upgrade)
    if not dry:
        for name, text in report.texts.items():
            keep_whole(path / name, text.encode("utf-8"), mode=0o666)
    for line in report.lines(dry=dry):
        click.echo(line)
    return 1 if report.failures or (dry and report.texts) else 0
