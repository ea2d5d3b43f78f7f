"""The runners of the phases, outside of the box: they are plain programs of the standard library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.engines.sandbox import inside
from checker.escape import decode
from checker.model.evidence import PhaseEvidence
from checker.model.skill import Entry, FileKind, Skill
from checker.rules.sandbox.places import of_failures

pytestmark = pytest.mark.slow

FOLDER = Path(inside.__file__).parent


def ask(runner: str, order: dict[str, Any], cwd: Path) -> tuple[int, dict[str, Any]]:
    done = started(runner, order, cwd)
    return done.returncode, json.loads(done.stdout)


def started(runner: str, order: dict[str, Any], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(FOLDER / runner)],
        input=json.dumps(order).encode(),
        capture_output=True,
        cwd=cwd,
        env={"PATH": os.environ["PATH"]},
        timeout=60,
    )


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_one_import_that_fails_hides_no_other(tmp_path: Path) -> None:
    order = {"modules": ["json", "no_such_module", "zlib"], "timeout": 20}
    code, report = ask("import_modules.py", order, tmp_path)
    assert code == 1
    assert report == {
        "summary": "2 of 3 modules imported",
        "failures": ["no_such_module: exit code 1: ModuleNotFoundError: No module named 'no_such_module'"],
        "broken": "",
    }


def test_a_file_of_the_skill_does_not_stand_in_for_a_declared_package(tmp_path: Path) -> None:
    write(tmp_path, {"no_such_module.py": "", "zlib.py": "raise SystemExit(1)"})
    _, report = ask("import_modules.py", {"modules": ["no_such_module", "zlib"], "timeout": 20}, tmp_path)
    assert (report["summary"], len(report["failures"])) == ("1 of 2 modules imported", 1)


GUARD = "if __name__ == '__main__':\n    "
PARSER = "import argparse\np = argparse.ArgumentParser()\n"


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("def f(:\n", "does not compile"),
        ("x = 1\n", ""),
        (f"{PARSER}{GUARD}p.parse_args()\n", ""),
        (f"{PARSER}p.parse_args()\n", ""),
        (f"{PARSER}{GUARD}raise SystemExit(3)\n", "--help: exit code 3"),
        (f"{PARSER}{GUARD}import time; time.sleep(60)\n", "--help: no answer within 3 s"),
        # No options: starting it would do its work.
        (f"import sys\n{GUARD}raise SystemExit(len(sys.argv))\n", ""),
        ("import sys\nraise SystemExit(4)\n", ""),
        (f"import sys\n{GUARD}raise SystemExit(7 if '--help' in sys.argv else 0)\n", "--help: exit code 7"),
        # A parser that only a function uses, and nothing starts.
        ("import click\n@click.command()\ndef main():\n    pass\n", ""),
    ],
)
def test_scripts(tmp_path: Path, text: str, failure: str) -> None:
    write(tmp_path, {"a.py": text, "ok.py": ""})
    code, report = ask("check_scripts.py", {"files": ["a.py", "ok.py"], "timeout": 3}, tmp_path)
    assert code == (1 if failure else 0)
    assert [failure in line for line in report["failures"]] == ([True] if failure else [])


def test_a_script_may_be_meant_as_a_module(tmp_path: Path) -> None:
    write(tmp_path, {"s/helper.py": "", "s/a.py": f"import s.helper\n{PARSER}{GUARD}p.parse_args()\n"})
    assert ask("check_scripts.py", {"files": ["s/a.py"], "timeout": 20}, tmp_path)[0] == 0


def test_a_failure_tells_the_last_line(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": f"{PARSER}import no_such_module\n{GUARD}p.parse_args()\n"})
    _, report = ask("check_scripts.py", {"files": ["a.py"], "timeout": 20}, tmp_path)
    assert report["failures"] == [
        "a.py: --help: exit code 1: ModuleNotFoundError: No module named 'no_such_module'"
    ]


def test_a_script_finds_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, {"s/helper.py": "", "s/a.py": f"import helper\n{PARSER}{GUARD}p.parse_args()\n"})
    assert ask("check_scripts.py", {"files": ["s/a.py"], "timeout": 20}, tmp_path)[0] == 0


def outcome_of(folder: Path, command: list[str] | None = None) -> tuple[int, dict[str, Any]]:
    return ask("run_tests.py", {"command": command, "timeout": 60, "own_pytest": True}, folder)


HIDE = "import atexit, os\natexit.register(os._exit, 0)\n"


@pytest.mark.parametrize(
    ("text", "code", "failure"),
    [
        ("def test_a(): pass\n", 0, ""),
        ("def test_a(): assert 0\n", 1, "test_a"),
        (f"{HIDE}def test_a(): assert 0\n", 1, "exit code 0 although tests failed"),
        ("import os\ndef test_a(): os._exit(0)\n", 1, "no report"),
        ("import os\nos._exit(0)\n", 1, "no report"),
        ("import os\ndef test_a(): os._exit(97)\n", 1, "no report: pytest ended with exit code 97"),
        ("x = 1\n", 1, "no test ran: 0 skipped, exit code 5"),
        ("import pytest\n@pytest.mark.skip\ndef test_a(): pass\n", 1, "no test ran: 1 skipped"),
        ("import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGKILL)\n", 1, "killed by signal 9"),
    ],
)
def test_tests_are_believed_by_their_report(tmp_path: Path, text: str, code: int, failure: str) -> None:
    write(tmp_path, {"tests/test_a.py": text})
    found, report = outcome_of(tmp_path)
    assert (found, report["broken"]) == (code, "")
    assert failure in " ".join(report["failures"])


def test_a_finding_points_to_where_the_runners_say_that_it_failed(tmp_path: Path) -> None:
    texts = {
        "run.py": "def f(:\n",
        "tests/test_a.py": "def test_a(): pass\n\nclass TestB:\n    def test_b(self):\n        assert 0\n",
    }
    write(tmp_path, texts)
    entries = tuple(Entry(path=f"skills/x/{name}", kind=FileKind.FILE, digest="d") for name in texts)
    skill = Skill(id="skills/x", skill_md="skills/x/SKILL.md", files=entries)
    orders = {"scripts": ("check_scripts.py", {"files": list(texts), "timeout": 20})}
    orders["tests"] = ("run_tests.py", {"command": None, "timeout": 60, "own_pytest": True})
    places = []
    for name, (runner, order) in orders.items():
        done = started(runner, order, tmp_path)
        failures, output = json.loads(done.stdout)["failures"], decode(done.stderr)
        phase = PhaseEvidence(phase=name, status="failed", failures=failures, output=output)
        places.append(str(of_failures(skill, phase)))
    assert places == ["skills/x/run.py:1", "skills/x/tests/test_a.py:5"]


@pytest.mark.parametrize("command", [["python", "-B", "-m", "pytest", "-q"], ["pytest", "tests"]])
def test_a_declared_pytest_has_to_report_too(tmp_path: Path, command: list[str]) -> None:
    write(tmp_path, {"tests/test_a.py": f"{HIDE}def test_a(): assert 0\n"})
    assert "exit code 0 although tests failed" in outcome_of(tmp_path, command)[1]["failures"]


def test_other_commands_are_judged_by_their_exit_code_and_that_is_said(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, ["true"]) == (
        0,
        {"summary": "judged by the exit code alone", "failures": [], "broken": ""},
    )
    assert outcome_of(tmp_path, ["false"])[1]["failures"] == ["false: exit code 1"]
    assert outcome_of(tmp_path, ["no-such-command"])[1]["failures"] == [
        "no-such-command: No such file or directory"
    ]


def test_what_a_child_prints_is_not_the_report(tmp_path: Path) -> None:
    forged = json.dumps({"summary": "fine", "failures": [], "broken": ""})
    write(tmp_path, {"forge.py": f"print({forged!r}, flush=True)\nraise SystemExit(1)\n"})
    assert outcome_of(tmp_path, [sys.executable, "forge.py"])[1]["failures"] != []


FORGE = """
import atexit, os, sys
cases = {cases!r}
path = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
def forge():
    with open(path, "w") as file:
        file.write("<testsuites><testsuite>" + cases + "</testsuite></testsuites>")
    os._exit(0)
