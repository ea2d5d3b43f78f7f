"""Ctrl-C, or a cancelled job, at every kind of work: over within two seconds, said plainly, nothing left behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.index_server import IndexServer, drips, hangs
from tests.support.loopback import Loopback
from tests.support.processes import Ended, Running, files, proctor
from tests.support.repos import ScratchRepo
from tests.support.wheels import build_wheel

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
WORDS = {signal.SIGINT: "proctor: interrupted", signal.SIGTERM: "proctor: terminated"}
NAMES = [f"part-{number}" for number in range(40)]
_SIGNALS = [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
both = pytest.mark.parametrize("number", _SIGNALS, ids=lambda number: number.name)


@pytest.fixture
def index() -> Iterator[IndexServer]:
    with IndexServer() as server:
        for name in NAMES:
            server.add(build_wheel(name, modules={f"held_by_{name.replace('-', '_')}": ""}))
        yield server


@pytest.fixture
def repo(tmp_path: Path, index: IndexServer) -> ScratchRepo:
    """One skill that locks all of them, and imports a module that only a wheel can explain."""
    scratch = ScratchRepo(tmp_path / "repo")
    declared = "".join(f"  - {name}\n" for name in NAMES)
    scratch.commit(
        {
            "policies/maturity.yaml": f"version: 1\nindexes: ['{index.url}/']\n",
            "skills/a/SKILL.md": "---\nname: a\ndescription: Does a.\n---\n",
            "skills/a/skill.yaml": f"version: 1\npackages:\n{declared}",
            "skills/a/run.py": "import held_by_part_7\n",
            "skills/a/pylock.toml": lock(index),
        }
    )
    return scratch


def lock(index: IndexServer) -> str:
    text = 'lock-version = "1.0"\ncreated-by = "test"\nrequires-python = ">=3.11"\n'
    for name in NAMES:
        built = index.find(f"{name.replace('-', '_')}-1.0-py3-none-any.whl").built
        wheel = (
            f'{{ url = "{index.origin}/files/{built.filename}", size = {len(built.data)}, '
            f'hashes = {{ sha256 = "{built.sha256}" }} }}'
        )
        text += f'\n[[packages]]\nname = "{name}"\nversion = "1.0"\nwheels = [{wheel}]\n'
    return text + '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'


def check(repo: ScratchRepo, rule: str) -> tuple[object, ...]:
    return ("check", repo.path, "--no-sandbox", "--only", rule)


def gone(ended: Ended, run: Running, number: signal.Signals) -> None:
    """Over in time and in its own words; no process, no temporary file, no half file in the cache."""
    assert (ended.code, ended.said.splitlines()[-1]) == (CODES[number], WORDS[number])
    assert "Traceback" not in ended.said
    assert "Exception ignored" not in ended.said
    assert ended.seconds < 2
    assert ended.left == frozenset()
    assert files(run.temporary) <= {""}
    assert files(run.cache) <= finished_files(run.cache)


def finished_files(cache: Path) -> set[str]:
    """Those that are whole: by their hash in the stores of wheels and metadata, and what uv keeps for itself."""
    own = {*cache.glob("wheels/*/part_*.whl"), *cache.glob("metadata/metadata/*")}
    whole = {path for path in own if not path.name.startswith(".")}
    whole |= {path for path in cache.glob("uv/uv/**/*") if not path.name.startswith(".tmp")}
    return {"wheels/partial", *(path.relative_to(cache).as_posix() for path in whole)}  # an empty folder


@both
def test_while_the_index_is_slow(tmp_path: Path, repo: ScratchRepo, index: IndexServer, number) -> None:
    index.faults["*"] = hangs(20)
    with proctor(tmp_path / "run", *check(repo, "lock")) as run:
        run.until(lambda: sum(index.asked.values()) == 16)
        gone(run.told(number), run, number)


@pytest.mark.slow
@both
def test_while_the_index_asks_for_patience(
    tmp_path: Path, repo: ScratchRepo, index: IndexServer, number
) -> None:
    index.faults["*"] = lambda handler: handler.send(503, b"", "text/plain", {"Retry-After": "20"})
    with proctor(tmp_path / "run", *check(repo, "lock")) as run:
        run.until(lambda: sum(index.asked.values()) > 1)
        gone(run.told(number), run, number)


@pytest.mark.slow
@both
def test_while_files_are_downloaded(tmp_path: Path, repo: ScratchRepo, index: IndexServer, number) -> None:
    for name in NAMES[5:]:
        index.faults[f"/files/{name.replace('-', '_')}-1.0-py3-none-any.whl"] = drips(20)
    with proctor(tmp_path / "run", *check(repo, "undeclared")) as run:
        run.until(
            lambda: sum(path.startswith("/files/") and path.endswith(".whl") for path in index.asked) >= 13
        )
        gone(run.told(number), run, number)


@pytest.mark.slow
@both
def test_while_engines_are_asked(tmp_path: Path, repo: ScratchRepo, number) -> None:
    """pip-audit is a process that waits for the very server that `osv` asks, too."""
    with (
        Loopback(lambda asked: (200, b"{}"), delay=20) as osv,
        proctor(tmp_path / "run", *check(repo, "vulnerabilities"), PROCTOR_OSV_URL=osv.url) as run,
    ):
        run.until(lambda: {asked.path for asked in osv.asked} == {"/v1/query", "/v1/querybatch"})
        ended = run.told(number)
    assert ended.before
    gone(ended, run, number)


@pytest.mark.slow
@both
def test_while_uv_resolves(tmp_path: Path, repo: ScratchRepo, index: IndexServer, number) -> None:
    (repo.path / "skills/a/pylock.toml").unlink()
    index.faults["*"] = hangs(20)
    before = files(repo.path / "skills")
    with proctor(tmp_path / "run", "lock", "skills/a", "--path", repo.path) as run:
        run.until(lambda: index.asked)
        ended = run.told(number)
    assert ended.before
    gone(ended, run, number)
    assert files(repo.path / "skills") == before


@pytest.mark.slow
def test_who_is_impatient(tmp_path: Path, repo: ScratchRepo, index: IndexServer) -> None:
    """As GitHub does it, only faster: SIGINT, and SIGTERM soon after; the first one tells how it ends."""
    index.faults["*"] = hangs(20)
    with proctor(tmp_path / "run", *check(repo, "lock")) as run:
        run.until(lambda: sum(index.asked.values()) == 16)
        run.process.send_signal(signal.SIGINT)
        gone(run.told(signal.SIGTERM), run, signal.SIGINT)
