"""The example's harmless skills do what their folder is there to show, under plain Python.

The two that attack (`log-summary`, `big-sort`) run in the sandbox only, never here.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.demo import EXAMPLE

ATTACKERS = {"log-summary", "big-sort"}
SKILLS = sorted(path.parents[1] for path in EXAMPLE.glob("skills/*/tests/test_*.py"))
HARMLESS = [skill for skill in SKILLS if skill.name not in ATTACKERS]
RED = {"business-days"}

pytestmark = [pytest.mark.network, pytest.mark.slow]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An environment with everything that the harmless skills declare."""
    folder = tmp_path_factory.mktemp("skills") / "venv"
    manifests = [yaml.safe_load((skill / "skill.yaml").read_text()) for skill in HARMLESS]
    packages = [package for manifest in manifests for package in manifest.get("packages", [])]
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, folder], check=True)
    interpreter = folder / "bin" / "python"
    subprocess.run([*uv, "pip", "install", "-q", "--python", interpreter, "pytest", *packages], check=True)
    return interpreter


@pytest.mark.parametrize("skill", HARMLESS, ids=lambda path: path.name)
def test_its_own_tests_end_as_they_should(skill, python, tmp_path):
    command = yaml.safe_load((skill / "skill.yaml").read_text()).get("test", ["python", "-m", "pytest", "-q"])
    done = run(python, command[1:], skill, tmp_path)
    assert (done.returncode != 0) is (skill.name in RED), done.stdout


@pytest.mark.parametrize("skill", HARMLESS, ids=lambda path: path.name)
def test_its_scripts_answer_help(skill, python, tmp_path):
    for script in sorted(skill.glob("scripts/*.py")):
        if "argparse" in script.read_text():
            assert "usage:" in run(python, [script, "--help"], skill, tmp_path).stdout


def run(python: Path, arguments, skill: Path, tmp_path: Path):
    # Outside of the checkout, so that neither its pytest settings nor its packages reach the skill.
    copy = tmp_path / skill.name
    if not copy.exists():
        copy.mkdir()
        for path in skill.rglob("*.*"):
            target = copy / path.relative_to(skill)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    arguments = [copy / a.relative_to(skill) if isinstance(a, Path) else a for a in arguments]
    return subprocess.run([python, *arguments], cwd=copy, capture_output=True, text=True, timeout=60)
