"""Outcomes and verdicts for the tests of the judge and of the reporters: builders, samples, strategies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from checker.judge import judge
from checker.model.base import Location
from checker.model.evidence import NetworkRecord, PhaseEvidence, ReportedEvent, SandboxEvidence
from checker.model.level import Level
from checker.model.outcome import Finding, Outcome, Status
from checker.model.plan import Examinee
from checker.model.policy import (
    AdvisorySettings,
    LevelSettings,
    Limits,
    LockSettings,
    Policy,
    SandboxSettings,
    Target,
    Waiver,
)
from checker.model.preview import Preview, Turn
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.model.verdict import EngineRun, SkillVerdict, Verdict

NOW = dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)
BASE, HEAD = "1a2b3c4d5e" * 4, "f0e1d2c3b4" * 4
CHECK_ORDER = ("manifest", "lock", "packages", "vulnerabilities", "sandbox")


def level_settings(**changes: Any) -> LevelSettings:
    settings = LevelSettings(
        fail_on=Severity.HIGH,
        unknown_severity="fail",
        network_attempts="fail",
        require_tests=False,
        max_waiver_days=90,
        limits=Limits(memory_mb=512, cpus=1, pids=128, wall_seconds=60, output_kb=256, tmp_mb=64),
    )
    return settings.model_copy(update=changes)


def policy(settings: LevelSettings | None = None, **changes: Any) -> Policy:
    """A plain policy with the same settings for every level."""
    plain = Policy(
        file="policies/maturity.yaml",
        default_maturity=Level.INTERN,
        default_python="3.11",
        skill_format="lenient",
        transitive="covered",
        on_broken="inconclusive",
        min_release_age_days=0,
        indexes=("https://index.example/index/",),
        targets=(Target(name="linux", platform="x86_64-manylinux_2_28"),),
        source_builds=(),
        direct_sources=(),
        levels=dict.fromkeys(Level, settings or level_settings()),
        grants=None,
        lock=LockSettings(max_packages=500, timeout_seconds=120, exclude_newer=None),
        advisories=AdvisorySettings(source="online", max_age_days=30, require=("pip-audit",)),
        sandbox=SandboxSettings(enabled=True, base="host", max_wheel_mb=300, max_unpacked_mb=1000),
    )
    return plain.model_copy(update=changes)


def waiver(**changes: Any) -> Waiver:
    accepted = Waiver(
        skill="skills/*",
        rule="vulnerabilities",
        subject="GHSA-aaaa-bbbb-cccc",
        reason="not reachable from here",
        owner="@org/security",
        expires=NOW.date() + dt.timedelta(days=30),
        location=Location(file="policies/waivers.yaml", line=4),
    )
    return accepted.model_copy(update=changes)


def examinee(skill: str, level: Level = Level.INTERN, because: tuple[str, ...] = ()) -> Examinee:
    return Examinee(skill=Skill(id=skill, skill_md=f"{skill}/SKILL.md"), level=level, because=because)


def finding(severity: Severity = Severity.ERROR, **changes: Any) -> Finding:
    found = Finding(rule="packages", subject="evil==1.0", severity=severity, message="evil 1.0 is banned")
    return found.model_copy(update=changes)


def failed(*findings: Finding, skill: str = "skills/a", check: str = "packages") -> Outcome:
    return Outcome.of(check, skill, findings)


def passed(check: str, skill: str) -> Outcome:
    return Outcome(check=check, skill=skill, status=Status.PASSED)


def verdict_on(*outcomes: Outcome, by: Policy | None = None, **changes: Any) -> Verdict:
    """The judge's verdict on outcomes; every skill they name is an examinee at intern level."""
    named = sorted({outcome.skill for outcome in outcomes})
    arguments: dict[str, Any] = {
        "engines": [],
        "examinees": [examinee(skill) for skill in named],
        "now": NOW,
        "base": BASE,
        "head": HEAD,
        "check_order": CHECK_ORDER,
    }
    return judge(outcomes, policy=by or policy(), **(arguments | changes))


# -- a verdict with one of everything -----------------------------------------------------------------------


