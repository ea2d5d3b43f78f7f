"""The check, with a sandbox that is made up: who is built, and what evidence comes to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from packaging.utils import canonicalize_name

from checker.checks import sandbox as check
from checker.errors import InputError, Unanswered
from checker.model.evidence import PhaseEvidence
from checker.model.level import Level
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import LevelSettings, Limits
from checker.model.severity import Severity
from checker.model.skill import Entry, FileKind, Skill
from checker.tools import Image, ImageOrder, Phase, Tools
from tests.support import verdicts

ID = "skills/x"
Answer = Callable[[Phase], PhaseEvidence]


def good(phase: Phase) -> PhaseEvidence:
    """All is well, and pytest, where it was ordered, counted more tests than any skill here has."""
    command = json.loads(phase.stdin)["command"] if phase.name == "tests" else ()
    counted = 99 if command is None or "pytest" in command else None
    return PhaseEvidence(
        phase=phase.name, status="passed", network_attempts=0, leftovers=(), tests_collected=counted
    )


@dataclass
class FakeSandbox:
    """Satisfies `Sandbox`; keeps what was ordered."""

    answer: Answer = good
    build_error: Exception | None = None
    run_error: Exception | None = None
    top_level: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    version: str = "20.10"
    side_by_side: int = 1
    orders: list[ImageOrder] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    prepared: list[ImageOrder] = field(default_factory=list)

    def prepare(self, order: ImageOrder) -> None:
        self.prepared.append(order)

    def build(self, order: ImageOrder) -> Image:
        self.orders.append(order)
        if self.build_error:
            raise self.build_error
        modules = {canonicalize_name(name): found for name, found in self.top_level.items()}
        return Image("key", "sha256:id", order.base, False, 0.5, modules, self.notes)

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        self.phases += phases
        if self.run_error:
            raise self.run_error
        return tuple(self.answer(phase) for phase in phases)

    def at_once(self, limits: Limits) -> int:
        return self.side_by_side


class FakeTree:
    """Satisfies `Tree` from a dict; a value that starts with "->" is a symlink."""

    revision = "work tree"
    problems = ()

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def entries(self) -> dict[str, Entry]:
        kinds = {p: FileKind.SYMLINK if t.startswith("->") else FileKind.FILE for p, t in self.files.items()}
        return {path: Entry(path=path, kind=kind, digest=f"d-{path}") for path, kind in sorted(kinds.items())}

    def read(self, path: str, limit: int) -> bytes:
        return self.files[path].encode()

    def link_target(self, path: str) -> str:
        return self.files[path].removeprefix("->")


class Silence:
    def step(self, stage: str, detail: str = "") -> None:
        return None


SCRIPT = {f"{ID}/SKILL.md": "# x", f"{ID}/a.py": ""}


def skill_of(files: Mapping[str, str], **changes: object) -> Skill:
    own = tuple(e for path, e in FakeTree(files).entries().items() if path.startswith(ID))
    return Skill(id=ID, skill_md=f"{ID}/SKILL.md", files=own).model_copy(update=changes)


def examine(
    box: FakeSandbox | None,
    files: Mapping[str, str] = SCRIPT,
    *,
    earlier: Mapping[str, Outcome] | None = None,
    settings: LevelSettings | None = None,
    skill: Skill | None = None,
    before: Skill | None = None,
    **policy: object,
) -> Outcome:
    examinee = Examinee(skill=skill or skill_of(files), level=Level.INTERN)
    old = {} if before is None else {ID: before}
    rules = verdicts.policy(settings, **policy)
    exam = Exam(policy=rules, examinees=(examinee,), now=verdicts.NOW, before=old)
    tools = Tools(head=FakeTree(files), progress=Silence(), sandbox=box, off={"sandbox": "--no-sandbox"})
    known = {name: verdicts.passed(name, ID) for name in check.NEEDS} | dict(earlier or {})
    answers = check.examine(exam, tools, {(name, ID): outcome for name, outcome in known.items()})
    (outcome,) = answers.outcomes
    assert [engine.name for engine in answers.engines] == ["docker"]
    assert answers.engines[0].ran is (outcome.evidence is not None)
    return outcome


def test_a_good_skill_passes_with_evidence() -> None:
    box = FakeSandbox()
    outcome = examine(box, {**SCRIPT, f"{ID}/tests/test_a.py": ""})
    assert (outcome.status, outcome.findings) == (Status.PASSED, ())
    assert outcome.evidence is not None
    assert [(p.phase, p.status) for p in outcome.evidence.phases] == [
        ("import", "not_applicable"),
        ("scripts", "passed"),
        ("tests", "passed"),
    ]
    assert set(box.orders[0].files) == {"SKILL.md", "a.py", "tests/test_a.py"}
    assert [phase.needs_pytest for phase in box.phases] == [False, True]


def test_tests_that_went_missing_are_found_whether_or_not_anything_runs() -> None:
    files = {**SCRIPT, f"{ID}/tests/test_a.py": ""}
    now, before = (skill_of(files, test_functions=number) for number in (1, 4))
    for box, status in ((FakeSandbox(), Status.FAILED), (None, Status.SKIPPED)):
        outcome = examine(box, files, skill=now, before=before)
        assert outcome.status is status
        assert [f.message for f in outcome.findings] == ["fewer tests than at the base: 1 instead of 4"]
    fewer = FakeSandbox(lambda phase: good(phase).model_copy(update={"tests_collected": 2}))
    outcome = examine(fewer, files, skill=before)
    assert [f.message for f in outcome.findings] == [
        "tests: pytest reported 2 where the files hold at least 4"
    ]
    assert outcome.evidence is not None
    assert outcome.evidence.phases[-1].tests_declared == 4


def test_a_skill_of_prose_is_not_run() -> None:
    outcome = examine(FakeSandbox(), {f"{ID}/SKILL.md": ""})
    assert outcome.status is Status.NOT_APPLICABLE


def test_a_flag_skips_and_says_so() -> None:
    outcome = examine(None)
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, "--no-sandbox")


@pytest.mark.parametrize("needed", check.NEEDS)
def test_what_the_policy_denies_is_never_built(needed: str) -> None:
    box = FakeSandbox()
    denial = verdicts.failed(verdicts.finding(rule=needed), skill=ID, check=needed)
    outcome = examine(box, earlier={needed: denial})
    assert outcome.status is Status.SKIPPED
    denied = needed in ("packages", "sources")  # a lock that is out of step is denied by nobody
    why = f"the policy denies evil==1.0 (`{needed}`)" if denied else f"`{needed}` failed for evil==1.0"
    assert outcome.reason == f"{why}, so it was not built"
    assert box.orders == box.prepared == []
    silent = Outcome(check=needed, skill=ID, status=Status.FAILED)
    why = f"the policy denies it (`{needed}`)" if denied else f"`{needed}` failed"
    assert examine(box, earlier={needed: silent}).reason == f"{why}, so it was not built"
    assert box.orders == box.prepared == []


@pytest.mark.parametrize("needed", check.NEEDS)
def test_what_could_not_be_checked_is_never_built(needed: str) -> None:
    box = FakeSandbox()
    outcome = examine(box, earlier={needed: Outcome.broken(needed, ID, "no answer")})
    assert (outcome.status, box.orders, box.prepared) == (Status.BROKEN, [], [])


def test_packages_are_made_ready_while_advisories_are_asked_for() -> None:
    """By the time that anybody waits for the advisories the sandbox has got on as far as it may."""
    box = FakeSandbox()

    class Asked(dict[tuple[str, str], Outcome]):
        def get(self, key: tuple[str, str], default: object = None) -> object:  # type: ignore[override]
            if key[0] == "vulnerabilities":
                assert (len(box.prepared), box.orders) == (1, [])
            return super().get(key, default)

    skill = skill_of(SCRIPT)
    exam = Exam(
        policy=verdicts.policy(), examinees=(Examinee(skill=skill, level=Level.INTERN),), now=verdicts.NOW
    )
    tools = Tools(head=FakeTree(SCRIPT), progress=Silence(), sandbox=box)
    known = Asked({(name, ID): verdicts.passed(name, ID) for name in (*check.NEEDS, "vulnerabilities")})
    assert check.examine(exam, tools, known).outcomes[0].status is Status.PASSED
    assert box.prepared == box.orders


def test_a_package_that_nobody_could_call_malicious_is_not_built() -> None:
    box = FakeSandbox()
    outcome = examine(box, earlier={"vulnerabilities": Outcome.broken("vulnerabilities", ID, "no answer")})
    assert (outcome.status, box.orders) == (Status.BROKEN, [])
    assert outcome.reason == "not built, because `vulnerabilities` is not answered: no answer"
    off = Outcome.skipped("vulnerabilities", ID, "--offline, and no advisory snapshot was given")
    assert examine(box, earlier={"vulnerabilities": off}).status is Status.PASSED


def test_warnings_do_not_keep_a_skill_from_being_built() -> None:
    box = FakeSandbox()
    warned = verdicts.failed(verdicts.finding(Severity.WARNING), skill=ID)
    assert examine(box, earlier={"packages": warned}).status is Status.PASSED
    assert box.orders


def test_a_denial_that_is_waived_does_not_either() -> None:
    accepted = verdicts.waiver(rule="packages", subject="evil==1.0")
    denial = verdicts.failed(verdicts.finding(), skill=ID)
    assert examine(FakeSandbox(), earlier={"packages": denial}, waivers=(accepted,)).status is Status.PASSED


@pytest.mark.parametrize(
    "error", [Unanswered("docker", "not reached"), Unanswered("sandbox", "no Python 3.9")]
)
def test_no_engine_is_broken_and_not_clean(error: Unanswered) -> None:
    assert examine(FakeSandbox(build_error=error)).status is Status.BROKEN
    assert examine(FakeSandbox(run_error=error)).status is Status.BROKEN


def test_a_wheel_that_cannot_be_unpacked_is_the_skills_fault() -> None:
    outcome = examine(FakeSandbox(build_error=InputError("a.whl unpacks to 2 GB", "a.whl")))
    assert outcome.status is Status.FAILED
    assert outcome.findings[0].message == "cannot be built: a.whl unpacks to 2 GB"


def test_an_answer_that_is_missing_is_broken() -> None:
    box = FakeSandbox(answer=lambda phase: PhaseEvidence(phase="run", status="passed"))
    assert examine(box).status is Status.BROKEN


def seen(**evidence: object) -> FakeSandbox:
    return FakeSandbox(answer=lambda phase: good(phase).model_copy(update=evidence))


def test_a_failed_phase_names_what_failed_and_the_command() -> None:
    outcome = examine(seen(status="failed", reason="1 Python files", failures=("a.py: --help: exit code 1",)))
    (finding,) = outcome.findings
    assert (finding.rule, finding.subject, finding.severity) == ("sandbox", "scripts", Severity.ERROR)
    assert finding.message == "scripts: 1 Python files: a.py: --help: exit code 1"
    assert "`proctor sandbox run skills/x a.py`" in finding.remedy


def test_a_limit_is_a_finding_of_its_own_rule() -> None:
    (finding,) = examine(
        seen(status="failed", limit_exceeded="memory", reason="used more than 1 MB")
    ).findings
    assert (finding.rule, finding.severity) == ("resource-limit", Severity.ERROR)


@pytest.mark.parametrize(("setting", "severity"), [("fail", Severity.ERROR), ("warn", Severity.WARNING)])
def test_the_level_decides_what_a_network_attempt_is(setting: str, severity: Severity) -> None:
    settings = verdicts.level_settings(network_attempts=setting)
    (finding,) = examine(seen(network_attempts=2), settings=settings).findings
    assert (finding.rule, finding.severity) == ("network-attempt", severity)
    assert "2 times" in finding.message


def test_leftovers_warn() -> None:
    (finding,) = examine(seen(leftovers=("sleep 100",))).findings
    assert (finding.rule, finding.severity) == ("orphan-process", Severity.WARNING)


def test_a_broken_phase_keeps_the_findings_of_the_others() -> None:
    def answer(phase: Phase) -> PhaseEvidence:
        if phase.name == "tests":
            return PhaseEvidence(phase="tests", status="broken", reason="pytest: not installed")
        return good(phase).model_copy(update={"network_attempts": 1})

    outcome = examine(FakeSandbox(answer=answer), {**SCRIPT, f"{ID}/test_a.py": ""})
    assert outcome.status is Status.BROKEN
    assert outcome.reason == "tests: pytest: not installed"
    assert [finding.rule for finding in outcome.findings] == ["network-attempt"]


def test_a_level_may_require_tests() -> None:
    settings = verdicts.level_settings(require_tests=True)
    (finding,) = examine(FakeSandbox(), settings=settings).findings
    assert finding.subject == "tests"
    assert examine(FakeSandbox(), {**SCRIPT, f"{ID}/test_a.py": ""}, settings=settings).findings == ()


def test_what_runs_at_every_start_is_noted() -> None:
    (finding,) = examine(FakeSandbox(notes=("a.whl installs `a.pth`",))).findings
    assert finding.severity is Severity.NOTE


def locked(*names: str) -> Skill:
    distributions = tuple(
        LockedDistribution(
            name=name,
            version=None,
            wheels=(LockedFile(filename=f"{name}-1-py3-none-any.whl"),),
        )
        for name in names
    )
    lock = Lock(file=f"{ID}/pylock.toml", target="linux", distributions=distributions)
    return skill_of(SCRIPT, locks={"linux": lock})


def test_a_locked_pytest_is_the_skills_own() -> None:
    box = FakeSandbox(top_level={"pytest": ("pytest",)})
    files = {**SCRIPT, f"{ID}/test_a.py": ""}
    examine(box, files, skill=skill_of(files))
    assert not box.phases[-1].needs_pytest


def test_the_wheels_of_the_lock_are_ordered() -> None:
    box = FakeSandbox()
    assert examine(box, skill=locked("one", "two")).status is Status.PASSED
    assert [wheel.filename for wheel in box.orders[0].wheels] == [
        "one-1-py3-none-any.whl",
        "two-1-py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({**SCRIPT, f"{ID}/link.py": "->../common/c.py", "skills/common/c.py": "x = 1"}, Status.PASSED),
        ({**SCRIPT, f"{ID}/link.py": "->/etc/passwd"}, Status.FAILED),
        ({**SCRIPT, f"{ID}/link.py": "->../../../etc/passwd"}, Status.FAILED),
        ({**SCRIPT, f"{ID}/link.py": "->link.py"}, Status.FAILED),
        ({**SCRIPT, f"{ID}/big.bin": "version https://git-lfs.github.com/spec/v1"}, Status.BROKEN),
    ],
)
def test_links_stay_in_the_repository(files: Mapping[str, str], status: Status) -> None:
    box = FakeSandbox()
    assert examine(box, files).status is status
    if status is Status.PASSED:
        assert box.orders[0].files["link.py"] == (b"x = 1", False)


PROGRAMS = ("run.sh", "notebook.ipynb", "tool.pyc", "page.JS")


def test_programs_that_nobody_runs_are_named() -> None:
    idle = examine(FakeSandbox(), {f"{ID}/SKILL.md": "", **{f"{ID}/{name}": "" for name in PROGRAMS}})
    built = examine(FakeSandbox(), {**SCRIPT, f"{ID}/run.sh": ""})
    assert (idle.status, built.status) == (Status.NOT_APPLICABLE, Status.FAILED)
    for outcome, names in ((idle, PROGRAMS), (built, ("run.sh",))):
        (finding,) = outcome.findings
        assert finding.severity is Severity.NOTE
        assert all(f"`{name}`" in finding.message for name in names)


@pytest.mark.parametrize("name", ["run.PY", "run.pyw", "Run.Py"])
def test_python_under_another_spelling_is_run(name: str) -> None:
    box = FakeSandbox()
    assert examine(box, {f"{ID}/SKILL.md": "", f"{ID}/{name}": ""}).status is Status.PASSED
    assert json.loads(box.phases[0].stdin)["files"] == [name]


def test_python_behind_a_link_is_run() -> None:
    box = FakeSandbox()
    examine(box, {f"{ID}/SKILL.md": "", f"{ID}/run.py": "->../common.py", "skills/common.py": "x = 1"})
    assert json.loads(box.phases[0].stdin)["files"] == ["run.py"]
    assert box.orders[0].files["run.py"] == (b"x = 1", False)


def test_a_link_to_a_folder_brings_what_is_in_it() -> None:
    files = {
        f"{ID}/lib": "->../common",
        f"{ID}/via.txt": "->lib/deep/b.txt",
        "skills/common/a.py": "a",
        "skills/common/deep/b.txt": "b",
    }
    box = FakeSandbox()
    assert examine(box, {**SCRIPT, **files}).status is Status.PASSED
    ordered = {path: content for path, (content, _) in box.orders[0].files.items()}
    assert (ordered["lib/a.py"], ordered["lib/deep/b.txt"], ordered["via.txt"]) == (b"a", b"b", b"b")


def test_what_an_advisory_calls_malicious_is_never_built() -> None:
    found = verdicts.finding(rule="vulnerabilities", subject="MAL-2026-1", severity=Severity.MALICIOUS)
    scanned = Outcome.of("vulnerabilities", ID, (found,))
    box = FakeSandbox()
    outcome = examine(box, earlier={"vulnerabilities": scanned})
    assert (outcome.status, box.orders) == (Status.SKIPPED, [])
    assert "MAL-2026-1" in outcome.reason


@pytest.mark.parametrize("observed", [True, False])
def test_what_nobody_could_observe_is_said_of_the_engine(observed: bool) -> None:
    count = 0 if observed else None
    box = seen(exit_code=0, network_attempts=count, oom_kills=count, leftovers=() if observed else None)
    examinee = Examinee(skill=skill_of(SCRIPT), level=Level.INTERN)
    exam = Exam(policy=verdicts.policy(None), examinees=(examinee,), now=verdicts.NOW)
    tools = Tools(head=FakeTree(SCRIPT), progress=Silence(), sandbox=box)
    (engine,) = check.examine(exam, tools, {(n, ID): verdicts.passed(n, ID) for n in check.NEEDS}).engines
    missing = "not observed on this engine: network attempts, OOM kills, leftovers"
    assert (engine.ran, engine.reason) == (True, "" if observed else missing)


@pytest.mark.parametrize(("command", "noted"), [(("true",), 1), (("python", "-m", "pytest"), 0), (None, 0)])
def test_a_test_command_that_counts_nothing_is_noted(command: tuple[str, ...] | None, noted: int) -> None:
    files = {**SCRIPT, f"{ID}/test_a.py": ""}
    found = examine(FakeSandbox(), files, skill=skill_of(files, test=command)).findings
    assert [(f.subject, f.severity) for f in found] == [("tests", Severity.NOTE)] * noted


def test_skills_are_run_side_by_side_and_answered_in_order() -> None:
    """The box lets nobody out before two are in it: one after another, this would not end well."""
    meeting = threading.Barrier(2, timeout=20)

    def together(phase: Phase) -> PhaseEvidence:
        meeting.wait()
        return good(phase)

    homes = [f"skills/{name}" for name in ("a", "b", "c", "d")]
    files = {f"{home}/{name}": "" for home in homes for name in ("SKILL.md", "run.py")}
    tree = FakeTree(files)
    skills = [
        Skill(
            id=home,
            skill_md=f"{home}/SKILL.md",
            files=tuple(e for path, e in tree.entries().items() if path.startswith(home)),
        )
        for home in homes
    ]
    exam = Exam(
        policy=verdicts.policy(),
        examinees=tuple(Examinee(skill=skill, level=Level.INTERN) for skill in skills),
        now=verdicts.NOW,
    )
    tools = Tools(head=tree, progress=Silence(), sandbox=FakeSandbox(together, side_by_side=2))
    earlier = {(name, home): verdicts.passed(name, home) for name in check.NEEDS for home in homes}
    outcomes = check.examine(exam, tools, earlier).outcomes
    assert [(o.skill, o.status) for o in outcomes] == [(home, Status.PASSED) for home in homes]
