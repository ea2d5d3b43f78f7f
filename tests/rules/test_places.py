"""Where a finding of the sandbox points: to the skill's own file and line, never to anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.evidence import PhaseEvidence, ReportedEvent
from checker.model.outcome import Finding
from checker.model.skill import Entry, FileKind, Skill
from checker.rules.sandbox.findings import findings
from tests.support import verdicts
from tests.support.policies import skill

FILES = (
    "SKILL.md",
    "skill.yaml",
    "run.py",
    "scripts/größe.py",
    "tests/test_a.py",
    "tests/test_a_b.py",
    "a\nb.py",
)
OUTPUT = """\
=================================== FAILURES ===================================
__________________________________ test_first __________________________________

    def test_first():
>       helped()
tests/test_a.py:17:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
tests/test_a.py:3: AssertionError
_______________________________ TestOne.test_two _______________________________
tests/test_a.py:30: in test_two
run.py:1: AssertionError
________________________________ test_unplaced _________________________________
E   AssertionError
__________________________________ test_first __________________________________
tests/test_a_b.py:8: AssertionError
=========================== short test summary info ============================
tests/test_a.py:99: no heading above
"""
COLLECTING = """\
==================================== ERRORS ====================================
_______________________ ERROR collecting tests/test_a.py _______________________
{}
"""


def made(folder: str = "skills/x", packages: tuple[str, ...] = ()) -> Skill:
    paths = [name if folder == "." else f"{folder}/{name}" for name in FILES]
    entries = tuple(Entry(path=path, kind=FileKind.FILE, digest="d") for path in paths)
    return skill(folder, packages, files=entries)


def found(phase: PhaseEvidence, one: Skill | None = None) -> Finding:
    (finding,) = findings(one or made(), (phase,), verdicts.level_settings())
    return finding


def place(
    phase: str, *failures: str, output: str = "", one: Skill | None = None
) -> tuple[str | None, int | None]:
    finding = found(
        PhaseEvidence(phase=phase, status="failed", reason="so", failures=failures, output=output), one
    )
    assert (finding.rule, finding.subject) == ("sandbox", phase)  # what a waiver goes by
    return finding.file, finding.line


MANIFEST = ("skills/x/skill.yaml", None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("run.py: does not compile: invalid syntax (run.py, line 12)", ("skills/x/run.py", 12)),
        ("run.py: does not compile: '(' was never closed (run.py, line 1)", ("skills/x/run.py", 1)),
        ("run.py: does not compile: source code cannot contain null bytes", ("skills/x/run.py", None)),
        ("run.py: --help: exit code 1: boom (run.py, line 3)", ("skills/x/run.py", None)),
        ("scripts/größe.py: --help: exit code 1", ("skills/x/scripts/größe.py", None)),
        ("a\\x0ab.py: does not compile: x (a\\x0ab.py, line 2)", ("skills/x/a\\x0ab.py", 2)),
        ("/etc/passwd: does not compile: x (passwd, line 1)", MANIFEST),
        ("../y/run.py: does not compile: x (run.py, line 1)", MANIFEST),
        ("run.py: does not compile: x (run.py, line 0)", ("skills/x/run.py", None)),
        ("run.py", MANIFEST),
    ],
)
def test_a_script_that_fails(line, expected):
    assert place("scripts", line) == expected


def test_the_first_failure_that_has_a_place_is_pointed_to():
    assert (
        place("scripts", "gone.py: --help: exit code 1", "run.py: --help: exit code 1")[0]
        == "skills/x/run.py"
    )


def test_a_skill_at_the_root():
    line = "run.py: does not compile: invalid syntax (run.py, line 1)"
    assert place("scripts", line, one=made(".")) == ("run.py", 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tests.test_a::test_first", ("skills/x/tests/test_a.py", 17)),
        ("tests/test_a.py::test_first", ("skills/x/tests/test_a.py", 17)),
        ("tests.test_a.TestOne::test_two", ("skills/x/tests/test_a.py", 30)),
        ("tests.test_a::test_unplaced", ("skills/x/tests/test_a.py", None)),
        ("tests.test_a::test_of_no_heading", ("skills/x/tests/test_a.py", None)),
        ("tests.test_a_b::test_first", ("skills/x/tests/test_a_b.py", 8)),
        ("tests.test_gone::test_first", MANIFEST),
        ("run::test", ("skills/x/run.py", None)),
        ("no report: pytest ended with exit code 3 before it could write one", MANIFEST),
    ],
)
def test_a_test_that_fails(line, expected):
    assert place("tests", line, output=OUTPUT) == expected


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ('E     File "/skill/tests/test_a.py", line 5\nE       def (', 5),
        ("Traceback:\ntests/test_a.py:2: in <module>\n    import gone", 2),
        ('E     File "/usr/lib/tests/test_a.py", line 5', None),
    ],
)
def test_a_test_file_that_cannot_be_collected(said, line):
    told = place("tests", "::tests.test_a", output=COLLECTING.format(said))
    assert told == ("skills/x/tests/test_a.py", line)


def test_a_module_that_cannot_be_imported_is_where_its_package_is_declared():
    one = made(packages=("requests", "PyYAML", "Some.Thing"))
    assert place("import", "yaml: exit code 1: ImportError", one=one) == ("skills/x/skill.yaml", 4)
    assert place("import", "some_thing: exit code 1", one=one) == ("skills/x/skill.yaml", 5)
    assert place("import", "nobody: exit code 1", one=one) == MANIFEST


@pytest.mark.parametrize(
    ("kind", "rule", "evidence"),
    [
        ("network", "network-attempt", {"network_attempts": 1}),
        ("canary", "canary-touched", {}),
        ("escape", "escape-attempt", {}),
        ("write", "wrote-outside", {}),
    ],
)
def test_behaviour_points_to_the_line_that_the_audit_hook_names(kind, rule, evidence):
    def phase(name: str, *wheres: str) -> PhaseEvidence:
        events = tuple(ReportedEvent(kind=kind, what="it", where=where) for where in wheres)
        return PhaseEvidence(phase=name, status="passed", tests_collected=1, reported=events, **evidence)

    finding = found(phase("tests", "requests/api.py:3", "run.py:9"))
    assert (finding.rule, finding.subject) == (rule, "tests")
    assert (finding.file, finding.line) == ("skills/x/run.py", 9)
    finding = found(phase("scripts", "scripts/gr\\xf6\\xdfe.py:4"))
    assert (finding.file, finding.line) == ("skills/x/scripts/größe.py", 4)
    for where in (
        "",
        "run.py",
        "run.py:0",
        "run.py:x",
        "../x/run.py:1",
        "/skill/run.py:1",
        "run.py:99999999",
    ):
        assert found(phase("scripts", where)).file == "skills/x/skill.yaml"
    assert found(phase("import", "run.py:9")).file == "skills/x/skill.yaml"  # a package's file of that name


WORDS = st.sampled_from(
    [*FILES, ":", "::", "tests.test_a", "1", "line 2)", "does not compile: ", " ", "../", "\n"]
)


@given(
    st.sampled_from(["import", "scripts", "tests"]),
    st.lists(st.lists(WORDS).map("".join) | st.text(), max_size=3),
    st.text() | st.just(OUTPUT),
)
def test_whatever_is_reported_the_place_is_the_skills_own(phase, failures, output):
    file, line = place(phase, *failures, output=output)
    assert file in {f"skills/x/{name}".replace("\n", "\\x0a") for name in FILES}
    assert line is None or line >= 1
