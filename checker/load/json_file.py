"""A JSON file that a workflow or an earlier run left: read up to a limit, and held against its model."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from checker.errors import UsageError
from checker.escape import shortened, visible

Model = TypeVar("Model", bound=BaseModel)


def read_json(path: Path, kind: type[Model], name: str, otherwise: str, max_bytes: int) -> Model:
    """A `kind` from a file of at most `max_bytes`. Raises UsageError that begins with `name`.

    `otherwise` says in words what a file is that holds something else ("is no verdict"). No value is shown.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    if len(data) > max_bytes:
        raise UsageError(f"{name} has more than {max_bytes} bytes")
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(f"{name} {otherwise}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    """Place and message of the first thing wrong, safe to print."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:8])
    return visible(shortened(f"{place}: {first['msg']}" if place else first["msg"], 300))
