"""Is a lock in step with what the skill declares: every requirement met, and nothing beyond them?

Pure: the graph says what is required, this module compares it with what is locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from checker.model.outcome import Finding
from checker.model.skill import DeclaredPackage
from checker.rules.lock.closure import chains
from checker.rules.lock.findings import about_entry, about_skill, quoted
from checker.rules.lock.graph import Case, Graph


def judge_step(case: Case, graph: Graph) -> Iterator[Finding]:
    """Findings about declarations, requirements of locked distributions, and what nobody requires.

    Where the requirements of a reachable distribution are not known, nothing is called superfluous.
    """
    for package in case.declared:
        yield from _declared(case, package)
    reached = chains(graph.roots, graph.edges)
    for name in sorted(reached.keys() & case.entries.keys()):
        entry = case.entries[name]
        for message in (*_required(case, graph, name), *_python(case, graph, name)):
            yield about_entry(case, entry, message)
    if not graph.unknown.keys() & reached.keys():
        for name in sorted(case.entries.keys() - reached.keys()):
            message = f"{name} is locked, but nothing that the skill declares requires it"
            yield about_entry(case, case.entries[name], message)


def admits(specifier: SpecifierSet, version: Version) -> bool:
    """Whether a version is in range. Whether a pre-release may be chosen at all is another question."""
    return specifier.contains(version, prereleases=True)


def _declared(case: Case, package: DeclaredPackage) -> Iterator[Finding]:
    entry, requirement = case.entries.get(package.name), package.requirement
    lock = PurePosixPath(case.lock.file).name
    if entry is None:
        message = f"{package.name} is declared, but not in {lock}"
    elif requirement.url is not None and entry.direct_source is None:
        message = (
            f"{package.name} is declared from {quoted(requirement.url)}, but {lock} takes it from an index"
        )
    elif entry.version is not None and not admits(requirement.specifier, entry.version):
        message = f"{package.name}{requirement.specifier} is declared, but {lock} has {entry.version}"
    else:
        return
    yield about_skill(case.skill, package.name, message, package.location)


def _required(case: Case, graph: Graph, name: NormalizedName) -> Iterator[str]:
    for wanted in graph.edges.get(name, ()):
        if wanted not in case.entries:
            yield f"{name} requires {wanted}, which is not locked"
    for requirement in graph.requires.get(name, ()):
        entry = case.entries.get(canonicalize_name(requirement.name))
        if entry is None or entry.version is None or admits(requirement.specifier, entry.version):
            continue
        yield f"{name} requires {entry.name}{requirement.specifier}, but {entry.version} is locked"


def _python(case: Case, graph: Graph, name: NormalizedName) -> Iterator[str]:
    supported = graph.pythons.get(name)
    if supported and not SpecifierSet(supported).contains(case.env["python_full_version"]):
        yield f"{name} supports Python {supported} only; the target has {case.python}"