def sample() -> Verdict:
    """Skills that pass, fail, warn, were waived, could not be checked, or misbehaved in the sandbox."""
    accepted = waiver(skill="skills/charts", subject="CVE-2024-0001")
    late = waiver(skill="skills/scraper", expires=NOW.date() - dt.timedelta(days=3))
    late = late.model_copy(update={"location": Location(file="policies/waivers.yaml", line=12)})
    return judge(
        [
            *_passing("skills/tables"),
            *_prompt_only(),
            *_banned(),
            *_scraper(),
            *_charts(),
            *_hostile(),
            *_unsure(),
        ],
        _engines(),
        [
            examinee("skills/tables", because=("changed: scripts/join.py",)),
            examinee("skills/letters", Level.STUDENT),
            examinee("skills/report", because=("changed: skill.yaml", "registry entry changed: evil")),
            examinee("skills/scraper", Level.SUPERVISED),
            examinee("skills/charts"),
            examinee("skills/mischief", Level.AUTONOMOUS),
            examinee("skills/data/geo"),
        ],
        policy(waivers=(accepted, late)),
        now=NOW,
        base=BASE,
        head=HEAD,
        policy_label="policies/maturity.yaml at the base's tip",
        advisories_label="snapshot of 2026-11-01",
        notes=("skills/old was deleted",),
        check_order=CHECK_ORDER,
    )


def _passing(skill: str, *but: str) -> list[Outcome]:
    return [passed(check, skill) for check in CHECK_ORDER if check not in but]


def _prompt_only() -> list[Outcome]:
    rest = ("lock", "packages", "vulnerabilities", "sandbox")
    return [
        passed("manifest", "skills/letters"),
        *(Outcome.not_applicable(check, "skills/letters", "declares no packages") for check in rest),
    ]


def _banned() -> list[Outcome]:
    skill = "skills/report"
    banned = finding(
        message="evil 1.0 is banned: it sends what it reads to a server",
        file="policies/packages.yaml",
        line=31,
        chain=("pretty-report", "evil"),
        remedy=f"take pretty-report out of {skill}/skill.yaml, then run: proctor lock {skill}",
    )
    pending = finding(
        subject="pretty-report==0.3",
        message="pretty-report awaits approval",
        file=f"{skill}/skill.yaml",
        line=5,
        remedy="ask @org/security to approve pretty-report in policies/packages.yaml",
    )
    return [
        *_passing(skill, "packages", "sandbox"),
        failed(pending, banned, skill=skill),
        Outcome.skipped("sandbox", skill, "the policy denies what it would run"),
    ]


def _scraper() -> list[Outcome]:
    skill = "skills/scraper"
    advisory = Finding(
        rule="vulnerabilities",
        subject="GHSA-aaaa-bbbb-cccc",
        severity=Severity.HIGH,
        message="requests 2.19.0: credentials are sent on after a redirect (fixed in 2.20.0)",
        file=f"{skill}/pylock.toml",
        line=44,
        aliases=("CVE-2018-18074",),
        fixed=True,
        remedy=f"raise requests to >=2.20.0 in {skill}/skill.yaml, then run: proctor lock {skill}",
    )
    sent = Finding(
        rule="sandbox",
        subject="network",
        severity=Severity.ERROR,
        message="tests tried to send to the network 3 times",
        remedy=f"see what it does: proctor sandbox run {skill} scripts/fetch.py",
    )
    phases = (
        _phase("import", "passed", exit_code=0),
        _phase("scripts", "passed", exit_code=0, cpu_seconds=None, oom_kills=None, peak_memory_bytes=None),
        _phase(
            "tests",
            "failed",
            exit_code=1,
            network_attempts=3,
            reason="1 of 4 tests failed",
            failures=("tests/test_fetch.py::test_title: URLError",),
            output="F...\n=== FAILURES ===\ntests/test_fetch.py:9: in test_title\n    urlopen(URL)\n"
            "E   urllib.error.URLError: <urlopen error [Errno 101] Network is unreachable>\n"
            "1 failed, 3 passed\n",
        ),
    )
    return [
        *_passing(skill, "vulnerabilities", "sandbox"),
        failed(advisory, skill=skill, check="vulnerabilities"),
        failed(sent, skill=skill, check="sandbox").model_copy(
            update={"evidence": SandboxEvidence(phases=phases)}
        ),
    ]


def _charts() -> list[Outcome]:
    skill = "skills/charts"
    accepted = Finding(
        rule="vulnerabilities",
        subject="GHSA-dddd-eeee-ffff",
        severity=Severity.CRITICAL,
        message="pillow 10.0.0: a crafted image overflows a buffer",
        aliases=("CVE-2024-0001",),
    )
    prose = Finding(
        rule="manifest",
        subject="install line",
        severity=Severity.WARNING,
        message="SKILL.md tells to install matplotlib; agents may not install",
        file=f"{skill}/SKILL.md",
        line=18,
        remedy=f"declare matplotlib under packages: in {skill}/skill.yaml",
    )
    return [
        *_passing(skill, "vulnerabilities", "manifest"),
        failed(accepted, skill=skill, check="vulnerabilities"),
        failed(prose, skill=skill, check="manifest"),
    ]


