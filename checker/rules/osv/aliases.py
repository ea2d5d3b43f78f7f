"""Which ids mean the same advisory, and one advisory made of all of them.

Aliases only: `related` records are about something else.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.model.advisory import Advisory
from checker.rules.osv.rating import worst

#: Which id a merged advisory goes by. GHSA and PYSEC records are about packages, CVE records about anything.
_PREFERRED = ("MAL-", "GHSA-", "PYSEC-", "CVE-")


def families(groups: Iterable[Iterable[str]]) -> dict[str, str]:
    """Map every id to the smallest id of its family: ids are one family when a chain of groups joins them."""
    parent: dict[str, str] = {}
    for group in groups:
        roots = {_root(parent, name) for name in group}
        parent.update(dict.fromkeys(roots, min(roots, default="")))
    return {name: _root(parent, name) for name in parent}


def merge(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """One advisory for each family, sorted by id. The order of the input never matters."""
    every = list(advisories)
    family = families((advisory.id, *advisory.aliases) for advisory in every)
    members: dict[str, list[Advisory]] = {}
    for advisory in every:
        members.setdefault(family[advisory.id], []).append(advisory)
    return tuple(sorted((merged(same) for same in members.values()), key=lambda advisory: advisory.id))


def merged(same: Iterable[Advisory]) -> Advisory:
    """One advisory out of at least one: all ids, the worst severity, every fix, everyone who reported it."""
    same = sorted(same, key=lambda advisory: (*preference(advisory.id), advisory.summary))
    chosen = same[0].id
    names = {name for advisory in same for name in (advisory.id, *advisory.aliases)}
    published = [advisory.published for advisory in same if advisory.published is not None]
    return Advisory(
        id=chosen,
        aliases=tuple(sorted(names - {chosen}, key=preference)),
        severity=worst(advisory.severity for advisory in same),
        summary=next((advisory.summary for advisory in same if advisory.summary), ""),
        fixed_versions=tuple(sorted({version for advisory in same for version in advisory.fixed_versions})),
        published=min(published, default=None),
        reported_by=tuple(sorted({engine for advisory in same for engine in advisory.reported_by})),
    )


def preference(name: str) -> tuple[int, str]:
    """Sort key: the id a reader can use best comes first."""
    ranks = (rank for rank, prefix in enumerate(_PREFERRED) if name.startswith(prefix))
    return next(ranks, len(_PREFERRED)), name


def _root(parent: dict[str, str], name: str) -> str:
    path = [name]
    while (above := parent.setdefault(path[-1], path[-1])) != path[-1]:
        path.append(above)
    parent.update(dict.fromkeys(path, path[-1]))
    return path[-1]
