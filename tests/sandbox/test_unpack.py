"""Wheels are refused by what their directory says, before anything is unpacked."""

from __future__ import annotations

import stat
import tempfile
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.core_metadata import metadata_of_wheel
from checker.engines.sandbox.images.packages import Interpreter, wheel_members
from checker.engines.sandbox.images.unpack import examine
from checker.engines.sandbox.images.wheel_contents import safe_path, top_level
from checker.errors import InputError
from tests.support.examples import examples
from tests.support.sandbox import declare_size, zipped
from tests.support.wheels import Built, build_wheel

LIMIT = 1 << 20


def put(folder: Path, built: Built) -> Path:
    path = folder / built.filename
    path.write_bytes(built.data)
    return path


def test_a_plain_wheel_passes_and_tells_what_it_installs(tmp_path: Path) -> None:
    wheel = put(tmp_path, build_wheel("Good.Name", files={"pkg/__init__.py": b"", "pkg/data.txt": b"x"}))
    (contents,) = examine([wheel], "3.11", LIMIT)
    assert contents.name == "good-name"
    assert contents.installs["lib/python3.11/site-packages/pkg/data.txt"] == "pkg/data.txt"
    assert top_level(contents) == ("good_name", "pkg")
    assert contents.notes == ()


def test_a_wheel_that_declares_two_gigabytes_is_refused(tmp_path: Path) -> None:
    wheel = put(tmp_path, build_wheel("bomb", files={"bomb.bin": b"\0" * 1000}))
    declare_size(wheel, "bomb.bin", 2 << 30)
    with pytest.raises(InputError, match=r"bomb-1\.0.* unpacks to 2147\d+ bytes"):
        examine([wheel], "3.11", LIMIT)
    with pytest.raises(InputError, match="more than 200 times its size"):
        examine([wheel], "3.11", 8 << 30)


def test_the_limit_holds_for_all_wheels_together(tmp_path: Path) -> None:
    wheels = [put(tmp_path, build_wheel(n, files={f"{n}.bin": b"\0" * 700_000})) for n in ("one", "two")]
    examine(wheels[:1], "3.11", LIMIT)
    with pytest.raises(InputError, match="two-1"):
        examine(wheels, "3.11", LIMIT)


@pytest.mark.parametrize(
    "name",
    ["../evil.py", "/etc/passwd", "a/../../b.py", "a//b.py", "a\\b.py", ".wh.a", "a/.wh..wh..opq", "./a.py"],
)
def test_names_outside_are_refused(tmp_path: Path, name: str) -> None:
    wheel = zipped(tmp_path / "evil-1.0-py3-none-any.whl", [(zipfile.ZipInfo(name), b"")])
    with pytest.raises(InputError):
        examine([wheel], "3.11", LIMIT)


