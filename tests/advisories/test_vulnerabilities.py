"""The check: what it asks, how it attributes the answers, and that nothing unasked passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.checks import vulnerabilities
from checker.errors import Unanswered
from checker.model.advisory import Advisory, ScanReport
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.discovery import Discovery, Import
from checker.model.level import Level
from checker.model.lock import Lock, LockedDistribution, Pin
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import AdvisorySettings, Target
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, Entry, FileKind, Problem, Skill
from checker.rules.advisories.advice import unrated
from checker.tools import Scanner, Tools
from tests.support.osv import pin
from tests.support.verdicts import NOW, policy

BAD = Advisory(
    id="PYSEC-1",
    aliases=("CVE-1",),
    severity=Severity.HIGH,
    summary="It leaks.",
    fixed_versions=(Version("1.2"), Version("2.0")),
)


@dataclass
class FakeScanner:
    """Knows `advisories` by pin, leaves out `silent`, and remembers every question."""

    advisories: Mapping[str, tuple[Advisory, ...]] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    reason: str = ""
    name: str = "pip-audit"
    database: str = ""
    asked: list[frozenset[Pin]] = field(default_factory=list)

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        self.asked.append(pins)
        if self.reason:
            raise Unanswered(self.name, self.reason)
        found = {one: self.advisories.get(str(one), ()) for one in pins if str(one) not in self.silent}
        left_out = {one: "skipped: not found" for one in pins if str(one) in self.silent}
        return ScanReport(engine=self.name, version="1.0", found=found, unanswered=left_out)


class Steps(list[tuple[str, str]]):
    def step(self, stage: str, detail: str = "") -> None:
        self.append((stage, detail))


def lock(skill: str, *locked: str, requires: Mapping[str, str] | None = None, target: str = "linux") -> Lock:
    file = f"{skill}/pylock.toml"
    edges = requires or {}
    distributions = tuple(
        LockedDistribution(
            name=canonicalize_name(text.split("==")[0]),
            version=Version(text.split("==")[1]) if "==" in text else None,
            requires=tuple(map(canonicalize_name, edges.get(text.split("==")[0], "").split())),
        )
        for text in locked
    )
    lines = tuple(10 * number for number in range(1, len(locked) + 1))
    return Lock(file=file, target=target, distributions=distributions, lines=lines)


def skill(id: str = "skills/a", *packages: str, locks: tuple[Lock, ...] = (), **more: Any) -> Skill:  # noqa: A002
    manifest = f"{id}/skill.yaml"
    declared = tuple(
        DeclaredPackage(requirement=Requirement(text), location=Location(file=manifest, line=3))
        for text in packages
    )
    details = {"manifest": manifest, "packages": declared, "locks": {one.target: one for one in locks}} | more
    return Skill(id=id, skill_md=f"{id}/SKILL.md", **details)


def locked(*pins: str, id: str = "skills/a", requires: Mapping[str, str] | None = None) -> Skill:  # noqa: A002
    """A skill that declares its first pin's name and locks all."""
    return skill(id, pins[0].split("==")[0], locks=(lock(id, *pins, requires=requires),))


def examine(
    *skills: Skill,
    scanners: tuple[Scanner, ...] = (),
    require: tuple[str, ...] = ("pip-audit",),
    off: str = "",
    earlier: Mapping[tuple[str, str], Outcome] | None = None,
    absent: Mapping[str, str] | None = None,
    **changes: Any,
) -> Answers:
    settings = AdvisorySettings.model_construct(source="online", max_age_days=30, require=require)
    examinees = tuple(Examinee(skill=one, level=Level.INTERN) for one in skills)
    exam = Exam(policy=policy(advisories=settings, **changes), examinees=examinees, now=NOW)
    tools = Tools(
        head=None, progress=Steps(), scanners=scanners, off={"scan": off} if off else {}, absent=absent or {}
    )
    return vulnerabilities.examine(exam, tools, earlier or {})


def only(answers: Answers) -> Outcome:
    (outcome,) = answers.outcomes
    return outcome


def test_a_finding_says_what_where_and_what_to_do():
    outcome = only(examine(locked("pandas==1.1"), scanners=(FakeScanner({"pandas==1.1": (BAD,)}),)))
    (finding,) = outcome.findings
    assert outcome.status is Status.FAILED
    assert finding.message == "pandas 1.1 is affected by PYSEC-1 (CVE-1): It leaks; fixed in 1.2, 2.0"
    assert (finding.rule, finding.subject, finding.aliases) == ("vulnerabilities", "PYSEC-1", ("CVE-1",))
    assert (finding.file, finding.line) == ("skills/a/pylock.toml", 10)
    assert (finding.severity, finding.fixed, finding.chain) == ("high", True, ("pandas",))
    assert finding.remedy == "declare `pandas>=1.2` in skills/a/skill.yaml, then run `proctor lock skills/a`"


