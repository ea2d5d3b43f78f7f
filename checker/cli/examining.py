"""One run of the pipeline with the outside world that the options say."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from checker.cli.cache_folder import cache_folder
from checker.cli.evidence import kept_evidence, records_folder
from checker.cli.terms import Terms
from checker.cli.wiring import Wiring
from checker.engines.store import FolderStore
from checker.errors import UsageError
from checker.load.recall import Recall
from checker.model.policy import Policy
from checker.model.verdict import Verdict
from checker.pipeline import Request, Revisions, run
from checker.tools import Tools, Tree

#: What a check is of little use without, by its id: a key of `Tools.off`.
_ASKS = {"vulnerabilities": "scan", "sandbox": "sandbox"}


def examine(
    stack: ExitStack, path: Path, revisions: Revisions, request: Request, terms: Terms, *, sandbox: bool
) -> Verdict:
    """The verdict on `request`, with what earlier runs over the repository at `path` saw and worked out.

    What is opened on the way is closed with `stack`.
    """

    def make(policy: Policy, tree: Tree) -> Tools:
        kept = kept_evidence(stack, cache_folder(terms.cache), fresh=terms.fresh)
        tools = Wiring.on(terms, stack, policy, tree, kept).tools(revisions.head, sandbox=sandbox)
        _refuse_idle(request.only, tools)
        return tools

    return run(revisions, request, make, _recall(path, terms.cache), terms.clock)


def _refuse_idle(only: Iterable[str], tools: Tools) -> None:
    """Raise UsageError for a check that is asked for by name while what it asks is switched off.

    Left out without being named it is skipped, which passes: the rest was examined.
    """
    for rule, what in _ASKS.items():
        if rule in only and what in tools.off:
            raise UsageError(f"--only {rule} asks for what is switched off: {tools.off[what]}")


def _recall(path: Path, chosen: Path | None) -> Recall:
    """What earlier runs over the repository at `path` worked out, in the cache folder."""
    return Recall(FolderStore(records_folder(cache_folder(chosen))), str(path.resolve()))
