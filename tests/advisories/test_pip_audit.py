"""pip-audit as an engine: every way to go wrong, by stand-ins; and the real one, over a loopback server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from checker.engines.advisories import from_files
from checker.engines.pip_audit import PipAudit
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.rules.osv.snapshot import Snapshot
from tests.support.osv import CVSS_CRITICAL, affected, document, encoded, pin, pins, until
from tests.support.stand_in import stand_in

ASKED = pins("demo==1.0", "other==2.0")
#: Reads the lock it is given and answers as the real one does; `entries` may be changed before.
ANSWER = """
import tomllib
folder = Path(sys.argv[sys.argv.index("--locked") + 1])
entries = [{"name": p["name"], "version": p["version"], "vulns": []}
           for p in tomllib.loads((folder / "pylock.toml").read_text())["packages"]]
%s
print(json.dumps({"dependencies": entries, "fixes": []}))
"""


def scan(tmp_path: Path, body: str, timeout: float = 20.0, **more: object) -> ScanReport:
    engine = PipAudit(argv=stand_in(tmp_path, body), timeout=timeout, seconds_per_pin=0, **more)
    return engine.scan(ASKED)


def snapshot(*documents: dict) -> Callable[[], Snapshot]:
    return lambda: from_files({f"{n}.json": encoded(one) for n, one in enumerate(documents)})


def answering(change: str = "") -> str:
    return ANSWER % change


UNANSWERED = {
    "killed": ("os.kill(os.getpid(), 9)", "it said nothing .killed by signal 9"),
    "exit 137": ("sys.exit(137)", "it said nothing .exit code 137"),
    "empty": ("pass", "it said nothing .exit code 0"),
    "a crash": (
        "raise RuntimeError('no route to host')",
        "it said nothing .exit code 1: RuntimeError: no route to host",
    ),
    "hang": ("time.sleep(60)", "no answer within"),
    "slow drip": ("while True: print('{', flush=True); time.sleep(0.1)", "no answer within"),
    "cut short": (
        answering().replace("}))", "})[:-20])"),
        "not the JSON",
    ),
    "html": ("print('<html><body>busy</body></html>')", "not the JSON"),
    "a list": ("print('[]')", "not the JSON"),
    "an object of nothing": ("print('{}')", "not the JSON"),
    "null": ("print('null')", "not the JSON"),
    "wrong types": (answering("entries[0]['vulns'] = 'none'"), "not the JSON"),
    "an id that is none": (answering("entries[0]['vulns'] = [{'id': 'x\\n::error::y'}]"), "not the JSON"),
    "nothing came back": (answering("entries.clear()"), "answered for no distribution: did not come back"),
    "all skipped": (
        answering("entries = [{'name': e['name'], 'skip_reason': 'not \\x1b[31m found'} for e in entries]"),
        r"answered for no distribution: skipped: not \\x1b\[31m found",
    ),
    "a stranger": (
        answering("entries[0]['name'] = 'stranger'"),
        "stranger 1.0, which it was not asked about",
    ),
    "another version": (answering("entries[0]['version'] = '9'"), "demo 9, which it was not asked about"),
    "no version at all": (
        answering("entries[0]['version'] = 'latest'"),
        "demo latest, which it was not asked",
    ),
    "twice": (answering("entries.append(entries[0])"), "answered twice for demo==1.0"),
    "too much": ("while True: sys.stdout.write('x' * 1_000_000)", "more than"),
}


@pytest.mark.parametrize(("body", "reason"), UNANSWERED.values(), ids=UNANSWERED)
def test_unanswered(tmp_path, body, reason):
    slow = "no answer" in reason
    with pytest.raises(Unanswered, match=reason) as caught:
        scan(tmp_path, body, timeout=1.5 if slow else 20)
    assert caught.value.engine == "pip-audit"
    assert caught.value.reason.isprintable()


def test_a_missing_command_is_unanswered(tmp_path):
    with pytest.raises(Unanswered, match="not installed"):
        PipAudit(argv=(str(tmp_path / "pip-audit"),)).scan(ASKED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("entries[1] = {'name': 'Other', 'skip_reason': 'not on PyPI'}", "skipped: not on PyPI"),
        ("del entries[1]", "did not come back"),
        ("del entries[1]['vulns']", "skipped: no reason given"),
        ("del entries[1]['version']", "skipped: no reason given"),
    ],
)
def test_what_was_left_out_is_not_clean(tmp_path, change, reason):
    report = scan(tmp_path, answering(change))
    assert report.found == {pin("demo==1.0"): ()}
    assert report.unanswered == {pin("other==2.0"): reason}


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_says_nothing(tmp_path, code):
    report = scan(
        tmp_path, answering(f"import atexit; atexit.register(os._exit, {code})") + "sys.stdout.flush()"
    )
    assert report.found == dict.fromkeys(ASKED, ())


def test_findings_keep_ids_and_aliases_apart(tmp_path):
    vulnerability = {
        "id": "PYSEC-1",
        "aliases": ["GHSA-1", "CVE-1", "not an id"],
        "fix_versions": ["0.9", "1.10", "1.2", "unreadable"],
        "description": "Bad\x1b[31m thing.",
    }
    report = scan(tmp_path, answering(f"entries[0]['vulns'] = [{vulnerability!r}]"))
    (found,) = report.found[pin("demo==1.0")]
    assert (found.id, found.aliases) == ("PYSEC-1", ("GHSA-1", "CVE-1"))
    assert found.fixed_versions == (Version("1.2"), Version("1.10"))
    assert found.summary == "Bad\\x1b[31m thing."
    assert found.reported_by == ("pip-audit",)
    assert found.severity == "unknown"


def test_versions_are_compared_by_pep_440(tmp_path):
    assert scan(tmp_path, answering("entries[0]['version'] = '1.0.0'")).found == dict.fromkeys(ASKED, ())


def test_no_pins_no_process():
    report = PipAudit(argv=("/nowhere/at-all",), snapshot=None).scan(frozenset())
    assert (report.found, report.unanswered) == ({}, {})


def test_the_environment_is_clean_and_keeps_proxy_and_certificates(tmp_path):
    environ = {
        "PATH": "/bin",
        "PIP_INDEX_URL": "https://evil.example/",
        "PIP_AUDIT_OUTPUT": "/tmp/elsewhere",
        "PYTHONPATH": "/evil",
        "HOME": "/home/somebody",
        "SAFETY_API_KEY": "secret",
        "https_proxy": "http://proxy.example:3128",
        "REQUESTS_CA_BUNDLE": "/etc/ca.pem",
        "no_proxy": "intra.example",
    }
    body = answering(f"Path({str(tmp_path / 'seen')!r}).write_text(json.dumps(dict(os.environ)))")
    scan(tmp_path, body, environ=environ)
    seen = json.loads((tmp_path / "seen").read_text())
    assert seen["NO_PROXY"] == seen["no_proxy"] == "intra.example,127.0.0.1"
    assert seen["https_proxy"] == "http://proxy.example:3128"
    assert seen["REQUESTS_CA_BUNDLE"] == "/etc/ca.pem"
    assert not Path(seen["HOME"]).exists()
    assert not {"PIP_INDEX_URL", "PIP_AUDIT_OUTPUT", "PYTHONPATH", "SAFETY_API_KEY"} & set(seen)


def test_credentials_of_an_address_are_not_repeated(tmp_path):
    body = "sys.exit('cannot connect to https://user:secret@proxy.example:3128/')"
    with pytest.raises(Unanswered, match=r"to https://proxy\.example") as caught:
        scan(tmp_path, body)
    assert "secret" not in str(caught.value)


class TestShares:
    """A large union is split over several processes."""

    ASKED = pins(*(f"demo-{n}==1.0" for n in range(7)))

    @pytest.fixture(autouse=True)
    def small_shares(self, monkeypatch):
        monkeypatch.setattr("checker.engines.pip_audit._SHARE", 2)
        monkeypatch.setattr("checker.engines.pip_audit.cores", lambda: 3)

    def scan(self, tmp_path: Path, change: str) -> ScanReport:
        engine = PipAudit(argv=stand_in(tmp_path, answering(change)), timeout=20, seconds_per_pin=0)
        return engine.scan(self.ASKED)

    def test_every_pin_is_asked_once(self, tmp_path):
        runs = tmp_path / "runs"
        note = f"open({str(runs)!r}, 'a').write(' '.join(e['name'] for e in entries) + chr(10))"
        report = self.scan(tmp_path, note)
        assert sorted(runs.read_text().splitlines()) == [
            "demo-0 demo-3 demo-6",
            "demo-1 demo-4",
            "demo-2 demo-5",
        ]
        assert list(report.found) == sorted(self.ASKED)

    @pytest.mark.parametrize("slow", ["demo-0", "demo-1", "demo-2"])
    def test_the_order_of_results_does_not_depend_on_timing(self, tmp_path, slow):
        delay = f"time.sleep(0.6 if any(e['name'] == {slow!r} for e in entries) else 0)"
        flaw = "[e.update(vulns=[{'id': 'PYSEC-' + e['name'][-1]}]) for e in entries]"
        assert repr(self.scan(tmp_path, f"{delay}\n{flaw}")) == repr(self.scan(tmp_path, flaw))

    def test_a_share_that_fails_breaks_its_own_pins(self, tmp_path):
        report = self.scan(tmp_path, "if any(e['name'] == 'demo-1' for e in entries): sys.exit(137)")
        assert {str(one) for one in report.unanswered} == {"demo-1==1.0", "demo-4==1.0"}
        assert len(report.found) == 5

    def test_when_all_fail_there_is_no_answer(self, tmp_path):
        with pytest.raises(Unanswered, match="exit code 137"):
            self.scan(tmp_path, "sys.exit(137)")


class TestOverSnapshot:
    """What the loopback server knows besides."""

    KNOWN = document("GHSA-1", until("demo", "2"))
    ASK = """