def test_a_transitive_finding_names_its_chain_and_root():
    one = locked("app==1", "middle==1", "deep==1.1", requires={"app": "middle", "middle": "deep"})
    (finding,) = only(examine(one, scanners=(FakeScanner({"deep==1.1": (BAD,)}),))).findings
    assert finding.chain == ("app", "middle", "deep")
    assert finding.message.startswith("deep 1.1, required through app → middle, is affected by PYSEC-1")
    assert finding.remedy == (
        "raise `app`, which brings in `deep`, or declare `deep>=1.2` beside it in skills/a/skill.yaml, "
        "then run `proctor lock skills/a`"
    )


def test_where_the_lock_says_nothing_about_edges_no_root_is_made_up():
    (finding,) = only(
        examine(locked("app==1", "deep==1.1"), scanners=(FakeScanner({"deep==1.1": (BAD,)}),))
    ).findings
    assert finding.chain == ()
    assert finding.remedy.startswith(
        "raise what brings in `deep` or declare `deep>=1.2` in skills/a/skill.yaml"
    )


def test_without_a_fix_a_waiver_is_the_way():
    unfixed = BAD.model_copy(update={"fixed_versions": ()})
    (finding,) = only(
        examine(locked("pandas==1.1"), scanners=(FakeScanner({"pandas==1.1": (unfixed,)}),))
    ).findings
    assert finding.fixed is False
    assert finding.message.endswith("; no fixed version is known")
    assert (
        "`proctor waive --reason … --owner … --expires … skills/a vulnerabilities PYSEC-1`" in finding.remedy
    )


def test_malicious_packages_are_to_be_removed():
    evil = Advisory(id="MAL-2024-1", severity=Severity.MALICIOUS)
    one = locked("app==1", "evil==1", requires={"app": "evil"})
    (finding,) = only(examine(one, scanners=(FakeScanner({"evil==1": (evil,)}),))).findings
    assert finding.message.startswith("evil 1, required through app, is malicious by MAL-2024-1")
    assert finding.remedy.startswith("remove `app`, which brings in evil, from skills/a/skill.yaml, then run")


def test_a_path_in_the_command_is_quoted():
    one = locked("pandas==1.1", id="-v1/o'clock ::x")
    (finding,) = only(examine(one, scanners=(FakeScanner({"pandas==1.1": (BAD,)}),))).findings
    assert """`proctor lock './-v1/o'"'"'clock ::x'`""" in finding.remedy


def test_all_skills_are_asked_together_once():
    scanner = FakeScanner({"shared==1": (BAD,)})
    answers = examine(
        locked("shared==1", "x==1", id="skills/a"),
        locked("shared==1", "y==1", id="skills/b"),
        scanners=(scanner,),
    )
    assert scanner.asked == [frozenset(map(pin, ("shared==1", "x==1", "y==1")))]
    assert [(o.skill, len(o.findings)) for o in answers.outcomes] == [("skills/a", 1), ("skills/b", 1)]
    (run,) = answers.engines
    assert (run.name, run.version, run.ran, run.reason) == ("pip-audit", "1.0", True, "")


def test_findings_that_share_an_alias_are_one_over_all_engines():
    twin = Advisory(
        id="GHSA-1", aliases=("CVE-1",), severity=Severity.CRITICAL, fixed_versions=(Version("1.1"),)
    )
    scanners = (
        FakeScanner({"pandas==1.0": (BAD,)}),
        FakeScanner({"pandas==1.0": (twin, Advisory(id="X-1"))}, name="other"),
    )
    findings = only(examine(locked("pandas==1.0"), scanners=scanners)).findings
    assert [(f.subject, f.aliases, f.severity.value) for f in findings] == [
        ("GHSA-1", ("PYSEC-1", "CVE-1"), "critical"),
        ("X-1", (), "unknown"),
    ]
    assert "fixed in 1.1, 1.2, 2.0" in findings[0].message


def test_a_finding_says_how_many_engines_agree():
    twin = Advisory(id="GHSA-1", aliases=("CVE-1",), severity=Severity.CRITICAL)
    scanners = (
        FakeScanner({"x==1": (BAD,)}),
        FakeScanner({"x==1": (twin,)}, name="osv"),
        FakeScanner({"x==1": (Advisory(id="S-1"),)}, name="safety"),
        FakeScanner(name="late", reason="timeout"),
        FakeScanner(name="blind", silent=("x==1",)),
    )
    first, second = only(examine(locked("x==1"), scanners=scanners)).findings
    assert (first.subject, first.reported_by) == ("GHSA-1", ("osv", "pip-audit"))
    assert first.message.endswith(" (2 of 3 engines agree: osv, pip-audit)")
    assert second.message.endswith(" (1 of 3 engines: safety)")


