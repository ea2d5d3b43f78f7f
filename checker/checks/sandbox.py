"""`sandbox`: does the skill work, and behave, in a box of its own with its real packages?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.errors import InputError, Unanswered, UsageError
from checker.escape import visible
from checker.model.answers import Answers
from checker.model.evidence import PhaseEvidence, SandboxEvidence
from checker.model.outcome import Finding, Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.model.verdict import EngineRun
from checker.overlap import overlapped
from checker.rules.commands import build_command
from checker.rules.sandbox.engine_run import NAME, engine_run
from checker.rules.sandbox.findings import findings, not_run, note
from checker.rules.sandbox.order import ImageOrders
from checker.rules.sandbox.phases import phases
from checker.rules.sandbox.tests import RULE as _RULE
from checker.rules.sandbox.tests import lost_tests
from checker.rules.waivers import of_skill, rule
from checker.tools import Image, Phase, Sandbox, Tools

RULE = _RULE
NEEDS: tuple[str, ...] = ("manifest", "lock", "sources", "packages")


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Build and run each skill that the policy allows, as many at a time as the sandbox has room for."""
    around = _Around(exam, tools, ImageOrders(exam.policy, tools.head), earlier)

    def answer(examinee: Examinee) -> Outcome:
        return _with_lost_tests(exam, examinee, _outcome(around, examinee))

    outcomes = tuple(overlapped(answer, exam.examinees, _at_once(exam, tools), RULE))
    return Answers(outcomes=outcomes, engines=(_engine(tools, outcomes),))


@dataclass(frozen=True)
class _Around:
    """What is the same for every skill of a run."""

    exam: Exam
    tools: Tools
    orders: ImageOrders
    earlier: Mapping[tuple[str, str], Outcome]


def _at_once(exam: Exam, tools: Tools) -> int:
    """By the limits of the level that is allowed most: a box must never be short of what it was promised."""
    busy = [examinee for examinee in exam.examinees if not _is_idle(examinee.skill)]
    if tools.sandbox is None or len(busy) < 2:
        return 1
    levels = {examinee.level for examinee in busy}
    limits = [exam.policy.levels[level].limits for level in levels]
    most = {"cpus": max(one.cpus for one in limits), "memory_mb": max(one.memory_mb for one in limits)}
    return tools.sandbox.at_once(limits[0].model_copy(update=most))


def _outcome(around: _Around, examinee: Examinee) -> Outcome:
    skill, tools = examinee.skill, around.tools
    if _is_idle(skill):
        idle = Outcome.not_applicable(RULE, skill.id, "has no Python files and declares no packages")
        return idle.model_copy(update={"findings": not_run(skill)})
    if tools.sandbox is None:
        return Outcome.skipped(RULE, skill.id, tools.off.get("sandbox", "switched off"))
    return _denied(around, examinee) or _built(around, examinee, tools.sandbox)


def _is_idle(skill: Skill) -> bool:
    return skill.unusable is None and not (skill.python_files or skill.packages or skill.test)


def _with_lost_tests(exam: Exam, examinee: Examinee, outcome: Outcome) -> Outcome:
    """Fewer tests than at the base are a finding whether or not anything was run."""
    lost = lost_tests(exam.before.get(examinee.skill.id), examinee.skill)
    status = Status.FAILED if lost and outcome.status is Status.PASSED else outcome.status
    return outcome.model_copy(update={"findings": (*outcome.findings, *lost), "status": status})


def _denied(around: _Around, examinee: Examinee) -> Outcome | None:
    """Why the skill must not be built: nothing that the policy denies, or may deny, gets near the engine."""
    skill = examinee.skill
    for check in NEEDS:
        before = around.earlier.get((check, skill.id))
        if before is None or before.status is Status.BROKEN:
            reason = before.reason if before else "it did not run"
            return Outcome.broken(RULE, skill.id, f"not built, because `{check}` is not answered: {reason}")
        denials = [finding for finding in before.findings if _denies(around.exam, examinee, finding)]
        if denials or (before.status is Status.FAILED and not before.findings):
            return Outcome.skipped(RULE, skill.id, f"{_words(check, denials)}, so it was not built")
    return None


def _words(check: str, denials: Sequence[Finding]) -> str:
    """Which check is in the way, and of what: the policy denies packages and where they come from."""
    what = ", ".join(dict.fromkeys(denial.subject for denial in denials))
    if check in ("packages", "sources"):
        return f"the policy denies {what or 'it'} (`{check}`)"
    return f"`{check}` failed for {what}" if what else f"`{check}` failed"


