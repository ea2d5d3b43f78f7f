"""From a GitHub event to what is compared with what. Pure.

The policy that judges is never one the change could have chosen: a pull request's is that of the base branch
as it is now, named by its full reference, since a tag of the same name may be there, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.errors import UsageError
from checker.escape import shortened, visible
from checker.github.payload import Payload, Pull
from checker.github.runner import Runner

_NOTHING = frozenset({"0" * 40, "0" * 64})
_BRANCHES = "refs/heads/"


@dataclass(frozen=True)
class Comparison:
    """What an event asks to examine.

    `head` is a commit id. `base` is a commit id or a full reference whose tip is meant; None examines
    everything, by the head's own policy. With `own_policy` the head's policy judges although there is a base,
    and with `base_may_be_gone` a base that cannot be had means: examine everything.
    """

    head: str
    base: str | None = None
    own_policy: bool = False
    base_may_be_gone: bool = False
    pull: Pull | None = None


def comparison(runner: Runner, payload: Payload) -> Comparison:
    """What the event brings. Raises UsageError for an event Proctor does not examine, and says why."""
    if runner.event_name not in _EVENTS:
        raise UsageError(_refusal(runner.event_name))
    return _EVENTS[runner.event_name](runner, payload)


def _pull_request(_: Runner, payload: Payload) -> Comparison:
    """The pull request's own head, not the merge commit that runners check out: that moves with the base."""
    pull = payload.pull_request
    if pull is None:
        raise UsageError("the event has no pull_request")
    return Comparison(head=pull.head.sha, base=_BRANCHES + pull.base.ref, pull=pull)


def _merge_group(_: Runner, payload: Payload) -> Comparison:
    """The queue's own pair: its base holds what will have been merged before, and nothing else."""
    if payload.merge_group is None:
        raise UsageError("the event has no merge_group")
    return Comparison(head=payload.merge_group.head_sha, base=payload.merge_group.base_sha)


def _push(runner: Runner, payload: Payload) -> Comparison:
    """On the default branch: what was pushed, by the policy it has now. On another: as a pull request's."""
    if payload.deleted or payload.after in _NOTHING:
        raise UsageError("the push deleted a branch: there is nothing to examine")
    head = payload.after or _sha(runner)
    if _on_default(runner, payload):
        known = payload.before if payload.before not in _NOTHING else None
        return Comparison(head, known, own_policy=known is not None, base_may_be_gone=True)
    return _branch(runner, payload, head)


def _schedule(runner: Runner, _: Payload) -> Comparison:
    """Everything: schedules run on the default branch alone."""
    return Comparison(_sha(runner))


def _dispatch(runner: Runner, payload: Payload) -> Comparison:
    """Everything on the default branch; on another one what differs from it."""
    if _on_default(runner, payload):
        return Comparison(_sha(runner))
    return _branch(runner, payload, _sha(runner))


def _workflow_run(runner: Runner, payload: Payload) -> Comparison:
    run = payload.workflow_run
    if run is None:
        raise UsageError("the event has no workflow_run")
    own = run.head_repository is not None and run.head_repository.full_name == runner.repository
    if run.event.startswith("pull_request") or not own:
        raise UsageError(
            "this workflow_run has a token that may write, and the run before it was of a pull request: "
            "examine it there, and publish that verdict here with `proctor publish VERDICT.json`"
        )
    default = payload.repository.default_branch if payload.repository is not None else ""
    same = bool(default) and run.head_branch == default
    return Comparison(run.head_sha, None if same else f"{_BRANCHES}{_default(payload)}")


def _branch(runner: Runner, payload: Payload, head: str) -> Comparison:
    """A branch by the default branch's policy; a tag as it is."""
    if not runner.ref.startswith(_BRANCHES):
        return Comparison(head)
    return Comparison(head, _BRANCHES + _default(payload))


def _on_default(runner: Runner, payload: Payload) -> bool:
    return runner.ref == _BRANCHES + _default(payload)


def _default(payload: Payload) -> str:
    if payload.repository is None or not payload.repository.default_branch:
        raise UsageError("the event does not name the repository's default branch; give --base REF")
    return payload.repository.default_branch


def _sha(runner: Runner) -> str:
    if not runner.sha:
        raise UsageError("GITHUB_SHA is not set: which commit?")
    return runner.sha


def _refusal(name: str) -> str:
    if name == "pull_request_target":
        return (
            "pull_request_target runs with the base's rights on a pull request's content: use pull_request "
            "to examine it, and workflow_run with `proctor publish` to comment"
        )
    known = ", ".join(_EVENTS)
    return f"the event {visible(shortened(name, 100))} brings nothing to examine (there are {known})"


_EVENTS: dict[str, Callable[[Runner, Payload], Comparison]] = {
    "pull_request": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
    "schedule": _schedule,
    "workflow_dispatch": _dispatch,
    "workflow_run": _workflow_run,
}