def test_what_was_found_of_a_pin_that_is_not_fully_answered_counts():
    class Half(FakeScanner):
        def scan(self, pins: frozenset[Pin]) -> ScanReport:
            return super().scan(pins).model_copy(update={"unanswered": {pin("x==1"): "a record is missing"}})

    outcome = only(examine(locked("x==1"), scanners=(Half({"x==1": (BAD,)}),)))
    assert (outcome.status, len(outcome.findings)) == (Status.BROKEN, 1)
    assert outcome.reason == "pip-audit did not answer for x==1 (a record is missing)"


@pytest.mark.parametrize(
    ("require", "status", "reason"),
    [
        (("pip-audit",), Status.PASSED, "no key"),
        (("pip-audit", "safety"), Status.BROKEN, "required by the policy, and no key"),
    ],
)
def test_an_engine_that_cannot_be_asked_is_listed_and_broken_where_required(require, status, reason):
    answers = examine(locked("x==1"), scanners=(FakeScanner(),), require=require, absent={"safety": "no key"})
    assert only(answers).status is status
    assert [(run.name, run.ran, run.reason) for run in answers.engines] == [
        ("pip-audit", True, ""),
        ("safety", False, reason),
    ]


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        ((), ()),
        (("high",), ()),
        (("unknown",), ("severity unknown for 1 of 1 advisory findings (100 %)",)),
        (("unknown", "low", "high"), ("severity unknown for 1 of 3 advisory findings (33 %)",)),
    ],
)
def test_the_share_that_nobody_rated(severities, said):
    found = tuple(Advisory(id=f"X-{n}", severity=Severity(word)) for n, word in enumerate(severities))
    outcome = only(examine(locked("x==1"), scanners=(FakeScanner({"x==1": found}),)))
    assert unrated([outcome, Outcome.skipped("sandbox", "skills/a", "off")]) == said


def test_a_pin_in_several_locks_is_one_finding_at_the_first():
    targets = (Target(name="linux", platform="x86_64-manylinux_2_28"), Target(name="mac", platform="macos"))
    locks = (lock("skills/a", "pandas==1.1"), lock("skills/a", "pandas==1.1", "x==1", target="mac"))
    one = skill("skills/a", "pandas", locks=locks)
    scanner = FakeScanner({"pandas==1.1": (BAD,), "x==1": (BAD,)})
    findings = only(examine(one, scanners=(scanner,), targets=targets)).findings
    assert [(f.message.split()[0], f.line) for f in findings] == [("pandas", 10), ("x", 20)]


def test_clean():
    assert only(examine(locked("pandas==1.1"), scanners=(FakeScanner(),))).status is Status.PASSED


def test_a_pass_over_a_lock_that_was_not_accepted_says_so():
    refused = Outcome.broken("lock", "skills/a", "out of step")
    outcome = only(
        examine(locked("pandas==1.1"), scanners=(FakeScanner(),), earlier={("lock", "skills/a"): refused})
    )
    assert outcome.status is Status.PASSED
    assert "which the check `lock` did not accept" in outcome.reason


@pytest.mark.parametrize("one", [skill(), skill("skills/a", "pandas", locks=(lock("skills/a"),))])
def test_nothing_to_ask_is_not_applicable(one):
    scanner = FakeScanner()
    answers = examine(one, scanners=(scanner,))
    assert only(answers).status is Status.NOT_APPLICABLE
    assert scanner.asked == []
    assert (answers.engines[0].ran, answers.engines[0].reason) == (False, "no skill locks any distribution")


def test_switched_off_is_skipped_with_the_reason():
    answers = examine(locked("pandas==1.1"), skill("skills/prompt"), off="--offline without a snapshot")
    assert [o.status for o in answers.outcomes] == [Status.SKIPPED, Status.NOT_APPLICABLE]
    assert answers.outcomes[0].reason == "--offline without a snapshot"
    assert (answers.engines[0].ran, answers.engines[0].reason) == (False, "--offline without a snapshot")


