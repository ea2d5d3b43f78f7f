"""Phase `tests`: run the skill's tests and believe a report, not an exit code. Runs inside the box.

Order: {"command": [argv] or null (pytest), "timeout": seconds, "own_pytest": the skill brings its own}.
`atexit` and `os._exit(0)` turn failed tests into exit code 0, so pytest has to leave a JUnit report that
agrees with its exit code and with what was told while the tests ran (`outcomes.py`), and counts at least one.
How many were collected is reported, too: the host knows how many there must be at least.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from checker.engines.sandbox.inside import children
    from checker.engines.sandbox.inside.outcomes import Outcomes
else:  # in the box there is no package, only this folder
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import children
    from outcomes import Outcomes

_LAUNCHER = str(Path(__file__).resolve().with_name("with_pytest.py"))
#: What the launcher tells in place of outcomes. An exit code would not do: any test may end with any.
_NO_PYTEST = "pytest could not be imported"


def main() -> None:
    """Run the declared command, or pytest, and report."""
    children.shield()
    order = children.order()
    arguments = pytest_arguments(order["command"])
    if arguments is None:
        plain(order["command"], order["timeout"])
    with tempfile.TemporaryDirectory(prefix="proctor-") as folder:
        with_report(arguments, folder, order)


def pytest_arguments(command: list[str] | None) -> list[str] | None:
    """What a command gives to pytest, or None when it is not pytest that it starts."""
    if command is None:
        return []
    if re.search(r"(^|/)(pytest|py\.test)$", command[0]):
        return command[1:]
    if re.search(r"(^|/)python[0-9.]*$", command[0]) and "-m" in command:
        at = command.index("-m")
        flags = command[1:at]
        if command[at + 1 : at + 2] == ["pytest"] and all(flag.startswith("-") for flag in flags):
            return command[at + 2 :]
    return None


def plain(command: list[str], timeout: float) -> NoReturn:
    """A command of another kind: its exit code is all there is, and the summary says so."""
    try:
        code = children.child(command, timeout)
    except OSError as error:
        children.report("the test command could not be started", [f"{command[0]}: {error.strerror}"])
    failures = [] if code == 0 else [f"{command[0]}: {children.ending(code, timeout)}"]
    children.report("judged by the exit code alone", failures)


def with_report(arguments: list[str], folder: str, order: dict[str, Any]) -> NoReturn:
    """Run pytest in a child and compare its exit code with the report it had to write."""
    path = os.path.join(folder, "report.xml")  # noqa: PTH118 - as above
    outcomes = Outcomes()
    whose = "own" if order["own_pytest"] else "layer"
    start = [sys.executable, _LAUNCHER, str(outcomes.writing), whose]
    # The root is read-only, so pytest's cache goes to /tmp instead of warning about it.
    options = ["--junitxml=" + path, "-o", "cache_dir=" + folder + "/cache"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = children.child([*start, *arguments, *options], order["timeout"], env, (outcomes.writing,))
    told = outcomes.told()
    if told == {_NO_PYTEST: "failed"}:
        children.report("", [], broken=f"{_NO_PYTEST}: its message is in the output")
    counts, failed = read(path)
    failures = verdict(code, counts, failed, order["timeout"]) or disagreements(counts or {}, told)
    children.report(_words(counts or {}), failures, collected=sum((counts or {}).values()))


def read(path: str) -> tuple[dict[str, int] | None, list[str]]:
    """Counts of a JUnit report and the names of failed tests, or (None, []) when there is none."""
    try:
        cases = ET.parse(path).getroot().iter("testcase")  # noqa: S314 - hostile, and inside the box
        counts, failed = {"passed": 0, "failed": 0, "skipped": 0}, []
        for case in cases:
            kinds = {part.tag for part in case}
            kind = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            counts[kind] += 1
            if kind == "failed":
                failed.append(f"{case.get('classname', '')}::{case.get('name', '')}")
    except (OSError, ET.ParseError):
        return None, []
    return counts, failed


def verdict(code: int | None, counts: dict[str, int] | None, failed: list[str], timeout: float) -> list[str]:
    """Every reason to call this run failed."""
    ending = children.ending(code, timeout)
    if counts is None:
        return [f"no report: pytest ended with {ending} before it could write one"]
    if failed:
        return ["exit code 0 although tests failed", *failed] if code == 0 else failed
    if not counts["passed"]:
        return [f"no test ran: {counts['skipped']} skipped, {ending}"]
    return [f"pytest: {ending} although no test failed"] if code != 0 else []


def disagreements(counts: dict[str, int], told: dict[str, str]) -> list[str]:
    """Why a report without failures is not believed, after what was told while the tests ran."""
    if failed := [test for test, outcome in told.items() if outcome == "failed"]:
        return ["the report leaves out tests that failed", *failed]
    ran = {kind: list(told.values()).count(kind) for kind in counts}
    if ran == counts:
        return []
    return [f"the report tells of {_words(counts)}, but what ran was {_words(ran)}"]


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


if __name__ == "__main__":
    main()
