"""`proctor sandbox build` and `run`: what the check does for one skill, with evidence for a person to read.

The policy comes first here, too: a skill that it denies is not built.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from checker.commands.examinee import usable
from checker.errors import UsageError
from checker.judge import judge
from checker.model.evidence import PhaseEvidence
from checker.model.plan import Exam, Examinee
from checker.model.policy import Policy
from checker.model.verdict import DecisionWord, Verdict
from checker.pipeline import ask, selected
from checker.rules.sandbox_order import image_order
from checker.rules.sandbox_phases import script_phase
from checker.tools import Image, Sandbox, Tools

#: What must be clear before an image is made: see `NEEDS` of the sandbox check.
_BEFORE = ("packages", "lock", "manifest")


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
    checks = selected(_BEFORE)
    outcomes, engines = ask(checks, exam, tools)
    order = [check.RULE for check in checks]
    head = tools.head.revision
    verdict = judge(outcomes, engines, [examinee], policy, now=now, base=None, head=head, check_order=order)
    if verdict.decision is not DecisionWord.PASS:
        raise Denied(verdict)
    tools.progress.step("building", examinee.skill.id)
    return sandbox.build(image_order(examinee, policy, tools.head))


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
