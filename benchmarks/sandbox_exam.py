"""What an exam in the sandbox costs: a phase beside the bare process, a whole small skill, fifty of them.

Wheels are at hand and nothing asks a network: what is measured is Proctor and the engine. Each can be had
alone (`python -m benchmarks.sandbox_exam phase`, `exam`, `fifty`). What images cost: `benchmarks.image`.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import POLICY
from benchmarks.measure import Row, Sample, in_turn, process, proctor, seconds, table, timed
from benchmarks.profiled import run
from checker.cli.session import Session
from checker.cli.terms import Terms
from checker.engines.sandbox import DockerSandbox, Engine, Keep, State, tidy
from checker.engines.wheels import WheelStore
from checker.errors import ProctorError
from checker.model.policy import Limits
from checker.rules.sandbox.order import ImageOrders
from checker.rules.sandbox.phases import phases
from checker.tools import Image, ImageOrder, Phase

PACKAGES = ("requests", "pyyaml")
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
SKILLS = 50
#: Phases of one run: the first pays for the container, the others show what a phase costs.
MANY = 6
_ENTRY = "  - {{name: {}, status: approved, min_maturity: intern, reason: benchmark}}\n"
_SCRIPT = """\
import argparse
import requests
import yaml

def shown(text): return yaml.safe_load(text)

if __name__ == "__main__":
    argparse.ArgumentParser().parse_args()
"""
_TEST = (
    "from scripts.run import shown\n\ndef test_shown(): assert shown('a: {number}') == {{'a': {number}}}\n"
)


@dataclass(frozen=True)
class Setting:
    """A repository whose skills are locked, wheels and base layer at hand, and its first skill's order."""

    place: Path
    cache: Path
    sandbox: DockerSandbox
    session: Session
    order: ImageOrder

    @property
    def limits(self) -> Limits:
        """Those of the skill's level."""
        return self.session.wiring.policy.levels[self.session.examinee.level].limits

    def planned(self, image: Image) -> list[Phase]:
        """The skill's three phases."""
        found = phases(self.session.examinee.skill, image.top_level, self.limits)
        return [phase for phase in found if isinstance(phase, Phase)]


def rows(names: Sequence[str] = (), *, tiny: bool = False) -> list[Row]:
    """The rows that were asked for; one that says so where there is no engine or no index.

    Without `names` all of them, or with `tiny` the first.
    """
    engine = Engine()
    version = engine.version()
    engine.close()
    if not version:
        return [Row("sandbox", "not measured: no Docker engine answers")]
    try:
        return [
            row for name in names or list(BENCHMARKS)[: 1 if tiny else None] for row in BENCHMARKS[name]()
        ]
    except (ProctorError, SystemExit) as error:
        return [Row("sandbox", f"not measured: {str(error)[:200]}")]


def phase() -> Iterator[Row]:
    """A phase that does nothing, beside the same interpreter doing nothing on the host."""
    with _setting(1) as setting:
        image = setting.sandbox.build(setting.order)
        idle = Phase("run", ("python", "-c", "pass"))

        def run(times: int) -> None:
            seen = setting.sandbox.run(image, [idle] * times, setting.limits)
            if any(one.status != "passed" or one.leftovers is None for one in seen):
                raise SystemExit(f"an idle phase ended as {seen[0].status}: {seen[0].reason}")

        found = in_turn(
            {
                "one": lambda: run(1),
                "many": lambda: run(MANY),
                "bare": lambda: process(sys.executable, "-I", "-c", "pass"),
            },
            7,
        )
    more = zip(found["many"].wall, found["one"].wall, strict=True)
    each = Sample(tuple((many - one) / (MANY - 1) for many, one in more))
    over = each.median - found["bare"].median
    yield timed("a phase that does nothing", each)
    yield timed("· its floor: the bare process on the host", found["bare"])
    yield Row("· over the bare process", seconds(over), "", "≤ 200 ms", over <= 0.2)
    yield timed("· a run of one phase: container, phase, clean-up", found["one"])


