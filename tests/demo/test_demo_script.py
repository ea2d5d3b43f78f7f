"""The parts of scripts/demo.py, without Proctor; and the whole of it, with."""

import shutil
import subprocess
import sys

import pytest

from scripts import demo, demo_report


@pytest.fixture
def scratch(tmp_path):
    demo.git(tmp_path, "init", "--quiet", "--initial-branch=main")
    return tmp_path


def test_a_commit_has_the_storys_author_and_date_and_no_configuration_of_the_machine(scratch, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    (scratch / "file").write_text("text\n")
    demo.commit(scratch, "contributor", "A change")
    assert demo.git(scratch, "log", "--format=%an <%ae> %at %s") == (
        "Conrad Contributor <contributor@example.com> 1795176000 A change"
    )


def test_copies_leave_behind_what_running_the_skills_made(scratch, monkeypatch, tmp_path_factory):
    example = tmp_path_factory.mktemp("example")
    shutil.copytree(demo.EXAMPLE / "skills" / "letter", example / "skills" / "letter")
    (example / "skills" / "letter" / "__pycache__").mkdir()
    monkeypatch.setattr(demo, "EXAMPLE", example)
    demo.copy(scratch, ["skills/letter"])
    assert (scratch / "skills" / "letter" / "SKILL.md").is_file()
    assert not list(scratch.rglob("__pycache__"))


def test_an_edit_that_does_not_fit_ends_the_demo(scratch):
    demo.copy(scratch, ["skills/table-report"])
    demo.edit(scratch, *demo.EDIT)
    assert demo.EDIT[2] in (scratch / demo.EDIT[0]).read_text()
    with pytest.raises(SystemExit, match="does not say"):
        demo.edit(scratch, *demo.EDIT)


@pytest.mark.engine
@pytest.mark.network
@pytest.mark.slow
def test_the_readme_shows_what_the_demo_prints(tmp_path):
    command = [sys.executable, "-m", "scripts.demo", "--plain", "--scratch", str(tmp_path / "demo")]
    done = subprocess.run(command, cwd=demo.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    readme = demo.README.read_text()
    assert demo_report.put_into(readme, done.stdout) == readme, "run `make readme`"
