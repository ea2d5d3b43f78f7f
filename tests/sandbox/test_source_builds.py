"""Source archives: refused by what they hold, built in the box, and what comes out is judged like any wheel."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from checker.engines.sandbox import DockerSandbox, Engine, Keep, State, tidy
from checker.engines.sandbox.box.observe import Counters
from checker.engines.sandbox.images.sdist import read_sdist
from checker.engines.sandbox.images.source_builds import BuiltToo, SourceBuilds, _refuse_network
from checker.errors import InputError, Unanswered
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.rules.lock.wheel_choice import choose
from checker.tools import Phase
from tests.support.sandbox import LIMITS, FolderWheels, image_order
from tests.support.wheels import build_wheel

PROJECT = '[build-system]\nrequires = [{requires}]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
#: A build backend of one function: it writes the wheel that the archive carries beside it.
BACKEND = """\
import pathlib, shutil
def build_wheel(out, config_settings=None, metadata_directory=None):
    {before}
    wheel = next(pathlib.Path(".").glob("*.whl"))
    shutil.copy(wheel, out)
    return wheel.name
"""
LIMIT = 1 << 26


def archive(folder: Path, members: Mapping[str, bytes | tarfile.TarInfo], name: str = "made-1.0") -> Path:
    path = folder / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            info = tarfile.TarInfo(member if member.startswith("/") else f"{name}/{member}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_a_source_tree_and_how_it_is_built(tmp_path: Path) -> None:
    source = read_sdist(
        archive(tmp_path, {"pyproject.toml": PROJECT.format(requires='"flit-core>=3"').encode()}), LIMIT
    )
    assert (source.backend, source.backend_path) == ("backend", (".",))
    assert [str(r) for r in source.requires] == ["flit-core>=3"]
    old = read_sdist(archive(tmp_path, {"setup.py": b"import setuptools"}), LIMIT)
    assert (old.backend, [r.name for r in old.requires]) == (
        "setuptools.build_meta:__legacy__",
        ["setuptools"],
    )


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"x": special("made-1.0/x", tarfile.SYMTYPE, "/etc/passwd")}, "link or a special file"),
        ({"x": special("made-1.0/x", tarfile.LNKTYPE, "made-1.0/y")}, "link or a special file"),
        ({"x": special("made-1.0/x", tarfile.FIFOTYPE)}, "link or a special file"),
        ({"x": special("made-1.0/x", tarfile.CHRTYPE)}, "link or a special file"),
        ({"../x": b""}, "leaves its folder"),
        ({"/x": b""}, "not a relative path"),
        ({"a": b"", "other": special("other-1.0/x", tarfile.DIRTYPE)}, "outside of the archive's one folder"),
        ({"pyproject.toml": b"[build-system]\nrequires = 3"}, "how it is built"),
        ({"pyproject.toml": b'[build-system]\nrequires = ["-r /etc/passwd"]'}, "how it is built"),
        ({"pyproject.toml": b"\xff"}, "how it is built"),
        ({"pyproject.toml": b"a" + b".a" * 100_000 + b" = 1"}, "how it is built"),
        (
            {"pyproject.toml": b'[build-system]\nrequires = []\nbackend-path = ["../.."]'},
            "outside of its folder",
        ),
    ],
)
def test_what_an_archive_must_not_hold(tmp_path: Path, members, words) -> None:
    with pytest.raises(InputError, match=words):
        read_sdist(archive(tmp_path, members), LIMIT)


def test_limits_on_bytes_and_ratio_hold_while_it_is_unpacked(tmp_path: Path) -> None:
    bomb = archive(tmp_path, {"zeros": b"\0" * (48 << 20)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(InputError, match="more than 200 times its size"):
        read_sdist(bomb, LIMIT)
    with pytest.raises(InputError, match="max_unpacked_mb"):
        read_sdist(bomb, 1 << 20)
    header = special("made-1.0/x", tarfile.XHDTYPE)
    header.size = 1 << 40
    (tmp_path / "made-2.0.tar.gz").write_bytes(gzip.compress(header.tobuf() + b"\0" * 4096))
    with pytest.raises(InputError):
        read_sdist(tmp_path / "made-2.0.tar.gz", LIMIT)


@pytest.mark.parametrize(
    "data", [b"", b"not gzip", gzip.compress(b"not tar", mtime=0), gzip.compress(b"x" * 2000, mtime=0)[:-9]]
)
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "made-1.0.tar.gz").write_bytes(data)
    with suppress(InputError):
        assert read_sdist(tmp_path / "made-1.0.tar.gz", LIMIT).files == {}  # an empty tar is one, too
    with pytest.raises(InputError, match=r"is no \.tar\.gz"):
        read_sdist(tmp_path / "made-1.0.zip", LIMIT)


def test_only_what_the_policy_names_is_built() -> None:
    sdist = LockedFile(filename="made-1.0.tar.gz")
    entry = LockedDistribution(name="made", version=None, sdist=sdist)
    lock = Lock(file="pylock.toml", target="linux", distributions=(entry,))
    platform = "x86_64-manylinux_2_28"
    assert choose(lock, "3.11", platform).problems
    assert choose(lock, "3.11", platform, ("made",)).sources == (sdist,)


@pytest.mark.parametrize(
    "name",
    [
        "made-1.0-py3-none-any/../../../../x.whl",
        "made-1.0-1/../../x-py3-none-any.whl",
        "made-1.0-py3-none-any\0.whl",
        "made-1.0-py3-none-any\n.whl",
        "made-1.0-py3-none-any\ud800.whl",
        f"made-1.0-py3-none-{'a' * 300}.whl",
    ],
)
def test_what_was_built_cannot_choose_where_it_is_kept(tmp_path: Path, name: str) -> None:
    """What builds forges its report at will: the name in it would be a path on this machine."""
    builds = SourceBuilds(None, BuiltToo(State(tmp_path / "state"), None), "runc")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="was built to something that is no wheel"):
        builds._kept(tmp_path / "made-1.0.tar.gz", name, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_record_of_something_else_is_no_wheel_that_was_built(tmp_path: Path, monkeypatch) -> None:
    state = State(tmp_path / "state")
    builds = SourceBuilds(None, BuiltToo(state, None), "runc")  # type: ignore[arg-type]
    monkeypatch.setattr(SourceBuilds, "_build", lambda *_: ("made-1.0-py3-none-any.whl", b"built"))
    order, path = image_order({}), tmp_path / "made-1.0.tar.gz"
    made = builds._one(order, "a" * 64, path)
    (record,) = (state.folder / "built").glob("*.json")
    for foreign in (
        '{"layer": "x"}',
        "[]",
        "{",
        '{"filename": "../../made-1.0-py3-none-any.whl", "sha256": "x"}',
    ):
        record.write_text(foreign)
        assert builds._one(order, "a" * 64, path) == made


def counted(attempts: int | None) -> Counters:
    return Counters(None, None, None, None, None, network_attempts=attempts)


def test_a_build_whose_network_nobody_sees_is_not_used() -> None:
    path = Path("made-1.0.tar.gz")
    for before, after in ((None, None), (0, None), (None, 0)):
        with pytest.raises(Unanswered, match="wants a network cannot be seen"):
            _refuse_network(path, counted(before), counted(after))
    with pytest.raises(InputError, match=r"reach a network while it was built \(2 times"):
        _refuse_network(path, counted(1), counted(3))
    _refuse_network(path, counted(1), counted(1))


class Box:
    """A sandbox of its own, and source archives to give it."""

    def __init__(self, folder: Path, sandbox: DockerSandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.wheels = FolderWheels(folder)

    def archived(self, *, before: str = "pass", requires: str = "", **wheel: object) -> LockedFile:
        built = build_wheel(**{"name": "made", "modules": {"made": "value = 42\n"}} | wheel)
        members = {
            "pyproject.toml": PROJECT.format(requires=requires).encode(),
            "backend.py": BACKEND.format(before=before).encode(),
            built.filename: built.data,
        }
        path = archive(self.folder, members)
        return LockedFile(filename=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())

    def build(self, source: LockedFile, *wheels: LockedFile):
        order = image_order({"a.py": "import made; print(made.value)\n"}, wheels)
        return self.sandbox.build(replace(order, sources=(source,)))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    (tmp_path / "files").mkdir()
    with DockerSandbox(FolderWheels(tmp_path / "files"), tmp_path / "state") as sandbox:
        yield Box(tmp_path / "files", sandbox)
    engine = Engine()
    tidy(engine, State(tmp_path / "state"), Keep(0, None))
    engine.close()


@pytest.mark.engine
def test_a_wheel_is_built_once_in_the_box_and_used(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    source = box.archived(
        before="assert open('/proc/self/status').read().count('CapEff:\\t0000000000000000')"
    )
    image = box.build(source)
    (seen,) = box.sandbox.run(image, [Phase("run", ("python", "a.py"))], LIMITS)
    assert (seen.output, image.top_level) == ("42\n", {"made": ("made",)})
    monkeypatch.delattr(SourceBuilds, "_build")
    assert box.build(source).cached


@pytest.mark.engine
def test_tools_come_from_the_lock_and_from_nowhere_else(box: Box) -> None:
    source = box.archived(requires='"tool>=1"', before="import tool; assert tool.__version__ == '1.5'")
    with pytest.raises(InputError, match="needs tool>=1 to be built, which the lock does not hold"):
        box.build(source)
    old, fitting = (box.wheels.add(build_wheel("tool", version)) for version in ("0.9", "1.5"))
    with pytest.raises(InputError, match="needs tool>=1"):
        box.build(source, old)
    assert box.build(source, fitting).top_level["made"] == ("made",)


@pytest.mark.engine
def test_what_starts_with_python_is_no_part_of_the_runner(box: Box) -> None:
    """A `.pth` of a build tool would report a wheel of its own in place of the one that was built."""
    report = b'{"wheel": "made-1.0-py3-none-any.whl", "data": ""}'
    forge = (
        "import os; 'build_wheel.py' in open('/proc/self/cmdline').read() and "
        f"(os.write(1, {report!r}), os._exit(0))\n"
    )
    tool = box.wheels.add(build_wheel("tool", modules={"tool": ""}, files={"tool.pth": forge.encode()}))
    image = box.build(box.archived(requires='"tool"', before="import tool"), tool)
    assert image.top_level["made"] == ("made",)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"before": "import socket; socket.socket().connect_ex(('192.0.2.1', 80))"}, "reach a network while"),
        ({"before": "import os; os._exit(0)"}, "cannot be built from source"),
        ({"before": "open('/etc/x', 'w')"}, "Read-only file system"),
        ({"before": "print('\\x1b[31m::error::x'); raise SystemExit(3)"}, r"\\x1b\[31m"),
        ({"name": "other"}, "was built to a wheel of other"),
        ({"files": {"made-1.0.data/data/bin/python": b""}}, "in the place of"),
        ({"files": {"../evil": b""}}, "leaves its folder"),
    ],
)
def test_what_a_build_tries_ends_with_it(box: Box, changes, words) -> None:
    with pytest.raises(InputError, match=words):
        box.build(box.archived(**changes))
