"""The contract: one list of behaviours, each a small skill and what its evidence must be.

Nothing here knows what a sandbox is made of: only `checker.tools.Sandbox` is used. What only the kernel that
holds the box can count is marked `counted`; a backend without such counters must say None instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.model.evidence import PhaseEvidence
from checker.tools import RUNNERS, Phase

Seen = tuple[PhaseEvidence, ...]


@dataclass(frozen=True)
class Behaviour:
    """`says` is the sentence of the contract; `holds` is given the evidence of `phases`, in order.

    `counted` names the field that is None where the backend has no counters; `limits` replace defaults.
    """

    says: str
    files: Mapping[str, str]
    phases: tuple[Phase, ...]
    holds: Callable[[Seen], object]
    counted: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)


def run(*argv: str, stdin: bytes = b"") -> Phase:
    return Phase("run", argv, stdin)


def runner(name: str, order: Any, *, needs_pytest: bool = False) -> Phase:
    phase = {"import_modules.py": "import", "check_scripts.py": "scripts", "run_tests.py": "tests"}[name]
    argv = ("python", "-I", "-S", str(RUNNERS / name))
    return Phase(phase, argv, json.dumps(order).encode(), needs_pytest, reports=True)  # type: ignore[arg-type]


def one(text: str, holds: Callable[[PhaseEvidence], object], says: str, **more: Any) -> Behaviour:
    """A behaviour of one script in one phase."""
    return Behaviour(says, {"a.py": text}, (run("python", "a.py"),), lambda seen: holds(seen[0]), **more)


TESTS = runner("run_tests.py", {"command": None, "timeout": 60, "own_pytest": False}, needs_pytest=True)
DAEMON = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n"
COUNT = "import os\nprint(len([p for p in os.listdir('/proc') if p.isdigit()]))\n"
REACH = "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 3)\nexcept OSError:\n    print('no')\n"

CONTRACT: dict[str, Behaviour] = {
    "exit-zero": one(
        "print('hello')",
        lambda e: (e.status, e.exit_code, e.output) == ("passed", 0, "hello\n"),
        "A program that ends with 0 has passed, and what it said is there",
    ),
    "exit-code": one(
        "raise SystemExit(7)",
        lambda e: (e.status, e.exit_code) == ("failed", 7),
        "Another exit code has failed",
    ),
    "killed": one(
        "import os\nos.kill(os.getpid(), 9)",
        lambda e: (e.status, e.exit_code) == ("failed", 137),
        "So has one that a signal ended",
    ),
    "no-such-program": Behaviour(
        "A program that is not there has failed, or is broken: it never passed",
        {"a.py": ""},
        (run("no-such-program"),),
        lambda seen: seen[0].status in ("failed", "broken"),
    ),
    "streams": one(
        "import sys\nprint('one', flush=True)\nprint('two', file=sys.stderr, flush=True)\nprint('three')",
        lambda e: sorted(e.output.split()) == ["one", "three", "two"],
        "Both streams are kept",
    ),
    "stdin": Behaviour(
        "What a phase is given on standard input arrives whole, and ends",
        {"a.py": "import sys\nprint(len(sys.stdin.buffer.read()))"},
        (run("python", "a.py", stdin=b"x" * 300_000),),
        lambda seen: seen[0].output == "300000\n",
    ),
    "order": Behaviour(
        "Each phase is answered, in the order it was asked; one that fails does not end the others",
        {"a.py": "import sys\nprint(sys.argv[1])\nsys.exit(int(sys.argv[1]))"},
        tuple(run("python", "a.py", str(n)) for n in (1, 0, 2)),
        lambda seen: [e.exit_code for e in seen] == [1, 0, 2],
    ),
    "workdir": one(
        "import os\nprint(os.getcwd() == os.path.dirname(os.path.abspath(__file__)), os.listdir('.'))",
        lambda e: e.output == "True ['a.py']\n",
        "It runs in the skill's folder, which holds the skill alone",
    ),
    "user": one(
        "import os\nprint(os.getresuid(), os.getresgid())",
        lambda e: e.output == "(1000, 1000, 1000) (1000, 1000, 1000)\n",
        "It is nobody in particular, and not root",
    ),
    "environment": one(
        "import os\nprint('GITHUB_TOKEN' in os.environ, 'SECRET_OF_THE_HOST' in str(os.environ))",
        lambda e: e.output == "False False\n",
        "Nothing of the environment of who runs Proctor gets in",
    ),
    "read-only": one(
        "for p in ('/skill/x', '/etc/x', '/usr/x', '/x'):\n    try:\n        open(p, 'w')\n        print('wrote', p)\n"
        "    except OSError:\n        pass\nopen('/tmp/x', 'w').close()\nprint('done')",
        lambda e: e.output == "done\n",
        "There is one place to write to",
    ),
    "noexec": one(
        "import os, subprocess\nopen('/tmp/x', 'w').write('#!/bin/sh\\necho ran')\nos.chmod('/tmp/x', 0o755)\n"
        "try:\n    subprocess.run(['/tmp/x'])\nexcept OSError:\n    print('refused')",
        lambda e: e.output == "refused\n",
        "What is written there cannot be started",
    ),
    "fresh": Behaviour(
        "After a phase that left a process behind, the next one finds neither it nor its files",
        {
            "a.py": "open('/tmp/x', 'w').close()\n" + DAEMON,
            "b.py": "import os\nprint(os.path.exists('/tmp/x'))\n" + COUNT,
        },
        (run("python", "a.py"), run("python", "b.py")),
        lambda seen: seen[1].output.splitlines()[0] == "False",
    ),
    "alone": one(
        "import os\nprint([n for n in os.listdir('/sys/class/net') if n != 'lo'])",
        lambda e: e.output == "[]\n",
        "There is no network but its own",
    ),
    "unreached": one(REACH, lambda e: e.output == "no\n", "Nobody outside can be reached"),
    "network-counted": one(
        REACH,
        lambda e: e.network_attempts == 1,
        "An attempt to reach somebody is counted",
        counted="network_attempts",
    ),
    "network-quiet": one(
        "import socket\ns = socket.create_server(('127.0.0.1', 0))\nsocket.create_connection(s.getsockname())",
        lambda e: e.network_attempts == 0,
        "Talking to oneself is none",
        counted="network_attempts",
    ),
    "leftovers": one(
        DAEMON, lambda e: len(e.leftovers or ()) == 1, "What is left running is named", counted="leftovers"
    ),
    "leftovers-end": one(
        DAEMON,
        lambda e: e.wall_seconds is not None and e.wall_seconds < 15,
        "What is left running, and holds the output open, does not hold up the phase",
    ),
    "wall": one(
        "import time\nprint('waiting', flush=True)\ntime.sleep(600)",
        lambda e: (e.status, e.limit_exceeded, e.output) == ("failed", "wall", "waiting\n"),
        "What takes too long is cut off, and what it said until then is kept",
        limits={"wall_seconds": 3},
    ),
    "output": one(
        "while True:\n    print('x' * 4_000)",
        lambda e: (e.status, e.limit_exceeded, e.output_truncated) == ("failed", "output", True),
        "So is what says too much",
        limits={"output_kb": 64},
    ),
    "memory": one(
        "x = [b'x' * (1 << 22) for _ in range(1_000)]",
        lambda e: (e.status, e.limit_exceeded) == ("failed", "memory"),
        "What needs too much memory is ended, and the limit is named",
        limits={"memory_mb": 64},
        counted="oom_kills",
    ),
    "hidden-memory": one(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = bytearray(1 << 30)'])",
        lambda e: (e.exit_code, e.status, e.limit_exceeded) == (0, "failed", "memory"),
        "Also where only a child was, and the exit code is 0",
        limits={"memory_mb": 64},
        counted="oom_kills",
    ),
    "after-a-limit": Behaviour(
        "A phase that was cut off does not touch the next one",
        {"a.py": "import time\ntime.sleep(600)", "b.py": "print('well')"},
        (run("python", "a.py"), run("python", "b.py")),
        lambda seen: [e.status for e in seen] == ["failed", "passed"] and seen[1].output == "well\n",
        limits={"wall_seconds": 3},
    ),
    "processes": one(
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        lambda e: e.status == "failed" and e.limit_exceeded in ("pids", "wall"),
        "A fork bomb is held, and ends",
        limits={"wall_seconds": 3},
    ),
    "escaped": one(
        "import sys\nsys.stdout.buffer.write(b'::error::x\\n\\x1b[31m\\xe2\\x80\\xae\\0\\r\\xff\\n')",
        lambda e: e.output == "\\::error::x\n\\x1b[31m\\u202e\\x00\\x0d\\xff\n",
        "What it says is safe to print",
    ),
    "report-passed": Behaviour(
        "A runner's report decides: what passed",
        {"tests/test_a.py": "def test_a():\n    pass\n"},
        (TESTS,),
        lambda seen: (seen[0].status, seen[0].failures) == ("passed", ()),
    ),
    "report-failed": Behaviour(
        "And what failed, by name",
        {"tests/test_a.py": "def test_a():\n    assert 0\n"},
        (TESTS,),
        lambda seen: seen[0].status == "failed" and "test_a" in seen[0].failures[0],
    ),
    "report-missing": Behaviour(
        "No report is a failure, whatever the exit code",
        {"tests/test_a.py": "import os, signal\ndef test_a():\n    os.kill(os.getppid(), signal.SIGKILL)\n"},
        (TESTS,),
        lambda seen: seen[0].status == "failed" and "without a report" in seen[0].reason,
    ),
    "report-imports": Behaviour(
        "One module that cannot be imported hides no other",
        {"a.py": ""},
        (runner("import_modules.py", {"modules": ["json", "no_such_module"], "timeout": 20}),),
        lambda seen: (
            seen[0].status == "failed" and [f.split(":")[0] for f in seen[0].failures] == ["no_such_module"]
        ),
    ),
    "pytest-apart": Behaviour(
        "pytest is there for the tests alone",
        {"a.py": "import pytest", "test_a.py": "def test_a():\n    pass\n"},
        (run("python", "a.py"), TESTS),
        lambda seen: [e.status for e in seen] == ["failed", "passed"],
    ),
}
