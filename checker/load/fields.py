"""The kinds of value that the policy and `skill.yaml` hold, each converted from the text that was written.

Every refusal is a `PydanticCustomError` whose message says what to write instead; `context["path"]`, where
set, leads from the refused value to the part of it that is at fault.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from checker.escape import shortened, visible
from checker.model.level import Level
from checker.rules.specifiers import comparable

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MAX_NAME = 200


def refusal(kind: str, message: str, *path: str | int) -> PydanticCustomError:
    """An error for `message` (foreign text in it already shown safely) at `path` below the value."""
    return PydanticCustomError(kind, "{text}", {"text": message, "path": path})


def shown(value: object) -> str:
    """A foreign value as it may stand in a message: one line, short, in backticks."""
    return f"`{visible(shortened(str(value), 80))}`"


def _name(text: object) -> NormalizedName:
    # PEP 508 names are ASCII: a long s or a Kelvin sign folds to a letter and only looks like one.
    if not isinstance(text, str) or not text.isascii() or len(text) > _MAX_NAME:
        raise refusal("name", f"{shown(text)} is not the name of a package")
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise refusal("name", f"{shown(text)} is not the name of a package") from error


def _versions(text: object) -> SpecifierSet:
    if not isinstance(text, str):
        raise refusal(
            "versions", 'should be a version specifier such as ">=2.2,<3"; leave it out for any version'
        )
    return _specifiers(text)


@lru_cache(maxsize=4096)
def _specifiers(text: str) -> SpecifierSet:
    """A registry repeats a few hundred specifiers over and over."""
    try:
        specifiers = comparable(SpecifierSet(text))
    except ValueError as error:  # InvalidSpecifier is one
        hint = f' (write "=={text}"?)' if re.fullmatch(r"[0-9][0-9a-z.]*", text) else ' such as ">=2.2,<3"'
        raise refusal("versions", f"{shown(text)} is not a version specifier{hint}") from error
    if len(specifiers) > 1 and specifiers.is_unsatisfiable():
        raise refusal("versions", f"no version can satisfy {shown(text)}")
    return specifiers


def _version(text: object) -> Version:
    try:
        return Version(text if isinstance(text, str) else "")
    except InvalidVersion as error:
        raise refusal("version", f"{shown(text)} is not a version such as 2.2.1") from error


def _day(text: object) -> object:
    """A calendar day; digits alone would be taken for a moment in 1970."""
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass  # a day such as February 30th
    raise refusal("date", f"{shown(text)} is not a date such as 2026-11-01")


def _moment(text: object) -> object:
    """A day (its start) or an ISO 8601 date and time; UTC unless it names an offset."""
    if text is None:
        return text
    try:
        if isinstance(text, str) and _DATE.match(text):
            moment = dt.datetime.fromisoformat(text)
            return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass  # no such day or hour, or none once it is in UTC
    raise refusal("time", f"{shown(text)} is not a date or time such as 2026-11-01 or 2026-11-01T12:00:00Z")


def lock_settings(value: object) -> object:
    """`lock:` of the policy with its `exclude_newer` as a moment; other keys are left to the model."""
    if not isinstance(value, dict) or "exclude_newer" not in value:
        return value
    try:
        return {**value, "exclude_newer": _moment(value["exclude_newer"])}
    except PydanticCustomError as error:
        raise refusal("time", error.message(), "exclude_newer") from error


def _text(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise refusal("text", "should not be empty")
    return value


def _minimum(level: Level) -> Level:
    if level is Level.STUDENT:
        raise refusal("level", "student agents may use no packages: `min_maturity` is intern or higher")
    return level


def _index(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.scheme not in ("https", "http"):
        raise refusal(
            "index", f"{shown(url)} is not the address of an index such as https://index.example/index/"
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise refusal("index", f"{shown(url)}: over http anybody on the way can change packages; use https")
    if parts.username is not None or parts.password is not None:
        raise refusal("index", "an index address in the policy must not hold a user name or password")
    return url


#: How an editor is told what these are (`checker.load.json_schema`).
_NAME_FORM = WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"})
_MINIMUM_FORM = WithJsonSchema({"enum": [level.value for level in Level if level is not Level.STUDENT]})

Name = Annotated[NormalizedName, BeforeValidator(_name), _NAME_FORM]
Versions = Annotated[SpecifierSet, BeforeValidator(_versions), WithJsonSchema({"type": "string"})]
ExactVersion = Annotated[Version, BeforeValidator(_version), WithJsonSchema({"type": ["string", "number"]})]
Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Text = Annotated[str, AfterValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
MinimumLevel = Annotated[Level, AfterValidator(_minimum), _MINIMUM_FORM]
IndexUrl = Annotated[str, AfterValidator(_index)]
PythonVersion = Annotated[str, Field(pattern=r"^3\.[0-9]{1,2}$")]
