"""Marker variables and wheel tags of a target, whatever machine the test runs on."""

from __future__ import annotations

import pytest
from packaging.markers import Marker, default_environment

from checker.errors import UsageError
from checker.rules.lock.target_env import best_wheel, environment, holds

LINUX = "x86_64-manylinux_2_28"


def test_every_marker_variable_is_set() -> None:
    assert environment("3.11", LINUX).keys() == default_environment().keys()


@pytest.mark.parametrize(
    ("platform", "os_name", "sys_platform", "system", "machine"),
    [
        (LINUX, "posix", "linux", "Linux", "x86_64"),
        ("linux", "posix", "linux", "Linux", "x86_64"),
        ("aarch64-unknown-linux-gnu", "posix", "linux", "Linux", "aarch64"),
        ("x86_64-unknown-linux-musl", "posix", "linux", "Linux", "x86_64"),
        ("macos", "posix", "darwin", "Darwin", "arm64"),
        ("x86_64-apple-darwin", "posix", "darwin", "Darwin", "x86_64"),
        ("windows", "nt", "win32", "Windows", "AMD64"),
        ("aarch64-pc-windows-msvc", "nt", "win32", "Windows", "ARM64"),
    ],
)
def test_platforms(platform: str, os_name: str, sys_platform: str, system: str, machine: str) -> None:
    env = environment("3.12", platform)
    found = (env["os_name"], env["sys_platform"], env["platform_system"], env["platform_machine"])
    assert found == (os_name, sys_platform, system, machine)
    assert (env["python_version"], env["python_full_version"]) == ("3.12", "3.12.0")


@pytest.mark.parametrize("platform", ["", "linux\n", "x86_64-manylinux_3_1", "i686-apple-darwin", "wasm32"])
def test_a_platform_that_is_not_known(platform: str) -> None:
    with pytest.raises(UsageError):
        environment("3.11", platform)


@pytest.mark.parametrize(
    ("marker", "extras", "expected"),
    [
        ("sys_platform == 'linux'", [""], True),
        ("sys_platform == 'win32'", [""], False),
        ("python_version < '3.12'", [""], True),
        ("python_full_version < '3.11.3'", [""], True),
        ("extra == 'a'", [""], False),
        ("extra == 'A_b'", ["", "a-b"], True),
        ("extra == 'a' and sys_platform == 'win32'", ["", "a"], False),
        ("os_name ~= 'posix'", [""], False),
        (f"python_version < '{'9' * 5_000}'", [""], False),
    ],
)
def test_markers(marker: str, extras: list[str], expected: bool) -> None:
    assert holds(Marker(marker), environment("3.11", LINUX), extras) is expected


@pytest.mark.parametrize(
    ("names", "platform", "expected"),
    [
        (["a-1-py3-none-any.whl", "a-1-cp311-cp311-manylinux_2_17_x86_64.whl"], LINUX, 1),
        (["a-1-py3-none-any.whl", "a-1-cp311-cp311-manylinux2014_x86_64.whl"], LINUX, 1),
        (
            ["a-1-cp311-cp311-manylinux_2_17_x86_64.whl", "a-1-cp311-cp311-manylinux_2_28_x86_64.whl"],
            LINUX,
            1,
        ),
        (["a-1-cp38-abi3-manylinux_2_17_x86_64.whl", "a-1-py3-none-any.whl"], LINUX, 0),
        (["a-1-cp311-cp311-manylinux_2_31_x86_64.whl"], LINUX, None),
        (["a-1-cp312-cp312-manylinux_2_17_x86_64.whl"], LINUX, None),
        (["a-1-cp312-abi3-manylinux_2_17_x86_64.whl"], LINUX, None),
        (["a-1-cp311-cp311-win_amd64.whl"], LINUX, None),
        (["a-1-cp311-cp311-win_amd64.whl"], "windows", 0),
        (["a-1-cp311-cp311-macosx_11_0_arm64.whl"], "macos", 0),
        (["a-1-cp311-cp311-macosx_10_9_universal2.whl"], "x86_64-apple-darwin", 0),
        (["a-1-cp311-cp311-musllinux_1_2_x86_64.whl"], "x86_64-unknown-linux-musl", 0),
        (["a-1-cp311-cp311-musllinux_1_2_x86_64.whl"], LINUX, None),
        (["a-1-py2.py3-none-any.whl"], "windows", 0),
        (["a-1-2-py3-none-any.whl", "a-1-10-py3-none-any.whl", "a-1-py3-none-any.whl"], LINUX, 1),
        (["a-1-9-py3-none-any.whl", "a-1-cp311-cp311-manylinux_2_17_x86_64.whl"], LINUX, 1),
        (["nonsense.whl"], LINUX, None),
        ([], LINUX, None),
    ],
)
def test_the_wheel_an_installer_picks(names: list[str], platform: str, expected: int | None) -> None:
    picked = best_wheel(names, "3.11", platform)
    assert picked == (names[expected] if expected is not None else None)
    assert best_wheel(reversed(names), "3.11", platform) == picked