HOSTILE_OUTPUT = (
    "::add-mask::all\n##[error]fake\n\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07"
    " \u202egnp.exe\x00\r\n"
    "| a | b |\n```\n</details><img src=x onerror=alert(1)> @org/security #1\n"
)


def _hostile() -> list[Outcome]:
    skill = "skills/mischief"
    bomb = Finding(
        rule="resource-limit",
        subject="pids",
        severity=Severity.ERROR,
        message="tests started more processes than the 128 it may",
        remedy="stop starting processes without end",
    )
    phase = _phase(
        "tests",
        "failed",
        exit_code=137,
        limit_exceeded="pids",
        oom_kills=2,
        leftovers=("sleep | tee", "`sh`"),
        output=HOSTILE_OUTPUT,
        output_truncated=True,
    )
    outcome = failed(bomb, skill=skill, check="sandbox")
    return [
        *_passing(skill, "sandbox"),
        outcome.model_copy(update={"evidence": SandboxEvidence(phases=(phase,))}),
    ]


def _unsure() -> list[Outcome]:
    skill = "skills/data/geo"
    return [
        *_passing(skill, "lock", "sandbox"),
        Outcome.broken("lock", skill, "index.example: no answer within 30 s (asked for 14 projects)"),
        Outcome.skipped("sandbox", skill, "the lock was not verified"),
    ]


def _phase(name: Any, status: Any, **changes: Any) -> PhaseEvidence:
    usual = PhaseEvidence(
        phase=name,
        status=status,
        wall_seconds=1.234,
        cpu_seconds=0.98,
        peak_memory_bytes=47_185_920,
        oom_kills=0,
        network_attempts=0,
        leftovers=(),
    )
    return usual.model_copy(update=changes)


def _engines() -> list[EngineRun]:
    return [
        EngineRun(name="pip-audit", version="2.10.1", ran=True),
        EngineRun(name="docker", version="20.10", ran=True),
        EngineRun(name="index", ran=True),
        EngineRun(name="index", ran=False, reason="no answer within 30 s"),
        EngineRun(name="safety", ran=False, reason="no SAFETY_API_KEY: not required by the policy"),
    ]


# -- strategies ---------------------------------------------------------------------------------------------

#: What an attacker would put into a name or a log, between anything else.
MARKUP = (
    "| a | b |", "``", "```\n", "<script>alert(1)</script>", "<!--", "</details>", "@org/team", "#123",
    "GH-7", "[x](javascript:alert(1))", "![i](https://evil.example/p.png)", "https://evil.example",
    "www.evil.example", "::set-output name=x::y", "##[error]x", "\n::add-mask::x", "\x1b[31m",
    "\x1b]8;;x\x07", "\u202e", "\x00", "\r", "\r\n", "\t", "\\", "\\|", "*a*", "_b_", "~~c~~", "$x$",
    "&lt;", "&#64;", ":tada:", "a@b.example", "- x", "1. x", "# h", "> q", "    code", "---", "Grüße",
    "技能", "🧪", "⚠️", "\u200b", "\ufe0f", "\U000e0041", "\u2028", "\u2800",
)  # fmt: skip
hostile_text = st.lists(
    st.one_of(st.sampled_from(MARKUP), st.text(st.characters(exclude_categories=("Cs",)), max_size=8)),
    max_size=6,
).map("".join)
_count = st.none() | st.integers(0, 2**63)
_amount = st.none() | st.floats(0, 1e9, allow_nan=False)
_names = st.lists(hostile_text, max_size=3).map(tuple)

