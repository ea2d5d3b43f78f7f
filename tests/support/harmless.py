"""What every printed text must be, whoever wrote what is in it."""

from __future__ import annotations

import re
import unicodedata

#: Control, format, surrogate, private use, unassigned, line and paragraph separators.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: How a GitHub runner looks for commands: `::` in a trimmed line, `##[` anywhere.
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def assert_harmless(text: str, *, kept: str = "") -> None:
    """No character that acts or hides (but those in `kept`), and no command to a runner."""
    assert not {c for c in text if c not in kept and unicodedata.category(c) in INVISIBLE}
    assert not COMMAND.search(text)
