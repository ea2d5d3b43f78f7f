"""`approve`, `ban`, `reject`, `revoke`, `waive`: what is refused, and what is left as it was."""

from __future__ import annotations

import stat
import time

import pytest

from tests.cli.conftest import packaged, plain, prompt

NOW = ("--now", "2026-11-22")
REGISTRY = "policies/packages.yaml"
START = """\
version: 1
packages:
  - {name: pandas, versions: ">=2,<3", status: approved, min_maturity: intern, reason: tables}
  - {name: evil, versions: "<2", status: banned, reason: steals keys}
  - {name: asked, status: pending, reason: please}
"""


@pytest.fixture
def folder(tmp_path):
    files = {"policies/maturity.yaml": "version: 1\nextends: default\n", REGISTRY: START}
    skills = {
        **packaged("tables", "pandas", requires="numpy"),
        **prompt("notes"),
        **packaged("top", "x", maturity="autonomous"),
    }
    return plain(tmp_path / "repo", {**files, **skills})


@pytest.fixture
def edit(proctor, folder):
    def call(command, *arguments):
        clock = NOW if command in ("approve", "waive") else ()
        return proctor(command, "--path", folder, *clock, *arguments)

    return call


def approve(package, versions="", level="intern", reason="useful"):
    return ("approve", package, "--versions", versions, "--level", level, "--reason", reason)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (approve("evil", "<1.5"), "evil <2 is banned (steals keys); --lift-ban"),
        (approve("Evil", "==1.0"), "evil <2 is banned"),
        (approve("not a name"), "name: `not a name` is not the name of a package"),
        (approve("a", "2.0"), 'write "==2.0"'),
        (approve("a", ">2,<1"), "no version can satisfy"),
        (approve("a", level="student"), "student agents may use no packages"),
        (approve("a", level="senior"), "min_maturity:"),
        (approve("a", reason=" "), "an approval needs a `reason`"),
        (approve("a", reason="x\n  - name: b"), "reason: holds characters that cannot be seen"),
        (approve("a", reason="a\u202eb"), "reason: holds characters that cannot be seen"),
        ((*approve("a"), "--expires", "2026-11-21"), "expires: 2026-11-21 is in the past"),
        ((*approve("a"), "--expires", "soon"), "is not a date such as"),
        ((*approve("a"), "--lift-ban"), "--lift-ban: no ban covers every version of a"),
        ((*approve("a"), "--with-dependencies"), "no lock of a skill holds a at such a version"),
        ((*approve("pandas", ">=3"), "--with-dependencies"), "no lock of a skill holds pandas"),
        (("ban", "evil", "--versions", "<1", "--reason", "x"), "evil <2 is banned already"),
        (("reject", "pandas", "--reason", "x"), "pandas is not pending"),
        (("revoke", "asked", "--reason", "x"), "asked is not approved"),
        (("revoke", "pandas", "--versions", ">=2", "--reason", "x"), "pandas >=2 is not approved (there is pandas <3,>=2)"),
    ],
)  # fmt: skip
def test_refused_with_the_file_untouched(edit, folder, arguments, message):
    result = edit(*arguments)
    assert (result.code, message in result.err) == (2, True), result.err
    assert (folder / REGISTRY).read_text() == START


WAIVER = ("--reason", "r", "--owner", "@x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("skills/none", "lock", "a", "--expires", "2026-12-01"), "no skill is at skills/none"),
        (("skills/tables", "lok", "a", "--expires", "2026-12-01"), "no check is named lok"),
        (("skills/tables", "lock", "a", "--expires", "2026-11-01"), "in the past"),
        (("skills/top", "lock", "a", "--expires", "2027-02-21"), "level autonomous: at most 90 days, until 2027-02-20"),
        (("skills/*", "lock", "a", "--expires", "2027-02-21"), "skills/top is judged at level autonomous"),
    ],
)  # fmt: skip
def test_a_waiver_that_would_never_count_is_refused(edit, folder, arguments, message):
    result = edit("waive", *arguments, *WAIVER)
    assert (result.code, message in result.err) == (2, True), result.err
    assert not (folder / "policies/waivers.yaml").exists()


