"""The advisory engines of one run: which are asked, over which database, and why the others are not."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from checker.engines import advisories
from checker.engines.address import scheme_and_host, without_credentials
from checker.engines.http import Http
from checker.engines.osv import PATIENCE, OsvOnline, OsvSnapshot
from checker.engines.osv_api import NAME as OSV
from checker.engines.osv_api import PUBLIC, ApiLimits
from checker.engines.pip_audit import PipAudit
from checker.engines.pulled import PulledStore
from checker.engines.reuse.kept import Kept
from checker.engines.reuse.osv import OsvMemory
from checker.engines.reuse.scanners import ReusedScanner
from checker.engines.safety import Safety, account, key_missing
from checker.engines.safety_answer import NAME as SAFETY
from checker.engines.snapshot_index import SnapshotIndex
from checker.errors import UsageError
from checker.model.policy import AdvisorySettings, EngineName
from checker.rules.osv.snapshot import Snapshot
from checker.tools import Scanner, Tree

_ONLINE = "online"
#: The operator's own OSV server, a mirror or one for tests; a repository cannot set it.
OSV_URL = "PROCTOR_OSV_URL"
_PULLED = "pulled"
_WEB = ("https://", "http://")


@dataclass
class AdvisoryEngines:
    """Made when first used and closed with `stack`.

    `given` is the caller's own source (`--advisories`), else the policy's counts; a snapshot that the policy
    names lies in `policy_tree`. `download` fetches a snapshot by address. With `kept`, what was answered
    before over the same database is not asked again.
    """

    stack: ExitStack
    settings: AdvisorySettings
    policy_tree: Tree
    now: dt.datetime
    cache: Path
    download: Callable[[str], bytes]
    offline: bool = False
    given: str | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)
    kept: Kept | None = None

    @cached_property
    def pulled(self) -> PulledStore:
        """What `proctor advisories pull` keeps."""
        return PulledStore(self.cache / "advisories")

    def scanners(self) -> tuple[tuple[Scanner, ...], str]:
        """The engines that are asked, or none and the reason."""
        if self.offline and self._source.startswith(_WEB):
            return (), "--offline, and the advisory snapshot is not on this machine"
        named = dict.fromkeys((*self.settings.engines, *self.settings.require))
        return tuple(self._reusing(name) for name in named if name not in self.absent), ""

    @cached_property
    def absent(self) -> dict[str, str]:
        """The engines that the policy names and this run cannot ask, with the reason."""
        required, reason = SAFETY in self.settings.require, ""
        if self.offline:
            reason = "it has no database that can be asked offline"
        elif self._source != _ONLINE and not required:
            reason = "the run is over a snapshot, and it is not required by the policy"
        elif missing := key_missing():
            reason = missing if required else f"{missing}: not required by the policy"
        named = SAFETY in (*self.settings.engines, *self.settings.require)
        return {SAFETY: reason} if named and reason else {}

    def _reusing(self, name: EngineName) -> Scanner:
        """The engine; OSV online remembers by itself, as its answer on one pin may depend on the others."""
        scanner, kept = self._scanner(name), self.kept
        if kept is None or isinstance(scanner, OsvOnline):
            return scanner
        return ReusedScanner(scanner, kept, lambda: self._database(name, kept.now()))

    def _database(self, name: EngineName, moment: dt.datetime) -> list[str]:
        """What is asked: a snapshot by its content, an online database as it is in this hour."""
        if self._source != _ONLINE and name != SAFETY:
            snapshot = self._opened()
            return [snapshot.digest, snapshot.label]
        return [f"{moment:%Y-%m-%dT%H}Z", account() if name == SAFETY else self.osv_url]

    def _scanner(self, name: EngineName) -> Scanner:
        online = self._source == _ONLINE
        if name == SAFETY:
            return Safety()
        if name == OSV:
            return self._osv_online if online else OsvSnapshot(self._opened)
        return PipAudit(url=self.osv_url) if online else PipAudit(self._opened)

    @cached_property
    def osv_url(self) -> str:
        """Where OSV is asked: the public API, or the operator's mirror. Raises UsageError."""
        url = os.environ.get(OSV_URL) or PUBLIC
        scheme, host = scheme_and_host(url)
        if scheme not in ("http", "https") or not host or url != without_credentials(url):
            raise UsageError(f"{OSV_URL} should be an http(s) address without credentials")
        return url

    @cached_property
    def _osv_online(self) -> OsvOnline:
        remembered = OsvMemory(self.kept, self.osv_url).over if self.kept else None
        return OsvOnline(self._osv_http, self.osv_url, remembered=remembered)

    @cached_property
    def _osv_http(self) -> Http:
        return self.stack.enter_context(Http(OSV, PATIENCE, per_host=ApiLimits().at_once))

    @property
    def _source(self) -> str:
        return self.given or self.settings.source

    def _opened(self) -> Snapshot:
        """The snapshot, opened once for all engines together. Raises Unanswered, each time it is asked."""
        with self._opening:
            return self._snapshot

    @cached_property
    def _snapshot(self) -> Snapshot:
        """A pulled snapshot, one by address, on disk (by option), or in the repository (the policy's)."""
        source, index = self._source, SnapshotIndex(self.cache / "advisories")
        if source == _PULLED:
            snapshot = self.pulled.open()
        elif source.startswith(_WEB):
            snapshot = advisories.from_url(source, self.download, index=index)
        elif self.given is not None:
            snapshot = advisories.from_path(Path(source), index=index)
        else:
            snapshot = advisories.from_tree(self.policy_tree, source, index=index)
        return advisories.fresh(snapshot, self.now, self.settings.max_age_days)
