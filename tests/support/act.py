"""Workflows run by `act` on this machine, against a GitHub server on loopback.

`act` itself stands in for the runner and for `actions/checkout`, which it emulates by copying the work folder. The
actions that keep artefacts and caches are stand-ins of ours: composite actions that copy to and from a folder. Proctor's
own action is the real one. The runner's disk is `home`: two runs with one `home` are two jobs on a runner that stays.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.engines.sandbox import Engine, clean, listed
from tests.support.github_server import REPOSITORY, GitHubServer
from tests.support.repos import ScratchRepo

ROOT = Path(__file__).parents[2]
#: What a release's commit holds of the action. The rest (tests, docs, environments) would only be copied about.
OURS = ("action.yml", "pyproject.toml", "README.md", "LICENSE", "checker", "policies", "requirements", "scripts",
        "examples/workflows")  # fmt: skip
_STAND_IN = """\
name: stand-in for actions/{name}
description: Copies to and from a folder of the test, instead of GitHub's store.
inputs:
  {{name: {{default: ""}}, pattern: {{default: ""}}, merge-multiple: {{}}, overwrite: {{}}, path: {{}}, key: {{}},
    restore-keys: {{}}, github-token: {{}}, run-id: {{}}}}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{{{ inputs.name || inputs.pattern }}}}
        WHERE: ${{{{ inputs.path }}}}
      run: |
        {script}
"""
#: By the repository's name and the folder in it ("" for its top).
_SCRIPTS = {
    ("upload-artifact", ""): 'mkdir -p "$STAND_IN_STORE/$NAME" && cp -R "$WHERE" "$STAND_IN_STORE/$NAME/"',
    (
        "download-artifact",
        "",
    ): 'mkdir -p "$WHERE" && for one in "$STAND_IN_STORE"/$NAME; do cp -R "$one/." "$WHERE/"; done',
    ("cache", "restore"): '[ ! -d "$STAND_IN_STORE/cache" ] || cp -R "$STAND_IN_STORE/cache" "$WHERE"',
    ("cache", "save"): 'rm -rf "$STAND_IN_STORE/cache" && cp -R "$WHERE" "$STAND_IN_STORE/cache"',
}
#: Of the machine that tests: where programs are, and how it reaches its package index.
_PASSED = re.compile(r"PATH|(SSL|UV|PIP|DOCKER)_.*|.*_CA_(BUNDLE|CERTS)|(https?|no)_proxy", re.IGNORECASE)

_IMAGE_ID = re.compile(r'"image_id": ?"([^"]+)"')


@dataclass(frozen=True)
class Acted:
    """What a run came to. `seconds` is wall time; `began` tells when each line of the log came, from its start."""

    code: int
    log: str
    seconds: float
    lines: tuple[tuple[float, str], ...] = ()

    def step(self, name: str) -> float:
        """Seconds from the start to the first line that names this step."""
        return next(when for when, line in self.lines if name in line)


@dataclass
class Runner:
    """A runner with a disk of its own. `env` goes to every step."""

    home: Path
    github: GitHubServer
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = self.home / "store"
        self.store.mkdir(parents=True, exist_ok=True)
        self._action = self.home / "proctor-action"
        if not self._action.exists():
            copy_action(self._action)

    def run(self, repo: Path, workflow: Path, event: str, payload: Mapping[str, Any], token: str) -> Acted:
        """Run a workflow for an event in a work folder, with this token as the job's."""
        given = self.home / "event.json"
        given.write_text(json.dumps(payload))
        argv = [
            program(), event, "-C", str(repo), "-W", str(workflow), "-e", str(given), "--rm", "--no-cache-server",
            "-P", "ubuntu-latest=-self-hosted", "-s", f"GITHUB_TOKEN={token}", "--env-file", os.devnull,
            "--action-cache-path", str(self.home / "act"),
            *(f"--env={name}={value}" for name, value in self._variables().items()),
            *(f"--local-repository={used}={self._stand_in(used)}" for used in used_by(workflow)),
        ]  # fmt: skip
        return _timed(argv, self._environment())

    def _variables(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "PROCTOR_CACHE": str(self.home / "proctor-cache"),
            "STAND_IN_STORE": str(self.store),
            "RUNNER_ENVIRONMENT": "github-hosted",  # as GitHub's own say; act says nothing
            **self.env,
        }

    def _environment(self) -> dict[str, str]:
        passed = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}
        return {**passed, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache")}

    def _stand_in(self, used: str) -> Path:
        name = used.partition("@")[0].partition("/")[2]
        if name == "proctor":
            return self._action
        for (repository, inner), script in _SCRIPTS.items():
            folder = self.home / "stand-ins" / repository / inner
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "action.yml").write_text(_STAND_IN.format(name=repository, script=script))
        return self.home / "stand-ins" / name


def remove_images(home: Path) -> None:
    """Remove what the jobs of a runner left on the engine, which others use, too."""
    records = (home / "proctor-cache").rglob("images/*.json")
    made = {name for record in records for name in re.findall(_IMAGE_ID, record.read_text())}
    engine = Engine()
    clean(engine, [kept for kept in listed(engine) if kept.id in made])
    engine.close()


def program() -> str:
    """Where `act` is."""
    found = shutil.which("act", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, "act is not installed: run `make setup`"
    return found


def used_by(workflow: Path) -> list[str]:
    """`owner/name@commit` of every action a workflow names, but the one that act emulates."""
    used = re.findall(r"uses: ([^/\s]+/[^/@\s]+)\S*(@\S+)", workflow.read_text())
    return sorted({name + commit for name, commit in used if name != "actions/checkout"})


def copy_action(folder: Path) -> None:
    """What a commit of ours holds, as the runner would fetch it."""
    for name in OURS:
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def shallow_clone(origin: ScratchRepo, folder: Path, branch: str) -> Path:
    """A clone of one commit, as `actions/checkout` makes by default."""
    origin.git("clone", "-q", "--depth=1", f"--branch={branch}", f"file://{origin.path}", str(folder))
    return folder


def lock_skill(repository: Path, skill: str) -> None:
    """Lock a skill's packages on disk, by this machine's package index."""
    argv = [sys.executable, "-m", "checker", "lock", skill, "--path", str(repository)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)


def _timed(argv: list[str], env: dict[str, str]) -> Acted:
    began = time.monotonic()
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = [(time.monotonic() - began, line) for line in process.stdout]
    log = "".join(line for _, line in lines)
    return Acted(process.returncode, log, time.monotonic() - began, tuple(lines))
