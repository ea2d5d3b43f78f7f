"""The reference of the files names every key, and its examples load."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from checker.load.schema import GrantRow, MaturityFile, PackageRow, SkillFile, WaiverRow
from checker.model.policy import (
    AdvisorySettings,
    LevelSettings,
    Limits,
    LockSettings,
    SandboxSettings,
    Target,
)
from tests.support.policies import default_policy, loaded_skill, policy_from

SKILL_MD = "---\nname: tables\ndescription: x\n---\n"
DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "policy.md").read_text()
MANIFEST = (DOCS / "checks/manifest.md").read_text()
MODELS = [
    MaturityFile,
    GrantRow,
    PackageRow,
    WaiverRow,
    SkillFile,
    LevelSettings,
    Limits,
    LockSettings,
    AdvisorySettings,
    SandboxSettings,
    Target,
]


def blocks(text, file):
    return [
        block
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        if block.startswith(f"# {file}\n")
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_described(model):
    for key in model.model_fields:
        assert f"`{key}`" in REFERENCE, key


def test_the_examples_load():
    (packages,) = blocks(REFERENCE, "policies/packages.yaml")
    (waivers,) = blocks(REFERENCE, "policies/waivers.yaml")
    for maturity in blocks(REFERENCE, "policies/maturity.yaml"):
        policy = policy_from(maturity, packages, waivers)
        assert len(policy.entries) == 3
        assert len(policy.waivers) == 1
    (manifest,) = blocks(REFERENCE, "skills/tables/skill.yaml")
    assert (
        loaded_skill(
            {"SKILL.md": "---\nname: tables\ndescription: x\n---\n", "skill.yaml": manifest}
        ).problems
        == ()
    )


def test_the_failing_example_fails_as_told_and_the_remedy_helps():
    failing, remedied = blocks(MANIFEST, "skills/tables/skill.yaml")
    found = loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": failing}).problems
    assert "\n".join(f"{p.location}: {p.message}" for p in found) in MANIFEST
    assert loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": remedied}).problems == ()


def test_the_presets_say_what_the_reference_says():
    policy = default_policy()
    assert (policy.lock.max_packages, policy.lock.timeout_seconds, policy.lock.exclude_newer) == (
        200,
        120,
        None,
    )
    assert (policy.advisories.source, policy.advisories.max_age_days) == ("online", 7)
    assert (policy.sandbox.base, policy.sandbox.max_wheel_mb, policy.sandbox.max_unpacked_mb) == (
        "host",
        512,
        2048,
    )


@pytest.mark.parametrize("name", ["atom", "default", "strict"])
def test_every_key_of_a_preset_has_a_comment(name):
    lines = (DOCS.parent / "policies" / f"{name}.yaml").read_text().split("\n")
    keys = [(before, line) for before, line in pairwise(lines) if re.match(r"\w+:", line)]
    assert len(keys) == len(MaturityFile.model_fields) + 1
    assert [line for before, line in keys if not before.startswith("#")] == []
