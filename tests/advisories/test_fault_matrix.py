"""Every way an engine can fail, each brought about for real, held against the table of docs/advisories.md.

Processes that misbehave are stand-ins; a network that misbehaves is a loopback server, asked by Proctor itself,
by the real pip-audit and by the real Safety CLI (those are `slow`).
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from checker.engines.advisories import fresh, from_path
from checker.engines.http import Http, Patience
from checker.engines.osv import OsvOnline, OsvSnapshot
from checker.engines.pip_audit import PipAudit
from checker.engines.safety import Safety
from checker.engines.snapshot_index import SnapshotIndex
from checker.rules.osv.snapshot import Snapshot
from checker.tools import Scanner
from tests.support.certificates import Authority, self_signed
from tests.support.index_server import answers, drips, hangs
from tests.support.loopback import Fault
from tests.support.osv import CVSS_CRITICAL, document, encoded, export, until, zipped
from tests.support.osv_api import osv_api
from tests.support.safety_server import KEY, Flaw, environment, safety_server
from tests.support.scans import examined, state
from tests.support.stand_in import stand_in
from tests.support.verdicts import NOW

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs/advisories.md"
COLUMNS = ("pip-audit", "osv, online", "osv, offline", "safety")
TODAY = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
GOOD = document("GHSA-1", until("demo", "2"), modified=TODAY, severity=[CVSS_CRITICAL])
#: Short, and real: the same code keeps the long ones.
PATIENCE = Patience(connect=1, read=1, whole=1.5, retries=1, backoff=0.01, longest_retry_after=1)
MEGABYTE = b" " * 1024 * 1024


@dataclass
class Bench:
    """What a case may use."""

    folder: Path
    stack: ExitStack
    #: What the processes see besides.
    environ: dict[str, str]

    def pip_audit(self, change: str = "", end: str = "", timeout: float = 20.0) -> Scanner:
        """A stand-in that answers well but for `change` before and `end` after."""
        body = PIP_AUDIT % change + end
        return PipAudit(argv=stand_in(self.folder, body), timeout=timeout, seconds_per_pin=0)

    def safety(self, change: str = "", end: str = "", timeout: float = 20.0) -> Scanner:
        body = SAFETY % change + end
        return Safety(argv=stand_in(self.folder, body), environ={"SAFETY_API_KEY": KEY}, timeout=timeout)

    def trust(self, authority: Authority) -> None:
        """Take the word of this authority, as an operator would say it."""
        bundle = self.folder / "authority.pem"
        bundle.write_bytes(authority.pem)
        self.environ |= {"SSL_CERT_FILE": str(bundle), "REQUESTS_CA_BUNDLE": str(bundle)}
        self.stack.enter_context(patch.dict(os.environ, self.environ))

    def online(
        self, fault: Fault | None = None, path: str = "/v1/querybatch", url: str = "", **settings: Any
    ) -> Scanner:
        server = self.stack.enter_context(osv_api(GOOD, **settings))
        server.faults |= {path: fault} if fault else {}
        http = self.stack.enter_context(Http("osv", PATIENCE))
        return OsvOnline(http, url or server.url)

    def real_pip_audit(
        self, fault: Fault | None = None, url: str = "", timeout: float = 40, **settings: Any
    ) -> Scanner:
        server = self.stack.enter_context(osv_api(GOOD, **settings))
        server.faults |= {"/v1/query": fault} if fault else {}
        return PipAudit(url=url or server.url, timeout=timeout, seconds_per_pin=0)

    def real_safety(
        self, fault: Fault | None = None, url: str = "", timeout: float = 40, **settings: Any
    ) -> Scanner:
        flaws = [Flaw("demo", "<2", "1", "CVE-1", 9.8, "CRITICAL")]
        server = self.stack.enter_context(safety_server(flaws, **settings))
        server.faults |= {"/api/v1/safety/insecure": fault} if fault else {}
        environ = self.environ | environment(url or server.url)
        return Safety(environ=environ, timeout=timeout, request_timeout=1)

    def snapshot(self, data: bytes | None) -> Callable[[], Snapshot]:
        """A snapshot on disk, opened as the command line opens it."""
        path, index = self.folder / "advisories.zip", SnapshotIndex(self.folder / "index")
        if data is not None:
            path.write_bytes(data)
        return lambda: fresh(from_path(path, index=index), NOW, 30)


PIP_AUDIT = """
import tomllib
folder = Path(sys.argv[sys.argv.index("--locked") + 1])
entries = [{"name": p["name"], "version": p["version"], "vulns": []}
           for p in tomllib.loads((folder / "pylock.toml").read_text())["packages"]]
