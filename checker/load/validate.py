"""Plain data against a file's model: every error has its line and, where it helps, a suggestion."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from checker.errors import InputError
from checker.escape import visible
from checker.load.fields import shown
from checker.load.yaml_lines import Document

FILE_VERSION = 1

#: Nobody reads more; and each is compared with the others.
_MOST = 200
#: How pydantic says that the key itself is wrong.
_KEY = "[key]"

M = TypeVar("M", bound=BaseModel)
Annotation = Any
Keys = tuple[str | int, ...]


class Fault(NamedTuple):
    """One thing wrong in a file: `path` leads to it, `message` is one line and safe to print."""

    path: Keys
    line: int
    message: str


def versioned(document: Document) -> dict[str, Any]:
    """The keys of a file without its `version`. Raises InputError: no mapping, no or another version."""
    if not isinstance(document.data, dict):
        raise InputError("should hold keys and values, beginning with `version: 1`", document.file, 1)
    if "version" not in document.data:
        raise InputError("`version` is missing: begin the file with `version: 1`", document.file, 1)
    text = document.data["version"]
    if text == str(FILE_VERSION):
        return {key: value for key, value in document.data.items() if key != "version"}
    line = document.key_line(("version",))
    if isinstance(text, str) and re.fullmatch(r"[1-9][0-9]{0,8}", text):
        message = f"written for version {text} of this file, newer than {FILE_VERSION}: upgrade Proctor"
        raise InputError(message, document.file, line)
    hint = ": `proctor migrate` rewrites older files" if text == "0" else ""
    raise InputError(f"`version` should be {FILE_VERSION}, not {shown(text)}{hint}", document.file, line)


def validated(model: type[M], data: object, document: Document) -> M | list[Fault]:
    """`data` as `model`, or what is wrong with it, in the order of lines in `document`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = [(details, _path(details)) for details in error.errors(include_url=False)[:_MOST]]
        faults = {_fault(model, d, p, document) for d, p in found if not _follows(d, p, found)}
        return sorted(faults, key=lambda fault: (fault.line, fault.message))


def suggestion(text: object, known: Iterable[str]) -> str:
    """` (did you mean …?)` where one of `known` is close to `text`, else nothing."""
    close = difflib.get_close_matches(str(text)[:80].lower(), list(known), n=1, cutoff=0.6)
    return f" (did you mean `{close[0]}`?)" if close else ""


def _path(error: ErrorDetails) -> Keys:
    extra = error.get("ctx", {}).get("path", ())
    return tuple(part for part in (*error["loc"], *extra) if part != _KEY)


def _follows(error: ErrorDetails, path: Keys, found: Sequence[tuple[ErrorDetails, Keys]]) -> bool:
    """Tell whether an error only follows from another: it is below a wrong key, or of a list's bad items."""
    if error["type"] == "too_short":
        return any(len(other) > len(path) and other[: len(path)] == path for _, other in found)
    return any(
        _KEY in other["loc"] and other is not error and path[: len(key)] == key for other, key in found
    )


def _fault(model: type[BaseModel], error: ErrorDetails, path: Keys, document: Document) -> Fault:
    return Fault(path, document.key_line(path), visible(_message(model, error, path)))


def _message(model: type[BaseModel], error: ErrorDetails, path: Keys) -> str:
    kind, value = error["type"], error.get("input")
    last = path[-1] if path else ""
    if kind == "extra_forbidden":
        return f"unknown key {shown(last)}{suggestion(last, _known_keys(model, path[:-1]))}"
    if kind == "missing":
        return f"`{last}` is missing{_inside(path)}"
    if kind in ("enum", "literal_error"):
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        word = last if _KEY in error["loc"] else value
        return f"{_named(path)}{shown(word)} is not one of {', '.join(choices)}{suggestion(word, choices)}"
    return f"{_named(path)}{_PLAIN.get(kind) or error['msg'].removeprefix('Input ')}"


_PLAIN = {
    "string_type": "should be text",
    "bool_parsing": "should be true or false",
    "int_parsing": "should be a whole number",
    "float_parsing": "should be a number",
    "too_short": "should not be empty",
    "tuple_type": "should be a list",
    "dict_type": "should hold keys and values",
    "model_type": "should hold keys and values",
    "model_attributes_type": "should hold keys and values",
    "string_pattern_mismatch": "is not written as it should be",
}


def _known_keys(model: type[BaseModel], path: Keys) -> tuple[str, ...]:
    """The keys that the mapping at `path` may have, by the model's own annotations."""
    kind: Annotation = model
    for part in path:
        kind = _bare(kind)
        fields = getattr(kind, "model_fields", None)
        kind = fields[part].annotation if fields else get_args(kind)[isinstance(part, str)]
    return tuple(getattr(_bare(kind), "model_fields", ()))


def _bare(kind: Annotation) -> Annotation:
    """An annotation without `Annotated` and `| None`."""
    while hasattr(kind, "__metadata__") or type(None) in get_args(kind):
        kind = next(part for part in get_args(kind) if part is not type(None))
    return kind


def _named(path: Keys) -> str:
    keys = ".".join(str(part) for part in path if isinstance(part, str))
    return f"{shown(keys)}: " if keys else ""


def _inside(path: Keys) -> str:
    keys = ".".join(str(part) for part in path[:-1] if isinstance(part, str))
    return f" in {shown(keys)}" if keys else ""
