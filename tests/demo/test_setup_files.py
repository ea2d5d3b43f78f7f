"""Requirements files, Makefile and CI entry keep their promises."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.demo import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = PYPROJECT["project"]["dependencies"]
DECLARED = {
    "run.txt": RUN,
    "dev.txt": [*RUN, *PYPROJECT["dependency-groups"]["dev"]],
    "safety.txt": [*RUN, *PYPROJECT["project"]["optional-dependencies"]["safety"]],
    "build.txt": PYPROJECT["build-system"]["requires"],
    "bootstrap.txt": ["uv"],
}


def pins(name):
    """Name → (version, number of hashes) in a requirements file."""
    found = {}
    for block in (ROOT / "requirements" / name).read_text().replace("\\\n", "").splitlines():
        requirement, *hashes = block.split(" --hash=")
        if requirement := requirement.split("#")[0].strip():
            parsed = Requirement(requirement)
            found[canonicalize_name(parsed.name)] = (next(iter(parsed.specifier)).version, len(hashes))
    return found


@pytest.mark.parametrize("name", DECLARED)
def test_requirements_are_in_step_with_pyproject(name):
    locked = pins(name)
    for text in DECLARED[name]:
        requirement = Requirement(text)
        version, _ = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), f"run `make requirements`: {text}"


@pytest.mark.parametrize("name", DECLARED)
def test_requirements_have_hashes_and_no_address(name):
    assert all(count for _, count in pins(name).values())
    assert "://" not in (ROOT / "requirements" / name).read_text()


def test_tests_run_with_the_versions_that_are_shipped():
    dev = pins("dev.txt")
    assert all(dev[package] == pin for name in DECLARED for package, pin in pins(name).items())


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_make_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    done = subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", "help"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} == phony


@pytest.mark.parametrize(
    "script", [".ci/run", *(f"scripts/{p.name}" for p in (ROOT / "scripts").glob("*.sh"))]
)
def test_scripts_are_executable_and_stop_at_the_first_error(script):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text()


def test_every_library_that_proctor_imports_is_declared():
    # What lies in these runs in the sandbox, with what is there; pydantic brings pydantic_core.
    apart = {"inside", "sidecar"}
    sources = [path for path in (ROOT / "checker").rglob("*.py") if apart.isdisjoint(path.parts)]
    imported = {name for path in sources for name in imports(path)} - {"checker", "pydantic_core"}
    declared = {canonicalize_name(Requirement(text).name) for text in RUN}
    distributions = packages_distributions()
    assert {
        name for name in imported if not declared & set(map(canonicalize_name, distributions[name]))
    } == set()


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (top for name in names if (top := name.split(".")[0]) not in sys.stdlib_module_names)
