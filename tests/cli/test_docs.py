"""Every line of docs/commands.md, run in order in one repository. `PROCTOR_SNAPSHOTS=write` writes it anew."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import packaged, prompt
from tests.support.repos import ScratchRepo

PAGE = Path(__file__).parents[2] / "docs/commands.md"
NOW = "2026-11-22T10:00:00Z"
#: The commands that judge by a clock: the page leaves the option out.
CLOCKED = {"lint", "test", "approve", "waive", "check"}

PACKAGES = """\
version: 1
packages:
  # for reports
  - name: pandas
    versions: ">=2,<3"
    status: approved
    min_maturity: intern
    reason: tables
    approved_by: "@example/security"
    approved_on: 2026-03-02
    expires: 2026-12-01

  - name: evil
    status: banned
    reason: sends the environment away

  - name: left-pad-py
    status: pending
    reason: asked for by the reports team

  - name: tabulate
    status: pending
"""
WAIVERS = """\
version: 1
waivers:
  - skill: skills/table
    rule: vulnerabilites
    subject: CVE-2020-1
    reason: not reachable
    owner: "@example/docs"
    expires: 2026-10-31
  - skill: skills/tables
    rule: vulnerabilities
    subject: CVE-2026-1
    reason: the flaw is in a reader that tables never calls
    owner: "@example/docs"
    expires: 2026-12-31
  - skill: skills/notes
    rule: undeclared
    subject: yaml
    reason: comes with the agent
    owner: "@example/docs"
    expires: 2026-12-31
"""
TESTS = """\
version: 1
expect:
  - {package: pandas, version: "2.2", level: intern, decision: allow, rule: approved}
  - {package: pandas, version: "2.2", level: student, decision: deny, rule: student}
  - package: numpy
    version: "2.2"
    level: intern
    decision: allow
    because: tables are of no use without it
  - {package: Left_Pad.py, version: "1.0", level: intern, decision: deny, rule: untrusted}
"""
EXPORT = """\
version: 0
packages:
  # arrays
  - id: numpy:1.26.4
    name: numpy
    version: 1.26.4
    min_maturity: STUDENT
    status: active
    approved_by: admin
    approved_at: 2026-01-02T10:00:00Z
  - id: evil:1.0
    name: evil
    version: "1.0"
    status: banned
    ban_reason: sends the environment away
"""
START = {
    "policies/maturity.yaml": "version: 1\nextends: default\n",
    "policies/packages.yaml": PACKAGES,
    "policies/waivers.yaml": WAIVERS,
    "policies/tests/registry.yaml": TESTS,
    **packaged("tables", "pandas", requires="numpy"),
    **prompt("notes"),
}
#: What happens before a section of the page, beyond what its commands did.
SCENES = {
    "proctor migrate": {"policies/packages.yaml": EXPORT},
    "proctor check on a change of the policy": {
        "policies/packages.yaml": PACKAGES.replace(
            "min_maturity: intern", "min_maturity: supervised"
        ).replace(
            "status: pending\n    reason", "status: approved\n    min_maturity: autonomous\n    reason"
        ),
        "policies/waivers.yaml": WAIVERS,
    },
}


@pytest.fixture
def shell(proctor, tmp_path, monkeypatch):
    """Runs a line of the page: proctor in this process, git and cat as they are."""
    repo = ScratchRepo(tmp_path / "repo")
    repo.commit(START, "Start with a policy")
    monkeypatch.chdir(repo.path)

    def run(line: str) -> str:
        program, *arguments = shlex.split(line)
        if program == "cat":
            return (repo.path / arguments[0]).read_text()
        if program == "git":
            return repo.git(*arguments)
        clock = ["--now", NOW] if CLOCKED & set(arguments[:2]) else []
        result = proctor(*arguments, *clock)
        return result.out + result.err

    def scene(title: str) -> None:
        if title == "proctor check on a change of the policy":
            repo.git("reset", "-q", "--hard", "main~1")
            repo.git("checkout", "-q", "-b", "main-again")
            repo.git("branch", "-q", "-f", "main")
            repo.commit(SCENES[title], "Change the policy")
        else:
            repo.write(SCENES.get(title, {}))

    return run, scene


def test_the_page_shows_what_the_commands_print(shell):
    run, scene = shell
    text = PAGE.read_text()
    pieces = re.split(r"(^## [^\n]*\n|^```console\n.*?^```\n)", text, flags=re.MULTILINE | re.DOTALL)
    for number, piece in enumerate(pieces):
        if piece.startswith("## "):
            scene(piece.removeprefix("## ").strip())
        elif piece.startswith("```console"):
            lines = [line.removeprefix("$ ") for line in piece.splitlines() if line.startswith("$ ")]
            shown = "".join(f"$ {line}\n{run(line)}" for line in lines)
            pieces[number] = f"```console\n{shown}```\n"
    if os.environ.get("PROCTOR_SNAPSHOTS") == "write":
        PAGE.write_text("".join(pieces))
    assert "".join(pieces) == text, "PROCTOR_SNAPSHOTS=write accepts the new text"
