"""One line of `packages:` in `skill.yaml`. Only what `packaging` understands goes on, in its own spelling."""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, canonicalize_name

from checker.escape import shortened, visible

_MAX_LENGTH = 1_000
_VARIABLE = re.compile(r"\$[A-Za-z_{(]|%[A-Za-z_]+%")
_PATH = re.compile(r"[./~\\]|[A-Za-z]:[\\/]|file:", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z+]+:", re.IGNORECASE)
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")


class NotDeclared(ValueError):
    """The text declares no package. The message says why; it is one line and safe to print."""


@lru_cache(maxsize=4_096)  # many skills declare the same
def requirement(text: str) -> Requirement:
    """A PEP 508 requirement; one with a URL keeps it. Do not alter it. Raises NotDeclared."""
    shown = f"`{visible(shortened(text, 120))}`"
    if fault := _suspect(text):
        raise NotDeclared(f"{shown}: {fault}")
    try:
        found = Requirement(text)
        canonicalize_name(found.name, validate=True)
    except (InvalidRequirement, InvalidName) as error:
        reason = visible(str(error).partition("\n")[0])
        raise NotDeclared(f"{shown} is not a requirement such as `pandas>=2.2`: {reason}") from error
    if found.specifier.is_unsatisfiable():
        raise NotDeclared(f"no version can satisfy {shown}")
    return found


def _suspect(text: str) -> str:
    """What installers would take for something else than a requirement, in words."""
    if len(text) > _MAX_LENGTH:
        return f"longer than {_MAX_LENGTH} characters"
    if not text.isprintable() or not text.isascii():
        return "only printable ASCII characters can stand in a requirement"
    if text.lstrip().startswith("-"):
        return "options of an installer have no place here; declare packages only"
    if _VARIABLE.search(text):
        return "environment variables are not expanded; write the value"
    return _not_a_name(text.strip())


def _not_a_name(text: str) -> str:
    if _PATH.match(text) or (text.lower().endswith(_ARCHIVE) and "@" not in text):
        return "a path is not a package; declare packages of the index by name"
    if _ADDRESS.match(text):
        return "an address alone does not name a package; write `name @ address`"
    return ""
