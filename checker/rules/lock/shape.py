"""What can be said of a lock by looking at it alone: its target and its entries. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from checker.model.lock import LockedDistribution, LockedFile
from checker.model.outcome import Finding
from checker.rules.lock.findings import about_entry, about_lock, quoted
from checker.rules.lock.graph import Case
from checker.rules.lock.target_env import holds


def judge_shape(case: Case) -> Iterator[Finding]:
    """Findings about the lock's target and about each entry, without asking anything outside."""
    yield from _target(case)
    counts = Counter(d.name for d in case.lock.distributions)
    for entry in case.lock.distributions:
        if counts[entry.name] > 1:
            yield about_entry(case, entry, f"{entry.name} is locked {counts[entry.name]} times")
        yield from _entry(case, entry)


def _target(case: Case) -> Iterator[Finding]:
    lock, target = case.lock, case.target
    if lock.locked_target not in (None, target.name):
        yield about_lock(case, f"locked for target {quoted(lock.locked_target or '')}, not {target.name}")
    if lock.locked_python not in (None, case.python):
        yield about_lock(case, f"locked for Python {quoted(lock.locked_python or '')}, not {case.python}")
    elif lock.requires_python and not SpecifierSet(lock.requires_python).contains(f"{case.python}.0"):
        yield about_lock(case, f"requires Python {lock.requires_python}; the target has {case.python}")
    if lock.environments and not any(holds(Marker(text), case.env) for text in lock.environments):
        yield about_lock(case, f"its environments leave out target {target.name}")


def _entry(case: Case, entry: LockedDistribution) -> Iterator[Finding]:
    if entry.version is None:
        yield about_entry(case, entry, f"{entry.name} is locked without a version")
    if entry.marker is not None and not holds(Marker(entry.marker), case.env):
        marker = quoted(entry.marker)
        yield about_entry(case, entry, f"{entry.name} is left out on the target by its marker: {marker}")
    if entry.direct_source is None and entry.wheels and entry.name not in case.installed:
        yield from _unfitting(case, entry)
    for file in files_of(entry):
        if file.sha256 is None:
            yield about_entry(case, entry, f"{quoted(file.filename)} has no sha256")


def files_of(entry: LockedDistribution) -> tuple[LockedFile, ...]:
    """Wheels first, then the source archive."""
    return (*entry.wheels, *((entry.sdist,) if entry.sdist else ()))


def _unfitting(case: Case, entry: LockedDistribution) -> Iterator[Finding]:
    if entry.name not in case.policy.source_builds:
        message = f"no wheel of {entry.name} fits {case.target.platform} with Python {case.python}"
        yield about_entry(case, entry, message)
