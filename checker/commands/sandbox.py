"""`proctor sandbox build` and `run`: what the check does for one skill, with evidence for a person to read.

The policy comes first here, too: a skill that it denies is not built, nor one that locks what an advisory
calls malicious, nor one of which the advisory engines owe the answer. Other advisories keep nobody from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from checker.asking import ask
from checker.commands.examinee import usable
from checker.errors import UsageError
from checker.judge import judge
from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import Policy
from checker.model.severity import Severity
from checker.model.verdict import DecisionWord, EngineRun, Verdict
from checker.pipeline import selected
from checker.rules.sandbox.order import ImageOrders
from checker.rules.sandbox.phases import script_phase
from checker.tools import Image, Sandbox, Tools

_SANDBOX, _ADVISORIES = "sandbox", "vulnerabilities"
#: What must be clear before an image is made: whatever the check needs.
_BEFORE = tuple(check for check in selected((_SANDBOX,)) if check.RULE != _SANDBOX)


class Denied(UsageError):
    """The skill may not be built. `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict: the command prints it like any other."""
        super().__init__(f"not built: {verdict.decision}")
        self.verdict = verdict


def build(examinee: Examinee, policy: Policy, tools: Tools, sandbox: Sandbox, now: dt.datetime) -> Image:
    """The skill's image, built or reused. Raises Denied, Unanswered, InputError."""
    usable(examinee)
    exam = Exam(policy=policy, examinees=(examinee,), now=now, offline=tools.index is None)
    outcomes, engines = ask(_BEFORE, exam, tools)
    _pass(exam, tools, outcomes, engines)
    scanned, scanners = _scanned(exam, tools)
    _pass(exam, tools, (*outcomes, *scanned), (*engines, *scanners))
    tools.progress.step("building", examinee.skill.id)
    return sandbox.build(ImageOrders(policy, tools.head).of(examinee))


def _pass(exam: Exam, tools: Tools, outcomes: Sequence[Outcome], engines: Sequence[EngineRun]) -> None:
    """Raises Denied."""
    verdict = judge(
        tuple(outcomes),
        tuple(engines),
        list(exam.examinees),
        exam.policy,
        now=exam.now,
        base=None,
        head=tools.head.revision,
        check_order=[*(check.RULE for check in _BEFORE), _ADVISORIES],
    )
    if verdict.decision is not DecisionWord.PASS:
        raise Denied(verdict)


def _scanned(exam: Exam, tools: Tools) -> tuple[list[Outcome], tuple[EngineRun, ...]]:
    """What the advisory engines say, as far as it keeps from building. Nobody looks for upgrades here."""
    check = [one for one in selected((_ADVISORIES,)) if one.RULE == _ADVISORIES]
    outcomes, engines = ask(check, exam, replace(tools, index=None))
    return [_malicious_alone(one) for one in outcomes], engines


def _malicious_alone(outcome: Outcome) -> Outcome:
    found = tuple(one for one in outcome.findings if one.severity is Severity.MALICIOUS)
    failed = outcome.status is Status.FAILED and not found
    return outcome.model_copy(
        update={"findings": found, "status": Status.PASSED if failed else outcome.status}
    )


def execute(
    examinee: Examinee,
    policy: Policy,
    sandbox: Sandbox,
    image: Image,
    script: str,
    arguments: Sequence[str],
    stdin: bytes,
) -> PhaseEvidence:
    """Run one script of the skill in its image, with `stdin`, under its level's limits."""
    phase = script_phase(examinee.skill, script, arguments, stdin)
    return sandbox.run(image, (phase,), policy.levels[examinee.level].limits)[0]
