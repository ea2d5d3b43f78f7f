"""Whether packages are worth a layer of their own is a matter of the tree, not of what is examined of it."""

from __future__ import annotations

import pytest

from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.plan import Examinee
from checker.rules.sandbox.order import ImageOrders
from checker.tools import Tree
from tests.support.policies import default_policy
from tests.support.trees import MemoryTree, Symlink

LOCK = """lock-version = "1.0"
created-by = "test"
[[packages]]
name = "demo"
version = "1.0"
[[packages.wheels]]
name = "demo-1.0-py3-none-any.whl"
url = "https://example.org/demo-1.0-py3-none-any.whl"
[packages.wheels.hashes]
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""
SKILL = "---\nname: {name}\ndescription: A skill.\n---\n"


def tree(**more: str | Symlink) -> MemoryTree:
    """`skills/a` with a lock, and what is given by path (`__` for "/")."""
    files: dict[str, str | Symlink] = {
        "skills/a/pylock.toml": LOCK,
        "skills/a/SKILL.md": SKILL.format(name="a"),
    }
    for name, content in more.items():
        files[name.replace("__", "/") + ("" if "." in name else "/pylock.toml")] = content
    return MemoryTree(files)


def shared(head: Tree) -> bool:
    policy = default_policy()
    skill = load_skill(head, load_repository(head).folders["skills/a"], policy)
    order = ImageOrders(policy, head).of(Examinee(skill=skill, level=Level.INTERN))
    assert order.wheels
    return order.shared


@pytest.mark.parametrize("other", ["skills__b", "skills__b__pylock.arm.toml", "elsewhere__PYLOCK.toml"])
def test_packages_that_another_lock_names_byte_for_byte_are_shared(other: str) -> None:
    assert shared(tree(**{other: LOCK}))


@pytest.mark.parametrize(
    ("other", "content"),
    [
        ("skills__b", LOCK + "# another one\n"),
        ("skills__b", Symlink("../a/pylock.toml")),
        ("skills__b__notes.toml", LOCK),
        ("skills__a__pylock.arm.toml", LOCK),
    ],
)
def test_packages_that_no_other_lock_names_are_not(other: str, content: str | Symlink) -> None:
    assert not shared(tree())
    assert not shared(tree(**{other: content}))


def test_a_skill_without_a_lock_shares_nothing() -> None:
    head = MemoryTree({"skills/a/SKILL.md": SKILL.format(name="a"), "skills/a/run.py": "print(1)\n"})
    policy = default_policy()
    skill = load_skill(head, load_repository(head).folders["skills/a"], policy)
    assert not ImageOrders(policy, head).of(Examinee(skill=skill, level=Level.INTERN)).shared
