"""Requirements that hold on a target, followed through extras."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from checker.rules.lock.requirements import active_requirements, required_names
from checker.rules.lock.target_env import environment
from checker.tools import CoreMetadata

ENV = environment("3.11", "linux")


def edges(roots: list[str], **requires: list[str]) -> dict[str, tuple[NormalizedName, ...]]:
    known = {
        canonicalize_name(name): CoreMetadata(
            canonicalize_name(name), Version("1"), tuple(Requirement(text) for text in texts)
        )
        for name, texts in requires.items()
    }
    found = active_requirements([Requirement(root) for root in roots], known, ENV)
    return {name: required_names(requirements) for name, requirements in found.items()}


def test_extras_are_followed_only_where_they_are_asked_for() -> None:
    table = {"a": ["b; extra == 'x'", "c"], "b": [], "c": []}
    assert edges(["a"], **table)["a"] == ("c",)
    assert edges(["a[x]"], **table)["a"] == ("b", "c")


def test_extras_are_passed_on_along_the_chain() -> None:
    table = {
        "a": ["b[deep]"],
        "b": ["c; extra == 'deep'", "d[more]; extra == 'deep'"],
        "c": [],
        "d": ["e; extra=='more'"],
    }
    assert edges(["a"], **table) == {"a": ("b",), "b": ("c", "d"), "c": (), "d": ("e",)}


def test_an_extra_that_asks_for_its_own_distribution() -> None:
    table = {"a": ["a[x,y]; extra == 'all'", "b; extra == 'x'", "c; extra == 'y'"], "b": [], "c": []}
    assert edges(["a[all]"], **table)["a"] == ("a", "b", "c")


def test_circles_end() -> None:
    assert edges(["a"], a=["b[x]"], b=["a[y]; extra == 'x'"]) == {"a": ("b",), "b": ("a",)}


def test_spellings_of_names_and_extras_do_not_matter() -> None:
    assert edges(["A[X_y]"], a=["B.c; extra == 'x-Y'"])["a"] == ("b-c",)


def test_other_platforms_and_what_nobody_reaches() -> None:
    table = {"a": ["w; sys_platform == 'win32'", "l; sys_platform == 'linux'"], "z": ["q; extra == 'x'", "r"]}
    assert edges(["a"], **table) == {"a": ("l",), "z": ("r",)}
