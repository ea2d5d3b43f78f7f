"""Foreign text in GitHub's Markdown: it may say anything and do nothing.

GitHub looks for mentions, issue numbers, links and emoji names in the *rendered* text, so that a backslash
does not stop them; inside code it does not look. Names therefore go into code spans, and prose gets character
references for markup and an invisible break where GitHub would see a reference.
"""

from __future__ import annotations

import re

from checker.escape import last_lines, one_line, visible

_BREAK = "&#8203;"
_MARKUP = re.compile(r"[&<>|`*_\[\]\\~$!#\"']")
#: Each match gets a break after it: mentions, issues (`#1`, `GH-1`), links (`://`, `www`), `:emoji:`.
_REFERENCE = re.compile(r"@|#(?=\d)|\bGH-(?=\d)|:(?=//)|:(?!\d+:)(?=[\w+-]+:)|\bwww(?=\.)", re.IGNORECASE)
#: What would begin a list, a heading, a quotation or a rule at the start of a line.
_BLOCK_START = re.compile(r"^[-+=>#\d]")
_TICKS = re.compile(r"`+")


def prose(text: str, limit: int) -> str:
    """One line of plain text, of at most `limit` characters before escaping; `quoted` parts become code."""
    parts = one_line(text, limit).split("`")
    if len(parts) % 2 == 0:  # an odd number of backticks quotes nothing
        return plain("`".join(parts))
    return "".join(_code(part) if odd % 2 else plain(part) for odd, part in enumerate(parts) if part)


def plain(text: str) -> str:
    """One line of plain text without any markup, also fit for a table cell or an HTML block."""
    broken = _REFERENCE.sub(lambda match: f"{match[0]}\0", visible(text))
    marked = _BLOCK_START.sub(_reference, _MARKUP.sub(_reference, broken))
    return marked.replace("\0", _BREAK)


def code(text: str, limit: int) -> str:
    """A code span that shows exactly the (visible) text."""
    return _code(one_line(text, limit))


def cell(text: str, limit: int) -> str:
    """As `code`, fit for a table: there a backslash or a bar would end the cell even inside a code span."""
    line = one_line(text, limit)
    return f"<code>{plain(line)}</code>" if "|" in line or "\\" in line else _code(line)


def fenced(text: str, limit: int) -> str:
    """A code block of the last `limit` characters. Its fence is longer than any run of backticks inside."""
    lines = last_lines(text, limit)
    fence = "`" * max(3, _longest_run(lines) + 1)
    return f"{fence}text\n{lines}\n{fence}"


def _code(line: str) -> str:
    """The delimiter is longer than any run inside; the blanks keep it apart from a backtick at an end."""
    ticks = "`" * (_longest_run(line) + 1)
    blank = " " if not line.strip() or line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{blank}{line}{blank}{ticks}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
