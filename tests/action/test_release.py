"""Version, changelog, docs and the release's workflow say the same, and the wheel holds what it must."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

from checker import __version__
from checker.load.validate import FILE_VERSION
from checker.model.rescan import Rescan
from checker.model.verdict import VERDICT_VERSION
from scripts import changelog
from tests.action.conftest import ROOT

CHANGES = (ROOT / "CHANGELOG.md").read_text()
PAGE = (ROOT / "docs/releasing.md").read_text()
RELEASE = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())


def test_the_changelog_leads_to_the_version():
    known = list(changelog.sections(CHANGES))
    released = [Version(name) for name in known if name != "Unreleased"]
    assert "Unreleased" not in known[1:], "what is not released stands first"
    assert released == sorted(released, reverse=True)
    assert changelog.version() == __version__
    if known[0] == "Unreleased":
        assert all(Version(__version__) >= one for one in released)
    else:
        assert Version(__version__) == released[0]


NEWS = "## 0.2.0 - 2026-12-01\n\n- News\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout of version 0.2.0 with a changelog."""
    (tmp_path / "checker").mkdir()
    (tmp_path / "checker/__init__.py").write_text('__version__ = "0.2.0"\n')

    def write(text: str) -> Path:
        (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{text}")
        return tmp_path

    return write


@pytest.mark.parametrize("text", [NEWS, f"## Unreleased\n\n{NEWS}"])
def test_a_tag_that_fits_gives_its_notes(checkout, text):
    assert changelog.notes("v0.2.0", checkout(text)) == "- News"


@pytest.mark.parametrize(
    ("text", "tag", "why"),
    [
        (f"## Unreleased\n\n- More\n\n{NEWS}", "v0.2.0", "changes under Unreleased"),
        ("## Unreleased\n", "v0.2.0", "says nothing of 0.2.0"),
        (NEWS, "v0.3.0", "calls itself 0.2.0"),
        (NEWS.replace(" - ", ", "), "v0.2.0", "is neither"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(checkout, text, tag, why):
    with pytest.raises(SystemExit, match=why):
        changelog.notes(tag, checkout(text))


def test_pages_that_name_a_version_name_this_one():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        named = re.findall(r"\bproctor==(\d[\w.]*)", path.read_text())
        assert set(named) <= {__version__}, path.name


def test_schema_versions_are_those_of_the_code():
    rows = re.findall(r"^\| (.+) \| (\d+) \| \[([^]]+)\]\(([^)]+)\) \|$", PAGE, re.MULTILINE)
    written = {
        "the verdict as JSON": VERDICT_VERSION,
        "the rescan as JSON": Rescan.model_fields["version"].default,
    }
    for what, number, label, link in rows:
        assert int(number) == written.get(what, FILE_VERSION), what
        assert label.endswith(f"-{number}.schema.json")
        assert (ROOT / "docs" / link).exists()
    schemas = {path.name for path in (ROOT / "docs").rglob("*.schema.json")}
    assert {label for _, _, label, _ in rows} == schemas


def test_the_wheel_is_built_once_tested_and_then_published_by_nobodys_token():
    build, publish = (RELEASE["jobs"][name] for name in ("build", "publish"))
    runs = [step.get("run", "") for step in build["steps"]]
    assert [run.split()[0] for run in runs if run] == ["scripts/build-release.sh", "scripts/test-wheel.sh"]
    assert build["permissions"] == {"contents": "read"}
    assert publish["needs"] == "build"
    assert publish["permissions"]["id-token"] == "write"
    last = publish["steps"][-1]["run"]
    assert "--trusted-publishing always dist/*.whl" in last
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text()
    assert not any("build" in step.get("run", "") for step in publish["steps"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built


def test_the_wheel_has_the_code_the_presets_and_the_workflow_and_nothing_else(wheel):
    assert wheel.name == f"proctor-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        shipped = archive.read("checker/data/init/proctor.yml")
    assert shipped == (ROOT / "examples/workflows/pull-request.yml").read_bytes()
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "checker").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    presets = {f"checker/presets/{path.name}" for path in (ROOT / "policies").glob("*.yaml")}
    inside = {name for name in names if not name.startswith(f"proctor-{__version__}.dist-info/")}
    assert inside == sources | presets | {"checker/data/init/proctor.yml"}


@pytest.mark.slow
def test_tests_run_on_the_files_of_the_wheel(wheel):
    """The fast way to see that `scripts/test-wheel.sh` puts the wheel in place of the sources."""
    look = "import checker, pathlib; p = pathlib.Path(checker.__file__).parent; print(p, (p / 'presets').is_dir())"
    done = subprocess.run(
        [ROOT / "scripts/test-wheel.sh", wheel, sys.executable, "-c", look], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    place, presets = done.stdout.split()
    assert place.endswith("/proctor/checker")
    assert not place.startswith(str(ROOT))
    assert presets == "True"
