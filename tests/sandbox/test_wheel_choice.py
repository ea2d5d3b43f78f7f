"""Which wheel is installed depends on the target alone."""

from __future__ import annotations

import pytest

from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.model.policy import Target
from checker.rules.lock.wheel_choice import WheelChoice, choose, is_linux

LINUX = "x86_64-manylinux_2_28"


def lock(*files: str, **fields: object) -> Lock:
    wheels = tuple(LockedFile(filename=name) for name in files)
    distribution = LockedDistribution(name="a", version=None, wheels=wheels, **fields)
    return Lock(file="pylock.toml", target="linux", distributions=(distribution,))


def names(choice: WheelChoice) -> list[str]:
    return [wheel.filename for wheel in choice.wheels]


MANY_17 = "a-1-cp311-cp311-manylinux_2_17_x86_64.whl"
MANY_28 = "a-1-cp311-cp311-manylinux_2_28_x86_64.whl"
ABI3, OLDER = "a-1-cp39-abi3-manylinux2014_x86_64.whl", "a-1-cp310-cp310-manylinux2014_x86_64.whl"
MUSL, BOTH = "a-1-cp311-cp311-musllinux_1_2_x86_64.whl", "a-1-py2.py3-none-any.whl"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a-1-py3-none-any.whl", MANY_17], MANY_17),
        ([MANY_17, MANY_28], MANY_28),
        ([ABI3, OLDER], ABI3),
        ([MUSL, BOTH], BOTH),
    ],
)
def test_the_best_wheel_of_the_target(files: list[str], expected: str) -> None:
    assert names(choose(lock(*files), "3.11", LINUX)) == [expected]
    assert names(choose(lock(*reversed(files)), "3.11", LINUX)) == [expected]


@pytest.mark.parametrize(
    "files",
    [
        [],
        ["a-1-cp312-cp312-manylinux_2_17_x86_64.whl"],
        ["a-1-cp311-cp311-manylinux_2_34_x86_64.whl"],
        ["a-1-cp311-cp311-manylinux_2_17_aarch64.whl"],
        ["a-1-cp311-cp311-win_amd64.whl"],
        ["not a wheel.whl"],
    ],
)
def test_no_wheel_is_a_problem_and_never_silence(files: list[str]) -> None:
    choice = choose(lock(*files), "3.11", LINUX)
    assert names(choice) == []
    assert choice.problems == (f"a: no wheel of it fits {LINUX}, Python 3.11",)


def test_source_distributions_are_not_built() -> None:
    choice = choose(lock(sdist=LockedFile(filename="a-1.tar.gz")), "3.11", LINUX)
    assert choice.problems[0].endswith("(it is built from source only where `source_builds` names it)")


def test_direct_sources_are_not_installed() -> None:
    choice = choose(
        lock("a-1-py3-none-any.whl", direct_source="https://example.invalid/a.whl"), "3.11", LINUX
    )
    assert names(choice) == []
    assert "does not come from an index" in choice.problems[0]


@pytest.mark.parametrize(
    ("marker", "installed"),
    [
        ("sys_platform == 'win32'", False),
        ("python_version >= '3.12'", False),
        ("platform_machine == 'x86_64' and sys_platform == 'linux'", True),
        (None, True),
    ],
)
def test_markers_are_those_of_the_target(marker: str | None, installed: bool) -> None:
    choice = choose(lock("a-1-py3-none-any.whl", marker=marker), "3.11", LINUX)
    assert bool(choice.wheels) is installed
    assert choice.problems == ()


def test_a_marker_that_cannot_be_read_is_a_problem() -> None:
    assert "marker" in choose(lock("a-1-py3-none-any.whl", marker="?!"), "3.11", LINUX).problems[0]


@pytest.mark.parametrize(
    ("platform", "linux"),
    [("linux", True), ("x86_64-unknown-linux-musl", True), ("macos", False), ("nonsense", False)],
)
def test_only_linux_targets_run(platform: str, linux: bool) -> None:
    assert is_linux(Target(name="t", platform=platform)) is linux
