"""The outside world of a command that asks nobody: no network, no engine, nothing said meanwhile."""

from __future__ import annotations

from checker.tools import Tools, Tree


def unasked(tree: Tree, *, index: str, later: str) -> Tools:
    """Tools that are all switched off: the package index for one reason, scan and sandbox for another."""
    return Tools(head=tree, progress=_Silent(), off={"index": index, "scan": later, "sandbox": later})


class _Silent:
    def step(self, stage: str, detail: str = "") -> None:
        """Satisfies `checker.tools.Progress`."""
