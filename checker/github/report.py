"""The comment on a pull request, posted where that is right and the token may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.errors import Unanswered
from checker.github.body import VerdictComment, marker
from checker.github.client import Api
from checker.github.identity import login
from checker.github.payload import Pull
from checker.github.sticky import put_comment
from checker.github.trouble import Refused
from checker.model.verdict import Verdict

KIND = "verdict"


@dataclass(frozen=True)
class Posted:
    """What became of the comment. `remark` says in a sentence what is not as usual."""

    done: bool
    remark: str = ""


def post(
    api: Api, judged: Pull, verdict: Verdict, pointer: str, about: str = "", remarks: tuple[str, ...] = ()
) -> Posted:
    """Comment the verdict on the pull request as it was `judged`. Never raises for GitHub's sake.

    One whose head has moved on, or that goes to another branch since, is left alone. `about` tells several
    skill repositories in one git repository apart.
    """
    number = judged.number
    try:
        pull = api.get(f"pulls/{number}", Pull)
        if pull.head.sha != verdict.head:
            return Posted(True, f"No comment: #{number} has moved on from {verdict.head[:12]}.")
        if pull.base.ref != judged.base.ref:
            return Posted(True, f"No comment: #{number} goes to another branch since.")
        line = marker(KIND, about)
        put_comment(api, number, login(api), line, VerdictComment(verdict, line, pointer, remarks).write)
    except Refused as error:
        return Posted(False, f"No comment: the token may not write one (pull-requests: write). {error}")
    except Unanswered as error:
        return Posted(False, f"No comment: {error}")
    return Posted(True)


def comment_on(pull: Pull | None, choice: str, has_token: bool, post_it: Callable[[Pull], Posted]) -> Posted:
    """Decide by `--comment` (`auto`, `always`, `never`) and post. A fork's token may only read."""
    if choice == "never" or pull is None:
        return Posted(True)
    if not has_token:
        return Posted(False, "No comment: GITHUB_TOKEN is not set.")
    if choice == "auto" and pull.from_fork:
        return Posted(True, "No comment from here: a fork's token may not write; see `proctor publish`.")
    return post_it(pull)
