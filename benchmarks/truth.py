"""Discovery against facts that were labelled by reading: precision and recall, and every miss by name.

Usage: python -m benchmarks.truth FOLDER, where FOLDER holds clones named `owner--name` (a bare repository, or
a work tree with its `.git`). The facts are in `tests/discover/truth/`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import clones
from benchmarks.clones import clone_of
from benchmarks.measure import Row
from checker.engines.git import Git
from checker.load.discover import discover
from checker.load.repository import load_repository
from checker.model.discovery import Declaration, Discovery

FACTS = Path(__file__).parents[1] / "tests" / "discover" / "truth"
Item = tuple[str, str]
PRECISION, RECALL = 0.98, 0.95


@dataclass
class Score:
    """What was found and what is true, as (skill, item) pairs, for imports or for declarations."""

    found: set[Item] = field(default_factory=set)
    true: set[Item] = field(default_factory=set)

    @property
    def precision(self) -> float:
        """Share of what was found that is true."""
        return len(self.found & self.true) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found."""
        return len(self.found & self.true) / len(self.true) if self.true else 1.0

    @property
    def misses(self) -> list[str]:
        """Every difference, `+` for what is not there and `-` for what was overlooked."""
        return [
            f"{'+' if one in self.found else '-'} {one[0]}: {one[1]}"
            for one in sorted(self.found ^ self.true)
        ]


def facts() -> list[dict[str, Any]]:
    """The labelled repositories."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(FACTS.glob("*.json"))]


def measure(folder: Path, labelled: Iterable[dict[str, Any]]) -> dict[str, Score]:
    """Compare what discovery finds at the labelled commits."""
    scores = {"imports": Score(), "declarations": Score()}
    for labels in labelled:
        with Git(clone_of(folder, labels["repository"])) as repository:
            tree = repository.tree(labels["commit"])
            folders = load_repository(tree).folders
            for skill, truth in labels["skills"].items():
                _compare(scores, skill, truth, discover(tree, folders[skill]))
    return scores


def _compare(scores: dict[str, Score], skill: str, truth: dict[str, Any], found: Discovery) -> None:
    scores["imports"].true |= {(skill, module) for module in truth["imports"]}
    scores["imports"].found |= {(skill, one.top) for one in found.imports}
    scores["declarations"].true |= {(skill, f"{d['form']} {d['name']}") for d in truth["declares"]}
    scores["declarations"].found |= {(skill, _item(one)) for one in found.declarations}


def _item(one: Declaration) -> str:
    return f"{one.form} {one.name or f'<{one.source}>'}"


def report(scores: dict[str, Score]) -> Iterator[str]:
    """Two lines of figures, then every miss."""
    for kind, score in scores.items():
        sizes = f"{len(score.true)} true, {len(score.found)} found"
        yield f"{kind}: precision {score.precision:.3f}, recall {score.recall:.3f} ({sizes})"
    for kind, score in scores.items():
        yield from (f"{kind} {miss}" for miss in score.misses)


def rows(*, tiny: bool = False) -> list[Row]:
    """Precision and recall with every miss; one row that says so where a clone is missing."""
    labelled = facts()[:1] if tiny else facts()
    if missing := clones.absent(*(labels["repository"] for labels in labelled)):
        return [Row("discovery against labelled facts", missing)]
    scores = measure(clones.folder(), labelled)
    return [row for kind, score in scores.items() for row in _rows(kind, score)]


def _rows(kind: str, score: Score) -> Iterator[Row]:
    sizes = f"{len(score.true)} true, {len(score.found)} found"
    for name, value, limit in (("precision", score.precision, PRECISION), ("recall", score.recall, RECALL)):
        yield Row(f"{name} of {kind}", f"{value:.3f}", sizes, f"≥ {limit}", value >= limit)
    yield from (Row("· a miss", miss) for miss in score.misses)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(report(measure(Path(arguments[0]), facts()))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
