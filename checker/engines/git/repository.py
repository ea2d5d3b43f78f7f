"""A git repository as Proctor sees it: commits, trees and references, asked by hardened plumbing alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from checker.engines.git import status
from checker.engines.git.ahead import Ahead
from checker.engines.git.command import ENGINE, GitCommand, find_place, said
from checker.engines.git.fetch import Remote, fetch
from checker.engines.git.objects import Objects
from checker.engines.git.refs import Refs
from checker.engines.git.staged import staged_away, staged_tree
from checker.engines.git.status import Listed
from checker.engines.git.tree import GitTree
from checker.errors import Unanswered, UsageError
from checker.escape import shortened, visible

if TYPE_CHECKING:
    from checker.model.history import Commit

#: How git ends, and what it says, where something is no repository. LC_ALL is C.
_FATAL, _NO_REPOSITORY = 128, b"fatal: not a git repository"
_MAX_COMMIT = 1024 * 1024
_COMMITTER = re.compile(rb"^committer .* (\d{1,12}) [+-]\d{4}$", re.MULTILINE)


class Git:
    """One repository. Close it (it is a context manager): it keeps a process for reading objects.

    Its folder is the root of the skill repository, also where that is a folder inside a larger one.
    Every method raises Unanswered when git is missing or cannot answer.
    """

    def __init__(self, folder: Path) -> None:
        """Find the repository that holds `folder`. Raises UsageError when there is none git can use."""
        place = find_place(folder)
        if place is None:
            raise UsageError(f"{visible(str(folder))} is not inside a git repository")
        self._command = GitCommand(place)
        self.algorithm = _algorithm(self._command)
        self._refs = Refs(self._command, self.algorithm)
        self._objects = Objects(self._command, self.algorithm)
        self._ahead = Ahead(self._command, self.algorithm)
        self._trees: dict[str, GitTree] = {}

    @classmethod
    def find(cls, folder: Path) -> Git | None:
        """The repository that holds `folder`, or None. Raises UsageError where it is there and unusable."""
        return cls(folder) if find_place(folder) is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading processes; trees of this repository cannot be read any more."""
        self._objects.close()
        self._ahead.close()

    @property
    def top(self) -> Path | None:
        """Top folder of the work tree; None for a bare repository."""
        return self._command.place.top

    @property
    def prefix(self) -> str:
        """The examined folder below `top`: "" or `a/b/`."""
        return self._command.place.prefix

    @property
    def bare(self) -> bool:
        """Whether the repository has no work tree."""
        return self.top is None

    @cached_property
    def version(self) -> str:
        """Version of the program, such as `2.39.5`."""
        return self._command.text("version").removeprefix("git version ")

    def head(self) -> str:
        """Commit id of HEAD. Raises UsageError when nothing was ever committed."""
        commit = self._refs.head()
        if commit is None:
            raise UsageError("the repository has no commit yet; commit, or examine the files with --worktree")
        return commit

    def resolve(self, ref: str) -> str:
        """Commit id for a branch, full ref, tag or id; see `Refs.resolve`. Raises UsageError."""
        return self._refs.resolve(ref)

    def merge_base(self, one: str, other: str) -> str:
        """Commit id where two histories parted; see `Refs.merge_base`. Raises UsageError."""
        return self._refs.merge_base(one, other)

    def ever_held(self, commit: str, path: str) -> bool:
        """Whether the history of `commit` ever held `path`; see `Refs.ever_held`. Raises UsageError."""
        return self._refs.ever_held(commit, path)

    def has(self, commit: str) -> bool:
        """Whether the clone has a commit, named by its full id."""
        return self._refs.has(commit)

    @property
    def shallow(self) -> bool:
        """Whether the clone lacks a part of its history."""
        return self._refs.shallow

    def fetch(self, remote: Remote, wanted: Mapping[str, str], *depth: str) -> None:
        """Fetch branches and commits into local references; see `fetch.fetch`."""
        fetch(self._command, remote, wanted, *depth)

    def history(self, commit: str, *paths: str) -> tuple[Commit, ...]:
        """The commits that changed a path below the examined folder; see `Refs.touching`."""
        from checker.engines.git.history import read_commit  # `audit` alone asks for it

        return tuple(read_commit(self._objects, oid) for oid in self._refs.touching(commit, *paths))

    def tree(self, commit: str) -> GitTree:
        """The examined folder as of a full commit id; listed when first asked."""
        if commit not in self._trees:
            self._trees[commit] = GitTree(self._command, self._objects, self._ahead, commit)
        return self._trees[commit]

    def staged(self, index: Path | None = None) -> GitTree:
        """The examined folder as it is staged, in the repository's index or the one at `index`."""
        return staged_tree(self._command, self._objects, self._ahead, index)

    def staged_away(self, index: Path | None = None) -> frozenset[str]:
        """Paths of the examined folder that the next commit takes away; `index` as for `staged`."""
        return staged_away(self._command, self._refs.head(), index)

    def commit_time(self, commit: str) -> dt.datetime:
        """When `commit` was made, by the committer's clock, in UTC."""
        content = self._objects.read(commit, "commit", _MAX_COMMIT)
        found = _COMMITTER.search(content.partition(b"\n\n")[0])
        try:
            return dt.datetime.fromtimestamp(int(found.group(1)) if found else -1, dt.UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise Unanswered(ENGINE, f"commit {commit} has no usable time") from error

    def dirty(self) -> bool:
        """Whether the examined folder has uncommitted changes or untracked files; see `status.dirty`."""
        return status.dirty(self._command, self.algorithm, self._refs.head())

    def files(self) -> tuple[tuple[Listed, ...], str]:
        """Files on disk that git tracks or would add, and its complaints; see `status.list_files`."""
        return status.list_files(self._command)

    def ignored(self, paths: Iterable[bytes]) -> frozenset[bytes]:
        """Those of the paths below the examined folder that git ignores."""
        return status.ignored(self._command, paths)


def _algorithm(command: GitCommand) -> str:
    """The repository's object format. The first question, so it also tells whether git can use it at all.

    Raises UsageError where git says that it is none, and Unanswered for whatever else it says or does.
    """
    done = command.run("rev-parse", "--show-object-format", accept=(0, _FATAL))
    if done.returncode and _NO_REPOSITORY not in done.stderr:
        raise Unanswered(ENGINE, f"`git rev-parse` ended with {done.returncode}: {said(done.stderr)}")
    if done.returncode:
        folder = visible(str(command.place.folder))
        raise UsageError(f"git cannot use the repository of {folder}: {said(done.stderr)}")
    answer = done.stdout.decode("ascii", "backslashreplace").strip()
    if answer not in ("sha1", "sha256"):
        told = shortened(visible(answer), 100) or "nothing"
        raise Unanswered(ENGINE, f"asked for the object format of the repository, it answered {told}")
    return answer