PROBLEM = Problem(message="invalid TOML", location=Location(file="skills/a/pylock.toml", line=4), fatal=True)
PYTHON = Entry(path="skills/a/x.py", kind=FileKind.FILE, digest="")
REQUESTS = Import(module="requests", location=Location(file="skills/a/x.py", line=1))
BROKEN = {
    "no lock": (skill("skills/a", "pandas"), "not locked for linux: run `proctor lock skills/a`"),
    "unreadable lock": (
        skill("skills/a", "pandas", lock_problems={"linux": PROBLEM}),
        "skills/a/pylock.toml:4: invalid TOML",
    ),
    "no version": (
        skill("skills/a", "app", locks=(lock("skills/a", "app==1", "local"),)),
        "skills/a/pylock.toml:20: local is locked without a version: no advisory can be looked up",
    ),
    "unusable": (skill("skills/a", problems=(PROBLEM,)), "invalid TOML"),
    "nothing declared": (
        skill("skills/a", manifest=None, files=(PYTHON,), discovery=Discovery(imports=(REQUESTS,))),
        "imports requests, and no file says which packages that takes",
    ),
}


@pytest.mark.parametrize(("one", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_asked_is_broken(one, reason):
    outcome = only(examine(one, scanners=(FakeScanner(),)))
    assert outcome.status is Status.BROKEN
    assert reason in outcome.reason


def test_an_engine_that_fails_breaks_those_who_needed_it():
    answers = examine(
        locked("pandas==1.1"), skill("skills/b"), scanners=(FakeScanner(reason="no answer in 60 s"),)
    )
    assert [o.status for o in answers.outcomes] == [Status.BROKEN, Status.NOT_APPLICABLE]
    assert answers.outcomes[0].reason == "pip-audit: no answer in 60 s"
    assert (answers.engines[0].ran, answers.engines[0].reason) == (False, "no answer in 60 s")


def test_a_pin_left_out_breaks_the_skills_that_lock_it():
    scanner = FakeScanner(silent=("x==1",))
    answers = examine(locked("x==1", id="skills/a"), locked("y==1", id="skills/b"), scanners=(scanner,))
    assert [o.status for o in answers.outcomes] == [Status.BROKEN, Status.PASSED]
    assert answers.outcomes[0].reason == "pip-audit did not answer for x==1 (skipped: not found)"
    assert answers.engines[0].reason == "pins not answered for: 1"


def test_many_pins_left_out_are_counted():
    pins = tuple(f"x{n}==1" for n in range(8))
    outcome = only(examine(locked(*pins), scanners=(FakeScanner(silent=pins),)))
    assert outcome.reason.endswith(" and 3 more")


def test_what_other_engines_found_still_counts():
    scanners = (FakeScanner(reason="crashed"), FakeScanner({"x==1": (BAD,)}, name="other"))
    outcome = only(examine(locked("x==1"), scanners=scanners))
    assert (outcome.status, len(outcome.findings)) == (Status.BROKEN, 1)


def test_an_engine_nobody_requires_may_fail_while_another_answers():
    scanners = (FakeScanner(), FakeScanner(reason="no key", name="other"))
    answers = examine(locked("x==1"), scanners=scanners)
    assert only(answers).status is Status.PASSED
    assert [(run.name, run.ran, run.reason) for run in answers.engines] == [
        ("pip-audit", True, ""),
        ("other", False, "no key"),
    ]


@pytest.mark.parametrize(
    ("scanners", "require", "reason"),
    [
        ((), ("pip-audit",), "pip-audit: required by the policy, and not available in this run"),
        ((FakeScanner(name="other"),), ("pip-audit",), "pip-audit: required by the policy"),
        ((), (), "no advisory engine is available"),
        ((FakeScanner(reason="crashed"),), (), "pip-audit: crashed"),
        ((FakeScanner(silent=("x==1",)),), (), "pip-audit did not answer for x==1"),
    ],
)
def test_nobody_answered_is_never_a_pass(scanners, require, reason):
    outcome = only(examine(locked("x==1"), scanners=scanners, require=require))
    assert outcome.status is Status.BROKEN
    assert outcome.reason.startswith(reason)


def test_a_report_that_forgets_a_pin_altogether_did_not_answer():
    class Forgetful(FakeScanner):
        def scan(self, pins: frozenset[Pin]) -> ScanReport:
            return ScanReport(engine=self.name, version="1")

    outcome = only(examine(locked("x==1"), scanners=(Forgetful(),)))
    assert outcome.reason == "pip-audit did not answer for x==1 (no answer)"


def test_progress_is_told():
    steps = Steps()
    exam = Exam(policy=policy(), examinees=(Examinee(skill=locked("x==1"), level=Level.INTERN),), now=NOW)
    vulnerabilities.examine(exam, Tools(head=None, progress=steps, scanners=(FakeScanner(),)), {})
    assert steps == [("scanning", "pip-audit, pins: 1")]
