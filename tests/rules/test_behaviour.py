"""What evidence comes to: the rule, its weight at a level, and words that say who told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from checker.commands.waive import waive
from checker.model.evidence import (
    WITNESSES,
    NetworkRecord,
    PhaseEvidence,
    ReportedEvent,
    SandboxEvidence,
    Witness,
)
from checker.model.level import Level
from checker.model.outcome import Outcome
from checker.model.policy import LevelSettings
from checker.model.severity import Severity
from checker.reporters import REPORTERS
from checker.reporters.evidence import told
from checker.rules.sandbox.behaviour import DEFAULTS, RULES, behaviours
from checker.rules.waivers import rule as judged_by
from tests.support import verdicts
from tests.support.policies import policy_from
from tests.support.trees import MemoryTree

EVENTS = {
    kind: ReportedEvent(kind=kind, what=f"{kind} it", where="a.py:3")
    for kind in ("network", "process", "write", "escape", "canary")
}


def of(settings: LevelSettings | None = None, **evidence: object) -> list[tuple[str, Severity, str]]:
    phase = PhaseEvidence.model_validate({"phase": "scripts", "status": "passed", **evidence})
    return [tuple(found) for found in behaviours(phase, settings or verdicts.level_settings())]


def test_quiet_evidence_says_nothing() -> None:
    assert of(network_attempts=0, leftovers=(), network=(), reported=(EVENTS["process"],)) == []
    assert of() == []


@pytest.mark.parametrize(
    ("evidence", "rule", "severity", "words"),
    [
        ({"limit_exceeded": "memory", "reason": "too much"}, "resource-limit", "error", "too much"),
        ({"limit_exceeded": "output", "reason": "too much"}, "output-flood", "error", "too much"),
        ({"leftovers": ("a", "a", "b")}, "orphan-process", "warning", "left 3 running: `a`, `b`"),
        ({"canaries": ("the fake key",)}, "canary-touched", "error", "gave away the fake key"),
        (
            {"reported": (EVENTS["canary"],)},
            "canary-touched",
            "warning",
            "opened a planted secret: canary it",
        ),
        ({"reported": (EVENTS["escape"],)}, "escape-attempt", "error", "escape it at a.py:3 (its own Python"),
        ({"reported": (EVENTS["write"],)}, "wrote-outside", "warning", "write it at a.py:3 (its own Python"),
        ({"network_attempts": 2}, "network-attempt", "error", "tried 2 times to reach a network"),
    ],
)
def test_each_rule(evidence: dict[str, object], rule: str, severity: str, words: str) -> None:
    ((found, weight, message),) = of(**evidence)
    assert (found, str(weight)) == (rule, severity)
    assert words in message


def test_a_level_sets_the_weight() -> None:
    behaviour = {rule: {"fail": "warn", "warn": "fail"}[usual] for rule, usual in DEFAULTS.items()}
    settings = verdicts.level_settings(behaviour=behaviour)
    evidence = {"leftovers": ("a",), "canaries": ("b",), "limit_exceeded": "pids"}
    weights = {rule: str(severity) for rule, severity, _ in of(settings, **evidence)}
    assert weights == {"resource-limit": "warning", "canary-touched": "warning", "orphan-process": "error"}


def test_where_to_is_told_by_the_sink_or_else_by_the_skill() -> None:
    records = (
        NetworkRecord(kind="dns", name="evil.example"),
        NetworkRecord(kind="http", address="198.18.0.1", port=80, name="evil.example", detail="POST /x"),
        NetworkRecord(kind="tls", address="198.18.0.1", port=443, name="evil.example"),
        NetworkRecord(kind="udp", address="192.0.2.1", port=9, count=4),
    )
    ((_, _, message),) = of(network_attempts=7, network=records)
    assert message == (
        "tried 7 times to reach a network: asked for the name `evil.example`; HTTP `POST /x` to `evil.example`, "
        "port 80; TLS for `evil.example`, port 443; UDP to 192.0.2.1:9"
    )
    ((_, _, message),) = of(network_attempts=1, reported=(EVENTS["network"],))
    assert message == "tried once to reach a network: network it at a.py:3 (its own Python says)"


def test_every_field_of_a_phase_has_one_witness() -> None:
    named = [field for fields in WITNESSES.values() for field in fields]
    assert sorted(named) == sorted(PhaseEvidence.model_fields)
    assert SandboxEvidence().witnesses == dict(WITNESSES)


def test_where_a_sink_looked_it_counted_the_attempts() -> None:
    """Everything has a route there, so the kernel's own counter stays at zero."""
    first = PhaseEvidence(phase="import", status="not_applicable")
    evidence = SandboxEvidence(phases=(first, PhaseEvidence(phase="run", status="passed", network=())))
    told_by = {field: witness for witness, fields in evidence.witnesses.items() for field in fields}
    assert sorted(told_by) == sorted(PhaseEvidence.model_fields)
    assert told_by["network_attempts"] is Witness.SINK
    assert told_by["oom_kills"] is Witness.KERNEL
    assert SandboxEvidence.model_validate_json(evidence.model_dump_json()) == evidence


def test_what_a_process_in_the_box_has_a_say_in_is_its_word() -> None:
    """A runner's report decides, or the exit code that the skill chose."""
    assert {"status", "reason", "failures"} <= set(WITNESSES[Witness.SELF_REPORTED])


