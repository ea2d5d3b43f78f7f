"""What the machine says of the job it runs in: GitHub's variables and event file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.model.policy import SandboxSettings
from checker.rules.sandbox.self_hosted import refusal
from checker.rules.trust import trusted

_MAX_EVENT_BYTES = 32 << 20


def sandbox_refusal(settings: SandboxSettings, environment: Mapping[str, str] | None = None) -> str:
    """Why the sandbox may not run anything in this job, or "". `settings` are those of the judging policy."""
    if settings.self_hosted_forks == "run":
        return ""
    variables = os.environ if environment is None else environment
    return refusal(variables, read_event(variables.get("GITHUB_EVENT_PATH", "")))


def runs_for_us(environment: Mapping[str, str] | None = None) -> bool:
    """Whether what this run finds out may be kept for later runs: not so in a job for a fork."""
    variables = os.environ if environment is None else environment
    if variables.get("GITHUB_ACTIONS") != "true":
        return True
    return trusted(variables, read_event(variables.get("GITHUB_EVENT_PATH", "")))


def read_event(path: str) -> dict[str, Any] | None:
    """The event that started the job, or None where there is none that can be read."""
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_MAX_EVENT_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
