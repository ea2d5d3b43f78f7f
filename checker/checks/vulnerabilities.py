"""`vulnerabilities`: which locked distributions are affected by a known advisory.

The pins of all skills are asked together, once for each engine, and the answers handed back to the skills
that lock them. A pin counts as asked only when every engine the policy requires, and at least one, answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from checker.errors import Unanswered
from checker.model.advisory import Advisory, ScanReport
from checker.model.answers import Answers
from checker.model.level import Level
from checker.model.lock import LockedDistribution, Pin
from checker.model.outcome import Finding, Outcome, Status
from checker.model.plan import Exam
from checker.model.policy import Policy
from checker.model.skill import Skill
from checker.model.verdict import EngineRun
from checker.overlap import overlapped
from checker.rules.advisories.advice import agreed, finding
from checker.rules.advisories.engine_runs import all_reused, answering
from checker.rules.advisories.remedy import Ahead, Ways, looked_up, same, with_upgrade
from checker.rules.code.uses import unlisted
from checker.rules.commands import lock_command
from checker.rules.lock.closure import chains, leading
from checker.rules.lock.graph import Case, graph_of
from checker.rules.lock.releases import Shelf
from checker.rules.osv.aliases import merge
from checker.tools import Index, Scanner, Tools

RULE = "vulnerabilities"
NEEDS: tuple[str, ...] = ("manifest", "lock")
_NAMED = 5


@dataclass(frozen=True)
class _Scan:
    """What the engines said: reports of those that answered, reasons of those that could not, by name."""

    reports: dict[str, ScanReport] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def answered(self, pin: Pin) -> int:
        """How many engines answered for the pin."""
        return sum(pin in report.found for report in self.reports.values())

    def advisories(self, pin: Pin) -> tuple[Advisory, ...]:
        """What any engine found, one advisory for each family of ids."""
        reports = self.reports.values()
        return merge(_signed(one, report.engine) for report in reports for one in report.found.get(pin, ()))

    def had(self, skill: Skill | None, name: str, advisory: Advisory) -> bool:
        """Whether any version of `name` that `skill` locks is affected by the same advisory."""
        known = (pin for pin in _pins(skill) if pin.name == name) if skill is not None else ()
        return any(same(one, advisory) for pin in known for one in self.advisories(pin))


@dataclass(frozen=True)
class _Known:
    """What findings are made of: the answers about what is locked, and about newer versions of it."""

    scan: _Scan
    ahead: Ahead
    index: Index | None
    levels: Mapping[str, Level]


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Ask every engine about the union of all pins, and attribute the answers."""
    skills = [examinee.skill for examinee in exam.examinees]
    off = tools.off.get("scan", "")
    pins = frozenset(pin for skill in skills for pin in _pins(skill))
    scan = _Scan() if off or not pins else _ask(exam.policy, tools, pins | _old_pins(exam))
    levels = {examinee.skill.id: examinee.level for examinee in exam.examinees}
    ahead = _ahead(exam, tools, scan)
    known = _Known(scan, ahead, tools.index, levels)
    outcomes = tuple(_idle(skill, off) or _outcome(skill, exam, known) for skill in skills)
    outcomes = tuple(_noted(outcome, earlier.get(("lock", outcome.skill))) for outcome in outcomes)
    return Answers(outcomes=outcomes, engines=_runs(exam.policy, tools, scan, ahead, off, len(pins)))


def _pins(skill: Skill) -> frozenset[Pin]:
    return frozenset(pin for lock in skill.locks.values() for pin in lock.pins)


def _old_pins(exam: Exam) -> frozenset[Pin]:
    """What the merge base locks, where it matters: the same engines are asked about it at the same moment."""
    if not exam.policy.advisories.only_new:
        return frozenset()
    return frozenset(pin for skill in exam.before.values() for pin in _pins(skill))


