"""The demo notices a wrong verdict, and its report is the same for every run."""

import datetime as dt
import re

import pytest

from checker.model.evidence import PhaseEvidence, SandboxEvidence
from checker.model.outcome import Finding, Outcome
from checker.model.severity import Severity
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from scripts import demo_report
from scripts.demo import EXAMPLE, README

CHECKS = ("manifest", "lock", "packages", "vulnerabilities", "sandbox")


def outcome(skill, check, expected, number):
    evidence = None
    if check == "sandbox":
        seen = {"wall_seconds": number, "cpu_seconds": number, "peak_memory_bytes": int(number * 2**24)}
        output = f"rootdir: /tmp/proctor-{number * 1000:.0f}abc\n==== 1 failed in {number:.2f}s ====\n"
        left = ("python worker.py",) * int(number * 10)
        phase = PhaseEvidence(phase="tests", status="failed", output=output, leftovers=left, **seen)
        evidence = SandboxEvidence(phases=(phase,))
    findings = ()
    if check == expected:
        message = f"left {number * 10:.0f} running"
        findings = (
            Finding(rule=check, subject="x", severity=Severity.ERROR, message=message, effect="fails"),
        )
    return Outcome.of(check, skill, findings).model_copy(update={"evidence": evidence})


def verdict(number=1.0, expected=demo_report.EXPECTED, **changes):
    skills = []
    for name, failing in expected.items():
        outcomes = tuple(outcome(name, check, failing, number) for check in CHECKS)
        decision = DecisionWord.FAIL if failing else DecisionWord.PASS
        skills.append(SkillVerdict(skill=name, decision=decision, outcomes=outcomes))
    base, head = f"{int(number * 7):040x}", f"{int(number * 9):040x}"
    known = {
        "decision": DecisionWord.FAIL,
        "now": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        "base": base,
        "head": head,
        "policy": f"policies/ at the base's tip {base[:12]}",
        "skills": tuple(skills),
    }
    return Verdict(**{**known, **changes})


def test_every_skill_of_the_example_but_one_is_expected():
    unchanged = {path.name for path in (EXAMPLE / "skills").iterdir()} - {
        name.removeprefix("skills/") for name in demo_report.EXPECTED
    }
    assert unchanged == {"config-merge"}


def test_the_expected_verdict_is_no_surprise():
    assert demo_report.surprises(verdict()) == []


@pytest.mark.parametrize(
    ("name", "failing", "said"),
    [
        ("skills/letter", "lock", "skills/letter fails lock"),
        ("skills/disk-usage", None, "skills/disk-usage does not fail packages"),
        ("skills/disk-usage", "lock", "skills/disk-usage does not fail packages"),
    ],
)
def test_a_skill_that_ends_otherwise_is_one(name, failing, said):
    assert said in demo_report.surprises(verdict(expected={**demo_report.EXPECTED, name: failing}))


def test_a_missing_a_strange_and_a_merely_inconclusive_one_are_too():
    rest = {name: failing for name, failing in demo_report.EXPECTED.items() if name != "skills/letter"}
    assert demo_report.surprises(verdict(expected={**rest, "skills/other": None})) == [
        "skills/letter was not examined",
        "skills/other should not have been examined",
    ]
    assert demo_report.surprises(verdict(decision=DecisionWord.INCONCLUSIVE)) == [
        "the decision is inconclusive, not fail"
    ]


def test_without_an_engine_what_only_the_sandbox_shows_is_no_surprise():
    whole = verdict()
    skills = tuple(
        skill.model_copy(
            update={
                "outcomes": (*skill.outcomes[:4], Outcome.broken("sandbox", skill.skill, "no engine")),
                "decision": DecisionWord.INCONCLUSIVE,
            }
        )
        for skill in whole.skills
    )
    assert demo_report.surprises(whole.model_copy(update={"skills": skills})) == []


def test_two_runs_read_the_same():
    assert demo_report.render(verdict(1.0)) == demo_report.render(verdict(123.4))
    assert "wall … s" in demo_report.render(verdict(1.0))
    assert not re.search(r"[0-9a-f]{12}", demo_report.render(verdict(1.0)))


def test_no_measured_number_is_left_in_the_readme():
    shown = README.read_text().split(demo_report.START)[1].split(demo_report.END)[0]
    assert re.findall(r"(?:wall|CPU|peak)\s+[0-9].*", shown) == []


def test_the_readme_has_one_place_for_the_report():
    readme = README.read_text()
    shown = demo_report.excerpt(verdict())
    assert shown.startswith("````text\nproctor: ✗ fail   main..more-skills")
    assert shown.index("exit code 1") < shown.index("<details>")
    changed = demo_report.put_into(readme, shown)
    assert f"{demo_report.START}\n{shown}{demo_report.END}" in changed
    assert demo_report.put_into(changed, shown) == changed
