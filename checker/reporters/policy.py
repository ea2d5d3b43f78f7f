"""`proctor policy lint` and `proctor policy test` as plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from checker.escape import visible
from checker.model.decision import Decision
from checker.model.policy_case import PolicyCase
from checker.model.remark import KINDS, Remark


def remarks(found: Sequence[Remark]) -> str:
    """One line for each remark, `file:line: kind: …`, and a count."""
    lines = [visible(f"{r.location}: {r.kind}: {r.message} [{r.code}]") for r in found]
    counts = Counter(remark.kind for remark in found)
    told = [f"{counts[kind]} {kind}{'' if counts[kind] == 1 else 's'}" for kind in KINDS if counts[kind]]
    return "\n".join([*lines, ", ".join(told) or "nothing to remark"]) + "\n"


def trials(tried: Sequence[tuple[PolicyCase, Decision, bool]]) -> str:
    """What is not as expected, with the line that decided, and a count."""
    wrong = [(case, decision) for case, decision, as_expected in tried if not as_expected]
    lines = [line for case, decision in wrong for line in _wrong(case, decision)]
    cases = f"{len(tried)} case{'' if len(tried) == 1 else 's'}"
    return "\n".join([*lines, f"{cases}: {len(tried) - len(wrong)} as expected, {len(wrong)} not"]) + "\n"


def _wrong(case: PolicyCase, decision: Decision) -> Iterator[str]:
    rule = f" ({case.rule})" if case.rule else ""
    yield visible(f"{case.location}: {case}")
    yield f"  expected  {case.decision}{rule}"
    word = "allow" if decision.allowed else "deny"
    yield visible(f"  got       {word} ({decision.rule}): {decision.reason}")
    yield visible(f"  decided   {decision.location or 'by no entry of the registry'}")
    if case.because:
        yield visible(f"  because   {case.because}")
