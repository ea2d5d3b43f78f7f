"""`proctor explain` and `proctor tree` as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from checker.escape import visible
from checker.model.decision import Decision
from checker.model.explanation import Dependencies, Explanation, Node


def explanations(skill: str, level: str, answers: Iterable[Explanation]) -> str:
    """One block for each package: the answer, the reason, and every line that has to do with it."""
    blocks = ["\n".join(_block(answer)) for answer in answers]
    return f"{visible(skill)} (judged at level {level})\n\n" + "\n\n".join(blocks) + "\n"


def tree(dependencies: Dependencies) -> str:
    """The tree with branches; each line is package, decision and advisories."""
    lines = [f"{visible(dependencies.skill)} (judged at level {dependencies.level})"]
    lines += _branches(dependencies.roots, "")
    if dependencies.unreachable:
        whether = "it is not known whether a" if dependencies.doubtful else "no"
        lines += ["", f"Locked, but {whether} declaration reaches it:"]
        lines += _branches(dependencies.unreachable, "")
    lines += ["", *dependencies.notes] if dependencies.notes else []
    return "\n".join(lines) + "\n"


def _block(answer: Explanation) -> Iterator[str]:
    decision = answer.decision
    yield f"{visible(answer.package)}: {_word(decision)}"
    if decision is None:
        yield f"  reason    {visible(answer.gap)}"
    else:
        yield f"  rule      {decision.rule}"
        yield f"  reason    {visible(decision.reason)}"
        if decision.location:
            yield f"  decided   {visible(str(decision.location))}"
        if decision.chain:
            yield f"  chain     {' → '.join(visible(name) for name in decision.chain)}"
    if answer.declared_at:
        yield f"  declared  {visible(str(answer.declared_at))}"
    if answer.locked_at:
        yield f"  locked    {visible(str(answer.locked_at))}"


def _branches(nodes: Sequence[Node], indent: str) -> Iterator[str]:
    for node in nodes:
        last = node is nodes[-1]
        yield f"{indent}{'└── ' if last else '├── '}{_line(node)}"
        yield from _branches(node.children, indent + ("    " if last else "│   "))


def _line(node: Node) -> str:
    words = [
        visible(node.package),
        f"[{_word(node.decision)}: {node.decision.rule if node.decision else '?'}]",
    ]
    if node.advisories:
        words.append(
            "advisories: " + ", ".join(f"{visible(id_)} ({severity})" for id_, severity in node.advisories)
        )
    if node.seen:
        words.append("(see above)")
    return " ".join(words)


def _word(decision: Decision | None) -> str:
    if decision is None:
        return "not decided"
    return "allowed" if decision.allowed else "denied"
