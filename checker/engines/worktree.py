"""The files on disk as a Tree, for local use (`--worktree`) and for folders outside of git.

Digests are git's blob ids, so that a file on disk compares equal to the same file in a commit. A file is read
again when it is asked for, and must then have the content it was listed with.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path

from checker.engines.git import Git
from checker.engines.git.disk import blob_id, kind_on_disk, open_regular
from checker.engines.git.listing import Listing, regular, symlink
from checker.engines.git.objects import object_id
from checker.engines.git.status import Listed
from checker.engines.specials import special_files
from checker.errors import InputError, UsageError
from checker.escape import visible
from checker.model.entries import Entries
from checker.model.skill import Entry, FileKind

_GITLINK_MODE = "160000"
_MAX_FILE = 512 * 1024 * 1024


class WorkTree:
    """A folder as it is when first listed: inside git what git would commit, elsewhere everything."""

    revision = "work tree"

    def __init__(self, folder: Path, git: Git | None = None) -> None:
        """`git` is the repository that holds `folder`, if any. Raises UsageError where it is bare."""
        if git is not None and git.bare:
            raise UsageError(f"{visible(str(folder))} is a bare repository: it has no work tree")
        self._folder, self._git = folder.resolve(), git
        self._algorithm = git.algorithm if git is not None else "sha256"
        self._real: dict[Path, bool] = {self._folder: True}

    @property
    def problems(self) -> tuple[str, ...]:
        """What cannot be used, each as a sentence. Raises Unanswered."""
        return self._listing.problems

    def entries(self) -> Entries:
        """Every entry by path, sorted. Raises Unanswered."""
        return self._entries

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`. InputError also when it changed meanwhile."""
        entry = regular(self._entries, path)
        content = self._take(path, limit)
        self._same(entry, content)
        return content

    def link_target(self, path: str) -> str:
        """Target of a symlink as it is written. Raises InputError."""
        entry = symlink(self._entries, path)
        try:
            target = os.fsencode(self._on_disk(path.encode()).readlink())
            self._same(entry, target)
            return target.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("the target of the symbolic link cannot be read", path) from error

    def _take(self, path: str, limit: int) -> bytes:
        try:
            with open_regular(self._on_disk(path.encode())) as file:
                content = file.read(limit + 1)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", path) from error
        if len(content) > limit:
            raise InputError(f"at most {limit} bytes are read", path)
        return content

    def _same(self, entry: Entry, content: bytes) -> None:
        if object_id(self._algorithm, "blob", content) != entry.digest:
            raise InputError("changed on disk while it was examined; run again", entry.path)

    @cached_property
    def _entries(self) -> Entries:
        return self._listing.sorted()

    @cached_property
    def _listing(self) -> Listing:
        listing = Listing()
        for listed in self._listed(listing):
            self._add(listing, listed)
        return listing

    def _listed(self, listing: Listing) -> Iterable[Listed]:
        if self._git is None:
            return self._walk(listing)
        files, complaint = self._git.files()
        if complaint:
            listing.note(complaint)
        return (*files, *self._unlisted(self._git, files))

    def _unlisted(self, git: Git, files: Collection[Listed]) -> list[Listed]:
        """Special files that git passes over in silence, whether or not anything else is in their folder."""
        known = {listed.raw for listed in files}
        apart = {listed.raw.rstrip(b"/") for listed in files if _is_repository(listed)}
        found = set(special_files(self._folder, apart)) - known
        return [Listed(raw) for raw in sorted(found - git.ignored(found))]

    def _walk(self, listing: Listing) -> list[Listed]:
        """Everything below the folder but `.git`. A folder that cannot be listed is itself a bad entry."""
        found: list[Listed] = []

        def unreadable(error: OSError) -> None:
            raw = self._raw(Path(os.fsdecode(error.filename)))
            listing.add(
                raw, listing.report(os.fsdecode(raw), f"cannot be listed: {error.strerror}"), "unreadable"
            )

        for here, folders, files in os.walk(self._folder, onerror=unreadable):
            folders[:] = [name for name in folders if name != ".git"]
            links = [name for name in folders if (Path(here) / name).is_symlink()]
            found += [Listed(self._raw(Path(here) / name)) for name in (*files, *links) if name != ".git"]
        return found

    def _raw(self, path: Path) -> bytes:
        return os.fsencode(path.relative_to(self._folder).as_posix())

    def _on_disk(self, raw: bytes) -> Path:
        return self._folder / os.fsdecode(raw)

    def _add(self, listing: Listing, listed: Listed) -> None:
        path = self._on_disk(listed.raw)
        try:
            if self._is_real_folder(path.parent):
                self._add_present(listing, listed, path, path.lstat())
        except (FileNotFoundError, NotADirectoryError):
            return  # deleted, and not yet committed
        except OSError as error:
            kind = listing.report(os.fsdecode(listed.raw), f"cannot be read: {error.strerror or error}")
            listing.add(listed.raw, kind, "unreadable")

    def _is_real_folder(self, folder: Path) -> bool:
        """Whether no part of the way is a symlink: the tree ends there. Raises OSError."""
        known = self._real.get(folder)
        if known is None:
            known = self._is_real_folder(folder.parent) and stat.S_ISDIR(folder.lstat().st_mode)
            self._real[folder] = known
        return known

    def _add_present(self, listing: Listing, listed: Listed, path: Path, seen: os.stat_result) -> None:
        raw = listed.raw
        if listed.mode == _GITLINK_MODE:
            listing.add(raw, FileKind.GITLINK, listed.oid or "")
        elif raw.endswith(b"/"):  # git lists a repository inside this one as a folder
            listing.add(raw[:-1], FileKind.GITLINK, "untracked repository")
        elif listed.mode is None or not stat.S_ISDIR(seen.st_mode):
            # A folder in the place of a tracked file is left out: what it holds is listed by itself.
            listing.add(raw, *self._content(listing, raw, path, seen))

    def _content(
        self, listing: Listing, raw: bytes, path: Path, seen: os.stat_result
    ) -> tuple[FileKind, str]:
        kind = kind_on_disk(seen.st_mode)
        if kind is FileKind.SPECIAL:
            return listing.report(os.fsdecode(raw), "neither a file nor a symbolic link"), "special"
        if seen.st_size > _MAX_FILE:
            return listing.report(os.fsdecode(raw), f"larger than {_MAX_FILE} bytes"), "too large"
        return kind, blob_id(path, kind, self._algorithm)


def _is_repository(listed: Listed) -> bool:
    """Whether it is a submodule, or a repository inside this one, which git lists as a folder."""
    return listed.mode == _GITLINK_MODE or listed.raw.endswith(b"/")
