"""May what a fork sent be run on this runner? Pure: the runner's variables and its event go in.

A hosted runner is thrown away after the job. A self-hosted one stays, and what gets out of the box there
meets the next job, the network of the house and whatever the machine holds. So a pull request of a fork,
whose author need not be anybody the house knows, is not run there unless the policy of the base says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.escape import shortened, visible

SETTING = "sandbox.self_hosted_forks"
#: Events that may carry what a fork wrote. A merge group is made of what somebody with write access queued.
FROM_OUTSIDE = frozenset({"pull_request", "pull_request_target", "pull_request_review", "workflow_run"})


def refusal(environment: Mapping[str, str], event: Mapping[str, Any] | None) -> str:
    """Why nothing may be run here, or "". `event` is the parsed event file, None where it cannot be read."""
    if (
        environment.get("GITHUB_ACTIONS") != "true"
        or environment.get("RUNNER_ENVIRONMENT") == "github-hosted"
    ):
        return ""
    if environment.get("GITHUB_EVENT_NAME", "") not in FROM_OUTSIDE:
        return ""
    where = foreign(environment, event)
    if not where:
        return ""
    return (
        f"{where}, and this runner is self-hosted: what a fork sends is not run there, because the machine "
        f"outlives the job; use a hosted runner, or let the base's policy say `{SETTING}: run`"
    )


def foreign(environment: Mapping[str, str], event: Mapping[str, Any] | None) -> str:
    """Where the change comes from when that is not this repository, or not known to be; else ""."""
    if event is None:
        return "the event of this job cannot be read, so that it may be a fork's"
    base = environment.get("GITHUB_REPOSITORY") or _name(event.get("repository"))
    head = _head(event)
    if not base or not head:
        return "the repository that the change comes from is not named (a deleted fork's is not)"
    if head.lower() == base.lower():
        return ""
    return f"the change comes from {shortened(visible(head), 120)}, a fork"


def _head(event: Mapping[str, Any]) -> str:
    """`owner/name` of the repository that holds the head, or ""."""
    request = event.get("pull_request")
    if isinstance(request, Mapping):
        head = request.get("head")
        return _name(head.get("repo")) if isinstance(head, Mapping) else ""
    run = event.get("workflow_run")
    return _name(run.get("head_repository")) if isinstance(run, Mapping) else ""


def _name(repository: object) -> str:
    name = repository.get("full_name") if isinstance(repository, Mapping) else None
    return name if isinstance(name, str) else ""
