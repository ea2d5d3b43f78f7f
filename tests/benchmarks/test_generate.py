"""The generated repository: the same each time, valid, in step, mostly approved; and every benchmark imports."""

from __future__ import annotations

import datetime as dt
import importlib
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

import benchmarks
from benchmarks.generate import repository
from benchmarks.measure import Row, Sample, in_turn, table, timed
from checker.cli.wiring import Wiring
from checker.engines.worktree import WorkTree
from checker.model.verdict import Verdict
from checker.pipeline import Request, Revisions, run

NOW = dt.datetime(2026, 11, 10, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    repository(folder, skills=100)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def judged(folder: Path) -> Verdict:
    request = Request(NOW, only=("packages", "lock"), offline=True)
    with ExitStack() as stack:
        tree = WorkTree(folder)

        def make(policy, policy_tree):
            wiring = Wiring(stack, policy, policy_tree, NOW, folder / "cache", offline=True)
            return wiring.tools(tree, sandbox=False)

        return run(Revisions(tree), request, make)


def test_the_same_seed_gives_the_same_bytes(place: Path, tmp_path: Path) -> None:
    repository(tmp_path, skills=100)
    assert contents(tmp_path) == contents(place)


def test_locks_have_the_sizes_that_are_promised(place: Path) -> None:
    sizes = [path.stat().st_size for path in place.rglob("pylock.toml")]
    assert 8_000 < statistics.median(sizes) < 12_000
    assert 50_000 < max(sizes) < 310_000


def test_every_lock_is_valid_and_in_step_and_one_skill_in_25_is_denied(place: Path) -> None:
    verdict = judged(place)
    outcomes = {(o.check, s.skill): o for s in verdict.skills for o in s.outcomes}
    locks = [outcome for (check, _), outcome in outcomes.items() if check == "lock"]
    assert len(locks) == 100
    assert {(o.status, o.reason[:23], o.findings) for o in locks} == {
        ("skipped", "in step with skill.yaml", ())
    }
    denied = [skill.skill for skill in verdict.skills if skill.decision == "fail"]
    assert denied == [f"skills/skill-{number:05d}" for number in (24, 49, 74, 99)]
    assert {s.decision for s in verdict.skills} == {"pass", "fail"}


@pytest.mark.parametrize("name", sorted(path.stem for path in Path(benchmarks.__file__).parent.glob("*.py")))
def test_every_module_imports(name: str) -> None:
    importlib.import_module(f"benchmarks.{name}")


def test_things_are_measured_in_turn_and_held_against_their_limits() -> None:
    order: list[str] = []
    found = in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 3
    assert len(found["a"].wall) == len(found["b"].cpu) == 3
    rows = [timed("x", Sample((0.2, 0.1, 0.3)), 0.1), timed("y", Sample((2e-6,)), 1.0), Row("z", "1/2")]
    assert [row.met for row in rows] == [False, True, None]
    assert "| x | 200 ms | 100 ms to 300 ms, 3 runs | ≤ 100 ms | **not met** |" in table(rows)


def test_the_version_loads_nothing_that_is_slow() -> None:
    """`proctor --version` must not pay for what it does not use."""
    program = (
        "import sys\n"
        "from checker.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "slow = {'pydantic', 'rich', 'docker', 'requests', 'yaml', 'packaging', 'rtoml'}\n"
        "sys.exit(','.join(sorted(slow & set(sys.modules))) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_offline_check_without_sandbox_loads_no_docker_and_no_http(place: Path) -> None:
    program = (
        "import sys\n"
        "from checker.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.exit(','.join(sorted({'docker', 'requests', 'urllib3', 'installer'} & set(sys.modules))) or None)\n"
    )
    options = ["check", str(place), "--worktree", "--no-sandbox", "--offline", "--only", "packages"]
    argv = [sys.executable, "-c", program, *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
