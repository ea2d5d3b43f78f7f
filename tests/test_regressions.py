"""What the original of this system got wrong, one test each. Every one was seen in its code."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.checks import packages as packages_check
from checker.checks import sources
from checker.engines.pip_audit import PipAudit
from checker.engines.sandbox import DockerSandbox
from checker.errors import PolicyError, Unanswered
from checker.judge import judge
from checker.load.lockfile import parse_lock
from checker.model.level import Level
from checker.model.lock import Pin
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.model.verdict import DecisionWord
from checker.rules.policy.decide import decide, decide_closure
from checker.tools import Tools
from tests.checks.test_packages import Quiet
from tests.support.policies import default_policy, entry, loaded_skill, policy_from, skill
from tests.support.sandbox import FolderWheels, image_order
from tests.support.stand_in import stand_in
from tests.support.trees import MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
TODAY = NOW.date()
EVIL = canonicalize_name("evil")

REGISTRY_HEAD = "version: 1\npackages:\n"


def test_name_case_does_not_part_a_ban_from_an_approval():
    registry = (
        f"{REGISTRY_HEAD}"
        "  - {name: Evil, status: banned, reason: steals keys}\n"
        "  - {name: evil, status: approved, min_maturity: intern, reason: useful}\n"
    )
    policy = policy_from("version: 1\n", registry)
    assert decide(policy, EVIL, Version("1"), Level.AUTONOMOUS, TODAY).rule == "banned"


def test_versions_are_compared_as_versions_not_as_text():
    policy = default_policy(entry("numpy", "==1.21"))
    assert decide(policy, canonicalize_name("numpy"), Version("1.21.0"), Level.INTERN, TODAY).allowed


def test_an_unknown_minimum_level_admits_nobody():
    registry = f"{REGISTRY_HEAD}  - {{name: a, status: approved, min_maturity: senior, reason: x}}\n"
    with pytest.raises(PolicyError, match=r"policies/packages\.yaml:3"):
        policy_from("version: 1\n", registry)


def test_a_request_for_approval_does_not_lift_a_ban():
    policy = default_policy(entry("evil", status="banned"), entry("evil", status="pending"))
    assert decide(policy, EVIL, Version("1"), Level.AUTONOMOUS, TODAY).rule == "banned"


def test_an_approved_range_does_not_admit_a_banned_version_inside_it():
    policy = default_policy(entry("evil", ">=1,<3"), entry("evil", "==2.0", "banned"))
    assert decide(policy, EVIL, Version("2.0.0"), Level.INTERN, TODAY).rule == "banned"
    assert decide(policy, EVIL, Version("1.5"), Level.INTERN, TODAY).allowed


def test_dependencies_of_dependencies_are_governed():
    pins = [Pin(canonicalize_name("good"), Version("1")), Pin(EVIL, Version("1"))]
    policy = default_policy(entry("good"), entry("evil", status="banned"))
    edges = {pins[0].name: (EVIL,)}
    found = decide_closure(policy, pins, {pins[0].name}, edges, Level.INTERN, TODAY)
    assert found[pins[0]].allowed
    assert found[pins[1]].rule == "banned"


def test_a_direct_address_is_not_taken_for_the_latest_release():
    lock = parse_lock(
        b'lock-version = "1.0"\ncreated-by = "t"\n[[packages]]\nname = "evil"\nversion = "1"\n'
        b'archive = {url = "https://evil.example/evil-1-py3-none-any.whl", hashes = {sha256 = "'
        + b"0" * 64
        + b'"}}\n',
        "skills/tables/pylock.toml",
        "linux-x86-64",
    )
    address = "evil @ https://evil.example/evil-1-py3-none-any.whl"
    asked = skill(packages=[address], locks={"linux-x86-64": lock})
    exam = Exam(
        policy=default_policy(entry("evil")), examinees=(Examinee(skill=asked, level=Level.INTERN),), now=NOW
    )
    tools = Tools(head=MemoryTree(), progress=Quiet(), off={"index": "--offline"})
    (outcome,) = sources.examine(exam, tools, {}).outcomes
    assert outcome.status is Status.FAILED
    assert any("https://evil.example/" in finding.message for finding in outcome.findings)


def test_a_decision_cannot_be_altered_by_its_caller():
    decision = decide(default_policy(), EVIL, Version("1"), Level.INTERN, TODAY)
    with pytest.raises(AttributeError):
        decision.allowed = True  # type: ignore[misc]


def test_a_base_image_with_a_newline_is_refused():
    maturity = 'version: 1\nsandbox:\n  base: "python:3.11\\nRUN touch /pwned"\n'
    with pytest.raises(PolicyError, match=r"policies/maturity\.yaml:3"):
        policy_from(maturity)


@pytest.mark.parametrize("line", ["-r /etc/passwd", "--index-url https://evil.example", "./local", "$HOME/x"])
def test_an_option_or_a_path_is_no_requirement(line):
    files = {
        "SKILL.md": "---\nname: tables\ndescription: x\n---\n",
        "skill.yaml": f'version: 1\npackages: ["{line}"]\n',
    }
    found = loaded_skill(files)
    assert not found.packages
    assert any(problem.location.line == 2 for problem in found.problems)


def test_an_error_is_not_reported_as_success(tmp_path):
    engine = PipAudit(argv=stand_in(tmp_path, "sys.exit(137)"), timeout=20)
    with pytest.raises(Unanswered):
        engine.scan(frozenset({Pin(EVIL, Version("1"))}))


def test_a_broken_check_is_never_a_pass():
    examinee = Examinee(skill=skill(packages=["evil"]), level=Level.INTERN)
    exam = Exam(policy=default_policy(entry("evil", ">=2")), examinees=(examinee,), now=NOW)
    tools = Tools(head=MemoryTree(), progress=Quiet())
    outcomes = packages_check.examine(exam, tools, {}).outcomes
    verdict = judge(outcomes, (), exam.examinees, exam.policy, now=NOW, base=None, head="x")
    assert verdict.decision is DecisionWord.INCONCLUSIVE


def test_what_pip_audit_really_writes_is_read(tmp_path):
    answer = {
        "dependencies": [
            {
                "name": "evil",
                "version": "1",
                "vulns": [
                    {
                        "id": "PYSEC-2020-1",
                        "fix_versions": ["2"],
                        "aliases": ["CVE-2020-1"],
                        "description": "x",
                    }
                ],
            }
        ],
        "fixes": [],
    }
    engine = PipAudit(
        argv=stand_in(tmp_path, f"print(json.dumps({json.loads(json.dumps(answer))!r})); sys.exit(1)")
    )
    pin = Pin(EVIL, Version("1"))
    (advisory,) = engine.scan(frozenset({pin})).found[pin]
    assert advisory.id == "PYSEC-2020-1"


@pytest.mark.engine
def test_two_skills_never_share_an_image_name(tmp_path):
    orders = [image_order({"run.py": "print()\n"}, skill=name) for name in ("a/b", "a-b", "a_b", "A/b")]
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as box:
        keys = {box.build(order).key for order in orders}
    assert len(keys) == len(orders)
