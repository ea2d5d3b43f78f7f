"""What a run may reuse of earlier ones, and leave for later ones: the caller and the job decide."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from pathlib import Path

from checker.cli.runner import runs_for_us
from checker.engines.reuse.kept import WEEK, Kept
from checker.engines.store import FolderStore
from checker.rules.amounts import age

#: How long evidence of the sandbox counts.
MAX_AGE = "PROCTOR_EVIDENCE_MAX_AGE"
#: Records of each kind that stay; a repository of 10,000 skills has about as many.
_MOST = 20_000


def evidence_folder(cache: Path) -> Path:
    """Where answers of scanners and evidence of the sandbox are kept, and nothing else."""
    return cache / "evidence"


def records_folder(cache: Path) -> Path:
    """Where notes are kept of what skills were read from; nothing of what was judged."""
    return cache / "records"


def stores(cache: Path) -> tuple[Path, ...]:
    """Every folder of small records, for whoever cleans up."""
    return (evidence_folder(cache), records_folder(cache))


def kept_evidence(stack: ExitStack, cache: Path, *, fresh: bool) -> Kept:
    """What is kept in a cache folder, cut to its size when `stack` closes. Raises UsageError.

    With `fresh` nothing of it is used; what is seen now takes its place.
    """
    store = FolderStore(evidence_folder(cache))
    given = os.environ.get(MAX_AGE)
    max_age = dt.timedelta(seconds=age(given)) if given else WEEK
    kept = Kept(store, reads=not fresh, writes=runs_for_us(), max_age=max_age)

    def cut() -> None:
        for kind in kept.written:
            store.trim(kind, _MOST)

    stack.callback(cut)
    return kept
