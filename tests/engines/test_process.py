"""Starting processes: whatever the program does, the call ends, and nothing of it is left."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from checker.engines.conversation import Conversation
from checker.engines.process import run
from checker.errors import Unanswered

ENV = {"PATH": os.environ["PATH"]}
FOREVER = "import time; time.sleep(60)"


def python(code: str, tmp_path: Path, *, timeout: float = 20, **options):
    return run("tool", [sys.executable, "-c", code], env=ENV, cwd=tmp_path, timeout=timeout, **options)


def gone(pid: int) -> bool:
    """Whether a process is over; it may stay as a zombie until its new parent collects it."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def with_grandchild(then: str) -> str:
    """A program that starts a sleeper, writes its id to the file `pid`, and goes on."""
    return (
        "import subprocess, sys, pathlib, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n"
        f"pathlib.Path('pid').write_text(str(p.pid))\n{then}"
    )


def test_output_and_exit_code_come_back_as_they_are(tmp_path):
    done = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_input_and_output_may_be_larger_than_a_pipe(tmp_path):
    data = os.urandom(5_000_000)
    done = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", tmp_path, stdin=data)
    assert done.stdout == data


def test_input_that_nobody_reads_is_no_error(tmp_path):
    assert python("pass", tmp_path, stdin=bytes(5_000_000)).returncode == 0


def test_the_environment_is_only_what_was_given(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert b"SECRET" not in python("import os; print(dict(os.environ))", tmp_path).stdout


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(Unanswered, match="not installed: no-such-program") as error:
        run("tool", ["no-such-program"], env=ENV, cwd=tmp_path, timeout=5)
    assert error.value.engine == "tool"


def test_a_missing_folder_is_not_taken_for_a_missing_program(tmp_path):
    with pytest.raises(Unanswered, match="folder gone is not there"):
        python("pass", tmp_path / "gone")


def test_a_program_that_may_not_run_and_an_argument_with_nul_are_said(tmp_path):
    (tmp_path / "plain").write_text("text")
    for argv in (["./plain"], [sys.executable, "a\0b"]):
        with pytest.raises(Unanswered, match="could not be started"):
            run("tool", argv, env=ENV, cwd=tmp_path, timeout=5)


def test_a_timeout_kills_the_grandchildren(tmp_path):
    began = time.monotonic()
    with pytest.raises(Unanswered, match=r"no answer within 1\.5 s"):
        python(with_grandchild("time.sleep(60)"), tmp_path, timeout=1.5)
    assert time.monotonic() - began < 10
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_grandchild_that_keeps_the_output_open_is_an_answer_not_known(tmp_path):
    with pytest.raises(Unanswered, match="kept its output open"):
        python(with_grandchild(""), tmp_path, timeout=5)
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_grandchild_in_its_own_session_does_not_hold_the_call_up(tmp_path):
    """It leaves the group and keeps every pipe, unread input included: the call must still end."""
    code = (
        "import subprocess, sys, pathlib\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)'], start_new_session=True)\n"
        "pathlib.Path('pid').write_text(str(p.pid))"
    )
    began = time.monotonic()
    with pytest.raises(Unanswered, match="kept its output open"):
        python(code, tmp_path, timeout=5, stdin=bytes(5_000_000))
    assert time.monotonic() - began < 7
    os.kill(int((tmp_path / "pid").read_text()), 9)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_too_much_output_ends_it(tmp_path, stream):
    code = with_grandchild(f"while True: sys.{stream}.write('x' * 65536)")
    began = time.monotonic()
    with pytest.raises(Unanswered, match="more than 1000000 bytes"):
        python(code, tmp_path, timeout=60, max_output=1_000_000)
    assert time.monotonic() - began < 15
    assert gone(int((tmp_path / "pid").read_text()))


def test_output_at_the_cap_is_taken(tmp_path):
    assert len(python("print('x' * 999, end='')", tmp_path, max_output=999).stdout) == 999


def test_nothing_is_given_to_a_shell(tmp_path):
    done = run("tool", ["echo", "$HOME; `id`"], env=ENV, cwd=tmp_path, timeout=5)
    assert done.stdout == b"$HOME; `id`\n"


ECHO = "import sys\nfor line in sys.stdin.buffer:\n sys.stdout.buffer.write(line); sys.stdout.flush()"


def talk(code: str, tmp_path: Path, timeout: float = 20) -> Conversation:
    return Conversation("tool", [sys.executable, "-c", code], env=ENV, cwd=tmp_path, timeout=timeout)


def test_a_conversation_answers_many_times(tmp_path):
    with talk(ECHO, tmp_path) as conversation:
        for number in range(200):
            conversation.send(b"%d\n" % number)
            assert conversation.line() == b"%d" % number
        conversation.send(b"abcdef\n")
        assert conversation.take(2) == b"ab"
        conversation.skip(3)
        assert conversation.line() == b"f"


def test_a_closed_conversation_says_so_and_leaves_no_process(tmp_path):
    conversation = talk(with_grandchild("time.sleep(60)"), tmp_path)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.05)
    conversation.close()
    conversation.close()
    assert conversation.over
    assert gone(int((tmp_path / "pid").read_text()))
    with pytest.raises(Unanswered, match="over"):
        conversation.send(b"x")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print('half', end='')", "ended in the middle"),
        ("import sys; sys.exit('it broke: \\x1b[31m')", r"it broke: \\x1b"),
        (FOREVER, "no answer within 1 s"),
        ("while True: print('x' * 70000)", "ended in the middle"),
        ("import sys\nwhile True: sys.stderr.write('x' * 70000)", "ended in the middle"),
    ],
)
def test_a_conversation_that_breaks_off_is_not_an_answer(tmp_path, code, reason):
    with talk(code, tmp_path, timeout=1) as conversation:
        with pytest.raises(Unanswered, match=reason):
            conversation.line()
        assert conversation.over


def test_a_process_that_is_gone_cannot_be_asked(tmp_path):
    with talk("import os; os._exit(0)", tmp_path) as conversation:
        conversation._process.wait()
        with pytest.raises(Unanswered, match="ended in the middle"):
            conversation.send(b"x")