def _ahead(exam: Exam, tools: Tools, scan: _Scan) -> Ahead:
    """Ask the engines that answered once more, about the newer versions of everything that is affected."""
    if tools.index is None or not scan.reports:
        return Ahead()
    affected = [
        (case, pin, found)
        for examinee in exam.examinees
        for case in _cases(examinee.skill, exam.policy)
        for pin in case.lock.pins
        if pin.name in case.indexed and (found := scan.advisories(pin))
    ]
    shelf = Shelf(tools.index, exam.now)
    newer = looked_up(affected, shelf)
    pins = frozenset(Pin(name, v) for (_, _, name), found in newer.items() for v in found.versions)
    answering = replace(tools, scanners=tuple(s for s in tools.scanners if s.name in scan.reports))
    second = _ask(exam.policy, answering, pins) if pins else _Scan()
    failed = sorted(reason for name, reason in second.failures.items() if name in scan.reports)
    return Ahead(shelf, newer, tuple(second.reports.values()), "; ".join(failed))


def _cases(skill: Skill, policy: Policy) -> Iterator[Case]:
    for target in policy.targets:
        if (lock := skill.locks.get(target.name)) is not None:
            yield Case(skill, policy, target, lock)


def _ask(policy: Policy, tools: Tools, pins: frozenset[Pin]) -> _Scan:
    reports: dict[str, ScanReport] = {}
    failures: dict[str, str] = {}
    for name in sorted(set(policy.advisories.require) - {scanner.name for scanner in tools.scanners}):
        absent = tools.absent.get(name, "not available in this run")
        failures[name] = f"required by the policy, and {absent}"
    if tools.scanners:
        names = ", ".join(scanner.name for scanner in tools.scanners)
        tools.progress.step("scanning", f"{names}, pins: {len(pins)}")

    def scan(scanner: Scanner) -> ScanReport | str:
        try:
            return scanner.scan(pins)
        except Unanswered as error:
            return error.reason if error.engine == scanner.name else str(error)

    # An engine waits for the network or for a process most of the time: all of them wait at the same time.
    answers = overlapped(scan, tools.scanners, len(tools.scanners), "scan")
    for scanner, answer in zip(tools.scanners, answers, strict=True):
        if isinstance(answer, ScanReport):
            reports[scanner.name] = answer
        else:
            failures[scanner.name] = answer
    return _Scan(reports, failures)


def _idle(skill: Skill, off: str) -> Outcome | None:
    """The outcome where there is nothing to ask, or nobody is to be asked."""
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if skill.packages or skill.locks or skill.lock_problems:
        return Outcome.skipped(RULE, skill.id, off) if off else None
    if reason := unlisted(skill):
        return Outcome.broken(RULE, skill.id, reason)
    return Outcome.not_applicable(RULE, skill.id, "declares no packages")


def _outcome(skill: Skill, exam: Exam, known: _Known) -> Outcome:
    findings = tuple(dict.fromkeys(_findings(skill, exam, known)))
    if gaps := [*_unlocked(skill, exam.policy), *_unanswered(_pins(skill), exam.policy, known.scan)]:
        return Outcome.broken(RULE, skill.id, "; ".join(gaps), findings)
    if not _pins(skill):
        return Outcome.not_applicable(RULE, skill.id, "its lock holds no distribution")
    return Outcome.of(RULE, skill.id, findings)


def _noted(outcome: Outcome, lock: Outcome | None) -> Outcome:
    """A pass over a lock that was not accepted is said to be one: that lock may leave packages out."""
    if lock is None or outcome.status is not Status.PASSED or lock.status is Status.PASSED:
        return outcome
    note = "asked about what the lock holds, which the check `lock` did not accept"
    return outcome.model_copy(update={"reason": note})


def _unlocked(skill: Skill, policy: Policy) -> Iterator[str]:
    """What keeps pins from being known: a lock that is missing or unreadable, an entry without a version."""
    for problem in skill.lock_problems.values():
        yield f"{problem.location}: {problem.message}"
    known = {*skill.locks, *skill.lock_problems}
    for target in policy.targets:
        if skill.packages and target.name not in known:
            yield f"not locked for {target.name}: run {lock_command(skill)}"
    for lock in skill.locks.values():
        for one in lock.distributions:
            if one.pin is None:
                place = lock.place_of(one.name)
                yield f"{place}: {one.name} is locked without a version: no advisory can be looked up"