findings = st.builds(
    Finding,
    rule=st.sampled_from(["packages", "vulnerabilities"]) | hostile_text,
    subject=st.sampled_from(["evil==1.0", "pyyaml", "GHSA-aaaa-bbbb-cccc"]) | hostile_text,
    severity=st.sampled_from(Severity),
    message=hostile_text,
    file=st.none() | hostile_text,
    line=st.none() | st.integers(1, 10_000),
    remedy=hostile_text,
    chain=_names,
    aliases=_names,
    fixed=st.sampled_from([None, True, False]),
    effect=st.sampled_from([None, "fails", "warns", "waived"]),
    waiver=st.none() | hostile_text,
)
_records = st.builds(
    NetworkRecord,
    kind=st.sampled_from(["dns", "tcp", "tls", "http", "other"]),
    address=hostile_text,
    port=_count,
    name=hostile_text,
    detail=hostile_text,
    count=st.integers(1, 9),
)
_events = st.builds(
    ReportedEvent,
    kind=st.sampled_from(["network", "process", "write", "escape", "canary"]),
    what=hostile_text,
    where=hostile_text,
    count=st.integers(1, 9),
)
phases = st.builds(
    PhaseEvidence,
    canaries=_names,
    network=st.none() | st.lists(_records, max_size=1).map(tuple),
    reported=st.lists(_events, max_size=1).map(tuple),
    phase=st.sampled_from(["import", "scripts", "tests", "run"]),
    status=st.sampled_from(["passed", "failed", "not_applicable", "broken"]),
    reason=hostile_text,
    exit_code=st.none() | st.integers(-255, 255),
    wall_seconds=_amount,
    cpu_seconds=_amount,
    peak_memory_bytes=_count,
    oom_kills=_count,
    network_attempts=_count,
    leftovers=st.none() | _names,
    limit_exceeded=st.sampled_from(["", "wall", "memory", "output", "pids"]),
    output=hostile_text,
    output_truncated=st.booleans(),
    failures=_names,
)
evidence = st.none() | st.builds(SandboxEvidence, phases=st.lists(phases, max_size=2).map(tuple))
outcomes = st.builds(
    Outcome,
    check=st.sampled_from(CHECK_ORDER) | hostile_text,
    skill=st.sampled_from(["skills/a", "skills/b", "."]) | hostile_text,
    status=st.sampled_from(Status),
    reason=hostile_text,
    findings=st.lists(findings, max_size=2).map(tuple),
    evidence=evidence,
)
#: What the judge looks at, without what it does not: many more of these fit into a second.
plain_findings = st.builds(
    finding,
    st.sampled_from(Severity),
    rule=st.sampled_from(["packages", "vulnerabilities"]),
    subject=st.sampled_from(["evil==1.0", "pyyaml", "GHSA-aaaa-bbbb-cccc"]),
    message=st.sampled_from("ab"),
    fixed=st.sampled_from([None, True, False]),
)
plain_outcomes = st.builds(
    Outcome,
    check=st.sampled_from(CHECK_ORDER),
    skill=st.sampled_from(["skills/a", "skills/b", "."]),
    status=st.sampled_from(Status),
    reason=st.sampled_from("ab"),
    findings=st.lists(plain_findings, max_size=3).map(tuple),
)
engines = st.builds(
    EngineRun,
    name=st.sampled_from(["docker", "index"]) | hostile_text,
    version=hostile_text,
    ran=st.booleans(),
    reason=hostile_text,
)
waivers = st.builds(
    waiver,
    skill=st.sampled_from(["**", "skills/*", "skills/a", "["]),
    rule=st.sampled_from(["packages", "vulnerabilities"]),
    subject=st.sampled_from(["evil", "PyYAML", "GHSA-aaaa-bbbb-cccc"]) | hostile_text,
    expires=st.dates(),
    until_fixed=st.booleans(),
)
policies = st.builds(
    policy,
    st.builds(
        level_settings,
        fail_on=st.sampled_from(Severity),
        unknown_severity=st.sampled_from(["fail", "warn"]),
        max_waiver_days=st.integers(0, 3650),
    ),
    on_broken=st.sampled_from(["inconclusive", "fail"]),
    waivers=st.lists(waivers, max_size=3).map(tuple),
)
examinees = st.lists(
    st.builds(
        examinee,
        st.sampled_from(["skills/a", "skills/b", "skills/c", "."]),
        st.sampled_from(Level),
        _names,
    ),
    max_size=4,
)
skill_verdicts = st.builds(
    SkillVerdict,
    skill=hostile_text,
    level=st.none() | st.sampled_from(Level),
    because=_names,
    decision=st.sampled_from(["pass", "fail", "inconclusive"]),
    outcomes=st.lists(outcomes, max_size=2).map(tuple),
)
turns = st.builds(
    Turn,
    skill=hostile_text,
    before=st.sampled_from(["pass", "fail", "inconclusive"]),
    after=st.sampled_from(["pass", "fail", "inconclusive"]),
    reasons=_names,
)
previews = st.builds(
    Preview,
    relaxes=_names,
    tightens=_names,
    alters=_names,
    turns=st.lists(turns, max_size=2).map(tuple),
    skills=st.integers(0, 9),
)
#: Any verdict the model admits, also ones no judge would reach: a reporter must stand them all.
verdicts = st.builds(
    Verdict,
    decision=st.sampled_from(["pass", "fail", "inconclusive"]),
    now=st.datetimes(timezones=st.just(dt.UTC)),
    base=st.none() | hostile_text,
    head=hostile_text,
    policy=hostile_text,
    advisories=hostile_text,
    engines=st.lists(engines, max_size=3).map(tuple),
    skills=st.lists(skill_verdicts, max_size=3).map(tuple),
    notes=_names,
    preview=st.none() | previews,
    error=hostile_text,
)
