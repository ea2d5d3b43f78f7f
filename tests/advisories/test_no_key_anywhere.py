"""Nothing that Proctor says, starts or keeps ever holds a key: messages, arguments, logs, crashes, verdicts."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from checker.cli import main
from checker.engines import process
from checker.engines.safety import Safety
from checker.errors import Unanswered
from checker.model.verdict import Verdict
from checker.reporters import REPORTERS
from tests.support.osv import CVSS_HIGH, document, until
from tests.support.osv_api import osv_api
from tests.support.safety_server import Flaw, environment, safety_server
from tests.support.scans import examined
from tests.support.stand_in import stand_in

KEY = "k/3y+that=must~never-be.seen:0123456789"
SAVE = """
lines = Path(sys.argv[sys.argv.index("-r") + 1]).read_text().split()
scanned = {n: {"name": n, "version": v, "requirements": [{"specifier": "==" + v}]}
           for n, v in (line.split("==") for line in lines)}
key = os.environ["SAFETY_API_KEY"]
said = {"report_meta": {"json_version": "1.1", "api_key": True}, "scanned_packages": scanned,
        "vulnerabilities": [{"vulnerability_id": "1", "package_name": "demo", "analyzed_version": "1.0",
                             "advisory": "Sent with " + key}], "ignored_vulnerabilities": []}
%s
Path(sys.argv[sys.argv.index("--save-json") + 1]).write_text(json.dumps(said))
"""
#: Ways in which the tool repeats its key.
LEAKS = {
    "in an advisory": "",
    "as a name": "said['vulnerabilities'][0]['package_name'] = key",
    "as a version": "said['vulnerabilities'][0]['analyzed_version'] = key",
    "as a JSON key": "said = {key: said}; said['report_meta'] = {key: key}",
    "on standard error": "sys.exit('cannot use the key ' + key)",
    "in an address": "import urllib.parse; sys.exit('GET https://x.example/?key=' + urllib.parse.quote(key, safe=''))",
    "on standard output": "print(key); sys.exit(65)",
    "in a traceback": "raise RuntimeError(key)",
    "at the very end of a long line": "sys.exit('x' * 8180 + key)",
}


def leaked(text: str) -> bool:
    return any(form in text for form in (KEY, quote(KEY, safe=""), KEY[5:-5]))


@pytest.mark.parametrize("change", LEAKS.values(), ids=LEAKS)
def test_a_tool_that_repeats_its_key(tmp_path, change):
    engine = Safety(argv=stand_in(tmp_path, SAVE % change), environ={"SAFETY_API_KEY": KEY})
    answers = examined(engine)
    assert not leaked(answers.model_dump_json())
    assert not leaked(repr(engine))
    assert not leaked(str(vars(answers)))


def test_the_whole_chain_of_a_failure(tmp_path):
    """With PROCTOR_DEBUG the traceback is shown, with every error that led to it."""
    engine = Safety(argv=stand_in(tmp_path, SAVE % "said = key"), environ={"SAFETY_API_KEY": KEY})
    with pytest.raises(Unanswered) as caught:
        engine.scan(frozenset(answers_of_demo()))
    assert not leaked("".join(traceback.format_exception(caught.value)))


def test_a_key_with_a_line_break_is_not_repeated(tmp_path):
    engine = Safety(argv=stand_in(tmp_path, "pass"), environ={"SAFETY_API_KEY": f"{KEY}\n{KEY}"})
    with pytest.raises(Unanswered) as caught:
        engine.scan(frozenset(answers_of_demo()))
    assert not leaked("".join(traceback.format_exception(caught.value)))


def answers_of_demo() -> Iterator[Any]:
    from tests.support.osv import pin

    yield pin("demo==1.0")


POLICY = """version: 1
extends: default
indexes: [https://index.invalid/index/]
advisories: {require: [pip-audit, osv, safety]}
"""
LOCK = """lock-version = "1.0"
created-by = "test"
[[packages]]
name = "demo"
version = "1.0"
wheels = [{ url = "https://index.invalid/demo-1.0-py3-none-any.whl", hashes = { sha256 = "%s" } }]
[tool.proctor]
target = "linux-x86-64"
python = "3.11"
"""
FILES = {
    "policies/maturity.yaml": POLICY,
    "skills/a/SKILL.md": "---\nname: a\ndescription: Does a.\n---\n",
    "skills/a/skill.yaml": "version: 1\npackages: [demo]\n",
    "skills/a/pylock.toml": LOCK % ("0" * 64),
}


@pytest.mark.slow
def test_a_whole_run_with_all_three_engines(tmp_path, monkeypatch, capfd):
    """The real pip-audit and the real Safety CLI against loopback servers, and a crash at the end."""
    for name, text in FILES.items():
        (tmp_path / "repo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo" / name).write_text(text)
    started: list[tuple[list[str], dict[str, str]]] = []
    real = process.start

    def spied(engine: str, argv: Any, env: Any, cwd: Path) -> Any:
        started.append((list(argv), dict(env)))
        return real(engine, argv, env, cwd)

    monkeypatch.setattr(process, "start", spied)
    key = "made-up-0123456789-safety-key"
    flaw = document("GHSA-1", until("demo", "2"), aliases=["CVE-1"], severity=[CVSS_HIGH])
    with (
        osv_api(flaw) as osv,
        safety_server([Flaw("demo", "<2", "1", "CVE-1", 9.8, "CRITICAL")], key) as safety,
    ):
        for name, value in {
            **environment(safety.url, key),
            "PROCTOR_OSV_URL": osv.url,
            "PROCTOR_DEBUG": "1",
        }.items():
            monkeypatch.setenv(name, value)
        arguments = [
            "check",
            str(tmp_path / "repo"),
            "--worktree",
            "--no-sandbox",
            "--cache",
            str(tmp_path / "cache"),
        ]
        with pytest.raises(SystemExit):
            main([*arguments, "--format", "json", "--output", str(tmp_path / "report.json")])
        monkeypatch.setattr("checker.engines.safety.read_saved", lambda data: 1 / 0)
        with pytest.raises(BaseException) as crash:  # noqa: PT011 - an exit or, with PROCTOR_DEBUG, the error itself
            main(arguments)
    said = "".join(capfd.readouterr()) + "".join(traceback.format_exception(crash.value))
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert key not in said
    assert not [data for data in kept if key.encode() in data]
    assert key not in " ".join(text for argv, _ in started for text in argv)
    holders = {argv[3] for argv, env in started if key in " ".join(env.values())}
    assert holders == {"safety"}
    assert osv.asked
    assert not [one for one in osv.asked if key in str(one)]
    verdict = Verdict.model_validate_json((tmp_path / "report.json").read_text())
    assert not [form for form, render in REPORTERS.items() if key in render(verdict)]
    ran = {one.name: one.ran for one in verdict.engines}
    assert (ran["osv"], ran["pip-audit"], ran["safety"]) == (True, True, True)
    (finding,) = next(one.findings for one in verdict.skills[0].outcomes if one.check == "vulnerabilities")
    assert finding.reported_by == ("osv", "pip-audit", "safety")
    assert finding.message.endswith("(3 of 3 engines agree: osv, pip-audit, safety)")
    assert finding.severity == "critical"
