"""One comment on a pull request, kept up to date.

Ours is a comment by our account that begins with our marker; anything else is somebody's who copied it.
GitHub has no "create unless there": two runs at once both create, and then the oldest comment stays.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.github.client import Api
from checker.github.objects import Comment
from checker.github.trouble import Missing, Unsure

#: From the text that stands there (None: nothing) to the text that should.
Write = Callable[[str | None], str]


def put_comment(api: Api, number: int, author: str, marker: str, write: Write) -> str:
    """Bring our comment on pull request `number` up to date: `created`, `updated` or `unchanged`.

    `write` gets the body that stands there. Raises Refused and Unanswered.
    """
    try:
        return _update(api, number, author, marker, write) or _create(api, number, author, marker, write)
    except Unsure:  # the answer was lost: it may be there, so look before creating again
        return _update(api, number, author, marker, write) or _create(api, number, author, marker, write)


def _update(api: Api, number: int, author: str, marker: str, write: Write) -> str:
    """What was done to the comment that is there; "" where there is none, or it went away meanwhile."""
    ours = _ours(api, number, author, marker)
    for duplicate in ours[1:]:
        _remove(api, duplicate)
    if not ours:
        return ""
    body = write(ours[0].body)
    if same(body, ours[0].body):
        return "unchanged"
    try:
        api.change(f"issues/comments/{ours[0].id}", Comment, {"body": body})
    except Missing:
        return ""
    return "updated"


def _create(api: Api, number: int, author: str, marker: str, write: Write) -> str:
    """Create it, then look whether another run did so at the same time; the older one stays."""
    mine = api.create(f"issues/{number}/comments", Comment, {"body": write(None)})
    ours = _ours(api, number, author, marker)
    if not ours or ours[0].id == mine.id:
        return "created"
    return _update(api, number, author, marker, write) or "created"


def _ours(api: Api, number: int, author: str, marker: str) -> list[Comment]:
    """Our comments, the oldest first."""
    every = api.pages(f"issues/{number}/comments", Comment)
    mine = (c for c in every if c.user is not None and c.user.login == author and c.body.startswith(marker))
    return sorted(mine, key=lambda comment: comment.id)


def _remove(api: Api, comment: Comment) -> None:
    try:
        api.delete(f"issues/comments/{comment.id}")
    except Missing:
        return  # the other run was faster


def same(one: str, other: str) -> bool:
    """Whether two bodies are one: GitHub stores other line ends and trims."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