demo = next(one for one in entries if one["name"] == "demo")
clean = next(one for one in entries if one["name"] == "clean")
demo["vulns"] = [{"id": "GHSA-1"}]
said = {"dependencies": entries, "fixes": []}
out = lambda: json.dumps(said)
%s
print(out())
"""
SAFETY = """
lines = Path(sys.argv[sys.argv.index("-r") + 1]).read_text().split()
scanned = {n: {"name": n, "version": v, "requirements": [{"specifier": "==" + v}]}
           for n, v in (line.split("==") for line in lines)}
flaws = [{"vulnerability_id": "1", "package_name": "demo", "analyzed_version": "1.0"}]
said = {"report_meta": {"json_version": "1.1", "api_key": True}, "scanned_packages": scanned,
        "vulnerabilities": flaws, "ignored_vulnerabilities": []}
out = lambda: json.dumps(said)
%s
Path(sys.argv[sys.argv.index("--save-json") + 1]).write_text(out())
"""


def huge(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(100 * len(MEGABYTE)))
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(MEGABYTE)


def resets(handler: Any) -> None:
    """Half of what was promised, then a reset."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"results": [')
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())
    handler.close_connection = True


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


Case = Callable[[Bench], Scanner]


def over(data: Callable[[], bytes | None]) -> dict[str, Case]:
    """A fault of the snapshot, which both engines over it meet."""
    return {
        "pip-audit": lambda b: PipAudit(b.snapshot(data())),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(data())),
    }


def network(fault: Fault, timeout: float = 40) -> dict[str, Case]:
    """A fault of the server, which every engine online meets; a process has `timeout` seconds to end."""
    return {
        "pip-audit": lambda b: b.real_pip_audit(fault, timeout=timeout),
        "osv, online": lambda b: b.online(fault),
        "safety": lambda b: b.real_safety(fault, timeout=timeout),
    }


def elsewhere(url: Callable[[Bench], str]) -> dict[str, Case]:
    """A server that is not where it should be."""
    return {
        "pip-audit": lambda b: b.real_pip_audit(url=url(b)),
        "osv, online": lambda b: b.online(url=url(b)),
        "safety": lambda b: b.real_safety(url=url(b)),
    }


def over_tls(shows: Callable[[Authority], ssl.SSLContext]) -> dict[str, Case]:
    """A server over TLS. Whatever it shows, the operator trusts one authority, made for this test."""

    def settings(bench: Bench) -> dict[str, Any]:
        authority = Authority()
        bench.trust(authority)
        return {"tls": shows(authority)}

    return {
        "pip-audit": lambda b: b.real_pip_audit(**settings(b)),
        "osv, online": lambda b: b.online(**settings(b)),
        "safety": lambda b: b.real_safety(**settings(b)),
    }


def plain_text_at_https(bench: Bench) -> str:
    return bench.stack.enter_context(osv_api(GOOD)).url.replace("http://", "https://")


def tomorrow(name: str) -> dict[str, Any]:
    return document("GHSA-9", until(name, "2"), schema_version="2.0.0")


NO_SHAPE = document("GHSA-9", until("clean", "2"), modified="yesterday")

