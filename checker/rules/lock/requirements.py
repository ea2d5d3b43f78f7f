"""What locked wheels require on a target, by the metadata the index has of each; extras are followed."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from checker.errors import Unanswered
from checker.model.lock import LockedDistribution, LockedFile
from checker.rules.lock.closure import Edges
from checker.rules.lock.target_env import best_wheel, environment, holds
from checker.tools import CoreMetadata, Index, IndexFile, Project


def installed_wheels(
    entries: Iterable[LockedDistribution], python: str, platform: str
) -> Mapping[NormalizedName, LockedFile]:
    """For each distribution the wheel an installer picks on the target. Absent: none of its wheels fits."""
    found: dict[NormalizedName, LockedFile] = {}
    for entry in entries:
        wheels = {wheel.filename: wheel for wheel in entry.wheels}
        if (best := best_wheel(wheels, python, platform)) is not None:
            found[entry.name] = wheels[best]
    return found


def served(
    entry: LockedDistribution,
    wheel: LockedFile,
    page: Project | Unanswered | None,
    direct_sources: Collection[str],
) -> IndexFile | None:
    """The index's own entry of a locked wheel: same file name, same sha256.

    A direct reference that the policy names stands for itself, since no index knows it.
    """
    if entry.direct_source is not None:
        return _itself(wheel) if entry.direct_source in direct_sources else None
    if not isinstance(page, Project) or wheel.sha256 is None:
        return None
    file = page.files.get(wheel.filename)
    return file if file is not None and file.sha256 == wheel.sha256 else None


def active_requirements(
    roots: Iterable[Requirement], known: Mapping[NormalizedName, CoreMetadata], env: Mapping[str, str]
) -> dict[NormalizedName, tuple[Requirement, ...]]:
    """The requirements of each known distribution whose markers hold, extras followed to a fixpoint.

    A distribution that nothing asks for counts without extras.
    """
    asked: dict[NormalizedName, set[str]] = {name: set() for name in known}
    found: dict[NormalizedName, dict[str, Requirement]] = {name: {} for name in known}
    queue = deque([*roots, *(Requirement(name) for name in sorted(known))])
    while queue:
        wanted = queue.popleft()
        name = canonicalize_name(wanted.name)
        extras = {"", *(canonicalize_name(extra) for extra in wanted.extras)}
        if name not in known or extras <= asked[name]:
            continue
        asked[name] |= extras
        fresh = [
            r for r in known[name].requires if str(r) not in found[name] and holds(r.marker, env, extras)
        ]
        found[name].update((str(requirement), requirement) for requirement in fresh)
        queue.extend(fresh)
    return {name: tuple(requirements.values()) for name, requirements in found.items()}


def required_names(requirements: Iterable[Requirement]) -> tuple[NormalizedName, ...]:
    """Normal names of `requirements`, sorted, each once."""
    return tuple(sorted({canonicalize_name(requirement.name) for requirement in requirements}))


def edges_of(
    entries: Collection[LockedDistribution],
    requirements: Iterable[Requirement],
    index: Index,
    *,
    python: str,
    platform: str,
) -> Edges:
    """The edges of a lock that was just made for `requirements`: nothing in it may be unknown.

    Raises Unanswered where the index does not serve a file of the lock, or cannot tell what it requires.
    """
    wheels = installed_wheels(entries, python, platform)
    pages = index.projects(entry.name for entry in entries if entry.direct_source is None)
    files = {entry.name: _chosen(entry, wheels.get(entry.name), pages.get(entry.name)) for entry in entries}
    answers = index.metadata(files.values())
    known = {name: _told(answers[file.filename]) for name, file in files.items()}
    env = environment(python, platform)
    roots = (requirement for requirement in requirements if holds(requirement.marker, env))
    return {name: required_names(found) for name, found in active_requirements(roots, known, env).items()}


def _chosen(
    entry: LockedDistribution, wheel: LockedFile | None, page: Project | Unanswered | None
) -> IndexFile:
    if isinstance(page, Unanswered):
        raise page
    file = served(entry, wheel, page, (entry.direct_source or "",)) if wheel is not None else None
    if file is None:
        raise Unanswered("package index", f"does not serve {entry.name} as the resolver locked it")
    return file


def _told(answer: CoreMetadata | Unanswered) -> CoreMetadata:
    if isinstance(answer, Unanswered):
        raise answer
    return answer


def _itself(wheel: LockedFile) -> IndexFile | None:
    if wheel.url is None or wheel.sha256 is None:
        return None
    return IndexFile(filename=wheel.filename, url=wheel.url, sha256=wheel.sha256, size=wheel.size)
