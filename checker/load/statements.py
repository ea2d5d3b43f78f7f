"""The statements of a Python module, with what holds where it stands: optional, for typing only, lazy."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_CATCHES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_EXITS = frozenset({"exit", "quit", "_exit", "abort", "die", "fail", "fatal"})
_ENVIRONMENT = frozenset(
    {
        ("sys", "version_info"),
        ("sys", "hexversion"),
        ("sys", "platform"),
        ("os", "name"),
        ("platform", "system"),
    }
)


class Context(NamedTuple):
    """Where a statement stands. `guarded` = in a `try` that catches ImportError, `lazy` = in a function."""

    optional: bool = False
    typing: bool = False
    guarded: bool = False
    lazy: bool = False


def statements(
    body: list[ast.stmt], lines: Sequence[int] | None = None
) -> Iterator[tuple[ast.stmt, Context]]:
    """Every statement, or every one that covers one of `lines` (sorted, from 1), with what holds there.

    A stack, as `elif` chains nest without end.
    """
    stack: list[tuple[list[ast.stmt], Context]] = [(body, Context())]
    while stack:
        statements, context = stack.pop()
        for node in statements:
            if lines is not None and not _covers(node, lines):
                continue
            yield node, context
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign):
                continue
            stack.extend(_inner(node, context))


def _covers(node: ast.stmt, lines: Sequence[int]) -> bool:
    """Whether any of `lines` is the statement's, its decorators' included."""
    first = min((node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))))
    place = bisect_left(lines, first)
    return place < len(lines) and lines[place] <= (node.end_lineno or node.lineno)


def _inner(node: ast.stmt, context: Context) -> Iterator[tuple[list[ast.stmt], Context]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.body, context._replace(lazy=True)
        case ast.ClassDef():
            yield node.body, context
        case ast.If():
            yield from _branches(node, context)
        case ast.Try() | ast.TryStar():
            yield from _attempts(node, context)
        case ast.With() | ast.AsyncWith():
            suppressed = any(_suppresses(item.context_expr) for item in node.items)
            yield node.body, context._replace(optional=True, guarded=True) if suppressed else context
        case ast.For() | ast.AsyncFor() | ast.While():
            yield node.body, context
            yield node.orelse, context
        case ast.Match():
            for case in node.cases:
                yield case.body, context
        case _:
            pass


def _branches(node: ast.If, context: Context) -> Iterator[tuple[list[ast.stmt], Context]]:
    if word(node.test) == "TYPE_CHECKING":
        yield node.body, context._replace(typing=True)
        yield node.orelse, context
        return
    inner = context._replace(optional=True) if any(map(_asks_environment, ast.walk(node.test))) else context
    yield node.body, inner
    yield node.orelse, inner


def _asks_environment(part: ast.AST) -> bool:
    """Whether a part of a test asks for the Python or the platform, or whether a module is there."""
    if not isinstance(part, ast.Attribute | ast.Name):
        return False
    name = word(part)
    if isinstance(part, ast.Name) or name == "find_spec":
        return name == "find_spec"
    return (word(part.value), name) in _ENVIRONMENT


def _attempts(node: ast.Try | ast.TryStar, context: Context) -> Iterator[tuple[list[ast.stmt], Context]]:
    """A caught ImportError makes the body optional, unless the handler ends the program or imports again."""
    catching = [handler for handler in node.handlers if _catches(handler)]
    again = set(_tops(node.body)) & {top for handler in catching for top in _tops(handler.body)}
    goes_on = bool(catching) and not again and not any(_ends(handler.body) for handler in catching)
    guarded = context._replace(guarded=True, optional=context.optional or goes_on) if catching else context
    yield node.body, guarded
    for handler in node.handlers:
        yield handler.body, guarded if handler in catching and not again else context
    yield node.orelse, guarded
    yield node.finalbody, context


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or word(kind) in _CATCHES for kind in kinds)


def _tops(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _ends(body: list[ast.stmt]) -> bool:
    """Whether the statements end the program: `raise`, `sys.exit(…)`, `die(…)`."""
    calls = [node.value for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return any(isinstance(node, ast.Raise) for node in body) or any(word(c.func) in _EXITS for c in calls)


def _suppresses(expression: ast.expr) -> bool:
    if not isinstance(expression, ast.Call) or word(expression.func) != "suppress":
        return False
    return any(word(argument) in _CATCHES for argument in expression.args)


def word(expression: ast.AST) -> str:
    """The last word of a name: `x` for `x` and for `a.x`."""
    return str(getattr(expression, "attr", getattr(expression, "id", "")))
