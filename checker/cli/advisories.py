"""`proctor advisories`: pull, show and verify a snapshot of advisories."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.options import HERE, cache_option, on_terms, path_option
from checker.cli.terms import Terms

if TYPE_CHECKING:
    from checker.model.pulled import Pulled


@click.group("advisories")
def command() -> None:
    """Keep a snapshot of the advisories on this machine, for `--advisories pulled`.

    Where it comes from (`advisories.export`) and how old it may be (`advisories.max_age_days`) stands in the
    policy.
    """


@command.command("pull")
@path_option
@click.option("--url", default=None, help="Pull this export instead of the policy's.")
@click.option("--sha256", default="", metavar="HEX", help="Refuse any other file than this one.")
@on_terms(*HERE)
def pull(path: Path, url: str | None, sha256: str, terms: Terms) -> None:
    """Fetch the export, check it, and replace the old one whole. A pull that stopped goes on where it was."""
    from checker.cli.wiring import Wiring

    with ExitStack() as stack:
        wiring = Wiring.on_disk(terms, stack, path)
        source = url or wiring.policy.advisories.export
        pulled, new = wiring.advisory_engines.pulled.pull(source, wiring.http, wiring.now, sha256=sha256)
    click.echo("pulled" if new else "already the newest")
    _show(pulled)


@command.command("status")
@path_option
@on_terms(*HERE)
def status(path: Path, terms: Terms) -> int:
    """Show source, digest, counts and age. Exit code 3: nothing was pulled, or it is too old."""
    from checker.cli.wiring import Wiring

    with ExitStack() as stack:
        wiring = Wiring.on_disk(terms, stack, path)
        pulled, allowed = wiring.advisory_engines.pulled.current(), wiring.policy.advisories.max_age_days
        moment_ = wiring.now
    _show(pulled)
    age = pulled.age_days(moment_)
    old = age is not None and age > allowed
    told = "not known: no record has a date" if age is None else f"{age} days, the policy allows {allowed}"
    click.echo(f"age      {told}{': too old, pull again' if old else ''}")
    return EXIT_INCONCLUSIVE if old else 0


@command.command("verify")
@path_option
@on_terms(cache_option)
def verify(path: Path, terms: Terms) -> int:
    """Read every record again and compare with what was pulled. Exit code 1: something differs."""
    from checker.cli.wiring import Wiring

    with ExitStack() as stack:
        pulled, wrong = Wiring.on_disk(terms, stack, path).advisory_engines.pulled.verify()
    _show(pulled)
    click.echo(f"verified {wrong or 'nothing differs'}")
    return 1 if wrong else 0


def _show(pulled: Pulled) -> None:
    from checker.escape import shortened, visible

    newest = f"{pulled.newest:%Y-%m-%d}" if pulled.newest else "without a date"
    counts = f"{pulled.records} records, {pulled.withdrawn} withdrawn, {pulled.unreadable} unreadable"
    click.echo(f"source   {shortened(visible(pulled.source), 300)}")
    click.echo(
        f"pulled   {pulled.pulled:%Y-%m-%d %H:%M} UTC, {pulled.size} bytes, sha256 {pulled.sha256[:16]}"
    )
    click.echo(f"digest   sha256:{pulled.digest[:16]}, newest record {newest}")
    click.echo(f"records  {counts}")