def test_reports_say_who_told() -> None:
    phase = PhaseEvidence(
        phase="run",
        status="passed",
        network=(NetworkRecord(kind="dns", name="a.example", count=2),) * 12,
        network_unrecorded=3,
        reported=(EVENTS["process"],),
    )
    lines = told(phase)
    assert lines[0] == "seen in its network: asked for the name `a.example`, 2 times"
    assert lines[10:] == [
        "and 3 more in the JSON verdict",
        "self-reported (it could have kept quiet): process it at a.py:3",
    ]


def test_the_policy_may_say_so() -> None:
    level = "levels: {intern: {behaviour: {orphan-process: fail}, limits: {observe: network}}}"
    settings = next(s for name, s in policy_from(f"version: 1\n{level}\n").levels.items() if name == "intern")
    assert (settings.behaviour, settings.limits.observe) == ({"orphan-process": "fail"}, "network")


@pytest.mark.parametrize("rule", RULES)
def test_each_can_be_waived_for_a_time(rule: str) -> None:
    row = {"skill": "skills/x", "rule": rule, "subject": "scripts", "reason": "r", "owner": "@o"}
    head = "version: 1\n"
    skill = {"skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\n"}
    tree = MemoryTree(
        {"policies/maturity.yaml": head, "policies/waivers.yaml": f"{head}waivers: []\n", **skill}
    )
    edit = waive(tree, {**row, "expires": "2026-12-01", "until_fixed": False}, dt.date(2026, 11, 22))
    assert f"rule: {rule}" in edit.after
    accepted = verdicts.waiver(rule=rule, subject="scripts")
    found = verdicts.finding(rule=rule, subject="scripts")
    ruling = judged_by(found, (accepted,), verdicts.NOW.date(), 365)
    assert ruling is not None
    assert not ruling.objection


PAGE = (Path(__file__).parents[2] / "docs/checks/behaviour.md").read_text(encoding="utf-8")


def said(kind: str, what: str, where: str) -> dict[str, object]:
    return {"reported": (ReportedEvent(kind=kind, what=what, where=where),)}


NAMES = NetworkRecord(kind="dns", name="rates.example")
ASKED = NetworkRecord(kind="http", port=80, name="rates.example", detail="GET /today HTTP/1.1")
SHOWN: list[tuple[str, dict[str, object]]] = [
    ("scripts", {"network_attempts": 2, **said("network", "look up rates.example", "scripts/report.py:6")}),
    ("scripts", {"network_attempts": 3, "network": (NAMES, ASKED)}),
    (
        "scripts",
        {"canaries": ("the fake AWS secret key (to the network)", "the fake GitHub token (in its output)")},
    ),
    ("tests", said("canary", "open /tmp/.aws/credentials", "tests/test_login.py:4")),
    ("scripts", said("escape", "open /proc/sysrq-trigger", "scripts/report.py:9")),
    ("scripts", said("write", "open /skill/report.csv", "scripts/report.py:12")),
    ("tests", {"leftovers": ("python scripts/server.py",)}),
    (
        "tests",
        {
            "limit_exceeded": "memory",
            "reason": "used more than 512 MB of memory: the kernel killed a process",
        },
    ),
    ("scripts", {"limit_exceeded": "output", "reason": "printed more than 1024 kB"}),
]


@pytest.mark.parametrize(("phase", "evidence"), SHOWN)
def test_the_page_shows_what_is_said(phase: str, evidence: dict[str, object]) -> None:
    ((rule, _, message),) = of(**evidence)
    section = PAGE.partition(f"\n## {rule}\n")[2].partition("\n## ")[0]
    assert f"\n{phase}: {message}\n" in section
    assert "**What to do.**" in section


def test_the_page_names_every_rule_and_its_policy_is_one() -> None:
    assert [f"[`{rule}`](#{rule})" in PAGE for rule in RULES] == [True] * len(RULES)
    example = PAGE.partition("```yaml\n# policies/maturity.yaml\n")[2].partition("```")[0]
    waivers = PAGE.partition("```yaml\n# policies/waivers.yaml\n")[2].partition("```")[0]
    policy = policy_from(example, waivers=waivers)
    assert policy.levels[Level.AUTONOMOUS].behaviour == {"orphan-process": "fail", "wrote-outside": "fail"}
    assert policy.waivers[0].rule in RULES


@pytest.mark.parametrize("report", ["terminal", "markdown"])
def test_reports_label_what_is_self_reported(report: str) -> None:
    phase = PhaseEvidence(
        phase="scripts", status="failed", network_attempts=1, network=(NAMES,), reported=(EVENTS["network"],)
    )
    found = verdicts.finding(rule="network-attempt", subject="scripts").model_copy(update={"effect": "fails"})
    outcome = Outcome.of("sandbox", "skills/x", (found,)).model_copy(
        update={"evidence": SandboxEvidence(phases=(phase,))}
    )
    text = REPORTERS[report](verdicts.verdict_on(outcome))
    flat = " ".join(text.replace("\\", "").split())
    assert "seen in its network: asked for the name" in flat
    assert "self-reported (it could have kept quiet): network it at a.py:3" in flat
