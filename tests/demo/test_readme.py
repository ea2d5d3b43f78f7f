"""What the README and its companions promise is so."""

import re
import textwrap

import pytest
import yaml

from checker.cli import COMMANDS
from checker.engines.worktree import WorkTree
from checker.load.policy import load_policy
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.verdict import DecisionWord
from scripts.demo import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md")
README = (ROOT / "README.md").read_text()


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_command_is_in_the_table_and_no_other():
    named = re.findall(r"^\| `proctor ([a-z]+)", section("Quick start"), re.MULTILINE)
    assert named == list(COMMANDS)


def test_the_exit_codes_are_those_of_the_decisions():
    rows = re.findall(r"^\| (\d) \| ([a-z]*) *\|", section("Exit codes"), re.MULTILINE)
    assert {word: int(code) for code, word in rows if word} == {
        word.value: word.exit_code for word in DecisionWord
    }
    assert [code for code, word in rows if not word] == ["2"]


def test_the_samples_are_yaml_and_the_workflow_has_no_more_rights_than_it_needs():
    samples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    assert samples
    workflow = next(sample for sample in samples if "jobs" in sample)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["proctor"]["permissions"] == {"contents": "read", "pull-requests": "write"}


def test_the_workflow_is_the_one_that_is_acted_out():
    example = (ROOT / "examples/workflows/pull-request.yml").read_text()
    assert f"```yaml\n{example}```\n" in README


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_quick_start_is_a_repository_that_loads(tmp_path):
    samples = re.findall(r"```yaml\n *# (\S+)\n(.*?)```", section("Quick start"), re.DOTALL)
    (tmp_path / "skills" / "config-merge").mkdir(parents=True)
    (tmp_path / "policies").mkdir()
    (tmp_path / "skills/config-merge/SKILL.md").write_text(
        "---\nname: config-merge\ndescription: Merge.\n---\n"
    )
    for name, text in samples:
        (tmp_path / name).write_text(textwrap.dedent(text))
    tree = WorkTree(tmp_path)
    policy = load_policy(tree)
    skill = load_skill(tree, load_repository(tree).folders["skills/config-merge"], policy)
    assert skill.problems == ()
    assert [package.name for package in skill.packages] == list(policy.entries) == ["pyyaml"]
