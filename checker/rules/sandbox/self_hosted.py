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
#: Events of this repository's own branches. A merge group is what somebody with write access queued.
_OWN = frozenset({"push", "merge_group", "schedule", "workflow_dispatch"})
#: Events whose payload names the pull request that they are about.
_REQUESTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"}
)
#: A run that follows another one is told the repository of that one's head: what such a one has examined.
_FOLLOWED = _OWN | {"pull_request"}


def refusal(environment: Mapping[str, str], event: Mapping[str, Any] | None) -> str:
    """Why nothing may be run here, or "". `event` is the parsed event file, None where it cannot be read."""
    if (
        environment.get("GITHUB_ACTIONS") != "true"
        or environment.get("RUNNER_ENVIRONMENT") == "github-hosted"
    ):
        return ""
    where = foreign(environment, event)
    if not where:
        return ""
    return (
        f"{where}, and this runner is self-hosted: what a fork sends is not run there, because the machine "
        f"outlives the job; use a hosted runner, or let the base's policy say `{SETTING}: run`"
    )


def foreign(environment: Mapping[str, str], event: Mapping[str, Any] | None) -> str:
    """Where a job's change comes from when that is not this repository, or not known to be; else ""."""
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name in _OWN:
        return ""
    if event is None:
        return "the event of this job cannot be read, so that it may be a fork's"
    if not _tells(name, event):
        return f"of the event `{shortened(visible(name), 80)}` it is not known whose change it is about"
    base = environment.get("GITHUB_REPOSITORY") or _name(event.get("repository"))
    head = _head(name, event)
    if not base or not head:
        return "the repository that the change comes from is not named (a deleted fork's is not)"
    if head.lower() == base.lower():
        return ""
    return f"the change comes from {shortened(visible(head), 120)}, a fork"


def _tells(name: str, event: Mapping[str, Any]) -> bool:
    """Whether the payload of events of this name says which repository holds what is examined."""
    if name == "workflow_run":
        return str(_part(event, "workflow_run").get("event")) in _FOLLOWED
    return name in _REQUESTS


def _head(name: str, event: Mapping[str, Any]) -> str:
    """`owner/name` of the repository that holds the head, or ""."""
    if name == "workflow_run":
        return _name(_part(event, "workflow_run").get("head_repository"))
    return _name(_part(_part(event, "pull_request"), "head").get("repo"))


def _part(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = event.get(key)
    return found if isinstance(found, Mapping) else {}


def _name(repository: object) -> str:
    name = repository.get("full_name") if isinstance(repository, Mapping) else None
    return name if isinstance(name, str) else ""
