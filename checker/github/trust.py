"""Whether a pull request changed what decides on it: its workflows, actions, code owners, or the policy.

A `pull_request` run takes the workflow from the pull request itself, so its author can have it report
anything. Trees are compared, through the API: GitHub's lists of changed files end after 300.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.github.client import Api
from checker.github.objects import Compared, Listing
from checker.github.payload import Pull

_SHOWN = 5
#: Paths in any letter case: a runner's file system may not tell them apart.
_DECIDES = re.compile(r"(?:^|/)(?:\.github|\.gitattributes|action\.ya?ml|codeowners)(?:/|\Z)", re.IGNORECASE)


def doubts(api: Api, pull: Pull, folder: str) -> tuple[str, ...]:
    """Why a passing report of this pull request proves nothing, each a sentence; none where it may count.

    `folder` is the skill repository's in the git repository. Raises Unanswered.
    """
    compared = api.get(f"compare/{pull.base.sha}...{pull.head.sha}", Compared, per_page=1)
    before = _entries(api, compared.merge_base_commit.sha)
    after = _entries(api, pull.head.sha)
    if before is None or after is None:
        return ("The repository is too large to tell whether the workflow or the policy changed.",)
    policies = (PurePosixPath(folder) / "policies").as_posix().casefold() + "/"
    changed = sorted(
        path
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path) and _decides(path, policies)
    )
    return (_sentence(changed),) if changed else ()


def _entries(api: Api, commit: str) -> dict[str, tuple[str, str]] | None:
    """Mode and id of every entry by path; None where GitHub does not list them all."""
    listing = api.get(f"git/trees/{commit}", Listing, recursive="1")
    if listing.truncated:
        return None
    if not listing.tree:
        raise Unanswered("GitHub", f"the tree of {commit[:12]} came without entries")
    return {entry.path: (entry.mode, entry.sha) for entry in listing.tree if entry.mode != "040000"}


def _decides(path: str, policies: str) -> bool:
    return path.casefold().startswith(policies) or _DECIDES.search(path) is not None


def _sentence(changed: list[str]) -> str:
    shown = ", ".join(f"`{shortened(visible(path), 100).replace('`', chr(39))}`" for path in changed[:_SHOWN])
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return (
        f"This pull request changes what decides on it ({shown}{more}), and the report comes from its own "
        "run: it is not taken as proof. Review those files, and run the check from the base branch."
    )