def _dangerous(skill: Skill, earlier: Mapping[tuple[str, str], Outcome]) -> Outcome | None:
    """Why it must not be built, now that the advisories are known: what is malicious never runs."""
    scanned = earlier.get(("vulnerabilities", skill.id))
    found = scanned.findings if scanned else ()
    if malicious := next((f.subject for f in found if f.severity is Severity.MALICIOUS), None):
        return Outcome.skipped(RULE, skill.id, f"{malicious} calls a package malicious, so it was not built")
    if scanned is not None and scanned.status is Status.BROKEN:  # what is malicious is then not known
        reason = f"not built, because `{scanned.check}` is not answered: {scanned.reason}"
        return Outcome.broken(RULE, skill.id, reason)
    return None


def _denies(exam: Exam, examinee: Examinee, finding: Finding) -> bool:
    """An error that no waiver of the policy accepts."""
    if finding.severity not in (Severity.ERROR, Severity.MALICIOUS):
        return False
    accepted = of_skill(exam.policy.waivers, examinee.skill.id)
    settings = exam.policy.levels[examinee.level]
    ruling = rule(finding, accepted, exam.now.date(), settings.max_waiver_days)
    return ruling is None or bool(ruling.objection)


def _built(around: _Around, examinee: Examinee, sandbox: Sandbox) -> Outcome:
    skill, progress = examinee.skill, around.tools.progress
    try:
        order = around.orders.of(examinee)
        sandbox.prepare(order)  # meanwhile the advisory engines are asked
        if (dangerous := _dangerous(skill, around.earlier)) is not None:
            return dangerous
        progress.step("building", visible(skill.id))
        image = sandbox.build(order)
    except (Unanswered, UsageError) as error:
        return Outcome.broken(RULE, skill.id, str(error))
    except OSError as error:  # a full disk, say: what was seen of the other skills stands
        return Outcome.broken(RULE, skill.id, f"this machine: {visible(error.strerror or str(error))}"[:300])
    except InputError as error:
        return Outcome.of(RULE, skill.id, (_unbuildable(skill, error),))
    try:
        progress.step("running", visible(skill.id))
        seen = _run(around.exam, examinee, image, sandbox)
    except Unanswered as error:
        return Outcome.broken(RULE, skill.id, str(error), _notes(skill, image))
    return _judged(around.exam, examinee, image, seen)


def _run(exam: Exam, examinee: Examinee, image: Image, sandbox: Sandbox) -> tuple[PhaseEvidence, ...]:
    limits = exam.policy.levels[examinee.level].limits
    planned = phases(examinee.skill, image.top_level, limits)
    asked = [phase for phase in planned if isinstance(phase, Phase)]
    answers = {answer.phase: answer for answer in sandbox.run(image, asked, limits)} if asked else {}
    missing = [phase.name for phase in asked if phase.name not in answers]
    if missing:
        raise Unanswered(RULE, f"no evidence of {', '.join(missing)}")
    seen = (answers[phase.name] if isinstance(phase, Phase) else phase for phase in planned)
    return tuple(_with_declared(examinee.skill, phase) for phase in seen)


def _with_declared(skill: Skill, phase: PhaseEvidence) -> PhaseEvidence:
    """Beside the tests that ran, how many the files hold at least."""
    if phase.phase != "tests" or phase.status == "not_applicable":
        return phase
    return phase.model_copy(update={"tests_declared": skill.test_functions})


def _judged(exam: Exam, examinee: Examinee, image: Image, seen: tuple[PhaseEvidence, ...]) -> Outcome:
    skill = examinee.skill
    found = (*findings(skill, seen, exam.policy.levels[examinee.level]), *_notes(skill, image))
    broken = [f"{phase.phase}: {phase.reason}" for phase in seen if phase.status == "broken"]
    status = Status.FAILED if found else Status.PASSED
    return Outcome(
        check=RULE,
        skill=skill.id,
        status=Status.BROKEN if broken else status,
        reason="; ".join(broken),
        findings=found,
        evidence=SandboxEvidence(
            image_key=image.key,
            image_id=image.image_id,
            image_cached=image.cached,
            base=image.base,
            build_seconds=round(image.build_seconds, 3),
            phases=seen,
        ),
    )


def _notes(skill: Skill, image: Image) -> tuple[Finding, ...]:
    return (*(note(skill, text) for text in image.notes), *not_run(skill))


def _unbuildable(skill: Skill, error: InputError) -> Finding:
    """The skill's own files, or its wheels, are such that no image may be made of them."""
    own = {entry.path for entry in skill.files} | {skill.relative(entry.path) for entry in skill.files}
    lock = next((lock.file for lock in skill.locks.values()), skill.manifest or skill.skill_md)
    return Finding(
        rule=RULE,
        subject="image",
        severity=Severity.ERROR,
        message=f"cannot be built: {error.message}",
        file=visible(error.file if error.file in own else lock),
        remedy=f"mend or remove what is named, then run {build_command(skill)}",
    )


def _engine(tools: Tools, outcomes: tuple[Outcome, ...]) -> EngineRun:
    if tools.sandbox is None:
        return EngineRun(name=NAME, ran=False, reason=tools.off.get("sandbox", "switched off"))
    return engine_run(tools.sandbox.version, outcomes)
