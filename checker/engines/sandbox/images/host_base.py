"""Base `host`: a root file system made of this machine's own Python, libraries and small tools.

Needs no registry and no network. Everything keeps its path, so the loader and the interpreter find it where
they were built to look. Linux only; elsewhere, and for a Python this machine does not have, it says so.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from checker.engines import process
from checker.engines.sandbox.images.bytecode import compile_tree
from checker.engines.sandbox.images.host_python import HostPython
from checker.engines.sandbox.images.layers import Member
from checker.errors import Unanswered

# fmt: off
#: What shells and test commands expect; missing ones are left out.
TOOLS = (
    "[", "awk", "basename", "bash", "cat", "chmod", "cmp", "cp", "cut", "date", "diff", "dirname",
    "echo", "env", "expr", "false", "find", "grep", "gzip", "head", "id", "ln", "ls", "mkdir", "mkfifo",
    "mktemp", "mv", "nproc", "od", "paste", "printf", "pwd", "readlink", "realpath", "rm", "rmdir", "sed",
    "seq", "sh", "sha256sum", "sleep", "sort", "split", "stat", "tail", "tar", "tee", "test", "timeout",
    "touch", "tr", "true", "uname", "uniq", "wc", "which", "xargs",
)
#: What every manylinux wheel may link against (PEP 600), and what look-ups of names load at run time.
LIBRARIES = (
    "libc.so.6", "libdl.so.2", "libexpat.so.1", "libgcc_s.so.1", "libm.so.6", "libnss_dns.so.2",
    "libnss_files.so.2", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libstdc++.so.6",
    "libutil.so.1", "libz.so.1",
)
# fmt: on
#: Parts of the standard library that a skill has no use for, or that belong to the host.
_LEFT_OUT = frozenset(
    {
        "__pycache__",
        "dist-packages",
        "ensurepip",
        "idlelib",
        "lib2to3",
        "site-packages",
        "sitecustomize.py",
        "test",
        "tests",
        "tkinter",
        "turtledemo",
        "usercustomize.py",
    }
)
_ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def base_members(python: HostPython, staging: Path) -> Iterator[Member]:
    """Members of the base layer; `staging` (empty) receives the standard library to compile it."""
    stdlib = Path(python.stdlib)
    copied = staging / stdlib.relative_to("/")
    shutil.copytree(stdlib, copied, ignore=_ignored, ignore_dangling_symlinks=True)
    compile_tree(Path(python.path), staging, copied)
    members = _Collected()
    members.add_tree(copied, stdlib)
    members.add_file(Path(python.path))
    extensions = sorted(str(path) for path in (stdlib / "lib-dynload").glob("*.so"))
    tools = [path for path in map(shutil.which, TOOLS) if path]
    libraries = _linked([python.path, *extensions, *tools])
    extra = _manylinux(libraries)
    for file in [*map(Path, tools), *libraries, *extra, *_linked(map(str, extra))]:
        members.add_file(file)
    yield from members.found.values()
    yield from _system_files(members.found)


def _ignored(folder: str, names: list[str]) -> set[str]:
    config = {name for name in names if name.startswith("config-")}
    return config | (_LEFT_OUT & set(names)) if "lib-dynload" not in folder else set()


def _linked(files: Iterable[str]) -> list[Path]:
    """The closure of shared libraries that `files` load, as the host's own loader resolves it."""
    argv = ["ldd", *files]
    if len(argv) == 1:
        return []
    with tempfile.TemporaryDirectory() as cwd:
        done = process.run("ldd", argv, env=_ENV, cwd=Path(cwd), timeout=60.0)
    text = done.stdout.decode("utf-8", "replace")
    found = sorted(set(re.findall(r"^\s+(?:\S+ => )?(/\S+) \(0x", text, re.MULTILINE)))
    if not found:
        raise Unanswered("ldd", "named no shared library; base `host` needs a glibc system")
    return [Path(path) for path in found]


def _manylinux(libraries: list[Path]) -> list[Path]:
    """The libraries wheels may expect, found beside the C library."""
    folders = [path.parent for path in libraries if path.name == "libc.so.6"]
    folders += [Path("/usr") / folder.relative_to("/") for folder in folders]
    candidates = (folder / name for name in LIBRARIES for folder in folders)
    return [path for path in candidates if path.exists()]


def _system_files(found: dict[str, Member]) -> Iterator[Member]:
    accounts = "root:x:0:0:root:/:/bin/false\nskill:x:1000:1000:skill:/tmp:/bin/sh\n"
    accounts += "keeper:x:65534:65534:keeper:/:/bin/false\n"
    groups = "root:x:0:\nskill:x:1000:\nkeeper:x:65534:\n"
    files = {
        "etc/passwd": accounts,
        "etc/group": groups,
        "etc/nsswitch.conf": "passwd: files\nhosts: files dns\n",
    }
    for path, text in files.items():
        yield Member(path, data=text.encode())
    for empty in ("etc/hosts", "etc/hostname", "etc/resolv.conf"):
        yield Member(empty, data=b"")
    yield Member("tmp", 0o1777)
    for folder in ("dev", "proc", "sys", "skill", "opt", "run", "var/tmp"):
        yield Member(folder, 0o755)
    for zone in _time_zones():
        if zone.path not in found:
            yield zone


def _time_zones() -> Iterator[Member]:
    """The time zone database: a date that works on every machine but not in the box would be our fault."""
    root = Path("/usr/share/zoneinfo")
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] not in ("posix", "right") and path.is_file():
            yield Member(str(path.relative_to("/")), source=path.resolve())


class _Collected:
    """Files of the host by their place in the image, with the links between system folders kept."""

    def __init__(self) -> None:
        #: `/lib` and its like are links into `/usr` on merged systems, and programs name them either way.
        tops = (Path("/", name) for name in ("bin", "lib", "lib64", "sbin"))
        links = (Member(top.name, 0o777, link=str(top.readlink())) for top in tops if top.is_symlink())
        self.found: dict[str, Member] = {link.path: link for link in links}

    def add_file(self, path: Path) -> None:
        """Add one file under its own name, in its folder's real place."""
        place = path.parent.resolve() / path.name
        name = str(place.relative_to("/"))
        mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
        self.found.setdefault(name, Member(name, mode, source=path.resolve()))

    def add_tree(self, root: Path, place: Path) -> None:
        """Add every file below `root` as if it lay below `place`."""
        for path in sorted(root.rglob("*")):
            if path.is_file():
                name = str((place / path.relative_to(root)).relative_to("/"))
                self.found[name] = Member(name, 0o644, source=path)
