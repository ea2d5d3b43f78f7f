"""Progress: plain lines where nobody watches, a drawing on a terminal, and nothing foreign raw in either."""

from __future__ import annotations

import io
import re
import threading

from checker.engines.progress import DrawnProgress, PlainProgress, progress_on
from checker.tools import Progress
from tests.support.harmless import assert_harmless

HOSTILE = "\x1b[2J::add-mask::x\n##[error]\u202e[red]bold[/red]"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def steps(progress: Progress) -> None:
    progress.step("locking", "skills/a")
    progress.step("locking", "skills/a")
    progress.step("scanning")
    progress.step("running", HOSTILE)


def test_plain_lines():
    stream = io.StringIO()
    with progress_on(stream) as progress:
        assert isinstance(progress, PlainProgress)
        steps(progress)
    lines = re.sub(r"\d+\.\d s", "N s", stream.getvalue()).splitlines()
    assert [re.sub(r" +", " ", line) for line in lines] == [
        "proctor: N s locking: skills/a",
        "proctor: N s scanning",
        "proctor: N s running: \\x1b[2J::add-mask::x\\x0a##\\[error]\\u202e[red]bold[/red]",
    ]
    assert_harmless(stream.getvalue(), kept="\n")


def test_a_terminal_gets_a_drawing_that_leaves_no_foreign_control():
    stream = Terminal()
    with progress_on(stream) as progress:
        assert isinstance(progress, DrawnProgress)
        steps(progress)
        progress.step("locking", "once more")
    drawn = stream.getvalue()
    assert "locking" in drawn
    assert "once more" in drawn
    assert "[red]" in drawn
    assert "\x1b[2J\x1b" not in drawn
    assert "\u202e" not in drawn
    assert "::add-mask" not in re.sub(r"\\x1b\[2J::add-mask", "", drawn)


def test_steps_of_several_threads_stay_whole_lines():
    stream = io.StringIO()
    progress = PlainProgress(stream)
    work = [threading.Thread(target=progress.step, args=("building", f"skills/{n}" * 50)) for n in range(20)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 20
    assert all(line.startswith("proctor: ") for line in lines)
