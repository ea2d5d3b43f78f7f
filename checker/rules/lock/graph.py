"""What each distribution of a lock requires on the lock's target, and who says so.

Online, that is the core metadata of the wheel an installer would pick, found in the index by name and hash;
offline, the lock's own claim. Every check that needs edges comes through `graph_of`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from checker.errors import Unanswered
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.model.policy import Policy, Target
from checker.model.skill import DeclaredPackage, Skill
from checker.rules.lock.closure import Edges
from checker.rules.lock.requirements import active_requirements, installed_wheels, required_names, served
from checker.rules.lock.target_env import environment, holds
from checker.tools import CoreMetadata, Index, IndexFile, Project


@dataclass(frozen=True)
class Case:
    """One lock of one skill, for one target of the policy."""

    skill: Skill
    policy: Policy
    target: Target
    lock: Lock

    @property
    def python(self) -> str:
        """The target's Python, "3.11": the policy's for this target, else the skill's, else the default."""
        return self.target.python or self.skill.python or self.policy.default_python

    @cached_property
    def env(self) -> dict[str, str]:
        """Marker variables of the target."""
        return environment(self.python, self.target.platform)

    @cached_property
    def declared(self) -> tuple[DeclaredPackage, ...]:
        """What the skill declares for this target: a declaration whose marker is false asks for nothing."""
        return tuple(p for p in self.skill.packages if holds(p.requirement.marker, self.env))

    @cached_property
    def entries(self) -> Mapping[NormalizedName, LockedDistribution]:
        """The lock's entries by name. Of duplicates, which are a finding of their own, the last."""
        return {d.name: d for d in self.lock.distributions}

    @cached_property
    def indexed(self) -> frozenset[NormalizedName]:
        """The names an index is asked about: what comes from a direct reference is none of its business."""
        return frozenset(name for name, d in self.entries.items() if d.direct_source is None)

    @cached_property
    def installed(self) -> Mapping[NormalizedName, LockedFile]:
        """As `installed_wheels`, on the case's own target."""
        return installed_wheels(self.entries.values(), self.python, self.target.platform)


@dataclass(frozen=True)
class Graph:
    """The requirements that hold on the target.

    `roots` are the declared names, `edges` what each distribution requires. `requires` has the requirements
    themselves where metadata told them (`source` "index"), `pythons` each one's Requires-Python. `unknown`
    says of which distributions the requirements are not known, and why; `unanswered` are those of them that
    the index failed to answer for.
    """

    source: Literal["index", "lock"]
    roots: tuple[NormalizedName, ...]
    edges: Edges
    requires: Mapping[NormalizedName, tuple[Requirement, ...]]
    pythons: Mapping[NormalizedName, str]
    unknown: Mapping[NormalizedName, str]
    unanswered: Mapping[NormalizedName, str]


def graph_of(case: Case, index: Index | None) -> Graph:
    """The graph of a lock: by the index's metadata, or without an index by what the lock claims."""
    roots = tuple(sorted({package.name for package in case.declared}))
    if index is None:
        return _claimed(case.lock, roots)
    projects = index.projects(case.indexed)
    files = _files(case, projects)
    answers = index.metadata(files.values())
    told = {name: answers[file.filename] for name, file in files.items()}
    # A direct reference may hold any wheel: only one of this name says anything about the name.
    known = {name: a for name, a in told.items() if isinstance(a, CoreMetadata) and a.name == name}
    failed = {name: answer.reason for name, answer in told.items() if isinstance(answer, Unanswered)}
    failed |= {name: page.reason for name, page in projects.items() if isinstance(page, Unanswered)}
    requires = active_requirements((p.requirement for p in case.declared), known, case.env)
    return Graph(
        source="index",
        roots=roots,
        edges={name: required_names(requirements) for name, requirements in requires.items()},
        requires=requires,
        pythons={name: found.requires_python for name, found in known.items() if found.requires_python},
        unknown={
            name: failed.get(name, "no wheel of it can be read") for name in case.entries if name not in known
        },
        unanswered=failed,
    )


def warm(index: Index, cases: Iterable[Case]) -> frozenset[str]:
    """Ask the index for the union of all locks at once, so that `graph_of` finds every answer at hand.

    Returns the pins whose wheel was asked about and not answered for.
    """
    cases = tuple(cases)
    projects = index.projects({name for case in cases for name in case.indexed})
    wanted = {
        file: str(case.entries[name].pin or name)
        for case in cases
        for name, file in _files(case, projects).items()
    }
    told = index.metadata(wanted)
    return frozenset(pin for file, pin in wanted.items() if isinstance(told[file.filename], Unanswered))


def _files(
    case: Case, projects: Mapping[NormalizedName, Project | Unanswered]
) -> dict[NormalizedName, IndexFile]:
    """The index's entry of each wheel that would be installed, where it has one."""
    allowed, wheels = case.policy.direct_sources, case.installed.items()
    found = {name: served(case.entries[name], wheel, projects.get(name), allowed) for name, wheel in wheels}
    return {name: file for name, file in found.items() if file is not None}


def _claimed(lock: Lock, roots: tuple[NormalizedName, ...]) -> Graph:
    silent = "the lock does not say what it requires"
    return Graph(
        source="lock",
        roots=roots,
        edges={d.name: d.requires for d in lock.distributions if d.requires is not None},
        requires={},
        pythons={},
        unknown={d.name: silent for d in lock.distributions if d.requires is None},
        unanswered={},
    )
