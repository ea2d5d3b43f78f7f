"""Writes to the runner's memory and to its report."""

# group: lying tests
# phase: tests
# status: passed
# says: ["mem: refused, EACCES", "report: refused, EACCES", "trace: refused, EPERM"]
# command: [python, -m, pytest, -q, -s, hostile/runner_written_to.py]

import os

from attempt import attempt, syscall, write


def test_it():
    runner = os.getppid()
    attempt("mem", write, f"/proc/{runner}/mem", "x")
    attempt("report", write, f"/proc/{runner}/fd/1", "{}")
    attempt("trace", syscall, "ptrace", 16, runner, 0, 0)
