"""Make text that came from a skill safe to look at. Pure; used wherever foreign text is kept or printed.

Nothing foreign reaches a terminal, a log or a comment raw: control characters could move the cursor or open
links, bidirectional ones could reorder what a reviewer reads, unseen ones could hide a message, and a line
that starts with `::` is a command to a GitHub runner.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: General categories that never print as themselves: control, format, surrogate, private use, unassigned,
#: line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
#: Letters, marks and a symbol that print as nothing, whatever their category says: the joiner, the Hangul
#: fillers, the Khmer inherent vowels, the empty Braille cell and the variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_EMOJI_STYLE = "\ufe0f"
_SYMBOLS = frozenset({"So", "Sm", "Po", "Pd"})

#: Everything but printable ASCII. A symbol takes its emoji style along.
_UNUSUAL = re.compile(f"[^ -~]{_EMOJI_STYLE}?")
_UNUSUAL_IN_LINES = re.compile(f"[^ -~\n\t]{_EMOJI_STYLE}?")

#: A runner trims a line before it looks for `::`, and colours may stand in front; `##[` it finds anywhere.
_COMMAND = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*+)::", re.MULTILINE)


def visible(text: str, *, newlines: bool = False) -> str:
    r"""Return `text` with every invisible character written as an escape such as `\x1b` or `\u202e`.

    The result is one line; with `newlines`, line feeds and tabs stay. Text in any script, and emoji, stay
    readable. What a GitHub runner would take for a command is defused. Doing it twice changes nothing more.
    """
    bare = text.replace("\n", "").replace("\t", "") if newlines else text
    if bare.isascii() and bare.isprintable():  # most of what is ever printed, and much faster told this way
        return defused(text)
    return defused((_UNUSUAL_IN_LINES if newlines else _UNUSUAL).sub(_shown, text))


def defused(text: str) -> str:
    """Put a backslash into every workflow command (`::` at the start of a line, `##[` anywhere)."""
    if "##[" in text:
        text = text.replace("##[", "##\\[")
    return _COMMAND.sub(r"\1\\::", text) if "::" in text else text


def decode(data: bytes, *, newlines: bool = True) -> str:
    r"""Bytes of unknown origin as safe text: undecodable bytes become `\xNN`, then as `visible`."""
    return visible(data.decode("utf-8", "backslashreplace"), newlines=newlines)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    return text[: limit - 1] + "…" if limit > 0 else ""


def one_line(text: str, limit: int) -> str:
    """`text` as one visible line of at most `limit` characters. What is cut is never looked at."""
    return shortened(visible(text.strip()[: limit + 1].replace("\n", " ")), limit)


def last_lines(text: str, limit: int) -> str:
    """The visible end of `text`, about `limit` characters of it, line feeds kept."""
    return defused(visible(text[-limit:], newlines=True).strip("\n")[-limit:]) if limit > 0 else ""


def _shown(match: re.Match[str]) -> str:
    symbol, style = match[0][0], match[0][1:]
    if not style:
        return _one(symbol)
    return match[0] if _one(symbol) == symbol and _is_symbol(symbol) else _one(symbol) + _one(style)


@lru_cache(maxsize=4096)
def _one(character: str) -> str:
    if unicodedata.category(character) in _INVISIBLE or _BLANK.match(character):
        return _escaped(character)
    return character


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in _SYMBOLS


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
