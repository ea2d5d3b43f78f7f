"""The parts of an event's payload that Proctor reads, as GitHub's webhook documentation has them.

GitHub wrote the payload, yet names in it (branches, forks) were chosen by whoever opened the pull request.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checker.errors import UsageError
from checker.escape import shortened, visible

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
    name = visible(str(path))
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the event {name} cannot be read: {error.strerror or error}") from error
    if len(data) > _MAX_BYTES:
        raise UsageError(f"the event {name} has more than {_MAX_BYTES} bytes")
    try:
        return Payload.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(f"the event {name} is none of GitHub's: {first_error(error)}") from error


def first_error(error: ValidationError) -> str:
    """Place and message of the first thing wrong, safe to print, without the value."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:8])
    return visible(shortened(f"{place}: {first['msg']}" if place else first["msg"], 300))
