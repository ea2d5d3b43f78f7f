"""The trusted half of a fork's pull request: a verdict that another job left, checked and commented.

Everything in the file may be forged. It chooses neither the pull request (GitHub is asked, by the head that
the event names) nor what counts as passing, and its texts are escaped like any other.
"""

from __future__ import annotations

import re

from checker.errors import UsageError
from checker.escape import shortened, visible
from checker.github.client import Api
from checker.github.payload import Payload, Pull, WorkflowRun
from checker.github.runner import Runner
from checker.github.trust import doubts
from checker.model.verdict import DecisionWord, Verdict

#: A verdict of 1,000 skills and 5,000 findings has about 3 MB.
MAX_BYTES = 16 * 1024 * 1024
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NOTE = "Reported by the run of the pull request itself, and commented by a trusted job."


def finished_run(runner: Runner, payload: Payload) -> WorkflowRun:
    """The run that left the verdict. Raises UsageError where the event is another."""
    run = payload.workflow_run
    if runner.event_name != "workflow_run" or run is None:
        raise UsageError(
            f"`proctor publish` is for workflow_run, not for {visible(shortened(runner.event_name, 100))}"
        )
    if run.event != "pull_request":
        raise UsageError(f"the run before was of {visible(shortened(run.event, 100))}, not of a pull request")
    return run


def check_origin(verdict: Verdict, run: WorkflowRun) -> None:
    """Refuse a verdict of another commit, of a part, or that contradicts itself. Raises UsageError."""
    if verdict.part is not None:
        raise UsageError(f"the verdict is of part {verdict.part.shard} alone: `proctor merge` joins parts")
    if verdict.head != run.head_sha:
        raise UsageError(
            f"the verdict is of {visible(shortened(verdict.head, 64))}, the run was of {run.head_sha}"
        )
    if verdict.base is not None and not _COMMIT.fullmatch(verdict.base):
        raise UsageError(f"the verdict's base is no commit: {visible(shortened(verdict.base, 64))}")
    if verdict.decision is not DecisionWord.PASS:
        return
    if verdict.error or any(skill.decision is not DecisionWord.PASS for skill in verdict.skills):
        raise UsageError("the verdict contradicts itself: it passes, and a skill in it does not")
    if verdict.base is None:
        raise UsageError("the verdict passes and names no base: no base branch's policy judged it")


def pull_of(api: Api, run: WorkflowRun) -> Pull | None:
    """The open pull request whose head the run was of; None where it moved on or was closed.

    Raises UsageError where two have that head: which one was examined cannot be told.
    """
    owner = run.head_repository.owner if run.head_repository is not None else None
    if run.head_repository is None or owner is None or not run.head_branch:
        return None
    branch = f"{owner.login}:{run.head_branch}"
    fitting = [
        pull
        for pull in api.pages("pulls", Pull, state="open", head=branch)
        if pull.head.sha == run.head_sha
        and pull.head.repo is not None
        and pull.head.repo.id == run.head_repository.id
    ]
    if len(fitting) > 1:
        numbers = ", ".join(f"#{pull.number}" for pull in fitting)
        raise UsageError(f"{numbers} have the same head: which of them was examined cannot be told")
    return fitting[0] if fitting else None


def trusted(api: Api, verdict: Verdict, pull: Pull, folder: str) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict as it may be shown, passing only where nothing speaks against it; and what to say of it."""
    against = doubts(api, pull, folder, verdict.base)
    if against and verdict.decision is DecisionWord.PASS:
        verdict = verdict.model_copy(update={"decision": DecisionWord.INCONCLUSIVE})
    return verdict, (*against, _NOTE)
