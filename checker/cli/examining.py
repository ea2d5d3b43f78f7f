"""One run of the pipeline with the outside world that the options say."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from checker.cli.cache_folder import cache_folder
from checker.cli.evidence import kept_evidence, records_folder
from checker.cli.terms import Terms
from checker.cli.wiring import Wiring
from checker.engines.store import FolderStore
from checker.load.recall import Recall
from checker.model.policy import Policy
from checker.model.verdict import Verdict
from checker.pipeline import Request, Revisions, run
from checker.tools import Tools, Tree


def examine(
    stack: ExitStack, path: Path, revisions: Revisions, request: Request, terms: Terms, *, sandbox: bool
) -> Verdict:
    """The verdict on `request`, with what earlier runs over the repository at `path` saw and worked out.

    What is opened on the way is closed with `stack`.
    """

    def make(policy: Policy, tree: Tree) -> Tools:
        kept = kept_evidence(stack, cache_folder(terms.cache), fresh=terms.fresh)
        return Wiring.on(terms, stack, policy, tree, kept).tools(revisions.head, sandbox=sandbox)

    return run(revisions, request, make, _recall(path, terms.cache), terms.clock)


def _recall(path: Path, chosen: Path | None) -> Recall:
    """What earlier runs over the repository at `path` worked out, in the cache folder."""
    return Recall(FolderStore(records_folder(cache_folder(chosen))), str(path.resolve()))
