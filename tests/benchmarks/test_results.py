"""The page of results, part by part; what is run how often; memory of all processes; and the honest loop."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from benchmarks import __main__ as program
from benchmarks import growth, growth_page, kept, peers, plain_loop, profiled, results, scale
from benchmarks.generate import USUAL, repository
from benchmarks.measure import Sample, in_turn, processor, span
from checker.model.profile import Profile, Share
from checker.reporters.profile import render
from tests.cli.conftest import lock

pytestmark = pytest.mark.usefixtures("unpaced")
PAGE = results.whole({"one": "| a |\n", "two": "| b |\n"}, "- all of this took 2 s\n")


@pytest.fixture
def unpaced(monkeypatch):
    """The fixed loop takes half a second each time."""
    for part in (program, results):
        monkeypatch.setattr(part, "pace", lambda: "as ever")


def sections(page):
    return {part.partition("\n")[0]: part for part in page.split("## ")[1:]}


def test_a_part_measured_again_replaces_its_section_and_no_other():
    again = sections(results.spliced(PAGE, "one", "| c |\n"))
    assert "| c |" in again["one"]
    assert "| a |" not in again["one"]
    assert {name: again[name] for name in ("two", "Machine")} == {
        name: sections(PAGE)[name] for name in ("two", "Machine")
    }
    assert list(again) == ["one", "two", "Machine"]


def test_what_was_measured_apart_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(program, "RESULTS", tmp_path / "RESULTS.md")
    program.RESULTS.write_text(PAGE)
    program._write({"one": "| c |\n"}, "", whole_run=False)
    assert "| c |\n\nMeasured apart from the rest: Proctor " in sections(program.RESULTS.read_text())["one"]


def test_a_new_part_comes_before_the_machine():
    page = results.spliced(PAGE, "three", "| c |\n")
    assert list(sections(page)) == ["one", "two", "three", "Machine"]
    assert sections(results.spliced(page, "three", "| d |\n"))["two"] == sections(PAGE)["two"]


def test_the_page_there_is_can_be_spliced():
    page = program.RESULTS.read_text()
    assert set(sections(page)) - {"Machine"} <= set(program.PARTS)
    assert sections(results.spliced(page, "check", "new\n"))["image"] == sections(page)["image"]


def test_a_part_that_there_is_not_is_a_usage_error(capsys):
    assert program.main(["nothing", "--tiny"]) == 2
    assert "no such part: nothing (there are decision, " in capsys.readouterr().err


def test_a_tiny_run_writes_nothing(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(program, "RESULTS", tmp_path / "RESULTS.md")
    assert program.main(["decision", "--tiny"]) in (0, 1)
    assert "## decision\n\n| what |" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_what_takes_long_is_run_once_and_says_so():
    order = []
    things = {"fast": lambda: order.append("fast"), "slow": lambda: order.append("slow")}
    found = in_turn(things, 3, patience=0, before=lambda: order.append("before"))
    assert order == ["before", "fast", "before", "slow"]
    assert (span(found["slow"]), processor("x", found["slow"]).spread) == ("one run", "one run")
    assert span(Sample((1.0, 2.0))) == "1.00 s to 2.00 s, 2 runs"
    assert span(Sample((1.0, 2.0) * 3)) == "1.00 s to 2.00 s"


def test_memory_is_that_of_all_processes_together():
    big = "data = bytearray(60_000_000); import time; time.sleep(0.4)"
    both = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {big!r}]); {big}; child.wait()"
    done = profiled.run([sys.executable, "-c", both + "; print('said')"])
    assert done.output == "said\n"
    assert 120e6 < done.peak < 250e6
    with pytest.raises(SystemExit, match="ended with 3"):
        profiled.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_row_of_a_profile_is_what_was_said():
    profile = Profile(
        wall_seconds=3,
        cpu_seconds=3,
        shares=(
            Share(stages=("load",), wall_seconds=1, cpu_seconds=1),
            Share(stages=("build", "run"), wall_seconds=2, cpu_seconds=2),
        ),
    )
    assert profiled.profile_row(render(profile)).median == "load 1.00 s, build and run 2.00 s"


def test_a_scan_that_did_not_answer_is_seen():
    assert scale._answered(
        "skipped  lock, 2 skills: offline\nnot run  docker: --no-sandbox\n2 skills: 1 pass\n"
    )
    assert not scale._answered("not run  osv: no snapshot\n")
    assert not scale._answered("skipped  vulnerabilities, 2 skills: offline\n")
    assert not scale._answered("in part  osv: pins not answered for: 3\n")
    assert not scale._answered("  vulnerabilities could not be checked: down\n")


def test_a_generated_repository_is_kept_with_one_skill_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "SCRATCH", tmp_path)
    (tmp_path / "usual-10-old").mkdir()
    place = kept.kept(10)
    git = ("git", "-C", str(place))
    changed = subprocess.check_output([*git, "diff", "--name-only", "main", "HEAD"], text=True)
    assert changed.split() == [f"{kept.CHANGED}/scripts/run.py"]
    assert not subprocess.check_output([*git, "status", "--porcelain"])
    plain = tmp_path / "plain"
    repository(plain, skills=10)
    skill = "skills/skill-00003/pylock.toml"
    assert (place / skill).read_text() == (plain / skill).read_text()
    (place / "mark").touch()
    assert kept.kept(10, USUAL) == place
    assert [path.name for path in tmp_path.glob("usual-*")] == [place.name]
    assert (place / "mark").exists()


def test_the_plain_loop_finds_what_is_denied_and_what_is_amiss(tmp_path, capsys):
    repository(tmp_path, skills=26)
    assert plain_loop.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "skills/skill-00024\n"
    skill = tmp_path / "skills/skill-00000"
    (skill / "skill.yaml").write_text("version: 1\nmaturity: intern\npackages: [package-00000]\n")
    for other in sorted((tmp_path / "skills").iterdir())[1:]:
        shutil.rmtree(other)
    for names, amiss in {
        ("package-00000",): False,
        ("package-00000", "package-00001"): True,
        (): True,
    }.items():
        (skill / "pylock.toml").write_text(lock(*names) if names else "packages = []\n")
        plain_loop.main([str(tmp_path)])
        assert ("skills/skill-00000\n" in capsys.readouterr().out) is amiss


def test_the_table_of_growth_stands_between_its_marks():
    page = f"before\n{growth_page._BEGIN}as it was\n{growth_page._END}after\n"
    medians = {case: [0.5, 61.0] for case in growth_page.CASES}
    new = growth_page.tabled(page, (10, 10_000), medians)
    assert "| 10,000 | 61.00 s | 61.00 s | 61.00 s |\n" in new
    assert "as it was" not in new
    assert growth_page.tabled(new, (10, 10_000), medians) == new
    assert new.startswith("before\n")
    assert new.endswith("after\n")


def test_the_page_has_the_marks_and_the_plot():
    page = growth_page.PAGE.read_text()
    assert page.count(growth_page._BEGIN) == page.count(growth_page._END) == 1
    assert "(growth.svg)" in page
    assert growth_page.PLOT.exists()


@pytest.mark.slow
def test_the_plot_is_the_same_each_time_and_takes_the_pages_colour():
    medians = {case: [0.5, 2.0, 40.0] for case in growth_page.CASES}
    text = growth_page.plot((10, 100, 1_000), medians)
    assert text == growth_page.plot((10, 100, 1_000), medians)
    assert len(text) < 40_000
    assert growth_page._INK not in text
    assert "prefers-color-scheme:dark" in text
    assert all(f">{label}<" in text for label, _, _ in growth_page.CASES.values())


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A console script, and scratch space of its own."""
    script = tmp_path / "proctor"
    script.write_text(f"#!{sys.executable}\nfrom checker.cli import main\nmain()\n")
    script.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(program.RESULTS.parents[1]))
    monkeypatch.setattr(kept, "SCRATCH", tmp_path / "scratch")
    for part in (growth, scale, peers):
        monkeypatch.setattr(part, "proctor", lambda: str(script))


