"""`proctor policy`: check the policy itself."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import click

from checker.cli.options import now_option, path_argument
from checker.errors import UsageError


@click.group("policy")
def command() -> None:
    """Check the policy itself, on the files on disk."""


@command.command("lint")
@path_argument
@now_option
def lint(path: Path, now: dt.datetime) -> int:
    """Name what is odd in the policy of the repository at PATH, with file and line.

    Exit codes: 0 nothing or notes alone, 1 errors or warnings, 2 the policy cannot be read.
    """
    from checker.cli.revisions import open_worktree
    from checker.commands.policy import lint, worst
    from checker.reporters.policy import remarks

    with ExitStack() as stack:
        found = lint(open_worktree(stack, path), now.date())
    click.echo(remarks(found), nl=False)
    return 1 if worst(found) in ("error", "warning") else 0


@command.command("test")
@path_argument
@now_option
def test(path: Path, now: dt.datetime) -> int:
    """Try the cases in policies/tests/*.yaml of the repository at PATH.

    Exit codes: 0 all as expected, 1 not, 2 the policy or a case cannot be read, or there is none.
    """
    from checker.cli.revisions import open_worktree
    from checker.commands.policy import try_cases
    from checker.load.policy_tests import TESTS
    from checker.reporters.policy import trials

    with ExitStack() as stack:
        tried = try_cases(open_worktree(stack, path), now.date())
    if not tried:
        raise UsageError(f"no case to try: write some in {TESTS}/*.yaml")
    click.echo(trials([(t.case, t.decision, t.as_expected) for t in tried]), nl=False)
    return 0 if all(t.as_expected for t in tried) else 1