def test_a_level_without_waivers_takes_none(edit, folder):
    (folder / "policies/maturity.yaml").write_text("version: 1\nextends: atom\n")
    result = edit("waive", "skills/tables", "lock", "a", "--expires", "2026-11-22", *WAIVER)
    assert "level intern, which takes no waivers" in result.err


def test_a_waiver_said_again_is_renewed_in_its_place(edit, folder):
    for day in ("2026-12-01", "2026-12-31"):
        assert edit("waive", "skills/tables", "lock", "a", "--expires", day, *WAIVER).code == 0
    text = (folder / "policies/waivers.yaml").read_text()
    assert (text.count("skill:"), "2026-12-31" in text, "2026-12-01" in text) == (1, True, False)


def test_files_that_are_not_there_yet_are_made(edit, folder):
    (folder / REGISTRY).unlink()
    result = edit(*approve("a", ">=1"))
    assert (result.code, "--- /dev/null" in result.out) == (0, True)
    assert (folder / REGISTRY).read_text().startswith("version: 1\npackages:\n  - name: a\n")


def test_dry_run_writes_nothing(edit, folder):
    result = edit(*approve("asked"), "--dry-run")
    assert ("+" in result.out, (folder / REGISTRY).read_text()) == (True, START)


def test_a_file_that_git_ignores_is_not_written_over(proctor, repo):
    repo.git("rm", "-q", "--cached", REGISTRY)
    repo.write({".gitignore": "packages.yaml\n"})
    before = (repo.path / REGISTRY).read_text()
    result = proctor("approve", "a", "--path", repo.path, *approve("a")[2:])
    assert (result.code, "git ignores it" in result.err) == (2, True)
    assert (repo.path / REGISTRY).read_text() == before


def test_permissions_stay_and_no_partial_file_is_left(edit, folder):
    (folder / REGISTRY).chmod(0o640)
    assert edit(*approve("asked")).code == 0
    assert stat.S_IMODE((folder / REGISTRY).stat().st_mode) == 0o640
    assert [path.name for path in (folder / "policies").iterdir() if "partial" in path.name] == []


def test_a_ban_of_some_versions_still_holds_and_that_is_said(edit, folder):
    result = edit(*approve("evil", ">=1"))
    assert (result.code, "note: the ban of evil <2 still holds" in result.out) == (0, True)
    assert "status: banned" in (folder / REGISTRY).read_text()


def test_a_ban_takes_the_place_of_what_lies_inside_it(edit, folder):
    result = edit("ban", "pandas", "--reason", "no more")
    assert "note: removed: pandas <3,>=2 was approved" in result.out
    assert "  - {name: pandas, status: banned, reason: no more}\n" in (folder / REGISTRY).read_text()


def test_approved_again_says_so_already(edit):
    assert edit(*approve("new", ">=1")).code == 0
    assert "says so already" in edit(*approve("new", ">=1")).out


def test_dependencies_that_are_banned_are_refused(edit, folder):
    (folder / REGISTRY).write_text(START + "  - {name: numpy, status: banned, reason: x}\n")
    result = edit(*approve("pandas", ">=2,<3"), "--with-dependencies")
    assert (result.code, "pandas brings in numpy==2.2, and numpy 2.2 is banned" in result.err) == (2, True)


def test_a_policy_that_cannot_be_read_is_not_edited(edit, folder):
    (folder / REGISTRY).write_text(START + "  - {name: x, status: actve}\n")
    result = edit(*approve("a"))
    assert (result.code, "packages.yaml:6" in result.err) == (2, True)


@pytest.mark.slow
def test_a_registry_of_10_000_entries_is_edited_in_seconds(edit, folder):
    rows = "".join(f"  - {{name: p{n}, status: pending, reason: r}}\n" for n in range(10_000))
    (folder / REGISTRY).write_text(f"version: 1\npackages:\n{rows}")
    begun = time.monotonic()
    assert edit(*approve("p5000")).code == 0
    assert time.monotonic() - begun < 30