import urllib.request
url = sys.argv[sys.argv.index("--osv-url") + 1]
for entry in entries:
    query = {"package": {"ecosystem": "PyPI", "name": entry["name"]}, "version": entry["version"]}
    body = json.dumps(query).encode()
    told = json.load(urllib.request.urlopen(urllib.request.Request(url, body)))
    entry["vulns"] = [{"id": one["id"]} for one in told.get("vulns", [])]
"""

    def test_who_asks_and_passes_on_has_answered(self, tmp_path):
        report = scan(tmp_path, answering(self.ASK), snapshot=snapshot(self.KNOWN))
        assert [one.id for one in report.found[pin("demo==1.0")]] == ["GHSA-1"]
        assert report.unanswered == {}
        assert report.database.startswith("snapshot 2024-05-06, sha256:")

    def test_who_never_asks_has_not_answered(self, tmp_path):
        with pytest.raises(Unanswered, match="never asked the advisory server"):
            scan(tmp_path, answering(), snapshot=snapshot(self.KNOWN))

    def test_a_pin_that_was_not_asked_about_is_unanswered(self, tmp_path):
        ask = self.ASK.replace("in entries:", "in entries[:1]:")
        report = scan(tmp_path, answering(ask), snapshot=snapshot(self.KNOWN))
        assert report.unanswered == {pin("other==2.0"): "never asked the advisory server about it"}

    def test_what_was_kept_back_is_unanswered(self, tmp_path):
        report = scan(
            tmp_path, answering(self.ASK + "\nentries[0]['vulns'] = []"), snapshot=snapshot(self.KNOWN)
        )
        assert report.unanswered == {pin("demo==1.0"): "did not pass on GHSA-1"}

    def test_a_snapshot_that_cannot_be_opened_is_unanswered(self, tmp_path):
        with pytest.raises(Unanswered, match="no advisory"):
            scan(tmp_path, answering(), snapshot=snapshot())


def test_the_real_one_over_a_snapshot():
    known = snapshot(
        document(
            "PYSEC-2024-1",
            until("Demo", "2.1"),
            aliases=["CVE-2024-1"],
            published="2024-01-02T03:04:05.5+01:00",
        ),
        document("GHSA-aaaa", until("demo", "2.0"), aliases=["CVE-2024-1"], severity=[CVSS_CRITICAL]),
        document("GHSA-bbbb", until("demo", "2.0"), aliases=["X-1"], withdrawn="2024-05-01T00:00:00Z"),
        document("GHSA-cccc", affected("demo", {"introduced": "0"}, {"fixed": "2019-09-12"})),
        document("GHSA-dddd", until("demo", "3"), aliases=["X-2"]),
        document("GHSA-eeee", until("demo", "3"), aliases=["X-2"], related=["GHSA-cccc"]),
        document("MAL-2024-9", affected("evil", versions=["1.0"])),
    )
    asked = pins("demo==1.0", "demo==2.5", "evil==1.0.0", "evil==1.1", "clean==1!1.0.post1+local")
    report = PipAudit(known).scan(asked)
    ids = {str(p): {(one.id, *one.aliases) for one in found} for p, found in report.found.items()}
    twins, third = ("GHSA-dddd", "GHSA-eeee", "X-2"), ("GHSA-cccc",)
    assert ids == {
        "demo==1.0": {("GHSA-aaaa", "PYSEC-2024-1", "CVE-2024-1"), third, twins},
        "demo==2.5": {third, twins},
        "evil==1.0.0": {("MAL-2024-9",)},
        "evil==1.1": set(),
        "clean==1!1.0.post1+local": set(),
    }
    assert report.unanswered == {}
    found = {one.id: one for one in report.found[pin("demo==1.0")]}
    assert found["GHSA-aaaa"].severity == "critical"
    assert found["GHSA-aaaa"].fixed_versions == (Version("2.0"), Version("2.1"))
    assert found["GHSA-aaaa"].published is not None
    assert report.found[pin("evil==1.0")][0].severity == "malicious"
    assert report.version.startswith("2.")


def test_the_real_one_with_a_server_that_refuses():
    engine = PipAudit(argv=(sys.executable, "-m", "pip_audit", "--osv-url", "http://127.0.0.1:9/v1/query"))
    with pytest.raises(Unanswered, match=r"it said nothing \(exit code 1: .*Connection"):
        engine.scan(ASKED)
