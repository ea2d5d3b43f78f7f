"""From the action's first step to the verdict, for a pull request that changes one small skill, under `act`.

The skill has one package and a test. *Cold*: a runner that has nothing yet, no program, wheels or layers.
*Warm*: the next job on that runner, for a further commit of the skill.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, seconds, table
from tests.support.act import ROOT, Acted, Runner, lock_skill, remove_images, shallow_clone
from tests.support.github_server import WRITE, GitHubServer
from tests.support.osv_api import osv_api
from tests.support.repos import ScratchRepo

WARM = 5
WORKFLOW = ".github/workflows/proctor.yml"
SKILL = {
    "skills/tables/SKILL.md": "---\nname: tables\ndescription: Prints tables.\n---\n# Tables\n",
    "skills/tables/skill.yaml": "version: 1\npackages: [tabulate]\ntest: [python, -m, pytest, -q]\n",
    "skills/tables/tables.py": "import tabulate\n\n\ndef table(rows):\n    return tabulate.tabulate(rows)\n",
    "skills/tables/test_tables.py": "import tables\n\n\ndef test_it():\n    assert tables.table([[1]])\n",
}
POLICY = {
    "policies/maturity.yaml": "version: 1\nextends: default\n",
    "policies/packages.yaml": "version: 1\npackages:\n"
    "  - {name: tabulate, status: approved, min_maturity: intern, reason: tables}\n",
}


@dataclass(frozen=True)
class Split:
    """Seconds of one job."""

    install: float
    examine: float

    @property
    def whole(self) -> float:
        """From the action's first step to the end of its last."""
        return self.install + self.examine


def rows(*, tiny: bool = False) -> list[Row]:
    """A cold job and some warm ones. SystemExit where one does not pass: its time would mean nothing."""
    with tempfile.TemporaryDirectory() as folder, GitHubServer() as github, osv_api() as osv:
        place = Path(folder)
        runner = Runner(place / "runner", github, {"PROCTOR_OSV_URL": osv.url})
        origin = _origin(place / "origin", github)
        try:
            cold, *warm = [
                _job(runner, origin, place / f"clone-{n}", n) for n in range(2 if tiny else 1 + WARM)
            ]
        finally:
            remove_images(runner.home)
    middle = sorted(warm, key=lambda split: split.whole)[len(warm) // 2]
    return [*_rows("all cold", cold, 60.0), *_rows(f"warm, the middle one of {WARM}", middle, 15.0)]


def _origin(folder: Path, github: GitHubServer) -> ScratchRepo:
    origin = ScratchRepo(folder)
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    workflow = (ROOT / "examples/workflows/pull-request.yml").read_text()
    origin.commit({**POLICY, WORKFLOW: workflow}, "Skills under policy")
    origin.checkout("change", new=True)
    origin.commit(SKILL, "A skill")
    lock_skill(folder, "skills/tables")
    origin.commit({}, "Its lock")
    github.repository = folder
    return origin


def _job(runner: Runner, origin: ScratchRepo, clone: Path, number: int) -> Split:
    origin.commit({"skills/tables/tables.py": f"{SKILL['skills/tables/tables.py']}# {number}\n"}, "A change")
    head, base = (origin.git("rev-parse", name) for name in ("change", "main"))
    pull = runner.github.add_pull(1, head, base)
    payload = {"number": 1, "pull_request": pull, "repository": pull["base"]["repo"]}
    shallow_clone(origin, clone, "change")
    acted = runner.run(clone, clone / WORKFLOW, "pull_request", payload, WRITE)
    if acted.code:
        raise SystemExit(f"the job did not pass:\n{acted.log}")
    return _split(acted)


def _split(acted: Acted) -> Split:
    began = acted.step("Run Main Install Proctor")
    examine = acted.step("Run Main Examine skills")
    return Split(examine - began, acted.step("Success - Main Examine skills") - examine)


def _rows(what: str, split: Split, limit: float) -> list[Row]:
    return [
        Row(
            f"the action under `act`, {what}",
            seconds(split.whole),
            "",
            f"≤ {limit:.0f} s",
            split.whole <= limit,
        ),
        Row("· installing Proctor", seconds(split.install)),
        Row("· `proctor ci`: history, checks, sandbox, reports, comment", seconds(split.examine)),
    ]


if __name__ == "__main__":
    found = rows()
    print(table(found))
    sys.exit(int(any(row.met is False for row in found)))
