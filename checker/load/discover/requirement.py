"""One requirement as somebody wrote it: a PEP 508 requirement, or the reason why it is none."""

from __future__ import annotations

import re
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from checker.escape import shortened, visible
from checker.model.discovery import Source

_LONGEST = 2_000
_VARIABLE = re.compile(r"\$[A-Za-z_{(]|%[A-Za-z_]+%")
_VCS = re.compile(r"(git|hg|svn|bzr)\+|git@", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|file:", re.IGNORECASE)
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_ARCHIVE = re.compile(r"\.(whl|zip|egg|tgz|tbz2?|tar(\.\w+)?)(\[[^]]*\])?$", re.IGNORECASE)
_NAMED_URL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*@\s*\S")


class NotARequirement(ValueError):
    """The text is neither a requirement nor a source Proctor can name."""


def classified(raw: str, source: Source | None = None, name: NormalizedName | None = None) -> dict[str, Any]:
    """The fields `text`, `requirement`, `source` and `name` of a Declaration. Raises NotARequirement.

    A `source` that the caller knows (an option said so) overrules what the text looks like.
    """
    if len(raw) > _LONGEST:
        raise NotARequirement(f"a requirement of {len(raw)} characters: not read")
    text = " ".join(raw.split())
    shown = shortened(visible(text), 200)
    source = source or _source(text)
    if source is not None:
        return {"text": shown, "source": source, "name": name or _named(text)}
    requirement = _requirement(text, shown)
    if requirement.url is not None:
        return {
            "text": shown,
            "source": _of_url(requirement.url),
            "name": canonicalize_name(requirement.name),
        }
    return {"text": shown, "requirement": requirement, "name": canonicalize_name(requirement.name)}


def _source(text: str) -> Source | None:
    if _VARIABLE.search(text):
        return Source.EXPANSION
    if _VCS.match(text):
        return Source.VCS
    if _URL.match(text):
        return Source.URL
    bare = text.partition(";")[0].strip()
    if _NAMED_URL.match(bare):
        return None
    is_path = text.startswith((".", "/", "~", "\\")) or "/" in bare or "\\" in bare or _ARCHIVE.search(bare)
    return Source.PATH if is_path else None


def _of_url(url: str) -> Source:
    if _VCS.match(url):
        return Source.VCS
    return Source.PATH if url.lower().startswith("file:") or "://" not in url else Source.URL


def _requirement(text: str, shown: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise NotARequirement(f"not a requirement (PEP 508): `{shown}`") from error


def _named(text: str) -> NormalizedName | None:
    found = _EGG.search(text) or _NAMED_URL.match(text)
    return canonicalize_name(found[1]) if found else None
