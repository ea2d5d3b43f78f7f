"""`--profile`: say where the time of a run went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from checker.reporters import REPORTERS
from checker.reporters.page import PLAIN, Page
from checker.tools import UNTIMED, Clock

if TYPE_CHECKING:
    from checker.model.verdict import Verdict


def _clock(context: click.Context, _: click.Parameter, wanted: bool) -> Clock:
    if not wanted:
        return UNTIMED
    from checker.engines.stopwatch import Reading, Stopwatch

    return Stopwatch(Reading(*context.obj) if context.obj else None)


profile_option = click.option(
    "--profile",
    "clock",
    is_flag=True,
    callback=_clock,
    help="Say where the time went: on standard error, and in a JSON verdict.",
)


def report(form: str, verdict: Verdict, page: Page = PLAIN, *, clock: Clock = UNTIMED) -> str:
    """The verdict as text; a JSON verdict tells what was spent until then, where the clock runs."""
    text = REPORTERS[form](verdict, page)
    spent = clock.profile() if form == "json" else None
    if spent is None:
        return text
    from checker.reporters.profile import with_profile

    return with_profile(text, spent)


def tell(clock: Clock) -> None:
    """Print where the time went, if anybody asked."""
    if (spent := clock.profile()) is not None:
        from checker.reporters.profile import render

        click.echo(render(spent), nl=False, err=True)
