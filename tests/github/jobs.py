"""A job of a GitHub workflow: its variables, its event, its clone; and what the step leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import POLICY, Proctor, Result, prompt
from tests.support.github_objects import repository
from tests.support.github_server import REPOSITORY, WRITE, GitHubServer
from tests.support.repos import ScratchRepo

NOW = "2026-11-22T10:00:00Z"


@dataclass(frozen=True)
class Done:
    """What a step left behind."""

    code: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Jobs:
    """Runs steps against one repository on a loopback GitHub. `origin` is the repository there."""

    github: GitHubServer
    origin: ScratchRepo
    folder: Path
    proctor: Proctor
    setenv: Callable[[str, str], None]
    number: int = 0

    def step(
        self,
        event: str,
        payload: Mapping[str, Any],
        *command: object,
        token: str = WRITE,
        sha: str = "",
        ref: str = "refs/heads/main",
    ) -> Done:
        """One step, with fresh files for its outputs and its summary."""
        self.number += 1
        here = self.folder / f"job-{self.number}"
        here.mkdir()
        whole = {"repository": repository(1, REPOSITORY), **payload}
        (here / "event.json").write_text(json.dumps(whole))
        variables = {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(here / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": sha or self.origin.head(),
            "GITHUB_REF": ref,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_OUTPUT": str(here / "output"),
            "GITHUB_STEP_SUMMARY": str(here / "summary"),
            "GITHUB_RUN_ID": str(4_000 + self.number),
            "GITHUB_TOKEN": token,
        }
        for name, value in variables.items():
            self.setenv(name, value)
        result: Result = self.proctor(*command)
        return Done(*result, outputs_in(here / "output"), read(here / "summary"))

    def ci(self, event: str, payload: Mapping[str, Any], clone: Path, *more: str, **settings: str) -> Done:
        """`proctor ci`, with nothing but git and the policy."""
        plain = ("ci", clone, "--offline", "--sandbox", "never", "--now", NOW)
        return self.step(event, payload, *plain, *more, **settings)

    def clone(self, sha: str, depth: int | None = 1) -> Path:
        """A clone as checkouts make them: one commit, no branch, no credentials. None for everything."""
        self.number += 1
        here = ScratchRepo(self.folder / f"clone-{self.number}")
        self.origin.config("uploadpack.allowAnySHA1InWant", "true")
        depths = [f"--depth={depth}"] if depth else []
        here.git("fetch", "-q", *depths, f"file://{self.origin.path}", sha)
        here.git("checkout", "-q", "--detach", sha)
        return here.path


def outputs_in(file: Path) -> dict[str, str]:
    """The outputs as a runner reads them: `name<<delimiter`, lines, the delimiter."""
    found: dict[str, str] = {}
    lines = iter(read(file).splitlines())
    for line in lines:
        name, delimiter = re.fullmatch(r"([\w-]+)<<(\S+)", line).groups()  # type: ignore[union-attr]
        value = []
        while (line := next(lines)) != delimiter:
            value.append(line)
        found[name] = "\n".join(value)
    return found


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def start(path: Path, commits: int = 1) -> ScratchRepo:
    """The repository on GitHub: a policy and a skill on `main`, with some history."""
    origin = ScratchRepo(path)
    origin.commit({**POLICY, **prompt("notes")})
    for number in range(commits - 1):
        origin.commit({"log.txt": f"{number}\n"})
    return origin
