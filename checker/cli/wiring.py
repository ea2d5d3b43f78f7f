"""Where the outside world is put together: git, the package index, uv, Docker.

What most runs do not need is imported where it is made: Docker, HTTP and pip-audit take longer to load than
a small repository takes to check.
"""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from checker.cli.cache_folder import cache_folder
from checker.cli.revisions import open_worktree
from checker.errors import UsageError
from checker.load.policy import load_policy
from checker.model.policy import Policy
from checker.tools import UNTIMED, Clock, Index, Progress, Sandbox, Scanner, Tools, Tree, Wheels

if TYPE_CHECKING:
    from checker.cli.advisory_engines import AdvisoryEngines
    from checker.cli.terms import Terms
    from checker.engines.http import Http
    from checker.engines.reuse.kept import Kept
    from checker.engines.uv import UvResolver
    from checker.engines.wheels import WheelStore

_ONLINE = "online"
_MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024


@dataclass
class Wiring:
    """Everything outside, made when first used and closed with `stack`.

    `policy_tree` is where the policy was read: a snapshot that the policy names lies there, too. With `kept`,
    what an earlier run saw is not asked of scanners or seen in the sandbox again.
    """

    stack: ExitStack
    policy: Policy
    policy_tree: Tree
    now: dt.datetime
    cache: Path
    offline: bool = False
    advisories: str | None = None
    kept: Kept | None = None
    clock: Clock = UNTIMED

    @classmethod
    def on(
        cls, terms: Terms, stack: ExitStack, policy: Policy, policy_tree: Tree, kept: Kept | None = None
    ) -> Self:
        """As the options say. Raises UsageError for a cache folder that may not be used."""
        place, asked = (terms.now, cache_folder(terms.cache)), (terms.offline, terms.advisories)
        return cls(stack, policy, policy_tree, *place, *asked, kept, terms.clock)

    @classmethod
    def on_disk(cls, terms: Terms, stack: ExitStack, path: Path) -> Self:
        """With the policy as it is on disk. Raises UsageError and PolicyError."""
        tree = open_worktree(stack, path)
        return cls.on(terms, stack, load_policy(tree), tree)

    def tools(self, head: Tree, *, sandbox: bool) -> Tools:
        """The outside world of a check."""
        scanners, unscanned = self.scanners()
        off = {"index": "--offline"} if self.offline else {}
        off |= {"scan": unscanned} if unscanned else {}
        off |= {"sandbox": "--no-sandbox"} if not sandbox else {}
        if not self.policy.sandbox.enabled:
            off["sandbox"] = "the policy switches the sandbox off"
        made = Tools(
            head=head,
            progress=self.progress,
            index=self.index,
            scanners=scanners,
            sandbox=None if "sandbox" in off else self._examining,
            wheels=self.modules,
            off=off,
            absent={} if unscanned else self.advisory_engines.absent,
        )
        return made if self.clock is UNTIMED else self._timed(made)

    def _timed(self, tools: Tools) -> Tools:
        from checker.engines.timed import timed

        return timed(tools, self.clock)

    @cached_property
    def progress(self) -> Progress:
        """Drawn on a terminal, plain lines elsewhere; always on standard error."""
        from checker.engines.progress import progress_on

        return self.stack.enter_context(progress_on(sys.stderr))

    @cached_property
    def http(self) -> Http:
        """The one client for downloads."""
        from checker.engines.http import Http

        return self.stack.enter_context(Http())

    @cached_property
    def wheels(self) -> WheelStore:
        """Wheels by sha256."""
        from checker.engines.wheels import WheelStore

        return WheelStore(self.cache / "wheels", None if self.offline else self.http, progress=self.progress)

    @cached_property
    def modules(self) -> Wheels | None:
        """What the locked wheels hold; None offline, where they may not be at hand."""
        if self.offline:
            return None
        from checker.engines.wheel_modules import WheelModules

        return WheelModules(self.wheels, self.policy.sandbox.max_wheel_mb << 20)

    @cached_property
    def index(self) -> Index | None:
        """The policy's indexes; None offline."""
        if self.offline:
            return None
        from checker.engines.index import SimpleIndex

        return SimpleIndex(self.index_urls, self.cache / "metadata", self.http, self.wheels)

    @cached_property
    def index_urls(self) -> tuple[str, ...]:
        """The policy's indexes, else the one that uv uses on this machine."""
        from checker.engines.uv import default_index, find_uv

        return self.policy.indexes or (default_index(find_uv()),)

    @cached_property
    def resolver(self) -> UvResolver:
        """Only `proctor lock` resolves. Raises UsageError offline."""
        if self.index is None:
            raise UsageError("a lock cannot be made offline")
        from checker.engines.uv import UvResolver, find_uv
        from checker.load.lockfile import parse_lock

        uv, limit = find_uv(), self.policy.lock.max_packages
        return UvResolver(uv, self.index_urls, self.index, self.cache / "uv", parse_lock, max_packages=limit)

    @cached_property
    def sandbox(self) -> Sandbox:
        """The Docker engine of this machine, or what says why it may not be used in this job."""
        from checker.cli.runner import sandbox_refusal

        if refused := sandbox_refusal(self.policy.sandbox):
            from checker.engines.sandbox.refused import RefusedSandbox

            return RefusedSandbox(refused)
        from checker.cli.cache_limits import keep, tell
        from checker.engines.sandbox import DockerSandbox

        folder, runtime, kept = self.cache / "sandbox", self.policy.sandbox.runtime, keep(self.cache)
        return self.stack.enter_context(DockerSandbox(self.wheels, folder, runtime, kept, tell))

    @cached_property
    def _examining(self) -> Sandbox:
        """The sandbox of a check, which need not see again what was seen before."""
        from checker.engines.reuse.boxes import ReusedSandbox
        from checker.engines.sandbox import DockerSandbox

        real = self.sandbox
        return ReusedSandbox(real, self.kept) if self.kept and isinstance(real, DockerSandbox) else real

    @cached_property
    def advisory_engines(self) -> AdvisoryEngines:
        """Who is asked for advisories."""
        from checker.cli.advisory_engines import AdvisoryEngines

        return AdvisoryEngines(
            self.stack,
            self.policy.advisories,
            self.policy_tree,
            self.now,
            self.cache,
            self._download,
            offline=self.offline,
            given=self.advisories,
            kept=self.kept,
        )

    def scanners(self) -> tuple[tuple[Scanner, ...], str]:
        """The advisory engines, or none and the reason."""
        if self.offline and (self.advisories or self.policy.advisories.source) == _ONLINE:
            return (), "--offline, and no advisory snapshot was given"
        return self.advisory_engines.scanners()

    def _download(self, url: str) -> bytes:
        return self.http.get(url, accept="*/*", max_bytes=_MAX_SNAPSHOT_BYTES).body
