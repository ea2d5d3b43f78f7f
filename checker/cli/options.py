"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from checker.cli.terms import Terms, this_moment

if TYPE_CHECKING:
    from checker.model.part import Shard

_Result = TypeVar("_Result")
_Function = Callable[..., _Result]
_Option = Callable[[Callable[..., Any]], Callable[..., Any]]


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on; older ones will do
    """A moment in UTC: a date or an ISO 8601 date and time. Without an offset it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Text to an aware datetime in UTC; a wrong text is a usage error."""
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
            return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):  # no such moment, or none once it is in UTC
            self.fail(
                f"{value!r} is not a date or time such as 2026-11-01 or 2026-11-01T12:00:00Z", param, ctx
            )


class ShardType(click.ParamType):  # type: ignore[type-arg]
    """`2/3`: the second part of three."""

    name = "i/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """Text to a shard; a wrong text is a usage error."""
        from checker.model.part import MOST_PARTS, Shard

        if isinstance(value, Shard):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})", value, re.ASCII)
        shard = Shard(*map(int, found.groups())) if found else None
        if shard is None or not shard.number <= shard.of <= MOST_PARTS:
            self.fail(f"{value!r} is no part such as 2/3 (at most {MOST_PARTS} parts)", param, ctx)
        return shard


shard_option = click.option(
    "--shard", type=ShardType(), default=None, help="Examine this part of the skills; `merge` joins parts."
)
now_option = click.option(
    "--now",
    type=Moment(),
    default=None,
    callback=lambda _context, _parameter, given: given or this_moment(),
    help="Judge as if it were this time (UTC).",
)
path_argument = click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=".")
path_option = click.option(
    "--path",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The skill repository (default: this folder).",
)
cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PROCTOR_CACHE",
    default=None,
    help="Where wheels, metadata and image layers are kept (default: the user's cache folder).",
)
offline_option = click.option(
    "--offline", is_flag=True, help="Ask no package index; what that leaves out is said."
)
fresh_option = click.option(
    "--fresh", is_flag=True, help="Reuse nothing that an earlier run saw: ask and run everything anew."
)


def _source(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    """A source that is named by nothing is no source, and must not stand for the policy's."""
    if given == "":
        raise click.BadParameter("nothing is not a source of advisories")
    return given


advisories_option = click.option(
    "--advisories",
    metavar="SOURCE",
    default=None,
    callback=_source,
    help="`online`, `pulled`, or a snapshot: a zip file or a folder.",
)


#: Whom to ask outside; the clock and the folder of this machine.
ASKING = (advisories_option, offline_option)
HERE = (now_option, cache_option)


def on_terms(*options: _Option) -> Callable[[_Function[_Result]], _Function[_Result]]:
    """`gathered` for the fields of `Terms`: the command gets one parameter, `terms`."""
    return gathered("terms", Terms, *options)


def gathered(
    name: str, kind: type[Any], *options: _Option
) -> Callable[[_Function[_Result]], _Function[_Result]]:
    """Options in the order of the help; what they say of the fields of the dataclass `kind` comes as one.

    The command gets it as `name`. Values that are no fields of it reach the command as ever, one by one.
    """
    mine = {field.name for field in fields(kind)}

    def decorate(command: _Function[_Result]) -> _Function[_Result]:
        @wraps(command)
        def call(**given: Any) -> _Result:
            values = {key: given.pop(key) for key in mine & given.keys()}
            return command(**given, **{name: kind(**values)})

        decorated: _Function[_Result] = call
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