def test_symlinks_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("evil/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    wheel = zipped(tmp_path / "evil-1.0-py3-none-any.whl", [(link, b"/etc/passwd")])
    with pytest.raises(InputError, match="symlink"):
        examine([wheel], "3.11", LIMIT)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        wheel = zipped(tmp_path / "evil-1.0-py3-none-any.whl", [("a.py", b"1"), ("a.py", b"2")])
    with pytest.raises(InputError, match="twice"):
        examine([wheel], "3.11", LIMIT)


def test_the_same_place_by_two_schemes_is_refused(tmp_path: Path) -> None:
    wheel = put(tmp_path, build_wheel("evil", files={"evil-1.0.data/purelib/evil.py": b"other"}))
    with pytest.raises(InputError, match="twice"):
        examine([wheel], "3.11", LIMIT)


@pytest.mark.parametrize("member", ["evil-1.0.data/nowhere/a.py", "evil-1.0.data/scripts"])
def test_unknown_schemes_are_refused(tmp_path: Path, member: str) -> None:
    wheel = put(tmp_path, build_wheel("evil", files={member: b""}))
    with pytest.raises(InputError, match="no scheme"):
        examine([wheel], "3.11", LIMIT)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_wheel_is_refused(tmp_path: Path, content: bytes) -> None:
    wheel = tmp_path / "evil-1.0-py3-none-any.whl"
    wheel.write_bytes(content)
    with pytest.raises(InputError):
        examine([wheel], "3.11", LIMIT)


@pytest.mark.parametrize(
    "scripts",
    [
        b"[console_scripts]\na = b:c\na = b:c\n",
        b"no section\n[x",
        b"[console_scripts]\nno value\n",
        b"[console_scripts]\na = b:c:d\n",
        b"[console_scripts]\na = %(b)s\n",
        b"[console_scripts]\n../../../../etc/cron.d/a = b:c\n",
        b"[console_scripts]\n/etc/a = b:c\n",
        b"\xff",
    ],
)
def test_entry_points_that_cannot_be_read_are_refused(tmp_path: Path, scripts: bytes) -> None:
    wheel = put(tmp_path, build_wheel("odd", files={"odd-1.0.dist-info/entry_points.txt": scripts}))
    with pytest.raises(InputError, match=r"cannot be read as a wheel: .+"):
        examine([wheel], "3.11", LIMIT)


@examples(40)
@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_wheel_is_an_error_of_its_own_and_never_a_crash(changes: list[tuple[int, int]]) -> None:
    built = build_wheel(
        "odd", files={"odd-1.0.dist-info/entry_points.txt": b"[console_scripts]\na = odd:b\n"}
    )
    data = bytearray(built.data)
    for at, byte in changes:
        data[at % len(data)] = byte
    with tempfile.TemporaryDirectory() as folder:
        wheel, staging = Path(folder, built.filename), Path(folder, "staging")
        wheel.write_bytes(data)
        staging.mkdir()
        with suppress(InputError):
            (contents,) = examine([wheel], "3.11", LIMIT)
            list(wheel_members(staging, contents, Interpreter("3.11", "/usr/bin/python3", None)))
        with suppress(ValueError):
            metadata_of_wheel(wheel)


def test_two_wheels_that_own_one_file_are_refused(tmp_path: Path) -> None:
    wheels = [put(tmp_path, build_wheel(n, files={"shared/mod.py": n.encode()})) for n in ("one", "two")]
    with pytest.raises(InputError, match=r"two-1.* and one-1.* both own .*shared/mod\.py"):
        examine(wheels, "3.11", LIMIT)


def test_the_same_bytes_may_be_shared(tmp_path: Path) -> None:
    wheels = [put(tmp_path, build_wheel(n, files={"shared/__init__.py": b""})) for n in ("one", "two")]
    assert len(examine(wheels, "3.11", LIMIT)) == 2


def test_two_wheels_with_one_console_script_are_refused(tmp_path: Path) -> None:
    wheels = []
    for name in ("one", "two"):
        entry = f"[console_scripts]\nrun = {name}:main\n".encode()
        wheels.append(
            put(tmp_path, build_wheel(name, files={f"{name}-1.0.dist-info/entry_points.txt": entry}))
        )
    with pytest.raises(InputError, match="both own `bin/run`"):
        examine(wheels, "3.11", LIMIT)


def test_a_file_below_another_wheels_file_is_refused(tmp_path: Path) -> None:
    wheels = [
        put(tmp_path, build_wheel("one", files={"thing": b""})),
        put(tmp_path, build_wheel("two", files={"thing/inside.py": b""})),
    ]
    with pytest.raises(InputError, match="is a file in one-1"):
        examine(wheels, "3.11", LIMIT)


def test_what_runs_at_every_start_is_noted(tmp_path: Path) -> None:
    wheel = put(tmp_path, build_wheel("quiet", files={"quiet.pth": b"import quiet", "sitecustomize.py": b""}))
    (contents,) = examine([wheel], "3.11", LIMIT)
    assert [note.split("`")[1] for note in contents.notes] == ["quiet.pth", "sitecustomize.py"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"_core.abi3.so": b"", "mod.py": b""}, ("mod",)),
        ({"_only.cpython-311-x86_64-linux-gnu.so": b""}, ("_only",)),
        ({"ns/part/mod.py": b"", "tests/test_a.py": b""}, ("ns",)),
        ({"ns/one/__init__.py": b"", "ns/one/x.py": b"", "ns/two/__init__.py": b""}, ("ns.one", "ns.two")),
        ({"ns/deep/down/__init__.py": b"", "ns/_hidden/__init__.py": b""}, ("ns.deep.down",)),
        ({"pkg/__init__.py": b"", "pkg/sub/__init__.py": b""}, ("pkg",)),
        ({"some-stubs/a.pyi": b""}, ()),
        ({"cv2/__init__.py": b"", "opencv_python.libs/libz-1.so": b""}, ("cv2",)),
        ({"fast.cpython-311-x86_64-linux-gnu.so": b""}, ("fast",)),
    ],
)
def test_top_level_modules(tmp_path: Path, files: dict[str, bytes], expected: tuple[str, ...]) -> None:
    wheel = put(tmp_path, build_wheel("dist", modules={}, files=files))
    assert top_level(examine([wheel], "3.11", LIMIT)[0]) == expected


@given(st.text(max_size=40))
def test_a_safe_path_stays_below_its_folder(path: str) -> None:
    if safe_path(path) is None:
        parts = path.split("/")
        assert not path.startswith("/")
        assert not {"", ".", ".."} & set(parts)
        assert "\0" not in path
        path.encode()
