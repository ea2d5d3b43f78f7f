"""Which releases of a distribution could replace the locked one on a target. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, NormalizedName, parse_wheel_filename
from packaging.version import Version

from checker.errors import Unanswered
from checker.rules.lock.graph import Case
from checker.rules.lock.target_env import best_wheel
from checker.tools import Index, IndexFile, Project


class Shelf:
    """The releases of many distributions for many skills, each page sorted out once for each kind of target.

    All cases that are asked about share one policy.
    """

    def __init__(self, index: Index, now: dt.datetime) -> None:
        """`now` is the run's clock: a release that is too young does not count."""
        self.index, self.now = index, now
        self._sorted: dict[tuple[str, str, str, bool], dict[Version, IndexFile]] = {}

    def releases(self, case: Case, name: NormalizedName) -> dict[Version, IndexFile]:
        """As `releases`, from the index's page. Raises Unanswered."""
        key = (name, case.python, case.target.platform, _prereleases(case, name))
        if key not in self._sorted:
            project = self.index.projects([name])[name]
            if isinstance(project, Unanswered):
                raise project
            self._sorted[key] = releases(case, project, self.now)
        return self._sorted[key]


def releases(case: Case, project: Project, now: dt.datetime) -> dict[Version, IndexFile]:
    """The wheel to install of each version, rising; what a lock would not take is left out.

    Left out: yanked files, files for other targets or Pythons, pre-releases unless one is locked, and what
    was uploaded too late for the policy.
    """
    pre = _prereleases(case, project.name)
    by_version: dict[Version, dict[str, IndexFile]] = {}
    for file in project.files.values():
        version = _version(file.filename, project.name)
        if version is not None and (pre or not version.is_prerelease) and _usable(case, file, now):
            by_version.setdefault(version, {})[file.filename] = file
    chosen = {version: _best(case, by_version[version]) for version in sorted(by_version)}
    return {version: file for version, file in chosen.items() if file is not None}


def _prereleases(case: Case, name: NormalizedName) -> bool:
    """Whether pre-releases count: where one is locked."""
    entry = case.entries.get(name)
    return entry is not None and entry.version is not None and entry.version.is_prerelease


def _version(filename: str, name: NormalizedName) -> Version | None:
    try:
        owner, version, _, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    return version if owner == name else None


def _usable(case: Case, file: IndexFile, now: dt.datetime) -> bool:
    return file.yanked is None and _supports(case, file) and _old_enough(case, file, now)


def _supports(case: Case, file: IndexFile) -> bool:
    try:
        return SpecifierSet(file.requires_python or "").contains(case.env["python_full_version"])
    except InvalidSpecifier:
        return False


def _old_enough(case: Case, file: IndexFile, now: dt.datetime) -> bool:
    youngest = now - dt.timedelta(days=case.policy.min_release_age_days)
    limit = case.policy.lock.exclude_newer
    latest = min(youngest, limit) if limit is not None else youngest
    return file.uploaded is None or file.uploaded <= latest


def _best(case: Case, files: Mapping[str, IndexFile]) -> IndexFile | None:
    name = best_wheel(files, case.python, case.target.platform)
    return files[name] if name is not None else None
