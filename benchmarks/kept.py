"""Generated repositories as git has them, kept between runs: ten thousand skills take a while to write.

On `main` lie the skills; `HEAD` is `change`, one commit further, where one skill's script is another one.
They are written by `git fast-import` and lie in `.cache/benchmarks`, named after the generator's source.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks import generate
from benchmarks.generate import USUAL, Catalogue

SCRATCH = Path(__file__).parents[1] / ".cache" / "benchmarks"
CHANGED = "skills/skill-00007"
_WHO = "committer Benchmark <benchmark@example.org> 1790000000 +0000\n"


def kept(skills: int, catalogue: Catalogue = USUAL) -> Path:
    """A repository of that many skills (at least 8), made where it is not there, with its files on disk."""
    name = f"{'wide' if catalogue != USUAL else 'usual'}-{skills}-"
    place = SCRATCH / (name + _key())
    if not place.is_dir():
        for old in SCRATCH.glob(f"{name}*"):
            shutil.rmtree(old)
        partial = SCRATCH / f"{name}partial"
        _init(partial, generate.files(skills, catalogue=catalogue))
        partial.rename(place)
    return place


def commit(place: Path, branch: str, parent: str, files: Mapping[str, str]) -> None:
    """One more commit of these files, on a branch; nothing is checked out."""
    fast_import(place, _commit(branch, parent, files.items()))


def fast_import(place: Path, stream: Iterable[bytes]) -> None:
    """Let git write what the stream says."""
    argv = ("git", "fast-import", "--quiet", "--force")
    with subprocess.Popen(argv, cwd=place, stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        for part in stream:
            git.stdin.write(part)
    if git.returncode:
        raise SystemExit(f"git fast-import ended with {git.returncode}")


def _init(place: Path, files: Iterable[tuple[str, str]]) -> None:
    place.mkdir(parents=True)
    _git(place, "init", "-q", "--initial-branch=change")
    fast_import(place, _commit("main", "", files))
    commit(place, "change", "main", {f"{CHANGED}/scripts/run.py": "import sys\n\nprint(sys.argv[1:])\n"})
    _git(place, "reset", "-q", "--hard")


def _commit(branch: str, parent: str, files: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    head = f"commit refs/heads/{branch}\n{_WHO}data 9\nGenerated\n"
    yield (head + (f"from refs/heads/{parent}\n" if parent else "")).encode()
    for path, text in files:
        data = text.encode()
        yield f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def _git(place: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=place, check=True)


def _key() -> str:
    sources = (Path(generate.__file__), Path(__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
