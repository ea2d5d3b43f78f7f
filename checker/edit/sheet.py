"""A YAML file that holds one list of entries, cut into the entries and what stands between them.

Only entries that change are written anew; every other line stays as it is, byte by byte. The cuts come from
the strict parser of `checker.load`, so that nothing is edited that Proctor would not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from checker.edit.entry import Values, block_style, rewritten, written
from checker.errors import InputError
from checker.load.yaml_lines import Bounds, Document, parse_yaml

_BOUNDS = Bounds(size=10_000_000, depth=12, nodes=1_000_000)


@dataclass(frozen=True)
class Item:
    """One entry. `lead` holds the blank and comment lines before it, `body` its own lines."""

    lead: str
    body: str


@dataclass(frozen=True)
class Sheet:
    """The pieces of one file: `head` ends with the line of the list's key. Joined they are the file."""

    file: str
    key: str
    head: str
    items: tuple[Item, ...]
    tail: str
    indent: int = 2
    line_end: str = "\n"
    mark: str = ""

    @classmethod
    def parse(cls, data: bytes, file: str, key: str) -> Self:
        """Cut a file. Raises InputError where it is not YAML, or its list cannot be found."""
        document = parse_yaml(data, file, _BOUNDS)
        mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
        raw = data.decode("utf-8-sig")
        text = raw.replace("\r\n", "\n")
        if not text.endswith("\n"):
            text += "\n"
        sheet = cls._cut(text, document, file, key)
        return replace(sheet, line_end="\r\n" if "\r\n" in raw else "\n", mark=mark)

    @classmethod
    def empty(cls, file: str, key: str) -> Self:
        """A file that does not exist yet."""
        return cls(file, key, f"version: 1\n{key}:\n", (), "")

    @classmethod
    def _cut(cls, text: str, document: Document, file: str, key: str) -> Self:
        rows = document.data.get(key) if isinstance(document.data, dict) else None
        if not rows:
            return cls._without_items(text, document, file, key)
        lines = text.splitlines(keepends=True)
        numbers = [document.line((key, number)) - 1 for number in range(len(rows))]
        if any(not lines[number].lstrip().startswith("- ") for number in numbers):
            return cls._unrolled(text, file, key)
        indent = len(lines[numbers[0]]) - len(lines[numbers[0]].lstrip())
        cuts = [(start, _end(lines, start, indent)) for start in numbers]
        leads = [0, *(end for _, end in cuts)]
        items = [
            Item("".join(lines[lead:start]) if number else "", "".join(lines[start:end]))
            for number, (lead, (start, end)) in enumerate(zip(leads, cuts, strict=False))
        ]
        head, tail = "".join(lines[: numbers[0]]), "".join(lines[cuts[-1][1] :])
        return cls(file, key, head, tuple(items), tail, indent)

    @classmethod
    def _without_items(cls, text: str, document: Document, file: str, key: str) -> Self:
        if not isinstance(document.data, dict) or key not in document.data:
            return cls(file, key, f"{text}{key}:\n", (), "")
        lines = text.splitlines(keepends=True)
        number = document.key_line((key,)) - 1
        start = re.compile(rf"({re.escape(key)}\s*:)[ \t]*(\[\s*\]|~|null)?(?=\s)")
        found = start.match(lines[number])
        listed = document.data[key] == []
        if found is None or listed != (found[2] or "").startswith("["):
            raise InputError(f"`{key}` is written in a way that cannot be edited", file, number + 1)
        lines[number] = found[1] + lines[number][found.end() :]
        return cls(file, key, "".join(lines[: number + 1]), (), "".join(lines[number + 1 :]))

    @classmethod
    def _unrolled(cls, text: str, file: str, key: str) -> Self:
        """A list in one line (`[{…}, {…}]`) is written one entry a line first."""
        block = block_style(text, key)
        document = parse_yaml(block.encode(), file, _BOUNDS)
        if any(not _line(block, document, key, n).startswith("- ") for n in range(len(document.data[key]))):
            raise InputError(
                f"`{key}` is written in a way that cannot be edited", file, document.line((key,))
            )
        return cls._cut(block, document, file, key)

    @property
    def text(self) -> str:
        """The whole file."""
        head = self.head
        if not self.items:  # a key without a value would be no list
            head = re.sub(rf"^({re.escape(self.key)}\s*:)", r"\1 []", head, count=1, flags=re.MULTILINE)
        text = head + "".join(item.lead + item.body for item in self.items) + self.tail
        return self.mark + text.replace("\n", self.line_end)

    def rewritten(self, number: int, values: Values, order: tuple[str, ...]) -> Self:
        """With other values in one entry."""
        item, margin = self.items[number], " " * self.indent
        flush = "".join(line.removeprefix(margin) for line in item.body.splitlines(keepends=True))
        changed = replace(item, body=self._indented(rewritten(flush, values, order)))
        return replace(self, items=(*self.items[:number], changed, *self.items[number + 1 :]))

    def without(self, number: int) -> Self:
        """Without one entry. A comment before it stays; it may speak of more than the entry."""
        gone, later = self.items[number], self.items[number + 1 :]
        comment = gone.lead if "#" in gone.lead else ""
        if not later:
            return replace(self, items=self.items[:number], tail=comment + self.tail)
        lead = comment + later[0].lead
        first = replace(later[0], lead=lead if number else lead.lstrip("\n"))
        return replace(self, items=(*self.items[:number], first, *later[1:]))

    def inserted(self, number: int, values: Values) -> Self:
        """With a new entry before the one at `number` (or at the end), apart from others as they are."""
        spaced = any(item.lead.startswith("\n") for item in self.items[1:])
        item = Item("\n" if spaced and number else "", self._indented(written(values)))
        return replace(self, items=(*self.items[:number], item, *self.items[number:]))

    def _indented(self, flush: str) -> str:
        margin = " " * self.indent
        return "".join(margin + line if line.strip() else line for line in flush.splitlines(keepends=True))


def _end(lines: list[str], start: int, indent: int) -> int:
    """The line after an entry: blank lines and comments at its margin, or left of it, are not its own."""
    end = number = start + 1
    for line in lines[start + 1 :]:
        number += 1
        bare = line.lstrip()
        margin = len(line) - len(bare)
        if bare and margin <= indent and not bare.startswith("#"):
            break
        if bare and margin > indent:
            end = number
    return end


def _line(text: str, document: Document, key: str, number: int) -> str:
    return text.splitlines()[document.line((key, number)) - 1].lstrip()
