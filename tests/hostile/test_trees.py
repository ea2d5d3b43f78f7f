"""Skills that lie wrong on disk or in git. Nothing of them reaches an engine, so none is needed here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest

from checker.engines.git import Git
from checker.engines.sandbox import DockerSandbox
from checker.engines.worktree import WorkTree
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.plan import Examinee
from checker.rules.sandbox.order import ImageOrders
from checker.tools import Tree
from tests.hostile.corpus import Case, cases
from tests.support.policies import default_policy
from tests.support.repos import ScratchRepo
from tests.support.sandbox import FolderWheels

ID = "skills/x"
GOOD = {f"{ID}/SKILL.md": "---\nname: x\ndescription: A skill.\n---\n", f"{ID}/run.py": "print(1)\n"}


def params() -> list[object]:
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])
        for case in cases("trees")
    ]


@pytest.mark.parametrize("case", params())
def test_tree(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")
    repo = ScratchRepo(tmp_path / "repo")
    module = case.module()
    if hasattr(module, "on_disk"):
        repo.write(GOOD)
        try:
            module.on_disk(repo.path / ID)
        except PermissionError as error:
            pytest.skip(f"this user may not make such a file: {error}")
        outcome, words = ordered(WorkTree(repo.path), tmp_path)
    else:
        commit = committed(repo, module.in_git())
        with Git(repo.path) as git:
            outcome, words = ordered(git.tree(commit), tmp_path)
    assert outcome == case.outcome, words
    assert [text for text in case.says if text not in words] == [], words
    assert [text for text in (*case.never, "\x1b", "\n") if text in words] == []


def ordered(tree: Tree, folder: Path) -> tuple[str, str]:
    """What comes of the skill, and the words for it: why not, or the files of the image."""
    skill = load_skill(tree, load_repository(tree).folders[ID], default_policy())
    if skill.unusable is not None:
        return "broken", visible(str(skill.unusable))
    examinee = Examinee(skill=skill, level=Level.INTERN)
    try:
        order = ImageOrders(default_policy(), tree).of(examinee)
        with DockerSandbox(FolderWheels(folder), folder / "state") as box:
            box.build(order)
    except InputError as error:
        return "refused", error.message
    except Unanswered as error:
        if "not reached" not in str(error):
            return "broken", str(error)
    return "contained", " ".join(order.files)


def committed(repo: ScratchRepo, entries: Iterable[tuple[str, bytes, bytes]]) -> str:
    """A commit of the good skill and these (mode, path, content or commit id), however odd the paths are."""
    good = [("100644", path.encode(), text.encode()) for path, text in GOOD.items()]
    commands = [b"commit refs/heads/main\ncommitter C <c@example.org> 0 +0000\ndata 0\n"]
    for mode, path, content in itertools.chain(good, entries):
        quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
        if mode == "160000":
            commands.append(b"M 160000 %s %s\n" % (content, quoted))
        else:
            commands.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted, len(content), content))
    repo.git("fast-import", "--quiet", stdin=b"".join(commands))
    return repo.git("rev-parse", "refs/heads/main")
