"""Is what a lock names really what the policy's index serves? Pure.

A lock is written by whoever opens the change. An installer takes a file from any address as long as its hash
fits the one beside it, so neither says anything about where the file comes from. Only the index does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from packaging.requirements import Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from checker.errors import Unanswered
from checker.model.lock import LockedDistribution, LockedFile
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.rules.lock.findings import about_entry, quoted
from checker.rules.lock.graph import Case, Graph
from checker.rules.lock.shape import files_of
from checker.rules.lock.step import admits
from checker.tools import IndexFile, Project

Projects = Mapping[NormalizedName, Project | Unanswered]


def judge_origin(case: Case, graph: Graph, projects: Projects) -> Iterator[Finding]:
    """Findings about every file the index answered for; `untold` says what nobody answered."""
    for entry in case.lock.distributions:
        project = projects.get(entry.name)
        if entry.direct_source is None and isinstance(project, Project):
            yield from _entry(case, entry, project)
            yield from _prerelease(case, graph, entry, project)


def untold(graph: Graph, failed: Collection[str]) -> dict[NormalizedName, str]:
    """For each distribution that cannot be verified: what is not known of it.

    Unknown requirements of a distribution that `failed` anyway are no reason of their own.
    """
    return {name: why for name, why in graph.unknown.items() if name not in failed} | dict(graph.unanswered)


def _entry(case: Case, entry: LockedDistribution, project: Project) -> Iterator[Finding]:
    if not project.files:
        yield about_entry(case, entry, f"{entry.name} is not in the policy's index")
        return
    for file in files_of(entry):
        for message in _file(entry, file, project):
            yield about_entry(case, entry, message)
    yield from _yanked(case, entry, project)


def _file(entry: LockedDistribution, file: LockedFile, project: Project) -> Iterator[str]:
    name, served = quoted(file.filename), project.files.get(file.filename)
    if not _agrees(entry, file.filename):
        yield f"{name} is not a file of {entry.name} {entry.version}"
    if served is None:
        yield f"{name} is not in the policy's index"
    elif served.sha256 is None:
        yield f"the policy's index gives no sha256 for {name}, so nothing vouches for it"
    elif file.sha256 != served.sha256:
        yield f"{name} has another sha256 in the policy's index"
    elif None not in (file.size, served.size) and file.size != served.size:
        yield f"{name} has {served.size} bytes in the policy's index, {file.size} in the lock"


def _yanked(case: Case, entry: LockedDistribution, project: Project) -> Iterator[Finding]:
    reasons = {file.yanked for file in served_files(entry, project) if file.yanked is not None}
    if reasons:
        why = quoted("; ".join(sorted(filter(None, reasons)))) or "no reason given"
        message = f"{entry.name} {entry.version} was yanked: {why}"
        yield about_entry(case, entry, message, severity=Severity.WARNING)


def _prerelease(case: Case, graph: Graph, entry: LockedDistribution, project: Project) -> Iterator[Finding]:
    """PEP 440: a pre-release only where one is asked for by name, or where no final release would do."""
    if entry.version is None or not entry.version.is_prerelease:
        return
    asking = [r for r in _requirements(case, graph) if canonicalize_name(r.name) == entry.name]
    if any(requirement.specifier.prereleases for requirement in asking):
        return
    finals = {version for version in _versions(project) if not version.is_prerelease}
    fitting = [version for version in finals if all(admits(r.specifier, version) for r in asking)]
    if fitting:
        message = (
            f"{entry.name} {entry.version} is a pre-release that nothing asks for; {max(fitting)} is final"
        )
        yield about_entry(case, entry, message)


def _requirements(case: Case, graph: Graph) -> Iterator[Requirement]:
    yield from (package.requirement for package in case.declared)
    for requirements in graph.requires.values():
        yield from requirements


def _versions(project: Project) -> Iterable[Version]:
    parsed = (_parsed(filename) for filename, file in project.files.items() if file.yanked is None)
    return {found[1] for found in parsed if found is not None}


def served_files(entry: LockedDistribution, project: Project | Unanswered | None) -> tuple[IndexFile, ...]:
    """The index's own entries of a locked distribution's files, as far as it has them."""
    if not isinstance(project, Project):
        return ()
    return tuple(project.files[f.filename] for f in files_of(entry) if f.filename in project.files)


def _agrees(entry: LockedDistribution, filename: str) -> bool:
    return _parsed(filename) == (entry.name, entry.version)


def _parsed(filename: str) -> tuple[NormalizedName, Version] | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[:2]
        return parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
