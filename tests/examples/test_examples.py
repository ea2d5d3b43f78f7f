"""Every rule has an example that passes it and one that fails it: `examples/<rule>/{pass,fail}`, each a repository."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from checker.checks import CHECKS
from checker.cli.wiring import Wiring
from checker.engines import advisories
from checker.engines.osv import OsvSnapshot
from checker.engines.pip_audit import PipAudit
from checker.engines.worktree import WorkTree
from checker.model.outcome import Outcome, Status
from checker.model.policy import Policy
from checker.pipeline import Request, Revisions, run
from checker.tools import IndexFile, Project, Tools, Tree
from tests.support.trees import MemoryTree

EXAMPLES = Path(__file__).parents[2] / "examples"
DOCS = EXAMPLES.parent / "docs" / "checks"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
#: Folders of `examples/` that are no rule's.
OTHERS = {"skill-repo", "advisories", "workflows"}
RULES = [
    pytest.param(check.RULE, marks=pytest.mark.engine if check.RULE == "sandbox" else ()) for check in CHECKS
]


class Quiet:
    def step(self, stage: str, detail: str = "") -> None:
        pass


class ListedIndex:
    """An index that serves what `index.json` lists: project → file → sha256 and upload time."""

    def __init__(self, listed: Path) -> None:
        self._listed = json.loads(listed.read_text())

    def projects(self, names):
        return {name: Project(name, "https://index.example/", self._files(name)) for name in names}

    def metadata(self, files):
        return {}

    def _files(self, project):
        return {
            name: IndexFile(
                name,
                f"https://files.index.example/{name}",
                told["sha256"],
                uploaded=dt.datetime.fromisoformat(told["uploaded"]),
            )
            for name, told in self._listed.get(project, {}).items()
        }


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def examined(rule: str, kind: str, stack: ExitStack, cache: Path) -> Outcome:
    """How the rule ends for the one skill of an example, offline but for what the example brings."""
    folder = EXAMPLES / rule / kind
    tree: Tree = WorkTree(folder, None)
    if not (folder / "policies").is_dir():
        tree = WithPolicy(tree)

    def tools(policy: Policy, where: Tree) -> Tools:
        index = ListedIndex(folder / "index.json") if (folder / "index.json").exists() else None
        off = {} if index else {"index": "--offline"}
        snapshot = lambda: advisories.from_path(folder / "advisories")  # noqa: E731
        scanners = (PipAudit(snapshot), OsvSnapshot(snapshot))
        wiring = Wiring(stack, policy, where, NOW, cache, offline=True)
        sandbox = wiring.sandbox if rule == "sandbox" else None
        return Tools(tree, Quiet(), index, scanners=scanners, sandbox=sandbox, off=off)

    verdict = run(Revisions(head=tree), Request(NOW, only=(rule,)), tools)
    assert not verdict.error
    (skill,) = verdict.skills
    return next(outcome for outcome in skill.outcomes if outcome.check == rule)


class WithPolicy:
    """A tree that holds the smallest policy beside what it has."""

    def __init__(self, tree: Tree) -> None:
        self._tree, self._policy = tree, MemoryTree({"policies/maturity.yaml": "version: 1\n"})
        self.revision, self.problems = tree.revision, tree.problems

    def entries(self):
        return {**self._policy.entries(), **self._tree.entries()}

    def read(self, path, limit):
        return (self._policy if path in self._policy.entries() else self._tree).read(path, limit)

    def link_target(self, path):
        return self._tree.link_target(path)


@pytest.mark.parametrize("rule", RULES)
def test_the_example_that_passes(rule, stack, tmp_path):
    outcome = examined(rule, "pass", stack, tmp_path)
    assert (outcome.findings, outcome.reason if outcome.status is Status.BROKEN else "") == ((), "")
    offline = Status.SKIPPED if rule in ("lock", "sources") else Status.PASSED
    assert outcome.status in (Status.PASSED, offline)


@pytest.mark.parametrize("rule", RULES)
def test_the_example_that_fails(rule, stack, tmp_path):
    outcome = examined(rule, "fail", stack, tmp_path)
    effects = {finding.effect for finding in outcome.findings}
    assert "fails" in effects or (rule == "unused" and effects == {"warns"}), outcome


@pytest.mark.parametrize("rule", [check.RULE for check in CHECKS if check.RULE != "sandbox"])
def test_the_page_of_a_rule_shows_what_its_example_says(rule, stack, tmp_path):
    page = (DOCS / f"{rule}.md").read_text()
    for finding in examined(rule, "fail", stack, tmp_path).findings:
        assert f"{finding.location}: {finding.message}" in page


def test_every_rule_has_its_module_its_page_and_its_examples():
    rules = {check.RULE for check in CHECKS}
    assert {check.__name__.rpartition(".")[2].replace("_", "-") for check in CHECKS} == rules
    assert {path.stem for path in DOCS.glob("*.md")} >= rules
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - OTHERS == rules
