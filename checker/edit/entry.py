"""One entry of a list in a YAML file, read and written by itself: its comments and quotes stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

#: Key → what to write. None takes the key out.
Values = Mapping[str, str | dt.date | bool | None]

_NEVER_WRAP = 1_000_000


def written(values: Values) -> str:
    """A new entry: `- name: …` at the left margin, one key a line, in the order given."""
    return _dumped([{key: _scalar(value) for key, value in values.items() if value is not None}])


def rewritten(body: str, values: Values, order: Sequence[str]) -> str:
    """The entry `body` (at the left margin) with these values; new keys go where `order` has them."""
    entries = _yaml().load(body)
    (entry,) = entries
    for key, value in values.items():
        if value is None:
            entry.pop(key, None)
        elif key in entry:
            entry[key] = _scalar(value)
        else:
            entry.insert(_position(list(entry), key, order), key, _scalar(value))
    return _dumped(entries)


def block_style(text: str, key: str) -> str:
    """The whole document with the list at `key` written one entry a line."""
    yaml = _yaml()
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    document[key].fa.set_block_style()
    for entry in document[key]:
        entry.fa.set_block_style()
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _position(keys: Sequence[str], key: str, order: Sequence[str]) -> int:
    earlier = set(order[: order.index(key)])
    return max((number + 1 for number, known in enumerate(keys) if known in earlier), default=0)


def _scalar(value: str | dt.date | bool) -> object:
    """Text is quoted unless it is plainly text: a specifier, a handle and a number all want quotes."""
    if not isinstance(value, str):
        return value
    plain = value[:1].isalpha() and value[-1:].isalnum() and not set(value) & set(':#"\\[]{},&*!|>%@`')
    words = {"null", "true", "false", "yes", "no", "on", "off"}
    return value if plain and value.casefold() not in words else DoubleQuotedScalarString(value)


def _dumped(entries: Sequence[Any]) -> str:
    stream = StringIO()
    _yaml().dump(entries, stream)
    return stream.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _NEVER_WRAP
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, value: None) -> Any:
    del value
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
