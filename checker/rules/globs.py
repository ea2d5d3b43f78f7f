"""Path globs of the policy and of `--skill`: one meaning everywhere. Pure.

`*`, `?` and `[…]` stay within one folder name, `**` spans any number of folders, letter case counts. So
`skills/*` does not reach `skills/a/b`: a grant or a waiver never covers more than it shows.
"""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(glob: str, path: str) -> bool:
    """Tell whether the whole repository-relative `path` fits `glob`. Linear in the number of folders."""
    names = path.split("/")
    reached = {0}
    for part in glob.split("/"):
        if part == "**":
            reached = set(range(min(reached, default=len(names) + 1), len(names) + 1))
        else:
            reached = {i + 1 for i in reached if i < len(names) and fnmatchcase(names[i], part)}
    return len(names) in reached