@pytest.mark.slow
def test_growth_has_a_row_for_every_size_and_its_limits(installed):
    before = growth_page.PAGE.read_text()
    rows = {row.what: row for row in growth.rows(tiny=True)}
    assert {row.limit for row in rows.values()} == {"", "≤ 1.50 s", "≤ 60.00 s", "≤ 2 x"}
    assert "load" in rows["· where the time of one more run went"].median
    assert growth_page.PAGE.read_text() == before


@pytest.mark.slow
def test_the_loop_and_proctor_agree_before_they_are_timed(installed, monkeypatch):
    monkeypatch.setattr(peers, "_scanner", lambda: None)
    rows = peers.rows(tiny=True)
    assert [row.median for row in rows][-1].startswith("not measured: ")
    with pytest.raises(SystemExit, match="the plain loop denies 1 skills, Proctor 0"):
        peers._agree(b'{"skills": []}', "skills/a\n")


@pytest.mark.slow
@pytest.mark.engine
def test_one_skill_passes_scan_and_sandbox_and_all_are_scanned(installed):
    rows = {row.what: row for row in scale.rows(tiny=True)}
    assert {row.limit for row in rows.values()} == {
        "", "≤ 6.00 s", "≤ 120.00 s", "≤ 1,500 MB", "every scan answered",
    }  # fmt: skip
    assert rows["· how they end"].met
