"""The parts of an event's payload that Proctor reads, as GitHub's webhook documentation has them.

GitHub wrote the payload, yet names in it (branches, forks) were chosen by whoever opened the pull request.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from checker.escape import visible
from checker.load.json_file import read_json

_MAX_BYTES = 32 * 1024 * 1024  # GitHub sends payloads of at most 25 MB

#: A full commit id.
Commit = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]


class Told(BaseModel):
    """Something GitHub says. Whatever else it says is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Owner(Told):
    """An account that owns a repository."""

    login: str


class Repository(Told):
    """A repository. `full_name` is `owner/name`."""

    id: int
    full_name: str
    default_branch: str = ""
    owner: Owner | None = None


class Side(Told):
    """One side of a pull request. `repo` is None where the fork was deleted."""

    ref: str
    sha: Commit
    repo: Repository | None = None


class Pull(Told):
    """A pull request."""

    number: int
    state: str
    head: Side
    base: Side

    @property
    def from_fork(self) -> bool:
        """Whether its head lies in another repository (or in one that is gone)."""
        head, base = self.head.repo, self.base.repo
        return head is None or base is None or head.id != base.id


class MergeGroup(Told):
    """An entry of the merge queue."""

    head_sha: Commit
    base_sha: Commit


class WorkflowRun(Told):
    """The run that a `workflow_run` event tells of. Its head may lie in a fork."""

    id: int
    event: str
    head_sha: Commit
    head_branch: str | None = None
    head_repository: Repository | None = None


class Payload(Told):
    """An event. Which keys are there depends on its name."""

    repository: Repository | None = None
    pull_request: Pull | None = None
    merge_group: MergeGroup | None = None
    workflow_run: WorkflowRun | None = None
    before: Commit | None = None
    after: Commit | None = None
    deleted: bool = False


def read_payload(path: Path) -> Payload:
    """The payload in a file. Raises UsageError: no file, too large, not what GitHub sends."""
    name = f"the event {visible(str(path))}"
    return read_json(path, Payload, name, "is none of GitHub's", _MAX_BYTES)
