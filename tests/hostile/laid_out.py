"""A tree of the corpus, laid out on disk or in git, and the order for an image of its skill."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from checker.engines.git import Git
from checker.engines.worktree import WorkTree
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.plan import Examinee
from checker.model.skill import Skill
from checker.rules.sandbox.order import ImageOrders
from checker.tools import ImageOrder, Tree
from tests.hostile.corpus import Case
from tests.support.policies import default_policy
from tests.support.repos import ScratchRepo

ID = "skills/x"
GOOD = {f"{ID}/SKILL.md": "---\nname: x\ndescription: A skill.\n---\n", f"{ID}/run.py": "print(1)\n"}


@contextmanager
def laid_out(case: Case, folder: Path) -> Iterator[Tree]:
    """A good skill with what the case adds to it. Skips the test where this user may not make that."""
    repo, module = ScratchRepo(folder), case.module()
    if hasattr(module, "on_disk"):
        repo.write(GOOD)
        try:
            module.on_disk(repo.path / ID)
        except PermissionError as error:
            pytest.skip(f"this user may not make such a file: {error}")
        yield WorkTree(repo.path)
    else:
        commit = committed(repo, module.in_git())
        with Git(repo.path) as git:
            yield git.tree(commit)


def skill_of(tree: Tree) -> Skill:
    return load_skill(tree, load_repository(tree).folders[ID], default_policy())


def order_of(tree: Tree, skill: Skill) -> ImageOrder:
    """Raises InputError and Unanswered."""
    return ImageOrders(default_policy(), tree).of(Examinee(skill=skill, level=Level.INTERN))


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
