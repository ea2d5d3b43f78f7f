"""The order of results never depends on timing: the same verdict, whoever answers first."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cli import main
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.lock import Pin
from tests.support.examples import examples
from tests.support.index_server import IndexServer, answers
from tests.support.locked import advisory
from tests.support.osv import document, until
from tests.support.osv_api import osv_api
from tests.support.repos import ScratchRepo
from tests.support.scans import examined
from tests.support.wheels import build_wheel

#: What `index` serves: a chain, a fork, one that is missing, one that the index cannot tell about.
SERVED = {"top": ["mid", "leaf"], "mid": ["leaf"], "leaf": [], "alone": [], "mute": []}
NAMES = [*SERVED, "missing"]


class Timed:
    """An engine that takes its time, and then answers or cannot."""

    def __init__(self, name: str, seconds: float, *, fails: bool) -> None:
        self.name, self.seconds, self.fails = name, seconds, fails
        self.database = f"{name}'s own"

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        time.sleep(self.seconds)
        if self.fails:
            raise Unanswered(self.name, f"{self.name} is down")
        own = advisory(f"{self.name.upper()}-1", aliases=("CVE-2026-1",), reported_by=(self.name,))
        return ScanReport(engine=self.name, version="1", found=dict.fromkeys(pins, (own,)))


engines = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=3, max_size=3)


@examples(25)
@given(engines)
def test_engines_answer_in_their_own_order(how: list[tuple[int, bool]]) -> None:
    """Each fails alone, and the others' findings, runs and aliases come out as if it had been asked in turn."""

    def scanners(unit: float) -> list[Timed]:
        names = ("pip-audit", "osv", "safety")
        return [Timed(n, wait * unit, fails=fails) for n, (wait, fails) in zip(names, how, strict=True)]

    expected, found = examined(*scanners(0)), examined(*scanners(0.001))
    assert found.model_dump_json() == expected.model_dump_json()
    assert [run.ran for run in found.engines] == [not fails for _, fails in how]


def test_engines_are_asked_at_the_same_time() -> None:
    started = time.monotonic()
    examined(*(Timed(name, 0.2, fails=False) for name in ("pip-audit", "osv", "safety")))
    assert time.monotonic() - started < 0.5


class Defect(Exception):
    pass


def test_a_defect_in_one_engine_is_not_lost() -> None:
    class Broken(Timed):
        def scan(self, pins: frozenset[Pin]) -> ScanReport:
            raise Defect(self.name)

    with pytest.raises(Defect, match="osv"):
        examined(Timed("pip-audit", 0.01, fails=False), Broken("osv", 0, fails=False))


@pytest.fixture
def index() -> Iterator[IndexServer]:
    with IndexServer() as server:
        for name, requires in SERVED.items():
            server.add(build_wheel(name, requires=requires))
        yield server


@pytest.fixture
def repo(tmp_path: Path, index: IndexServer) -> ScratchRepo:
    """Three skills with much in common, none of which is in order."""
    scratch = ScratchRepo(tmp_path / "repo")
    policy = f"version: 1\nindexes: ['{index.url}/']\nmin_release_age_days: 7\nadvisories: {{engines: [osv], require: [osv]}}\n"
    scratch.commit({"policies/maturity.yaml": policy})
    for number, names in enumerate((NAMES, NAMES[2:], NAMES[:3])):
        declared = "".join(f"  - {name}\n" for name in names)
        home = f"skills/s{number}"
        scratch.commit(
            {
                f"{home}/SKILL.md": f"---\nname: s{number}\ndescription: Does it.\n---\n",
                f"{home}/skill.yaml": f"version: 1\npackages:\n{declared}",
                f"{home}/run.py": "import held\nimport alone\n",
                f"{home}/pylock.toml": lock(index, names),
            }
        )
    return scratch


def lock(index: IndexServer, names: list[str]) -> str:
    text = 'lock-version = "1.0"\ncreated-by = "test"\nrequires-python = ">=3.11"\n'
    for name in names:
        served = index.find(f"{name}-1.0-py3-none-any.whl")
        sha256 = served.built.sha256 if served else "0" * 64
        url = f"{index.origin}/files/{name}-1.0-py3-none-any.whl"
        wheel = f'{{ url = "{url}", hashes = {{ sha256 = "{sha256}" }} }}'
        text += f'\n[[packages]]\nname = "{name}"\nversion = "1.0"\nwheels = [{wheel}]\n'
    return text + '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'


def verdict(repo: ScratchRepo, cache: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON verdict of a run with an empty cache."""
    with pytest.raises(SystemExit):
        main(
            [
                *("check", str(repo.path), "--no-sandbox", "--format", "json"),
                *("--now", "2026-11-22", "--cache", str(cache)),
            ]
        )
    out, err = capsys.readouterr()
    assert out, err
    return json.loads(out)


def late(how: random.Random, answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A server's answer, up to 20 ms later."""

    def later(asked: Any) -> Any:
        time.sleep(how.random() / 50)
        return answer(asked)

    return later


@pytest.mark.slow
def test_servers_answer_in_any_order(
    tmp_path: Path,
    repo: ScratchRepo,
    index: IndexServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages, metadata, wheels and records come as they like; one page never comes."""
    records = [document(f"GHSA-{number}", until(name, "2.0")) for number, name in enumerate(SERVED)]
    mute = answers(403, b"no", "text/plain")
    with osv_api(*records) as osv:
        monkeypatch.setenv("PROCTOR_OSV_URL", osv.url)
        known = osv.answer
        index.faults["/simple/mute/"] = mute
        expected = verdict(repo, tmp_path / "cache", capsys)
        for seed in range(3):
            how = random.Random(seed)
            index.faults["*"] = late(how, lambda handler: handler._answer(index))
            index.faults["/simple/mute/"] = late(how, mute)
            osv.answer = late(how, known)
            assert verdict(repo, tmp_path / f"cache{seed}", capsys) == expected
    found = {f["subject"] for s in expected["skills"] for o in s["outcomes"] for f in o["findings"]}
    assert {"GHSA-0", "missing"} <= found
    assert "broken" in {o["status"] for s in expected["skills"] for o in s["outcomes"]}
