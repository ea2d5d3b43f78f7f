"""The corpus as tables of Markdown: `python -m tests.hostile.table` writes them into docs/sandbox-corpus.md."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

from tests.hostile.corpus import HERE, Case, cases

PAGE = HERE.parents[1] / "docs" / "sandbox-corpus.md"
START, END = "<!-- the corpus: from here -->\n", "<!-- the corpus: to here -->\n"


@cache
def everything() -> list[Case]:
    """All cases, by group and name."""
    found = [case for folder in ("behaviours", "trees", "wheels") for case in cases(folder)]
    return sorted(found, key=lambda case: (case.group, case.name))


def tables() -> str:
    """One table for each group."""
    parts = []
    for group, members in groupby(everything(), key=lambda case: case.group):
        rows = [f"| `{case.name}` | {_cell(case.does)} | {_cell(case.expected)} |" for case in members]
        head = f"### {group.capitalize()} ({len(rows)})\n\n| file | what it does | what must happen |\n|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)


def with_tables(page: str) -> str:
    """The page with its tables replaced."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{tables()}\n{END}{after}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    Path(PAGE).write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
