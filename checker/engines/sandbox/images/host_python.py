"""Find a Python of this machine. A process is asked, because names and folders say little."""

from __future__ import annotations

import json
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from checker.engines import process
from checker.errors import Unanswered

_ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
_PROBE = """
import json, os, sys, sysconfig
print(json.dumps({"version": "%d.%d" % sys.version_info[:2], "full": sys.version,
    "path": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "stdlib": sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix, "base": sys.base_prefix}),
    "implementation": sys.implementation.name}))
"""


@dataclass(frozen=True)
class HostPython:
    """An interpreter of this machine. `stamp` changes when it is replaced."""

    version: str
    full: str
    path: str
    stdlib: str
    stamp: str


def find_python(version: str) -> HostPython:
    """The host's CPython `X.Y`. Raises Unanswered, in words, where there is none."""
    if sys.platform != "linux":
        raise Unanswered("sandbox", "base `host` needs Linux; name an image by digest in `sandbox.base`")
    for candidate in _candidates(version):
        found = probe(candidate)
        if found and found.version == version:
            return found
    have = platform.python_version()
    raise Unanswered(
        "sandbox",
        f"this machine has no Python {version} (it has {have}); install it, or name an image by digest in "
        "`sandbox.base`",
    )


def stamp(*files: Path) -> str:
    """Sizes and times of `files`: equal as long as nobody replaced them."""
    stats = (file.stat() for file in files)
    return " ".join(f"{s.st_size}:{s.st_mtime_ns}" for s in stats)


def _candidates(version: str) -> list[str]:
    """Interpreters worth asking, best first: the running one's base, those on the path, Debian's own."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    here = [base] if f"{sys.version_info[0]}.{sys.version_info[1]}" == version else []
    named = [shutil.which(f"python{version}"), f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"]
    return list(dict.fromkeys([*here, *(path for path in named if path and Path(path).exists())]))


def probe(candidate: str) -> HostPython | None:
    """What an interpreter says of itself, or None when it is no CPython."""
    with tempfile.TemporaryDirectory() as cwd:
        done = process.run("python", [candidate, "-I", "-c", _PROBE], env=_ENV, cwd=Path(cwd), timeout=30.0)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return None  # not a Python: a shim for a version that is not installed, say
    if answer.pop("implementation") != "cpython":
        return None
    files = (Path(answer["path"]), Path(answer["stdlib"]) / "os.py")
    return HostPython(**answer, stamp=stamp(*files))
