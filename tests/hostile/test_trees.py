"""Skills that lie wrong on disk or in git: what comes of them without an engine, and in the box."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from checker.engines.sandbox import DockerSandbox
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.tools import Phase, Tree
from tests.hostile.arena import LIMITS, Arena
from tests.hostile.corpus import Case, cases
from tests.hostile.laid_out import laid_out, order_of, skill_of
from tests.support.sandbox import FolderWheels

#: Every file below the skill's folder: its name, whether it is a plain one of one name, and its content.
LOOK = """
import hashlib, json, os, stat, sys
sys.setrecursionlimit(5_000)  # for the deepest
found = {}
for folder, _, names in os.walk("."):
    for path in (os.path.join(folder, name) for name in names):
        about = os.lstat(path)
        plain = stat.S_ISREG(about.st_mode) and about.st_nlink == 1
        found[path[2:]] = [plain, hashlib.sha256(open(path, "rb").read()).hexdigest()]
print(json.dumps(found))
"""


def params(*outcomes: str) -> list[object]:
    """Cases of these outcomes, or all."""
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])
        for case in cases("trees")
        if not outcomes or case.outcome in outcomes
    ]


@pytest.mark.parametrize("case", params())
def test_tree(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")
    with laid_out(case, tmp_path / "repo") as tree:
        outcome, words = ordered(tree, tmp_path)
    assert outcome == case.outcome, words
    assert [text for text in case.says if text not in words] == [], words
    assert [text for text in (*case.never, "\x1b", "\n") if text in words] == []


def ordered(tree: Tree, folder: Path) -> tuple[str, str]:
    """What comes of the skill, and the words for it: why not, or the files of the image."""
    skill = skill_of(tree)
    if skill.unusable is not None:
        return "broken", visible(str(skill.unusable))
    try:
        order = order_of(tree, skill)
        with DockerSandbox(FolderWheels(folder), folder / "state") as box:
            box.build(order)
    except InputError as error:
        return "refused", error.message
    except Unanswered as error:
        if "not reached" not in str(error):
            return "broken", str(error)
    return "contained", " ".join(order.files)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("case", params("contained"))
def test_what_is_contained_runs_and_is_gone_before_the_next_run(
    case: Case, arena: Arena, tmp_path: Path
) -> None:
    with laid_out(case, tmp_path / "repo") as tree:
        order = order_of(tree, skill_of(tree))
    phases = [Phase("run", ("python", "run.py")), Phase("run", ("python", "-c", LOOK))]
    ran, looked = arena.box.run(arena.box.build(order), phases, LIMITS)
    try:
        assert (ran.status, ran.output) == ("passed", "1\n")
        wanted = {
            path: [True, hashlib.sha256(content).hexdigest()] for path, (content, _) in order.files.items()
        }
        assert json.loads(looked.output) == wanted
        assert set(wanted) > {"SKILL.md", "run.py"}
    finally:
        arena.assert_all_is_well()
