"""Every engine and every way to fail: never a pass, always broken with a reason.

The package index (`tests/lock/test_index.py`, `test_check.py`) and pip-audit (`tests/advisories/test_pip_audit.py`)
have longer matrices of their own; here are those that every engine shares, and the engines that have no other.
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from packaging.requirements import Requirement

from checker.checks import sandbox as sandbox_check
from checker.checks import vulnerabilities
from checker.cli import main
from checker.engines.git import Git
from checker.engines.git.command import GitCommand
from checker.engines.pip_audit import PipAudit
from checker.engines.sandbox import DockerSandbox
from checker.engines.sandbox import engine as docker_engine
from checker.engines.uv import UvResolver
from checker.errors import Unanswered
from checker.judge import judge
from checker.load.lockfile import parse_lock
from checker.model.level import Level
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import Target
from checker.model.skill import Entry, FileKind
from checker.model.verdict import DecisionWord
from checker.tools import LockRequest, Tools
from tests.checks.test_packages import FakeIndex, Quiet, lock_of
from tests.support.policies import default_policy, entry, skill
from tests.support.repos import ScratchRepo
from tests.support.stand_in import stand_in
from tests.support.trees import MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
#: Behaviour of a process that stands in for a tool.
PROCESS_FAULTS = {
    "crash": "os.kill(os.getpid(), 11)",
    "exit 137": "sys.exit(137)",
    "timeout": "time.sleep(60)",
    "garbage": "print('<html>not what you asked for</html>')",
    "binary garbage": "sys.stdout.buffer.write(bytes(range(256)) * 50)",
    "empty": "pass",
    "wrong shape": "print('[]')",
}


def exam_of(**fields: object) -> Exam:
    locks = {
        "linux-x86-64": parse_lock(lock_of("pandas").encode(), "skills/tables/pylock.toml", "linux-x86-64")
    }
    examined = skill(packages=["pandas"], locks=locks, **fields)
    policy = default_policy(entry("pandas"))
    return Exam(policy=policy, examinees=(Examinee(skill=examined, level=Level.INTERN),), now=NOW)


def assert_broken(outcome: Outcome, exam: Exam) -> None:
    """Broken with a reason, and inconclusive as a whole."""
    assert outcome.status is Status.BROKEN
    assert outcome.reason
    verdict = judge([outcome], (), exam.examinees, exam.policy, now=NOW, base=None, head="x")
    assert verdict.decision is DecisionWord.INCONCLUSIVE


SKIPPED = """
import tomllib
names = [p["name"] for p in tomllib.loads((Path(sys.argv[sys.argv.index("--locked") + 1]) / "pylock.toml").read_text())["packages"]]
print(json.dumps({"dependencies": [{"name": name, "skip_reason": "not found"} for name in names], "fixes": []}))
"""


@pytest.mark.parametrize("fault", [*PROCESS_FAULTS, "missing", "skipped dependency"])
def test_pip_audit(tmp_path, fault):
    body = SKIPPED if fault == "skipped dependency" else PROCESS_FAULTS.get(fault, "")
    argv = (str(tmp_path / "no-such-tool"),) if fault == "missing" else stand_in(tmp_path, body)
    engine = PipAudit(argv=argv, timeout=3 if fault == "timeout" else 30, seconds_per_pin=0)
    exam = exam_of()
    tools = Tools(head=MemoryTree(), progress=Quiet(), index=FakeIndex(pandas=[]), scanners=(engine,))
    answers = vulnerabilities.examine(exam, tools, {})
    assert_broken(answers.outcomes[0], exam)


@pytest.mark.parametrize("fault", [*PROCESS_FAULTS, "missing"])
def test_uv(tmp_path, fault):
    program = tmp_path / "uv"
    if fault != "missing":
        command = stand_in(tmp_path, PROCESS_FAULTS[fault])
        program.write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in command) + "\n")
        program.chmod(0o755)
    resolver = UvResolver(
        str(program), ("https://index.example/",), FakeIndex(pandas=[]), tmp_path, parse_lock
    )
    request = LockRequest(
        requirements=(Requirement("pandas"),),
        python="3.11",
        target=Target(name="linux-x86-64", platform="x86_64-manylinux_2_28"),
        exclude_newer=None,
        timeout_seconds=2 if fault == "timeout" else 30,
    )
    with pytest.raises(Unanswered):
        resolver.lock(request)


GIT_FAULTS = {
    **PROCESS_FAULTS,
    "exit 128": "sys.exit(128)",
    "another reason": "sys.exit(print('fatal: Out of memory', file=sys.stderr) or 128)",
}


@pytest.fixture
def faulty_git(tmp_path, monkeypatch) -> Callable[[str], ScratchRepo]:
    """A repository, and from then on a `git` on PATH that misbehaves (or none)."""

    def make(fault: str) -> ScratchRepo:
        repo = ScratchRepo(tmp_path / "repo")
        repo.commit({"skills/a/SKILL.md": "hello"})
        folder = tmp_path / "bin"
        folder.mkdir()
        if fault != "missing":
            command = stand_in(tmp_path, GIT_FAULTS[fault])
            (folder / "git").write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in command) + "\n")
            (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setitem(GitCommand.run.__kwdefaults__, "timeout", 1 if fault == "timeout" else 30)
        return repo

    return make


@pytest.mark.parametrize("fault", [*GIT_FAULTS, "missing"])
def test_git(faulty_git, fault):
    """What git does not say is not known: that there is no repository, or none of use, is for git to say."""
    with pytest.raises(Unanswered, match=r"^git: "):
        Git(faulty_git(fault).path)


@pytest.mark.parametrize("fault", [*GIT_FAULTS, "missing"])
def test_git_of_a_check(faulty_git, fault, tmp_path, monkeypatch):
    """There is a verdict all the same, for whoever reads the file and not the exit code."""
    monkeypatch.setenv("PROCTOR_CACHE", str(tmp_path / "cache"))
    repo, file = faulty_git(fault), tmp_path / "verdict.json"
    with pytest.raises(SystemExit) as ended:
        main(["check", str(repo.path), "--format", "json", "--output", str(file)])
    verdict = json.loads(file.read_text())
    assert (ended.value.code, verdict["decision"], verdict["head"]) == (3, "inconclusive", "")
    assert verdict["notes"][0].startswith("git: ")


def test_git_of_a_part(faulty_git, tmp_path):
    """No file is left: `merge` takes the part for missing, and names its skills."""
    with pytest.raises(SystemExit) as ended:
        main(["check", str(faulty_git("missing").path), "--shard", "1/2", "--output", str(tmp_path / "part")])
    assert (ended.value.code, (tmp_path / "part").exists()) == (3, False)


@contextmanager
def fake_engine(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server that treats every connection alike; yields its address."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
    finally:
        done.set()
        thread.join()
        server.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(connection: socket.socket) -> None:
    threading.Event().wait(1.5)


def http(body: bytes, status: str = "200 OK") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


ENGINE_FAULTS: dict[str, Callable[[socket.socket], None]] = {
    "crash": reset,
    "timeout": hang,
    "garbage": http(b"<html>hello</html>"),
    "empty": lambda connection: None,
    "empty body": http(b""),
    "wrong shape": http(b"[]"),
    "wrong keys": http(b"{}"),
    "error": http(b'{"message": "no"}', "500 Internal Server Error"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="the sandbox needs Linux")
@pytest.mark.parametrize("fault", [*ENGINE_FAULTS, "missing"])
def test_docker(tmp_path, monkeypatch, fault):
    monkeypatch.setattr(docker_engine, "_PING_TIMEOUT", 1)
    monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
    exam = exam_of(
        files=(Entry(path="skills/tables/run.py", kind=FileKind.FILE, digest="1"),), test=("true",)
    )
    (examinee,) = exam.examinees
    bare = examinee.skill.model_copy(update={"packages": (), "locks": {}})
    exam = exam.model_copy(update={"examinees": (examinee.model_copy(update={"skill": bare}),)})
    earlier = {(check, bare.id): Outcome.of(check, bare.id, ()) for check in sandbox_check.NEEDS}
    tree = MemoryTree({"skills/tables/run.py": "print()\n"})
    with fake_engine(ENGINE_FAULTS.get(fault, reset)) as address:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none" if fault == "missing" else address)
        with DockerSandbox(NoWheels(), tmp_path / "state") as box:
            tools = Tools(head=tree, progress=Quiet(), sandbox=box)
            (outcome,) = sandbox_check.examine(exam, tools, earlier).outcomes
    assert_broken(outcome, exam)


class NoWheels:
    """A store that is never asked."""

    def fetch(self, files, *, max_bytes):
        assert not files
        return {}
