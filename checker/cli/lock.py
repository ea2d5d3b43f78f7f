"""`proctor lock`: resolve what skills declare into pylock.toml files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE, EXIT_USAGE
from checker.cli.options import HERE, on_terms, path_option
from checker.cli.terms import Terms
from checker.engines.whole_file import keep_whole
from checker.errors import InputError
from checker.tools import Conflict

if TYPE_CHECKING:
    from checker.commands.lock import LockReport


@click.command("lock")
@click.argument("skills", nargs=-1, metavar="[SKILL]…")
@path_option
@click.option("--upgrade", is_flag=True, help="Look for newer releases although the lock is in step.")
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit 1 when a lock would change.")
@on_terms(*HERE)
def command(skills: tuple[str, ...], path: Path, upgrade: bool, dry: bool, terms: Terms) -> int:
    """Write the lock of each SKILL (default: of every one that declares packages), for the policy's targets.

    Works on the files on disk. A lock that is still in step keeps its date: locking again changes nothing.

    Exit code 1: declarations cannot be met together, or --check found a change; 2: a declaration cannot be
    read or may not be resolved; 3: the index or uv did not answer. Of several, 2 counts before 1 before 3.
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
    return _code(report, dry=dry)


def _code(report: LockReport, *, dry: bool) -> int:
    """That of the worst: a file that cannot be used, then what is certain, then what nobody answered."""
    errors = [failure.error for failure in report.failures.values()]
    if any(isinstance(error, InputError) for error in errors):
        return EXIT_USAGE
    if (dry and report.texts) or any(isinstance(error, Conflict) for error in errors):
        return 1
    return EXIT_INCONCLUSIVE if errors else 0
