"""Small executables that stand in for an outside tool and misbehave in one way each."""

from __future__ import annotations

import sys
from pathlib import Path


def stand_in(folder: Path, body: str) -> tuple[str, ...]:
    """A command that runs `body` as Python. It sees the tool's arguments in `sys.argv[1:]`."""
    script = folder / "stand_in.py"
    script.write_text(f"import json, os, sys, time\nfrom pathlib import Path\n{body}\n")
    return (sys.executable, "-S", "-P", str(script))