CASES: dict[str, dict[str, Case]] = {
    "nothing is wrong": {
        "pip-audit": lambda b: b.pip_audit(),
        "osv, online": lambda b: b.online(),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(export(GOOD))),
        "safety": lambda b: b.safety(),
    },
    "nothing is wrong with the real tools": {
        "pip-audit": lambda b: b.real_pip_audit(),
        "safety": lambda b: b.real_safety(),
    },
    "nothing is wrong, over TLS": over_tls(lambda authority: authority.server("127.0.0.1")),
    "missing binary": {
        "pip-audit": lambda b: PipAudit(argv=(str(b.folder / "pip-audit"),)),
        "safety": lambda b: Safety(argv=(str(b.folder / "safety"),), environ={"SAFETY_API_KEY": KEY}),
    },
    "no key": {"safety": lambda b: Safety(environ={})},
    "exit 137": {
        "pip-audit": lambda b: b.pip_audit("sys.exit(137)"),
        "safety": lambda b: b.safety("sys.exit(137)"),
    },
    "hang past the limit": {
        "pip-audit": lambda b: b.pip_audit("time.sleep(60)", timeout=1),
        "osv, online": lambda b: b.online(hangs(4)),
        "safety": lambda b: b.safety("time.sleep(60)", timeout=1),
    },
    "empty output": {
        "pip-audit": lambda b: b.pip_audit("sys.exit(0)"),
        "osv, online": lambda b: b.online(answers(200, b"")),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(b"")),
        "safety": lambda b: b.safety("out = lambda: ''"),
    },
    "truncated JSON": {
        "pip-audit": lambda b: b.pip_audit("out = lambda: json.dumps(said)[:-9]"),
        "osv, online": lambda b: b.online(answers(200, b'{"results": [{}, {')),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(zipped({"a.json": encoded(GOOD)[:-9]}))),
        "safety": lambda b: b.safety("out = lambda: json.dumps(said)[:-9]"),
    },
    "HTML": {
        "pip-audit": lambda b: b.pip_audit("out = lambda: '<html>busy</html>'"),
        "osv, online": lambda b: b.online(answers(200, b"<html>busy</html>", "text/html")),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(b"<html>busy</html>")),
        "safety": lambda b: b.safety("out = lambda: '<html>busy</html>'"),
    },
    "wrong shape": {
        "pip-audit": lambda b: b.pip_audit("out = lambda: '[]'"),
        "osv, online": lambda b: b.online(answers(200, b"[]")),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(zipped({"a.json": b"[]"}))),
        "safety": lambda b: b.safety("out = lambda: '{}'"),
    },
    "wrong schema version": {
        "pip-audit": over(lambda: export(GOOD, tomorrow("clean")))["pip-audit"],
        "osv, online": lambda b: b.online(answers(200, encoded(tomorrow("demo"))), "/v1/vulns/GHSA-1"),
        "osv, offline": over(lambda: export(GOOD, tomorrow("clean")))["osv, offline"],
        "safety": lambda b: b.safety("said['report_meta']['json_version'] = '2.0'"),
    },
    **{f"HTTP {status}": network(answers(status, b"{}")) for status in (403, 404, 429, 500, 502)},
    "the server answers with nothing": network(answers(200, b"")),
    "the server answers with truncated JSON": network(answers(200, b'{"vulns": [{"id": "GHS')),
    "the server answers with HTML": network(answers(200, b"<html>busy</html>", "text/html")),
    "the server answers in a wrong shape": network(answers(200, b'["vulns"]')),
    "connection refused": elsewhere(lambda b: closed_port()),
    "reset in mid-body": network(resets),
    "slow drip": network(drips(20), timeout=5),
    "silent server": network(hangs(20), timeout=5),
    "TLS failure: no TLS at all": elsewhere(plain_text_at_https),
    "TLS failure: untrusted certificate": over_tls(lambda _: self_signed("127.0.0.1")),
    "TLS failure: certificate of another host": over_tls(lambda authority: authority.server("other.example")),
    "DNS failure": elsewhere(lambda b: "http://nowhere.invalid"),
    "one malformed record among good ones": {
        "pip-audit": over(lambda: export(GOOD, NO_SHAPE))["pip-audit"],
        "osv, online": lambda b: b.online(answers(200, b'{"id": "GHSA-1"}'), "/v1/vulns/GHSA-1"),
        "osv, offline": over(lambda: export(GOOD, NO_SHAPE))["osv, offline"],
        "safety": lambda b: b.safety("flaws.append({'vulnerability_id': 7})"),
    },
    "100 MB answer": {
        "pip-audit": lambda b: b.pip_audit("out = lambda: ' ' * 100_000_000"),
        "osv, online": lambda b: b.online(huge),
        "osv, offline": lambda b: OsvSnapshot(b.snapshot(zipped({"a.json": encoded(GOOD), "b.json": 100 * MEGABYTE}))),
        "safety": lambda b: b.safety("out = lambda: ' ' * 100_000_000"),
    },
    "all dependencies skipped": {
        "pip-audit": lambda b: b.pip_audit("said['dependencies'] = [{'name': e['name'], 'skip_reason': 'x'} for e in entries]"),
        "osv, online": lambda b: b.online(answers(200, b'{"results": []}')),
        "safety": lambda b: b.safety("scanned.clear(); flaws.clear()"),
    },
    "one dependency skipped": {
        "pip-audit": lambda b: b.pip_audit("entries[entries.index(clean)] = {'name': 'clean', 'skip_reason': 'x'}"),
        "osv, online": lambda b: b.online(answers(200, b'{"results": [{}]}')),
        "safety": lambda b: b.safety("del scanned['clean']"),
    },
    "never asked": {"pip-audit": lambda b: PipAudit(b.snapshot(export(GOOD)), argv=stand_in(b.folder, PIP_AUDIT % ""))},
    "snapshot missing": over(lambda: None),
    "snapshot corrupt": over(lambda: export(GOOD)[:-30]),
    "snapshot too old": over(lambda: export(GOOD | {"modified": "2020-01-01T00:00:00Z"})),
    "snapshot empty": over(lambda: zipped({})),
    "snapshot a zip bomb": over(lambda: zipped({f"{n}.json": MEGABYTE for n in range(12)})),
    "snapshot with path traversal": over(lambda: zipped({"../../../escape.json": encoded(GOOD), "/etc/x.json": encoded(GOOD)})),
}  # fmt: skip
#: Cases that start the real CLIs; the rest takes moments.
REAL = re.compile(
    r"HTTP|real tools|the server answers|refused|reset|drip|silent|TLS|DNS|snapshot|schema|malformed"
)


