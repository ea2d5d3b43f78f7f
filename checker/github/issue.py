"""Issues that a rescan keeps: one, or one for each skill. Found again by author and marker, never doubled.

An issue is written to only where what it tells is another than before; a clean state closes it, a later
finding opens the same one again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.github.client import Api
from checker.github.objects import Issue
from checker.github.sticky import same
from checker.github.trouble import Unsure


@dataclass(frozen=True)
class Wanted:
    """What one issue should be. `write` gets the body that stands there (None: nothing)."""

    marker: str
    title: str
    is_open: bool
    write: Callable[[str | None], str]


def put_issues(api: Api, author: str, family: str, wanted: Sequence[Wanted]) -> list[str]:
    """Bring our issues up to date; one sentence for each that was written to.

    Issues of ours that begin with `family` and are wanted no more (their skill is gone) are closed. Raises
    Refused and Unanswered.
    """
    ours = _ours(api, author, family)
    told = [sentence for one in wanted for sentence in _put(api, author, family, one, ours)]
    markers = tuple(one.marker for one in wanted)
    left = [i for i in ours if i.state == "open" and not (i.body or "").startswith(markers)]
    return told + [_close(api, issue) for issue in left]


def _put(api: Api, author: str, family: str, wanted: Wanted, ours: list[Issue]) -> list[str]:
    mine = [issue for issue in ours if (issue.body or "").startswith(wanted.marker)]
    if not mine:
        return [_create(api, author, family, wanted)] if wanted.is_open else []
    keeper = next((issue for issue in mine if issue.state == "open"), mine[0])
    told = [_close(api, issue) for issue in mine if issue is not keeper and issue.state == "open"]
    return told + _update(api, wanted, keeper)


def _update(api: Api, wanted: Wanted, issue: Issue) -> list[str]:
    """Body, title and state in one change, where any is another. What is closed and clean stays as it is."""
    if issue.state == "closed" and not wanted.is_open:
        return []
    body, state = wanted.write(issue.body), "open" if wanted.is_open else "closed"
    if same(body, issue.body or "") and state == issue.state:
        return []
    api.change(f"issues/{issue.number}", Issue, {"title": wanted.title, "body": body, "state": state})
    verb = {("closed", "open"): "reopened", ("open", "closed"): "closed"}.get((issue.state, state), "updated")
    return [f"{verb} #{issue.number}"]


def _create(api: Api, author: str, family: str, wanted: Wanted) -> str:
    """Create it; where another run did so at the same time, the older one stays."""
    try:
        made = api.create("issues", Issue, {"title": wanted.title, "body": wanted.write(None)})
    except Unsure:  # the answer was lost: it may be there
        ours = [i for i in _ours(api, author, family) if (i.body or "").startswith(wanted.marker)]
        if ours:
            return f"opened #{ours[0].number}"
        made = api.create("issues", Issue, {"title": wanted.title, "body": wanted.write(None)})
    rivals = [
        issue
        for issue in _ours(api, author, family)
        if (issue.body or "").startswith(wanted.marker) and issue.state == "open"
    ]
    if rivals and rivals[0].number < made.number:
        _close(api, made)
        return "; ".join(_update(api, wanted, rivals[0])) or f"left #{rivals[0].number} as it is"
    return f"opened #{made.number}"


def _close(api: Api, issue: Issue) -> str:
    api.change(f"issues/{issue.number}", Issue, {"state": "closed", "state_reason": "not_planned"})
    return f"closed #{issue.number}"


def _ours(api: Api, author: str, family: str) -> list[Issue]:
    """Our issues, open and closed, the oldest first."""
    every = api.pages("issues", Issue, state="all", creator=author)
    mine = (
        issue
        for issue in every
        if issue.pull_request is None
        and issue.user is not None
        and issue.user.login == author
        and (issue.body or "").startswith(family)
    )
    return sorted(mine, key=lambda issue: issue.number)
