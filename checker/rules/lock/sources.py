"""Does everything in a lock come from the policy's index, as a wheel, or from where the policy says? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from checker.errors import Unanswered
from checker.model.lock import LockedDistribution, LockedFile
from checker.model.outcome import Finding
from checker.rules.lock.findings import about_entry, quoted
from checker.rules.lock.graph import Case
from checker.rules.lock.origin import Projects
from checker.rules.lock.shape import files_of
from checker.tools import Project

RULE = "sources"


def judge_sources(case: Case, projects: Projects | None) -> Iterator[Finding]:
    """Findings about entries from elsewhere, as far as the index answered; `uncompared` says how far not.

    Without `projects` no host is compared: no index is asked.
    """
    for entry in case.lock.distributions:
        if entry.direct_source is not None:
            yield from _direct(case, entry, entry.direct_source)
        elif not entry.wheels and entry.name not in case.policy.source_builds:
            message = (
                f"{entry.name} is locked as a source archive only; the policy allows no source build of it"
            )
            yield _finding(case, entry, message, f"name `{entry.name}` in `source_builds`")
        for file in files_of(entry):
            yield from _file(case, entry, file)
        project = (projects or {}).get(entry.name)
        if entry.direct_source is None and isinstance(project, Project) and project.files:
            yield from _hosts(case, entry, project)


def uncompared(projects: Projects) -> Iterator[str]:
    """Why hosts were not compared, for each distribution that the index gave no answer for."""
    for name, answer in sorted(projects.items()):
        if isinstance(answer, Unanswered):
            yield f"{name}: {answer.reason}"


def host(url: str) -> str:
    """Host and port of an address, without credentials; "" where it is none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _direct(case: Case, entry: LockedDistribution, source: str) -> Iterator[Finding]:
    if source not in case.policy.direct_sources:
        where = quoted(source)
        message = f"{entry.name} comes from {where}, which the policy does not name"
        yield _finding(case, entry, message, f"name `{where}` in `direct_sources`")


def _file(case: Case, entry: LockedDistribution, file: LockedFile) -> Iterator[Finding]:
    name = quoted(file.filename)
    if file.path is not None:
        yield _finding(case, entry, f"{name} is a local path: {quoted(file.path)}")
    if file.url is not None and _scheme(file.url) not in ("http", "https"):
        yield _finding(case, entry, f"{name} is not at an http(s) address: {quoted(file.url)}")


def _hosts(case: Case, entry: LockedDistribution, project: Project) -> Iterator[Finding]:
    """A hash that fits makes the content right, but whoever installs the lock would still call that host."""
    known = {host(file.url) for file in project.files.values()} | {host(project.index)}
    named = [*(file.url for file in files_of(entry)), entry.index]
    foreign = {host(url) for url in named if url is not None} - known
    for one in sorted(foreign):
        where = quoted(one) or "nowhere"
        yield _finding(
            case, entry, f"{entry.name} is to be fetched from {where}, not from the policy's index"
        )


def _finding(case: Case, entry: LockedDistribution, message: str, policy: str = "") -> Finding:
    remedy = (
        f"ask a code owner to {policy} of {case.policy.file}, or take it out of the skill" if policy else ""
    )
    return about_entry(case, entry, message, rule=RULE, remedy=remedy)


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
