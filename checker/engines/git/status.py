"""What git knows of the files on disk: which belong to the repository, and whether any is uncommitted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.engines.git.command import ENGINE, GitCommand, said
from checker.engines.git.disk import blob_id, kind_on_disk
from checker.engines.git.listing import kind_of_mode
from checker.engines.git.objects import object_id
from checker.errors import Unanswered
from checker.escape import decode
from checker.model.skill import FileKind


@dataclass(frozen=True)
class Listed:
    """A path below the examined folder as bytes; `mode` and `oid` are the index's, None when not tracked."""

    raw: bytes
    mode: str | None = None
    oid: str | None = None


def list_files(command: GitCommand) -> tuple[tuple[Listed, ...], str]:
    """Tracked files and those neither tracked nor ignored, and what git complained of ("" for nothing).

    Raises Unanswered.
    """
    wanted = ("--cached", "--others", "--exclude-standard")
    done = command.run("ls-files", "-z", "-t", "--stage", *wanted)
    listed = {entry.raw: entry for entry in map(_listed, done.stdout.split(b"\0")[:-1])}
    return tuple(listed.values()), said(done.stderr) if done.stderr.strip() else ""


def ignored(command: GitCommand, paths: Iterable[bytes]) -> frozenset[bytes]:
    """Those of the paths below the examined folder that git ignores. Raises Unanswered."""
    # It takes no literal pathspecs. The dot keeps a colon at the start from meaning anything; it comes back.
    if not (asked := b"".join(b"./" + path + b"\0" for path in paths)):
        return frozenset()
    env = {"GIT_LITERAL_PATHSPECS": "0"}
    done = command.run("check-ignore", "-z", "--stdin", accept=(0, 1), extra_env=env, stdin=asked)
    return frozenset(path[2:] for path in done.stdout.split(b"\0")[:-1])


def dirty(command: GitCommand, algorithm: str, head: str | None) -> bool:
    """Whether anything in the examined folder differs from the commit `head` (None: no commit yet).

    The content of submodules does not count; ignored files do not either. Raises Unanswered.
    """
    if command.place.top is None:
        return False
    files, _ = list_files(command)
    if any(entry.mode is None for entry in files):
        return True
    empty_tree = object_id(algorithm, "tree", b"")
    staged = command.run(
        "diff-index", "--cached", "--quiet", "--no-renames", "--ignore-submodules=none",
        "--end-of-options", head or empty_tree, "--", ".", accept=(0, 1),
    )  # fmt: skip
    return bool(staged.returncode) or any(
        _differs(command, algorithm, *change) for change in _changes(command)
    )


def _listed(line: bytes) -> Listed:
    """Read `? path` or `H 100644 <id> 0<tab>path`."""
    tag, space, rest = line.partition(b" ")
    if tag == b"?" and space:
        return Listed(rest)
    meta, tab, raw = rest.partition(b"\t")
    fields = meta.decode("ascii", "replace").split(" ")
    if not tab or len(fields) != 3:
        raise Unanswered(ENGINE, f"unexpected line of ls-files: {decode(line[:200], newlines=False)}")
    return Listed(raw, fields[0], fields[1])


def _changes(command: GitCommand) -> Iterator[tuple[str, str, bytes]]:
    """(mode, id, path from the top) of each tracked file that git's own records call changed."""
    # "dirty": only the submodule's commit is compared. Looking inside would start git there.
    args = (
        "diff-files",
        "-z",
        "--raw",
        "--no-renames",
        "--no-ext-diff",
        "--ignore-submodules=dirty",
        "--",
        ".",
    )
    fields = command.run(*args, extra_env=_without_filters(command)).stdout.split(b"\0")[:-1]
    for meta, raw in zip(fields[::2], fields[1::2], strict=True):
        old_mode, _, oid, _, _ = meta.decode("ascii").lstrip(":").split(" ")
        yield old_mode, oid, raw


def _differs(command: GitCommand, algorithm: str, mode: str, oid: str, raw: bytes) -> bool:
    """Whether the content differs, not just a time stamp. A submodule that git names does."""
    assert command.place.top is not None  # noqa: S101 - a bare repository has no files
    path = command.place.top / os.fsdecode(raw)
    kind = kind_of_mode(mode)
    try:
        return (
            kind is FileKind.GITLINK
            or kind_on_disk(path.lstat().st_mode) is not kind
            or blob_id(path, kind, algorithm) != oid
        )
    except OSError:
        return True


def _without_filters(command: GitCommand) -> dict[str, str]:
    """Environment that switches off every configured filter driver.

    Where a time stamp is inconclusive git compares contents, and cleans them first with the command that the
    repository configured.
    """
    done = command.run("config", "-z", "--name-only", "--get-regexp", r"^filter\.", accept=(0, 1))
    drivers = {name.rpartition(b".")[0] for name in done.stdout.split(b"\0")[:-1]}
    off = {"clean": "", "smudge": "", "process": "", "required": "false"}
    pairs = [
        (f"{os.fsdecode(driver)}.{key}", value) for driver in sorted(drivers) for key, value in off.items()
    ]
    env = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env
