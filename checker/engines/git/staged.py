"""What is staged, as a Tree: the next commit, whatever the files on disk say meanwhile."""

from __future__ import annotations

from pathlib import Path

from checker.engines.git.ahead import Ahead
from checker.engines.git.command import ENGINE, GitCommand
from checker.engines.git.listing import Listing, kind_of_mode
from checker.engines.git.objects import Objects
from checker.engines.git.tree import GitTree
from checker.errors import Unanswered
from checker.escape import decode
from checker.model.skill import FileKind

REVISION = "staged"
_MERGED = "0"


def staged_tree(command: GitCommand, objects: Objects, ahead: Ahead, index: Path | None) -> GitTree:
    """The index as a Tree. During `git commit FILE` git uses another `index` than the repository's."""

    def fill(listing: Listing) -> None:
        done = command.run("ls-files", "-z", "--stage", "--", ".", extra_env=_env(index))
        for line in done.stdout.split(b"\0")[:-1]:
            _add(listing, line)

    return GitTree(command, objects, ahead, REVISION, fill)


def staged_away(command: GitCommand, head: str | None, index: Path | None) -> frozenset[str]:
    """Paths that the commit `head` (None: nothing yet) has in the examined folder, and the index has not."""
    if head is None:
        return frozenset()
    done = command.run(
        "diff-index", "-z", "--cached", "--name-only", "--relative", "--diff-filter=D", "--no-renames",
        "--ignore-submodules=none", "--end-of-options", head, "--", ".", extra_env=_env(index),
    )  # fmt: skip
    return frozenset(raw.decode("utf-8", "backslashreplace") for raw in done.stdout.split(b"\0")[:-1])


def _env(index: Path | None) -> dict[str, str] | None:
    return {"GIT_INDEX_FILE": str(index)} if index is not None else None


def _add(listing: Listing, line: bytes) -> None:
    """Read `100644 <id> <stage><tab>path`. What is still in conflict cannot be used."""
    meta, tab, raw = line.partition(b"\t")
    fields = meta.decode("ascii", "replace").split(" ")
    if not tab or len(fields) != 3:
        raise Unanswered(ENGINE, f"unexpected line of ls-files: {decode(line[:200], newlines=False)}")
    mode, oid, stage = fields
    if stage == _MERGED:
        listing.add(raw, kind_of_mode(mode), oid)
    else:
        path = raw.decode("utf-8", "backslashreplace")
        listing.report(path, "in conflict: resolve it and stage the result")
        listing.add(raw, FileKind.SPECIAL, oid)
