"""Discovery over every skill of a clone: seconds of the whole process, and what was found.

Usage: python -m benchmarks.discovery REPOSITORY. Peer: reading the same files without looking at them.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import clones
from benchmarks.measure import Row, in_turn, process, processor, timed
from checker.engines.git import Git
from checker.errors import InputError, Unanswered
from checker.load.discover import discover
from checker.load.repository import load_repository
from checker.model.discovery import Discovery
from checker.model.plan import SkillFolder
from checker.model.skill import FileKind
from checker.tools import Tree

_LIMIT = 3_000_000
LARGE, SECONDS = "openclaw/skills", 15.0
RUNS = 5


def rows(*, tiny: bool = False) -> list[Row]:
    """The whole process over the largest public repository; a row that says so where it is not here."""
    if missing := clones.absent(LARGE):
        return [Row("discovery over every skill of a repository", missing)]
    path, said = clones.clone_of(clones.folder(), LARGE), list[str]()
    argv = (sys.executable, "-m", "benchmarks.discovery", str(path))
    found = in_turn({"all": lambda: said.extend(process(*argv).decode().splitlines())}, 1 if tiny else RUNS)
    skills = said[0].partition(" ")[0]
    return [
        timed(f"discovery over the {skills} skills of {LARGE}", found["all"], SECONDS),
        processor("· processor time of it", found["all"]),
        Row("· what was found", ", ".join(said[2:5])),
    ]


def measure(path: Path) -> tuple[dict[str, Discovery], float, float]:
    """Every skill's discovery, the seconds it took with finding the skills, and those of the peer."""
    with Git(path) as repository:
        tree = repository.tree(repository.head())
        start = time.perf_counter()
        folders = load_repository(tree).folders
        found = {skill: discover(tree, folder) for skill, folder in folders.items()}
        spent = time.perf_counter() - start
        start = time.perf_counter()
        _read(tree, folders.values())
        return found, spent, time.perf_counter() - start


def _read(tree: Tree, folders: Iterable[SkillFolder]) -> None:
    for folder in folders:
        for entry in folder.files:
            if entry.kind in (FileKind.FILE, FileKind.EXECUTABLE):
                try:
                    tree.read(entry.path, _LIMIT)
                except (InputError, Unanswered):
                    continue  # larger than what discovery reads, or not in this clone


def report(found: dict[str, Discovery], spent: float, peer: float) -> Iterator[str]:
    """What was found, form by form."""
    forms = Counter(str(one.form) for each in found.values() for one in each.declarations)
    kinds = (
        ("declare packages", sum(bool(each.declarations) for each in found.values())),
        ("import other modules", sum(bool(each.imports) for each in found.values())),
        ("import and declare nothing", sum(bool(d.imports) and not d.declarations for d in found.values())),
        ("hold something not understood", sum(bool(each.not_understood) for each in found.values())),
    )
    yield f"{len(found)} skills in {spent:.1f} s (reading their files alone: {peer:.1f} s)"
    yield f"{time.process_time():.1f} s of processor time, for all of this process"
    yield from (f"{count} {what}" for what, count in kinds)
    yield "declarations: " + ", ".join(f"{form} {count}" for form, count in forms.most_common())


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(report(*measure(Path(arguments[0])))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
