"""Bytecode made ahead by an interpreter of the host, for sources that will lie on a read-only root.

Unchecked-hash files carry no times, so they are valid in a layer whose files all have time 0. Compiling runs
none of the sources. A source that does not compile is left alone: the import of it will say why.
"""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path

from checker.engines import process

_ENV = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONNOUSERSITE": "1"}
_TIMEOUT = 600.0
#: Sources below which further processes take longer to start than they save.
_FEW = 300
#: Packages' own tests are more than half of some wheels, and no skill imports them.
_TESTS = "site-packages/.*/tests?/"


def compile_tree(interpreter: Path, staging: Path, folder: Path) -> None:
    """Compile everything in `folder`, which lies below `staging`; embedded paths start at `/` in its place.

    Raises Unanswered when the interpreter cannot be started or does not finish.
    """
    # -s -S: a `.pth` file of the host's packages has no business here. Not -I: it ignores the hash seed.
    argv = [str(interpreter), "-s", "-S", "-m", "compileall", "-q", "-q", "-j", _processes(folder)]
    argv += [
        "--invalidation-mode",
        "unchecked-hash",
        "-x",
        _TESTS,
        "-s",
        str(staging),
        "-p",
        "/",
        str(folder),
    ]
    with tempfile.TemporaryDirectory() as cwd:
        process.run("python", argv, env=_ENV, cwd=Path(cwd), timeout=_TIMEOUT)


def _processes(folder: Path) -> str:
    """For compileall: 1, or 0 for one on every core."""
    return "0" if len(list(islice(folder.rglob("*.py"), _FEW))) == _FEW else "1"