def exam() -> Iterator[Row]:
    """A small skill: its image made of wheels at hand, three phases, their evidence."""
    with _setting(1) as setting:

        def whole() -> None:
            _forget(setting)
            image = setting.sandbox.build(setting.order)
            seen = setting.sandbox.run(image, setting.planned(image), setting.limits)
            if image.cached or [one.status for one in seen] != ["passed"] * 3:
                raise SystemExit(f"the exam ended as {[(one.phase, one.status, one.reason) for one in seen]}")

        whole()  # the layer of pytest is the same for every skill, and stays
        yield timed("exam of a small skill: image, three phases, evidence", in_turn({"": whole}, 5)[""], 3.0)


def fifty() -> Iterator[Row]:
    """`proctor check` of fifty small skills that share their packages, nothing built before."""
    with _setting(SKILLS) as setting:
        _forget(setting)
        only = ("--worktree", "--offline", "--only", "sandbox", "--format", "json")
        argv = (proctor(), "check", str(setting.place), *only, "--cache", str(setting.cache))
        done = run(argv, accept=(0, 1, 3))
        passed = sum(
            outcome["status"] == "passed"
            for skill in json.loads(done.output)["skills"]
            for outcome in skill["outcomes"]
            if outcome["check"] == "sandbox"
        )
        yield timed(f"`proctor check` of {SKILLS} small skills, sandbox", Sample((done.wall,)), 75.0)
        yield Row("· what became of them", f"{passed} of {SKILLS} passed", met=passed == SKILLS)
        peak = f"{done.peak / 2**20:.0f} MiB"
        yield Row(
            "· most memory at once, of Proctor and what it starts",
            peak,
            "",
            "≤ 512 MiB",
            done.peak <= 512 << 20,
        )


BENCHMARKS: Mapping[str, Callable[[], Iterator[Row]]] = {"phase": phase, "exam": exam, "fifty": fifty}


def _forget(setting: Setting) -> None:
    """Leave wheels, base and the layer of pytest; the layers of packages and skills are made again."""
    for kind in ("packages", "prepared", "images"):
        shutil.rmtree(setting.cache / "sandbox" / kind, ignore_errors=True)


@contextmanager
def _setting(skills: int) -> Iterator[Setting]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place, cache = Path(folder, "repository"), Path(folder, "cache")
        _write(place, skills)
        shared = ("--path", str(place), "--cache", str(cache))
        process(proctor(), "lock", *shared)
        process(
            proctor(), "sandbox", "build", "skills/s0", "--no-advisories", *shared
        )  # fetches the wheels, makes the base
        session = Session.open(stack, place, "skills/s0", Terms(dt.datetime.now(dt.UTC), cache, offline=True))
        order = ImageOrders(session.wiring.policy, session.wiring.policy_tree).of(session.examinee)
        sandbox = stack.enter_context(DockerSandbox(WheelStore(cache / "wheels", None), cache / "sandbox"))
        try:
            yield Setting(place, cache, sandbox, session, order)
        finally:
            stack.close()
            engine = Engine()
            tidy(engine, State(cache / "sandbox"), Keep(0, None))
            engine.close()


def _write(place: Path, skills: int) -> None:
    files = {
        "policies/maturity.yaml": POLICY,
        "policies/packages.yaml": "version: 1\npackages:\n" + "".join(map(_ENTRY.format, PACKAGES)),
    }
    for number in range(skills):
        home = f"skills/s{number}"
        about = f"---\nname: s{number}\ndescription: Measured by a benchmark.\n---\n"
        files[f"{home}/SKILL.md"] = about
        files[f"{home}/skill.yaml"] = f'version: 1\npython: "{PYTHON}"\npackages: [{", ".join(PACKAGES)}]\n'
        files[f"{home}/scripts/run.py"] = f"{_SCRIPT}# {number}\n"
        files[f"{home}/tests/test_run.py"] = _TEST.format(number=number)
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    print(table(rows(sys.argv[1:])))
