"""What a GitHub runner tells a step: its environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.errors import UsageError
from checker.escape import shortened, visible

_API = "https://api.github.com"
_SERVER = "https://github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}\Z")


@dataclass(frozen=True)
class Runner:
    """The variables of one step. `token` never shows in a representation; "" where none was given.

    `api_url` and `server_url` are without a slash at the end; `repository` is `owner/name`.
    """

    event_name: str
    repository: str
    sha: str = ""
    ref: str = ""
    api_url: str = _API
    server_url: str = _SERVER
    run_id: str = ""
    output: Path | None = None
    summary: Path | None = None
    token: str = field(default="", repr=False)

    @property
    def run_url(self) -> str:
        """The page of this run, where everything that was reported is at hand; "" outside of a run."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}" if self.run_id else ""


def runner_from(env: Mapping[str, str]) -> Runner:
    """The runner's variables. Raises UsageError where this is no step of a workflow."""
    name, repository = env.get("GITHUB_EVENT_NAME", ""), env.get("GITHUB_REPOSITORY", "")
    if not name or not _REPOSITORY.match(repository):
        raise UsageError(
            "GITHUB_EVENT_NAME and GITHUB_REPOSITORY are not set: this is no step of a GitHub workflow; "
            "elsewhere run `proctor check --base REF`"
        )
    return Runner(
        event_name=name,
        repository=repository,
        sha=env.get("GITHUB_SHA", ""),
        ref=env.get("GITHUB_REF", ""),
        api_url=_address(env, "GITHUB_API_URL", _API),
        server_url=_address(env, "GITHUB_SERVER_URL", _SERVER),
        run_id=_digits(env.get("GITHUB_RUN_ID", "")),
        output=_file(env, "GITHUB_OUTPUT"),
        summary=_file(env, "GITHUB_STEP_SUMMARY"),
        token=env.get("GITHUB_TOKEN", "").strip(),
    )


def _address(env: Mapping[str, str], name: str, default: str) -> str:
    address = (env.get(name) or default).rstrip("/")
    if not re.match(r"https?://[^/\s@]+(?:/[^\s]*)?\Z", address):
        raise UsageError(f"{name} is no http(s) address: {visible(shortened(address, 200))}")
    return address


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() else ""


def _file(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None
