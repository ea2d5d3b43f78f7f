"""Safety as an engine: its answers by stand-ins, and the real CLI against a loopback server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.version import Version

from checker.engines.safety import Safety, key_missing
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from tests.support.index_server import answers
from tests.support.osv import pin, pins
from tests.support.safety_server import KEY, Flaw, environment, safety_server
from tests.support.stand_in import stand_in

ASKED = pins("demo==1.0", "other==2.0")
#: Reads the requirements it is given and saves what the real one would; `saved` may be changed before.
ANSWER = """
lines = Path(sys.argv[sys.argv.index("-r") + 1]).read_text().split()
scanned = {n: {"name": n, "version": v, "requirements": [{"specifier": "==" + v}]}
           for n, v in (line.split("==") for line in lines)}
saved = {"report_meta": {"json_version": "1.1", "api_key": True}, "scanned_packages": scanned,
         "vulnerabilities": [], "ignored_vulnerabilities": []}
def flaw(number, version="1.0", **more):
    return {"vulnerability_id": number, "package_name": "demo", "analyzed_version": version, **more}
%s
Path(sys.argv[sys.argv.index("--save-json") + 1]).write_text(json.dumps(saved))
"""


def answering(change: str = "") -> str:
    return ANSWER % change


def scan(tmp_path: Path, change: str = "", asked=ASKED, **settings: object) -> ScanReport:
    command = stand_in(tmp_path, answering(change))
    return Safety(argv=command, environ={"SAFETY_API_KEY": KEY}, timeout=20, **settings).scan(asked)


def test_clean(tmp_path):
    report = scan(tmp_path)
    assert (report.found, report.unanswered) == (dict.fromkeys(ASKED, ()), {})
    assert (report.engine, report.database) == ("safety", "Safety, online")


def test_an_advisory_in_full(tmp_path):
    flaw = (
        "saved['vulnerabilities'] = [flaw('51457', CVE='CVE-2024-1', advisory='Bad\\x1b[31m thing.',"
        "published_date='2024-05-01T00:00:00Z', fixed_versions=['0.9', '2.0', 'odd'],"
        "severity={'cvssv2': None, 'cvssv3': {'base_score': 9.8, 'base_severity': 'CRITICAL'}})]"
    )
    (found,) = scan(tmp_path, flaw).found[pin("demo==1.0")]
    assert (found.id, found.aliases) == ("SAFETY-51457", ("CVE-2024-1",))
    assert (found.severity, found.fixed_versions) == ("critical", (Version("2.0"),))
    assert (found.summary, found.reported_by) == ("Bad\\x1b[31m thing.", ("safety",))
    assert found.published is not None


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        ("None", "unknown"),
        ("{'cvssv3': None}", "unknown"),
        ("{'cvssv3': {'vector_string': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'base_severity': 'LOW'}}", "critical"),
        ("{'cvssv2': {'base_severity': 'HIGH'}}", "high"),
        ("{'cvssv3': {'base_score': 5.0, 'base_severity': ''}}", "medium"),
        ("{'cvssv2': {'base_score': 3.9}, 'cvssv4': {'base_score': 8.9}}", "high"),
        ("{'cvssv3': {'base_score': 11.0}}", "unknown"),
    ],
)  # fmt: skip
def test_severities(tmp_path, score, severity):
    report = scan(tmp_path, f"saved['vulnerabilities'] = [flaw('1', severity={score})]")
    assert report.found[pin("demo==1.0")][0].severity == severity


def test_what_a_policy_file_of_safety_would_ignore_counts(tmp_path):
    report = scan(tmp_path, "saved['ignored_vulnerabilities'] = [flaw('1')]")
    assert [one.id for one in report.found[pin("demo==1.0")]] == ["SAFETY-1"]


def test_a_pin_that_was_not_scanned_is_unanswered(tmp_path):
    report = scan(tmp_path, "del scanned['other']")
    assert report.found == {pin("demo==1.0"): ()}
    assert report.unanswered == {pin("other==2.0"): "is not among the packages it scanned"}


def test_several_versions_of_a_name_take_several_runs(tmp_path):
    runs = tmp_path / "runs"
    note = f"open({str(runs)!r}, 'a').write(' '.join(lines) + chr(10))"
    asked = pins("demo==1.0", "demo==2.0", "demo==3.0", "other==2.0")
    report = scan(
        tmp_path, f"{note}\nsaved['vulnerabilities'] = [flaw('1')] if 'demo==1.0' in lines else []", asked
    )
    assert sorted(runs.read_text().splitlines()) == ["demo==1.0 other==2.0", "demo==2.0", "demo==3.0"]
    assert {str(one): len(found) for one, found in report.found.items()} == {
        "demo==1.0": 1, "demo==2.0": 0, "demo==3.0": 0, "other==2.0": 0,
    }  # fmt: skip


def test_a_run_that_fails_breaks_its_own_pins(tmp_path):
    asked = pins("demo==1.0", "demo==2.0")
    report = scan(tmp_path, "if 'demo==2.0' in lines: sys.exit(69)", asked)
    assert list(report.found) == [pin("demo==1.0")]
    assert "it saved no report (exit code 69" in report.unanswered[pin("demo==2.0")]


def test_more_versions_than_there_are_runs_are_unanswered(tmp_path, monkeypatch):
    monkeypatch.setattr("checker.engines.safety._MOST_RUNS", 2)
    report = scan(tmp_path, "", pins("demo==1", "demo==2", "demo==3"))
    assert report.unanswered == {pin("demo==3"): "too many versions of one name"}


@pytest.mark.parametrize("code", [0, 64, 65, 1])
def test_the_exit_code_says_nothing(tmp_path, code):
    report = scan(tmp_path, f"import atexit; atexit.register(os._exit, {code})")
    assert report.found == dict.fromkeys(ASKED, ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("saved['vulnerabilities'] = [flaw('1', version='9')]", "demo 9, which it was not asked about"),
        ("saved['vulnerabilities'] = [flaw('x y')]", "not the JSON it documents .at vulnerabilities.0"),
        ("saved['report_meta']['json_version'] = '2.0'", "not the JSON it documents .at report_meta.json_v"),
        ("saved['report_meta']['api_key'] = False", "did not use the key"),
        ("del saved['ignored_vulnerabilities']", "not the JSON it documents .at ignored_vuln"),
        ("saved = []", "not the JSON it documents"),
        ("scanned.clear()", "answered for no distribution: is not among"),
    ],
)
def test_unanswered(tmp_path, change, reason):
    with pytest.raises(Unanswered, match=reason):
        scan(tmp_path, change)


def test_the_environment_is_clean_and_holds_the_key(tmp_path):
    environ = {
        "PATH": "/bin",
        "HOME": "/home/somebody",
        "SAFETY_API_KEY": KEY,
        "SAFETY_DATA_API_BASE_URL": "https://safety.example/api/",
        "SAFETY_DB_DIR": "/evil",
        "SAFETY_STAGE": "other",
        "PYTHONPATH": "/evil",
        "https_proxy": "http://proxy.example:3128",
    }
    body = answering(f"Path({str(tmp_path / 'seen')!r}).write_text(json.dumps([dict(os.environ), sys.argv]))")
    Safety(argv=stand_in(tmp_path, body), environ=environ).scan(ASKED)
    seen, argv = json.loads((tmp_path / "seen").read_text())
    assert seen["SAFETY_API_KEY"] == KEY
    assert seen["SAFETY_DATA_API_BASE_URL"] == "https://safety.example/api/"
    assert not {"SAFETY_DB_DIR", "SAFETY_STAGE", "PYTHONPATH"} & set(seen)
    assert not Path(seen["HOME"]).exists()
    assert KEY not in " ".join(argv)


@pytest.mark.parametrize(
    ("environ", "reason"),
    [({}, "no SAFETY_API_KEY"), ({"SAFETY_API_KEY": ""}, "no SAFETY"), ({"SAFETY_API_KEY": "a b"}, "no key")],
)
def test_without_a_key_nothing_is_started(environ, reason):
    with pytest.raises(Unanswered, match=reason):
        Safety(argv=("/nowhere/at-all",), environ=environ).scan(ASKED)
    assert bool(key_missing(environ)) is not bool(environ.get("SAFETY_API_KEY"))


def test_no_pins_no_process():
    assert Safety(argv=("/nowhere/at-all",), environ={}).scan(frozenset()).found == {}


FLAWS = (
    Flaw("demo", "<2.0", "51457", "CVE-2024-1", 9.8, "CRITICAL", ("2.0",)),
    Flaw("demo", "<3.0", "51458"),
    Flaw("other", "==1.0", "51459", "CVE-2024-3", 5.0, "MEDIUM", ("1.1",)),
)


@pytest.mark.slow
def test_the_real_one():
    asked = pins("demo==1.0", "demo==2.5", "other==1.0", "clean==1!1.0.post1+local")
    with safety_server(FLAWS) as server:
        report = Safety(environ=environment(server.url), request_timeout=5).scan(asked)
        keys = [one.headers.get("x-api-key") for one in server.asked if "insecure" in one.path]
    assert {str(one): {(a.id, *a.aliases, a.severity.value) for a in found} for one, found in report.found.items()} == {
        "demo==1.0": {("SAFETY-51457", "CVE-2024-1", "critical"), ("SAFETY-51458", "unknown")},
        "demo==2.5": {("SAFETY-51458", "unknown")},
        "other==1.0": {("SAFETY-51459", "CVE-2024-3", "medium")},
        "clean==1!1.0.post1+local": set(),
    }  # fmt: skip
    assert report.unanswered == {}
    assert report.version.startswith("3.")
    assert set(keys) == {KEY}


@pytest.mark.slow
def test_the_real_one_with_a_key_that_does_not_count():
    with safety_server(FLAWS, key="another-key-0123") as server:
        server.faults["/api/v1/safety/insecure"] = answers(403, b'{"message": "who are you?"}')
        with pytest.raises(Unanswered, match="it saved no report") as caught:
            Safety(environ=environment(server.url), request_timeout=5).scan(ASKED)
    assert KEY not in str(caught.value)
