"""From what a person or a workflow wrote to a commit id, and from two commits to where they parted.

git's own order prefers a tag to a branch of the same name, so a tag could pose as the base branch. Here names
are tried as branches first, each as an exact full ref.
"""

from __future__ import annotations

import re
import shlex

from checker.engines.git.command import GitCommand
from checker.errors import UsageError
from checker.escape import shortened, visible

_PLACES = ("refs/heads/", "refs/remotes/origin/", "refs/remotes/", "refs/tags/")
_STEPS = re.compile(r"(?:[~^][0-9]*)+\Z")
_HEX = re.compile(r"[0-9a-f]{4,64}\Z")
#: What git allows in no ref; much of it means something else in a revision.
_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^[./]|[./]\Z|\.lock(?:/|\Z)")
_LENGTHS = {"sha1": 40, "sha256": 64}


class TooShallow(UsageError):
    """The clone lacks the history that the answer needs."""


class Refs:
    """Looks references up in one repository."""

    def __init__(self, command: GitCommand, algorithm: str) -> None:
        """`algorithm` is the repository's object format."""
        self._command, self._length = command, _LENGTHS[algorithm]

    def resolve(self, ref: str) -> str:
        """Commit id of a branch, full ref, tag, `HEAD` or commit id, with `~2` or `^` after it if wanted.

        Raises UsageError that says what to fetch when there is none, or more than one.
        """
        steps = _STEPS.search(ref)
        name = ref[: steps.start()] if steps else ref
        if not name or _NO_NAME.search(name):
            raise UsageError(f"{_shown(ref)} is not a git reference")
        found = self._lookup(name)
        commit = self._commit(found + (steps.group() if steps else "")) if found else None
        if commit is None:
            raise UsageError(
                f"no commit {_shown(ref)} in this clone; fetch it first: "
                f"git fetch origin {shlex.quote(shortened(visible(name), 100))}"
            )
        return commit

    def head(self) -> str | None:
        """Commit id of HEAD, or None while nothing is committed."""
        found = self._exact("HEAD")
        return self._commit(found) if found else None

    def merge_base(self, one: str, other: str) -> str:
        """The commit where the histories of two commit ids parted.

        Raises TooShallow when the clone cannot tell. UsageError when there is none, and when there are
        several: a change measured from one of them could hide what it undoes of the other.
        """
        done = self._command.run("merge-base", "--all", "--end-of-options", one, other, accept=(0, 1))
        bases = done.stdout.decode("ascii").split()
        if len(bases) > 1:
            raise UsageError(
                "the two histories meet in several places; merge the base branch, then run again"
            )
        if not bases and not self.shallow:
            raise UsageError(f"{one[:12]} and {other[:12]} have no common history")
        if not bases or self._cut_between(bases[0], one, other):
            raise TooShallow(f"the clone is too shallow for the common history; {_DEEPEN}")
        return bases[0]

    def ever_held(self, commit: str, path: str) -> bool:
        """Whether any commit of the history of `commit` had an entry at `path` (below the examined folder).

        Raises TooShallow when the clone cannot tell.
        """
        path = f"{self._command.place.prefix}{path}"
        if self._command.run("ls-tree", "-z", "--full-tree", "--end-of-options", commit, "--", path).stdout:
            return True
        # Without --full-history git skips the side of a merge that changed nothing in the end.
        done = self._command.run(
            "rev-list", "--max-count=1", "--full-history", "--end-of-options", commit, "--", path
        )
        if not done.stdout and self._cut_between(None, commit):
            raise TooShallow(
                f"the clone is too shallow to tell whether {_shown(path)} ever existed; {_DEEPEN}"
            )
        return bool(done.stdout)

    def touching(self, commit: str, *paths: str) -> tuple[str, ...]:
        """Ids of the commits in the history of `commit` that changed a path, parents before children.

        A merge counts where it differs from any parent. Raises UsageError when the clone is too shallow.
        """
        if self._cut_between(None, commit):
            raise TooShallow(f"the clone is too shallow for the whole history; {_DEEPEN}")
        below = [f"{self._command.place.prefix}{path}" for path in paths]
        order = ("--topo-order", "--reverse", "--full-history")
        done = self._command.run("rev-list", *order, "--end-of-options", commit, "--", *below)
        return tuple(done.stdout.decode("ascii").split())

    def has(self, commit: str) -> bool:
        """Whether the clone has a commit, named by its full id."""
        return self._commit(commit) == commit

    @property
    def shallow(self) -> bool:
        """Whether the clone lacks a part of its history."""
        return self._command.text("rev-parse", "--is-shallow-repository") == "true"

    def _cut_between(self, start: str | None, *ends: str) -> bool:
        """Whether a commit after `start` lost its parents to a shallow clone: history only looks whole."""
        if not self.shallow:
            return False
        shallow = self._command.place.folder / self._command.text("rev-parse", "--git-path", "shallow")
        cut = set(shallow.read_text("ascii").split())
        since = [f"^{start}"] if start else []
        commits = self._command.text("rev-list", "--end-of-options", *ends, *since).split()
        return not cut.isdisjoint(commits)

    def _lookup(self, name: str) -> str | None:
        """Object id for a name. The order is the point: an id, then exact refs, branches before tags."""
        if len(name) == self._length and _HEX.match(name):
            return name
        if name == "HEAD" or name.startswith("refs/"):
            return self._exact(name)
        for place in _PLACES:
            if (found := self._exact(place + name)) is not None:
                return found
        return self._abbreviated(name) if _HEX.match(name) else None

    def _exact(self, full: str) -> str | None:
        done = self._command.run("show-ref", "--verify", "--hash", "--", full, accept=(0, 1, 128))
        if done.returncode and b"not a valid ref" not in done.stderr:
            # A ref that is there and damaged must not let the next place answer in its stead.
            raise UsageError(f"the reference {_shown(full)} is damaged; fetch it again")
        return done.stdout.decode("ascii").strip() or None

    def _abbreviated(self, digits: str) -> str | None:
        candidates = self._command.text("rev-parse", f"--disambiguate={digits}").split()
        commits = {commit for oid in candidates if (commit := self._commit(oid)) is not None}
        if len(commits) > 1:
            raise UsageError(f"{_shown(digits)} is the beginning of several commit ids; write more of it")
        return commits.pop() if commits else None

    def _commit(self, expression: str) -> str | None:
        """Commit id for an object id with steps after it, or None."""
        wanted = f"{expression}^{{commit}}"
        done = self._command.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", wanted, accept=(0, 1, 128)
        )
        return done.stdout.decode("ascii").strip() or None if done.returncode == 0 else None


_DEEPEN = "deepen it: git fetch --deepen=1000 (or --unshallow)"


def _shown(text: str) -> str:
    return f'"{shortened(visible(text), 100)}"'
