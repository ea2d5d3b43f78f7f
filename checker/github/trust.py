"""Whether a report may count: not where the pull request changed what decides on it, nor by another policy.

A `pull_request` run takes the workflow from the pull request itself, so its author can have it report
anything. The author also chooses the branch that it goes to, and may choose another one after the run. Trees
are compared, through the API: GitHub's lists of changed files end after 300.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.github.client import Api
from checker.github.objects import Compared, Listing, Reference
from checker.github.payload import Pull

_SHOWN = 5
_TOO_LARGE = "The repository is too large to tell whether the workflow or the policy changed."
_OTHER_POLICY = (
    "This report was judged by another policy than the one that the base branch has now: it changed, or "
    "the pull request goes to another branch. Run the check again."
)
#: Paths in any letter case: a runner's file system may not tell them apart.
_DECIDES = re.compile(r"(?:^|/)(?:\.github|\.gitattributes|action\.ya?ml|codeowners)(?:/|\Z)", re.IGNORECASE)


def doubts(api: Api, pull: Pull, folder: str, judged_by: str | None) -> tuple[str, ...]:
    """Why a passing report of this pull request proves nothing, each a sentence; none where it may count.

    `folder` is the skill repository's in the git repository, `judged_by` the commit whose policy judged
    (None: none did). Raises Unanswered.
    """
    compared = api.get(f"compare/{pull.base.sha}...{pull.head.sha}", Compared, per_page=1)
    before = _entries(api, compared.merge_base_commit.sha)
    after = _entries(api, pull.head.sha)
    if before is None or after is None:
        return (_TOO_LARGE,)
    policies = (PurePosixPath(folder) / "policies").as_posix().casefold() + "/"
    changed = sorted(
        path
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path) and _decides(path, policies)
    )
    outdated = _outdated(api, pull, policies, judged_by) if judged_by is not None else ""
    return tuple(filter(None, (_sentence(changed) if changed else "", outdated)))


def _outdated(api: Api, pull: Pull, policies: str, judged_by: str) -> str:
    """Whether the branch that the pull request goes to has another policy now than the one that judged."""
    branch = quote(f"heads/{pull.base.ref}", safe="")
    tip = api.get(f"git/ref/{branch}", Reference).object.sha
    if tip == judged_by:
        return ""
    then, now = _entries(api, judged_by), _entries(api, tip)
    if then is None or now is None:
        return _TOO_LARGE
    return "" if _below(then, policies) == _below(now, policies) else _OTHER_POLICY


def _below(entries: Mapping[str, tuple[str, str]], folder: str) -> dict[str, tuple[str, str]]:
    return {path: entry for path, entry in entries.items() if path.casefold().startswith(folder)}


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
