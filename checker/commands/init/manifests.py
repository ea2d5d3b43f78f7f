"""The `skill.yaml` of every skill that needs one and has none, read back before anybody writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.utils import NormalizedName, canonicalize_name

from checker.commands.init.proposal import NOTHING, Proposal, propose
from checker.commands.init.texts import manifest_text, use
from checker.commands.init.wanted import Remark, Wanted
from checker.escape import visible
from checker.load.declared import NotDeclared, requirement
from checker.load.discover import discover
from checker.load.skill import MANIFEST
from checker.load.skill_files import SkillFiles
from checker.load.skill_yaml import read_skill_yaml
from checker.model.base import Location
from checker.model.discovery import Discovery
from checker.model.level import Level
from checker.model.plan import Repository, SkillFolder
from checker.model.policy import Policy
from checker.model.skill import FileKind
from checker.tools import Progress, Tree

_PYTHON = (".py", ".pyw", ".ipynb")


@dataclass(frozen=True)
class Manifest:
    """What became of one skill's manifest: `text` is to be written to `path`; "" where none is.

    `why` says why not, `open` what a person has to look at, `uses` who uses each package and why,
    `ungoverned` how many installs of other managers (npm, brew) it has.
    """

    skill: str
    path: str
    text: str = ""
    proposal: Proposal = NOTHING
    why: str = ""
    open: tuple[Remark, ...] = ()
    uses: Mapping[NormalizedName, str] = field(default_factory=dict)
    ungoverned: int = 0


def manifests(
    tree: Tree, repository: Repository, policy: Policy, level: Level | None, progress: Progress
) -> tuple[Manifest, ...]:
    """One for each skill, in the order of their folders."""
    made = []
    for folder in repository.folders.values():
        progress.step("discovering", folder.id)
        made.append(_manifest(tree, folder, policy, level))
    return tuple(made)


def _manifest(tree: Tree, folder: SkillFolder, policy: Policy, level: Level | None) -> Manifest:
    path = MANIFEST if folder.id == "." else f"{folder.id}/{MANIFEST}"
    fatal = next((problem for problem in folder.problems if problem.fatal), None)
    if fatal is not None:
        return Manifest(folder.id, path, why=fatal.message, open=(Remark(fatal.location, fatal.message),))
    files = SkillFiles(tree, folder)
    if path in tree.entries():
        return Manifest(folder.id, path, why="has a skill.yaml")
    if misnamed := next(files.similar(MANIFEST), None):
        remark = Remark(Location(file=misnamed), f"not read under this name: rename it to {MANIFEST}")
        return Manifest(folder.id, path, why=remark.text, open=(remark,))
    found = discover(tree, folder, python=policy.default_python)
    if not _has_python(folder) and not found.declarations and not found.imports:
        problems = tuple(Remark(p.location, p.message) for p in found.not_understood)
        return Manifest(folder.id, path, why="no Python", open=problems, ungoverned=len(found.not_governed))
    return _written(folder, path, found, level)


def _written(folder: SkillFolder, path: str, found: Discovery, level: Level | None) -> Manifest:
    proposal = _acceptable(propose(found))
    text = manifest_text(proposal, folder.id, level)
    if not _reads_back(text, path, proposal):
        whole = Remark(
            Location(file=path), "the proposal does not read back as it was meant: write it by hand"
        )
        return Manifest(folder.id, path, why=whole.text, open=(whole, *proposal.open))
    uses = {canonicalize_name(one.requirement.name): use(one, folder.id) for one in proposal.packages}
    count = len(found.not_governed)
    return Manifest(folder.id, path, text, proposal, open=proposal.open, uses=uses, ungoverned=count)


def with_python(manifest: Manifest, level: Level | None, python: str | None) -> Manifest:
    """The manifest with the Python the skill was locked for, if that is not the policy's default."""
    if python is None:
        return manifest
    return replace(manifest, text=manifest_text(manifest.proposal, manifest.skill, level, python))


def _acceptable(proposal: Proposal) -> Proposal:
    """Without the lines that `skill.yaml` would refuse; those are left to a person."""
    kept: list[Wanted] = []
    refused: list[Remark] = []
    for one in proposal.packages:
        try:
            requirement(str(one.requirement))
            kept.append(one)
        except NotDeclared as error:
            refused.append(Remark(one.places[0], str(error)))
    return proposal._replace(packages=tuple(kept), open=(*proposal.open, *refused))


def _reads_back(text: str, path: str, proposal: Proposal) -> bool:
    read = read_skill_yaml(text.encode("utf-8"), path)
    meant = [str(one.requirement) for one in proposal.packages]
    return not read.problems and [str(package.requirement) for package in read.packages] == meant


def _has_python(folder: SkillFolder) -> bool:
    readable = (entry for entry in folder.files if entry.kind in (FileKind.FILE, FileKind.EXECUTABLE))
    return any(entry.path.lower().endswith(_PYTHON) for entry in readable)


def remarks(made: Manifest) -> Iterator[str]:
    """What a person has to look at, a line each."""
    for remark in made.open:
        yield f"{visible(str(remark.location))}: {remark.text}"
