"""The files around the skills: policy, workflow and pre-commit configuration, where there are none yet."""

from __future__ import annotations

from typing import NamedTuple

from checker.commands.init.texts import starter
from checker.errors import InputError
from checker.load.policy_files import MATURITY
from checker.tools import Tree

WORKFLOW = ".github/workflows/proctor.yml"
PRE_COMMIT = ".pre-commit-config.yaml"
_SOURCES = {MATURITY: "maturity.yaml", WORKFLOW: "proctor.yml", PRE_COMMIT: "pre-commit-config.yaml"}
_LIMIT = 1_000_000


class Kept(NamedTuple):
    """A file that is there and stays as it is. `snippet` is what could be added to it; "" where nothing."""

    path: str
    why: str = ""
    snippet: str = ""


def text(path: str) -> str:
    """What a starting file says."""
    return starter(_SOURCES[path])


def files(tree: Tree) -> tuple[dict[str, str], tuple[Kept, ...]]:
    """The workflow and the pre-commit configuration to write, and those that are there."""
    new: dict[str, str] = {}
    kept: list[Kept] = []
    if MATURITY in tree.entries():
        kept.append(Kept(MATURITY))
    for path in (WORKFLOW, PRE_COMMIT):
        if path not in tree.entries():
            new[path] = text(path)
        elif _mentions_proctor(tree, path):
            kept.append(Kept(path))
        else:
            kept.append(Kept(path, "it does not mention Proctor", text(path)))
    return new, tuple(kept)


def _mentions_proctor(tree: Tree, path: str) -> bool:
    try:
        return b"proctor" in tree.read(path, _LIMIT)
    except InputError:
        return False  # a link, or too large: it is left alone like any other