atexit.register(forge)
"""
PASSED = '<testcase classname="tests.test_a" name="test_a" />'


@pytest.mark.parametrize(
    ("cases", "text", "failure"),
    [
        (
            PASSED,
            "def test_a(): assert 0\n",
            "the report leaves out tests that failed tests/test_a.py::test_a",
        ),
        (PASSED, "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n", "what ran was 0 passed"),
        (
            PASSED * 40,
            "def test_a(): pass\n",
            "tells of 40 passed, 0 failed, 0 skipped, but what ran was 1 passed",
        ),
        (PASSED, "", "but what ran was 0 passed, 0 failed, 0 skipped"),
        (PASSED, "raise OSError\n", "the report leaves out tests that failed tests/test_a.py"),
    ],
)
def test_a_report_written_anew_at_the_end_is_not_believed(
    tmp_path: Path, cases: str, text: str, failure: str
) -> None:
    write(tmp_path, {"conftest.py": FORGE.format(cases=cases), "tests/test_a.py": text})
    code, report = outcome_of(tmp_path)
    assert code == 1
    assert failure in " ".join(report["failures"])


def test_what_reports_hold_beside_plain_tests_agrees_with_what_ran(tmp_path: Path) -> None:
    text = (
        "import pytest, unittest\n"
        "@pytest.mark.parametrize('n', [1, '::|`'])\ndef test_a(n): pass\n"
        "@pytest.mark.xfail\ndef test_b(): assert 0\n"
        "class TestC(unittest.TestCase):\n"
        "    def test_c(self):\n        for n in range(3):\n            with self.subTest(n=n):\n                pass\n"
    )
    skipped = "import pytest\npytest.importorskip('no_such_module')\n"
    write(tmp_path, {"tests/test_a.py": text, "tests/test_s.py": skipped})
    code, report = outcome_of(tmp_path)
    assert (code, report) == (
        0,
        {"summary": "3 passed, 0 failed, 2 skipped", "failures": [], "broken": "", "collected": 5},
    )


def test_who_writes_to_the_channel_is_noticed(tmp_path: Path) -> None:
    meddle = "import gc, os\ndef test_a():\n    (t,) = [o for o in gc.get_objects() if type(o).__name__ == 'Teller']\n"
    write(tmp_path, {"tests/test_a.py": meddle + "    os.write(t._pipe, b'no line of ours')\n"})
    assert "tampered with" in " ".join(outcome_of(tmp_path)[1]["failures"])


def test_pytest_that_cannot_be_imported_is_no_fault_of_the_tests(tmp_path: Path) -> None:
    """Told by the launcher; the file stands for a dependency of pytest's that the skill has in another version."""
    write(
        tmp_path,
        {"pytest.py": "raise ImportError('no such name')", "tests/test_a.py": "def test_a(): pass\n"},
    )
    code, report = outcome_of(tmp_path)
    assert (code, report["failures"]) == (1, [])
    assert report["broken"] == "pytest could not be imported: its message is in the output"


def test_who_says_that_there_is_no_pytest_after_tests_ran_is_not_believed(tmp_path: Path) -> None:
    meddle = "import gc, os\ndef test_a():\n    (t,) = [o for o in gc.get_objects() if type(o).__name__ == 'Teller']\n"
    line = '["pytest could not be imported", "failed"]\\n'
    text = f"def test_0(): pass\n{meddle}    os.write(t._pipe, b'{line}')\n    os._exit(1)\n"
    write(tmp_path, {"tests/test_a.py": text})
    _, report = outcome_of(tmp_path)
    assert (report["broken"], report["failures"]) == (
        "",
        ["no report: pytest ended with exit code 1 before it could write one"],
    )