#: What a reason has to speak of, so that a cell is not broken by something else.
SPOKEN_OF = {"TLS failure": r"SSL|certificate", "DNS failure": r"resol|name or service"}


def table() -> dict[str, dict[str, str]]:
    """Fault → column → state, as the page says."""
    rows = [
        [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    start = rows.index(["fault", *COLUMNS])
    found: dict[str, dict[str, str]] = {}
    for row in rows[start + 2 :]:
        if len(row) != len(COLUMNS) + 1:
            break
        found[row[0]] = dict(zip(COLUMNS, row[1:], strict=True))
    return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):  # so that it is this machine that resolves names
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with ExitStack() as stack:
        yield Bench(tmp_path, stack, {})


def every() -> Iterator[Any]:
    for fault, cases in CASES.items():
        for column, case in cases.items():
            real = column == "safety" or column == "pip-audit"
            slow = (real and REAL.search(fault)) or fault.startswith("100 MB")
            marks = [pytest.mark.slow] if slow else []
            yield pytest.param(fault, column, case, id=f"{fault} - {column}", marks=marks)


def test_the_table_has_a_cell_for_every_case_and_no_other():
    applies = {(f, c) for f, row in table().items() for c, said in row.items() if said != "n/a"}
    assert applies == {(fault, column) for fault, cases in CASES.items() for column in cases}


def test_no_cell_of_a_fault_is_a_pass():
    states = {said for fault, row in table().items() for said in row.values()}
    assert states == {"n/a", "broken", "broken, found", "failed"}


@pytest.mark.parametrize(("fault", "column", "case"), list(every()))
def test_a_fault_ends_as_the_table_says(bench, fault, column, case):
    answered = examined(case(bench))
    assert state(answered) == table()[fault][column], answered.outcomes[0].reason
    (run,) = answered.engines
    assert run.name == column.partition(",")[0]
    assert run.ran or run.reason
    print(f"{fault} - {column}: {answered.outcomes[0].reason}")
    expected = SPOKEN_OF.get(fault.partition(":")[0], "")
    assert re.search(expected, answered.outcomes[0].reason, re.IGNORECASE), answered.outcomes[0].reason
    assert KEY not in repr(answered)
    assert not list(bench.folder.parent.rglob("escape.json"))
