"""Foreign text in HTML: escaped, visible, of bounded length. Every text of the page comes through here."""

from __future__ import annotations

from html import escape

from checker.escape import last_lines, one_line


def text(value: str, limit: int) -> str:
    """One line of text, of at most `limit` characters before escaping."""
    return escape(one_line(value, limit))


def code(value: str, limit: int) -> str:
    """A name, a place or a command. The element keeps right-to-left scripts from moving its neighbours."""
    return f"<code>{text(value, limit)}</code>"


def prose(value: str, limit: int) -> str:
    """A sentence; what stands between backticks becomes code."""
    parts = one_line(value, limit).split("`")
    if len(parts) % 2 == 0:  # an odd number of backticks quotes nothing
        return f"<bdi>{escape('`'.join(parts))}</bdi>"
    marked = (f"<code>{escape(p)}</code>" if odd % 2 else escape(p) for odd, p in enumerate(parts))
    return f"<bdi>{''.join(marked)}</bdi>"


def block(value: str, limit: int) -> str:
    """The last `limit` characters of an output, as it was printed. It can be scrolled with the keyboard."""
    return f'<pre tabindex="0">\n{escape(last_lines(value, limit))}</pre>'
