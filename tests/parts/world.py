"""Random repositories with a change, and an outside world in memory that answers alike on every machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.evidence import PhaseEvidence
from checker.model.lock import Pin
from checker.model.part import Shard
from checker.model.policy import Limits, Policy
from checker.model.severity import Severity
from checker.model.verdict import Verdict
from checker.pipeline import Request, Revisions, run
from checker.reporters import REPORTERS
from checker.tools import Image, ImageOrder, Phase, Tools, Tree
from tests.cli.conftest import SKILL_MD, lock
from tests.support.fake_index import FakeIndex
from tests.support.locked import Quiet, RangeScanner, advisory
from tests.support.trees import MemoryTree
from tests.support.verdicts import NOW

NAMES = ("alpha", "beta", "gamma", "delta")
SERVED = {"alpha==2.2": (), "beta==2.2": ("gamma",), "gamma==2.2": (), "gamma==3.0": ()}
KNOWN = {
    "alpha": [("2.3", advisory("GHSA-alpha"))],
    "gamma": [("3", advisory("GHSA-gamma", "3.0", severity=Severity.UNKNOWN))],
}
FORMS = {
    "prompt": {},
    "broken": {"skill.yaml": "version: 1\npackages: [not valid at all\n"},
    "undeclared": {"run.py": "import humanize\n"},
    "tested": {"a.py": "x = 1\n", "test_a.py": "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n"},
    "fewer tests": {"a.py": "x = 1\n", "test_a.py": "def test_a():\n    pass\n"},
    "student": {"skill.yaml": "version: 1\nmaturity: student\npackages: []\n", "a.py": "x = 1\n"},
    "unlocked": {"skill.yaml": "version: 1\npackages: [alpha]\n", "a.py": "import alpha\n"},
}
_PACKAGES = "version: 1\npackages:\n"
_WAIVER = '  - {{skill: "{skill}", rule: {rule}, subject: "{subject}", reason: soon, owner: "@a/b", expires: {to}}}\n'


def entry(name: str, rest: str) -> str:
    return f"  - {{name: {name}, {rest}}}\n"


STANDINGS = (
    "status: approved, min_maturity: intern, reason: x",
    "status: banned, reason: x",
    "status: pending",
)


@st.composite
def skills(draw: st.DrawFn) -> dict[str, str]:
    """The files of a few skills."""
    files: dict[str, str] = {}
    for name in sorted(draw(st.sets(st.sampled_from("abcdefgh"), max_size=6))):
        form = draw(st.sampled_from([*FORMS, *["locked"] * len(FORMS)]))
        inner = FORMS.get(form) or {}
        if form == "locked":
            names = draw(st.lists(st.sampled_from([*NAMES[:3]] * 2 + [NAMES[3]]), min_size=1, max_size=3))
            names = [*dict.fromkeys([*names, *(["gamma"] if "beta" in names else [])])]
            declared = "".join(f"  - {one}\n" for one in names)
            inner = {"skill.yaml": f"version: 1\npackages:\n{declared}", "pylock.toml": lock(*names)}
            inner |= {"run.py": f"import {draw(st.sampled_from(NAMES))}\n"}
        home = draw(st.sampled_from(["skills", "more/skills"]))
        files |= {f"{home}/{name}/{path}": text for path, text in inner.items()}
        files[f"{home}/{name}/SKILL.md"] = SKILL_MD.format(name=name)
    return files


@st.composite
def policies(draw: st.DrawFn) -> dict[str, str]:
    """The files of a policy with some waivers."""
    entries = "".join(
        entry(name, draw(st.sampled_from([*STANDINGS, *[STANDINGS[0]] * 6]))) for name in NAMES[:3]
    )
    waivers = "".join(
        _WAIVER.format(
            skill=draw(st.sampled_from(["**", "skills/*", "more/**", "skills/a", "policies"])),
            rule=rule,
            subject=subject,
            to=draw(st.sampled_from(["2026-10-01", "2026-12-31", "2030-01-01"])),
        )
        for rule, subject in draw(st.sets(st.sampled_from(WAIVED), max_size=4))
    )
    only_new = draw(st.booleans())
    return {
        "policies/maturity.yaml": f"version: 1\nadvisories: {{only_new: {str(only_new).lower()}}}\n",
        "policies/packages.yaml": _PACKAGES + entries,
        "policies/waivers.yaml": f"version: 1\nwaivers: {'[]' if not waivers else chr(10) + waivers}",
    }


WAIVED = (
    ("vulnerabilities", "GHSA-gamma"),
    ("vulnerabilities", "GHSA-alpha"),
    ("undeclared", "humanize"),
    ("policy", "policies"),
    ("packages", "beta"),
    ("packagse", "beta"),
)
_UNREADABLE = {"policies/maturity.yaml": "version: 1\nnonsense: true\n"}


@dataclass(frozen=True)
class Change:
    """A base (or none), a head, and how the outside world is that day."""

    head: MemoryTree
    base: MemoryTree | None
    silent: frozenset[str]
    deaf: bool
    sandbox: bool
    only: tuple[str, ...]

    def examined(self, shard: Shard | None = None, now: dt.datetime = NOW) -> Verdict:
        """The verdict, as it comes back out of its JSON."""
        sides = Revisions(self.head, self.base, self.base, policy_ever=self.base is not None)
        request = Request(now=now, only=self.only, shard=shard)
        return reread(run(sides, request, self.tools))

    def tools(self, _policy: Policy, _tree: Tree) -> Tools:
        """Made anew for each run, as on another machine."""
        osv = Absent() if self.deaf else RangeScanner(KNOWN, "osv")
        scanners = (PinScanner(KNOWN, silent=self.silent), osv)
        box = FakeSandbox() if self.sandbox else None
        off = {} if box else {"sandbox": "--no-sandbox"}
        index = FakeIndex(SERVED, broken=self.silent)
        return Tools(self.head, Quiet(), index=index, scanners=scanners, sandbox=box, off=off)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    before, policy = draw(skills()), draw(policies())
    after = draw(st.sampled_from([before, draw(skills())])) | draw(skills())
    later = draw(st.sampled_from([policy, draw(policies()), policy | _UNREADABLE]))
    base = draw(st.sampled_from([MemoryTree({**before, **policy}, "b" * 40), None]))
    head = MemoryTree({**(after or prompt("z")), **later}, "a" * 40)
    silent = frozenset(draw(st.sampled_from([(), (), (), ("alpha",), ("gamma",)])))
    only = draw(st.sampled_from([(), (), ("packages",), ("vulnerabilities", "undeclared")]))
    return Change(head, base, silent, draw(st.booleans()), draw(st.booleans()), only)


def prompt(name: str) -> dict[str, str]:
    return {f"skills/{name}/SKILL.md": SKILL_MD.format(name=name)}


def reread(verdict: Verdict) -> Verdict:
    return Verdict.model_validate_json(REPORTERS["json"](verdict))


@dataclass
class PinScanner(RangeScanner):
    """Has no answer for the pins of some names."""

    silent: frozenset[str] = frozenset()

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        report = super().scan(pins)
        owed = {pin: "answered 500" for pin in pins if pin.name in self.silent}
        found = {pin: known for pin, known in report.found.items() if pin not in owed}
        return report.model_copy(update={"found": found, "unanswered": owed})


class Absent:
    """An advisory engine that never answers."""

    name, database = "osv", ""

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        raise Unanswered(self.name, "no route to it")


class FakeSandbox:
    """Every other skill's image cannot be had; the rest run, and not everything can be observed."""

    version = "27.0"

    def at_once(self, limits: Limits) -> int:
        """How many boxes it has room for."""
        return 2

    def prepare(self, order: ImageOrder) -> None:
        """Nothing is fetched."""

    def build(self, order: ImageOrder) -> Image:
        if order.skill.endswith(("a", "d")):
            raise Unanswered("wheel store", f"nothing for {order.skill}")
        return Image(f"key-{order.skill}", f"id-{order.skill}", "host", False, 0.5, {})

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        seen = None if image.key.endswith("b") else 0
        evidence = partial(PhaseEvidence, status="passed", exit_code=0, oom_kills=0, leftovers=())
        return tuple(evidence(phase=phase.name, network_attempts=seen) for phase in phases)