def _unanswered(pins: frozenset[Pin], policy: Policy, scan: _Scan) -> Iterator[str]:
    """Which engines owe an answer for which of the pins."""
    answered = {pin for name in scan.reports for pin in pins if not _owes(scan, name, pin)}
    for name in sorted({*scan.failures, *scan.reports}):
        required = name in policy.advisories.require
        owed = sorted(pin for pin in pins if _owes(scan, name, pin) and (required or pin not in answered))
        if owed and name in scan.failures:
            yield f"{name}: {scan.failures[name]}"
        elif owed:
            reasons = scan.reports[name].unanswered
            named = ", ".join(f"{pin} ({reasons.get(pin, 'no answer')})" for pin in owed[:_NAMED])
            more = f" and {len(owed) - _NAMED} more" if len(owed) > _NAMED else ""
            yield f"{name} did not answer for {named}{more}"
    if pins and not scan.reports and not scan.failures:
        yield "no advisory engine is available"


def _owes(scan: _Scan, name: str, pin: Pin) -> bool:
    if name in scan.failures:
        return True
    report = scan.reports[name]
    return pin not in report.found or pin in report.unanswered


def _findings(skill: Skill, exam: Exam, known: _Known) -> Iterator[Finding]:
    """One finding for each affected pin and advisory, at the first place that locks the pin."""
    seen: set[Pin] = set()
    for case in _cases(skill, exam.policy):
        pinned = [(one, one.pin) for one in case.lock.distributions if one.pin not in seen]
        affected = {one: found for one, pin in pinned if pin and (found := known.scan.advisories(pin))}
        asked = {one: known.scan.answered(pin) for one, pin in pinned if pin}
        seen |= case.lock.pins
        yield from _in_lock(case, affected, asked, exam, known)


def _in_lock(
    case: Case,
    affected: Mapping[LockedDistribution, tuple[Advisory, ...]],
    asked: Mapping[LockedDistribution, int],
    exam: Exam,
    known: _Known,
) -> Iterator[Finding]:
    """Findings with the chains that lead to them, which are looked up only where there is one.

    `asked` is how many engines answered for each distribution.
    """
    graph = graph_of(case, known.index) if affected else None
    ways = chains(graph.roots, graph.edges) if graph else {}
    for one, advisories in affected.items():
        chain = ways.get(one.name, ())
        through = Ways(chain, leading(graph.edges, one.name)) if graph and chain else None
        for advisory in advisories:
            place = case.lock.place_of(one.name)
            found = agreed(finding(RULE, case.skill, one, place, advisory, chain), advisory, asked[one])
            if exam.policy.advisories.only_new and (exam.compared or exam.before):
                had = known.scan.had(exam.before.get(case.skill.id), one.name, advisory)
                found = found.model_copy(update={"in_base": had})
            if through is not None:
                found = with_upgrade(found, case, through, advisory, known.ahead, known.levels[case.skill.id])
            yield found


def _signed(advisory: Advisory, engine: str) -> Advisory:
    return advisory if advisory.reported_by else advisory.model_copy(update={"reported_by": (engine,)})


def _runs(
    policy: Policy, tools: Tools, scan: _Scan, ahead: Ahead, off: str, pins: int
) -> tuple[EngineRun, ...]:
    """Every engine the policy or the run knows of, also those that had nothing to do."""
    names = [*policy.advisories.require, *(scanner.name for scanner in tools.scanners), *tools.absent]
    return tuple(
        _run(name, scan, ahead, tools.absent.get(name) or off, pins) for name in dict.fromkeys(names)
    )


def _run(name: str, scan: _Scan, ahead: Ahead, off: str, pins: int) -> EngineRun:
    report, failure = scan.reports.get(name), scan.failures.get(name)
    if report is not None:
        reused = all_reused([report, *(later for later in ahead.reports if later.engine == name)])
        return answering(name, report.version, map(str, report.unanswered), reused)
    if failure is None and not off and not pins:
        return EngineRun(name=name, ran=False, reason="no skill locks any distribution", idle=True)
    return EngineRun(name=name, ran=False, reason=failure if failure is not None else off)
