"""The example repository is what its README says, before any of Proctor looks at it."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checker.engines.worktree import WorkTree
from checker.load.policy import load_policy
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from scripts.demo import EDIT, EXAMPLE, MERGED, NOW, contributed

SKILLS = sorted(path.name for path in (EXAMPLE / "skills").iterdir())
POLICIES = {path.stem: yaml.safe_load(path.read_text()) for path in (EXAMPLE / "policies").iterdir()}
REGISTRY = {canonicalize_name(entry["name"]): entry for entry in POLICIES["packages"]["packages"]}
TODAY = dt.datetime.fromisoformat(NOW).date()


def manifest(skill):
    path = EXAMPLE / "skills" / skill / "skill.yaml"
    return yaml.safe_load(path.read_text()) if path.exists() else {}


def declared(skill):
    return [Requirement(text) for text in manifest(skill).get("packages", [])]


@pytest.mark.parametrize("skill", SKILLS)
def test_skill_md_has_the_fields_of_the_format(skill):
    _, frontmatter, body = (EXAMPLE / "skills" / skill / "SKILL.md").read_text().split("---\n", 2)
    fields = yaml.safe_load(frontmatter)
    assert fields["name"] == skill
    assert 20 < len(fields["description"]) <= 1024
    assert body.strip().startswith("# ")


@pytest.mark.parametrize("skill", SKILLS)
def test_every_script_compiles(skill):
    for path in (EXAMPLE / "skills" / skill).rglob("*.py"):
        ast.parse(path.read_text(), str(path))


@pytest.mark.parametrize("skill", SKILLS)
def test_every_declared_package_is_in_the_registry(skill):
    for requirement in declared(skill):
        assert canonicalize_name(requirement.name) in REGISTRY


def test_the_registry_holds_nothing_that_no_skill_uses():
    used = {canonicalize_name(requirement.name) for skill in SKILLS for requirement in declared(skill)}
    assert set(REGISTRY) == used


def test_each_kind_of_denial_is_shown():
    by_status = {entry["status"] for entry in REGISTRY.values()}
    assert by_status == {"approved", "pending", "banned"}
    above = [name for name, entry in REGISTRY.items() if entry.get("min_maturity") == "supervised"]
    assert above == ["psutil"]


def test_approvals_and_waivers_hold_on_the_day_of_the_demo():
    approvals = [entry for entry in REGISTRY.values() if entry["status"] == "approved"]
    assert all(entry["approved_on"] <= TODAY <= entry["expires"] for entry in approvals)
    assert all(waiver["expires"] >= TODAY for waiver in POLICIES["waivers"]["waivers"])


def test_the_readme_lists_every_skill():
    listed = re.findall(r"^\| `([a-z-]+)` \|", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == SKILLS


def test_no_lock_and_no_address_of_an_index_is_committed():
    assert not list(EXAMPLE.rglob("pylock*.toml"))
    text = "".join(path.read_text() for path in EXAMPLE.rglob("*") if path.is_file())
    assert not re.search(r"https?://(?!example\.com/)", text)


def test_the_contributor_moves_a_merged_skill_ahead_of_its_lock():
    file, old, new = EDIT
    assert file.split("/")[1] in MERGED
    assert old in (EXAMPLE / file).read_text()
    assert Requirement(old).specifier != Requirement(new).specifier
    assert sorted([*MERGED, *contributed()]) == SKILLS


def test_the_loader_has_nothing_to_complain_of():
    tree = WorkTree(EXAMPLE)
    policy, repository = load_policy(tree), load_repository(tree)
    assert [Path(folder).name for folder in repository.folders] == SKILLS
    assert repository.problems == ()
    assert [load_skill(tree, folder, policy).problems for folder in repository.folders.values()] == [
        ()
    ] * len(SKILLS)
