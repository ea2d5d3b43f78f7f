"""Where the outside world is put together: git, the package index, uv, pip-audit, Docker."""

from __future__ import annotations

import datetime as dt
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from checker.engines import advisories
from checker.engines.git import Git
from checker.engines.http import Http
from checker.engines.index import SimpleIndex
from checker.engines.pip_audit import PipAudit
from checker.engines.progress import progress_on
from checker.engines.sandbox import DockerSandbox
from checker.engines.uv import UvResolver, default_index, find_uv
from checker.engines.wheel_modules import WheelModules
from checker.engines.wheels import WheelStore
from checker.engines.worktree import WorkTree
from checker.errors import UsageError
from checker.escape import visible
from checker.load.lockfile import parse_lock
from checker.model.policy import Policy
from checker.pipeline import Revisions
from checker.rules.osv.snapshot import Snapshot
from checker.tools import Index, Progress, Sandbox, Scanner, Tools, Tree

_ONLINE = "online"
_MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024


def open_revisions(stack: ExitStack, path: Path, *, base: str | None, worktree: bool) -> Revisions:
    """The trees to look at, open until `stack` closes. Raises UsageError."""
    if worktree and base is None:
        return Revisions(head=open_worktree(stack, path))
    git = Git.find(path)
    if git is None:
        raise UsageError(
            f"{visible(str(path))} is not in a git repository (--worktree examines a plain folder)"
        )
    stack.enter_context(git)
    head: Tree = WorkTree(path, git) if worktree else git.tree(git.head())
    if base is None:
        return Revisions(head=head)
    tip = git.resolve(base)
    fork = git.merge_base(tip, git.head())
    return Revisions(head, git.tree(tip), git.tree(fork), policy_ever=git.ever_held(tip, "policies"))


def open_worktree(stack: ExitStack, path: Path) -> Tree:
    """The files on disk, open until `stack` closes. Raises UsageError."""
    if not path.is_dir():
        raise UsageError(f"{visible(str(path))} is not a folder")
    git = Git.find(path)
    return WorkTree(path, stack.enter_context(git) if git is not None else None)


def cache_folder(chosen: Path | None) -> Path:
    """Where wheels, metadata and layers are kept: as chosen, else the user's cache folder."""
    if chosen is not None:
        return chosen.absolute()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        root = Path.home() / "Library/Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "proctor"


@dataclass
class Wiring:
    """Everything outside, made when first used and closed with `stack`.

    `policy_tree` is where the policy was read: a snapshot that the policy names lies there, too.
    """

    stack: ExitStack
    policy: Policy
    policy_tree: Tree
    now: dt.datetime
    cache: Path
    offline: bool = False
    advisories: str | None = None

    def tools(self, head: Tree, *, sandbox: bool) -> Tools:
        """The outside world of a check."""
        scanners, unscanned = self.scanners()
        off = {"index": "--offline"} if self.offline else {}
        off |= {"scan": unscanned} if unscanned else {}
        off |= {"sandbox": "--no-sandbox"} if not sandbox else {}
        if not self.policy.sandbox.enabled:
            off["sandbox"] = "the policy switches the sandbox off"
        return Tools(
            head=head,
            progress=self.progress,
            index=self.index,
            scanners=scanners,
            sandbox=None if "sandbox" in off else self.sandbox,
            wheels=None
            if self.offline
            else WheelModules(self.wheels, self.policy.sandbox.max_wheel_mb << 20),
            off=off,
        )

    @cached_property
    def progress(self) -> Progress:
        """Drawn on a terminal, plain lines elsewhere; always on standard error."""
        return self.stack.enter_context(progress_on(sys.stderr))

    @cached_property
    def http(self) -> Http:
        """The one client for downloads."""
        return self.stack.enter_context(Http())

    @cached_property
    def wheels(self) -> WheelStore:
        """Wheels by sha256."""
        return WheelStore(self.cache / "wheels", None if self.offline else self.http)

    @cached_property
    def index(self) -> Index | None:
        """The policy's indexes; None offline."""
        if self.offline:
            return None
        return SimpleIndex(self.index_urls, self.cache / "metadata", self.http, self.wheels)

    @cached_property
    def index_urls(self) -> tuple[str, ...]:
        """The policy's indexes, else the one that uv uses on this machine."""
        return self.policy.indexes or (default_index(find_uv()),)

    @cached_property
    def resolver(self) -> UvResolver:
        """Only `proctor lock` resolves. Raises UsageError offline."""
        if self.index is None:
            raise UsageError("a lock cannot be made offline")
        uv, limit = find_uv(), self.policy.lock.max_packages
        return UvResolver(uv, self.index_urls, self.index, self.cache / "uv", parse_lock, max_packages=limit)

    @cached_property
    def sandbox(self) -> Sandbox:
        """The Docker engine of this machine."""
        return self.stack.enter_context(DockerSandbox(self.wheels, self.cache / "sandbox"))

    def scanners(self) -> tuple[tuple[Scanner, ...], str]:
        """The advisory engines, or none and the reason."""
        source = self.advisories or self.policy.advisories.source
        if source == _ONLINE:
            if self.offline:
                return (), "--offline, and no advisory snapshot was given"
            return (PipAudit(),), ""
        return (PipAudit(lambda: self._snapshot(source)),), ""

    def _snapshot(self, source: str) -> Snapshot:
        """A snapshot by URL, on disk (given by option), or in the repository (named by the policy)."""
        if source.startswith(("https://", "http://")):
            snapshot = advisories.from_url(source, self._download)
        elif self.advisories is not None:
            snapshot = advisories.from_path(Path(source))
        else:
            snapshot = advisories.from_tree(self.policy_tree, source)
        return advisories.fresh(snapshot, self.now, self.policy.advisories.max_age_days)

    def _download(self, url: str) -> bytes:
        return self.http.get(url, accept="*/*", max_bytes=_MAX_SNAPSHOT_BYTES).body
