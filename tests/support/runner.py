"""How a GitHub runner reads a line of a step's output, so that tests see what it would do."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One workflow command, decoded."""

    name: str
    properties: dict[str, str]
    text: str


def commands(output: str) -> list[Command]:
    """The commands in a step's output. A line is trimmed; `::name key=value,…::text`, then `##[name]`."""
    found = []
    for line in output.split("\n"):
        trimmed = line.strip()
        if trimmed.startswith("::") and "::" in trimmed[2:]:
            found.append(_command(trimmed[2:]))
        elif "##[" in line:
            found.append(Command("##[", {}, line))
    return found


def _command(text: str) -> Command:
    head, _, data = text.partition("::")
    name, _, listed = head.partition(" ")
    pairs = (part.split("=", 1) for part in listed.split(",") if "=" in part)
    properties = {key.strip(): _decoded(value, as_property=True) for key, value in pairs}
    return Command(name, properties, _decoded(data))


def _decoded(value: str, *, as_property: bool = False) -> str:
    """`%25` last, so that an escaped escape is not read twice."""
    for code, character in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        *((("%3A", ":"), ("%2C", ",")) if as_property else ()),
    ):
        value = value.replace(code, character)
    return value.replace("%25", "%")
