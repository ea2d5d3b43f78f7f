"""Folders that a Python module puts on `sys.path`, as far as the text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.load.statements import statements, word

_ADD = frozenset({"insert", "append", "extend"})


def path_hints(tree: ast.Module) -> Iterator[str]:
    """Folder names in `sys.path.insert(0, …)` and its like, also through one variable."""
    values = {
        target.id: node.value
        for node, _ in statements(tree.body)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    expressions = [node.value for node, _ in statements(tree.body) if isinstance(node, ast.Expr)]
    for call in (value for value in expressions if isinstance(value, ast.Call)):
        on_path = isinstance(call.func, ast.Attribute) and word(call.func.value) == "path"
        if word(call.func) == "addsitedir" or (on_path and word(call.func) in _ADD):
            for argument in call.args:
                yield from _folders(argument, values)


def _folders(argument: ast.expr, values: dict[str, ast.expr]) -> Iterator[str]:
    """The literal parts of a path, alone and joined, without `.` and `..`."""
    names = [part.id for part in ast.walk(argument) if isinstance(part, ast.Name) and part.id in values]
    for expression in (argument, *(values[name] for name in names)):
        constants = [part for part in ast.walk(expression) if isinstance(part, ast.Constant)]
        literals = [part.value for part in sorted(constants, key=lambda c: (c.lineno, c.col_offset))]
        words = [word for text in literals if isinstance(text, str) for word in text.split("/")]
        kept = [word for word in words if word not in ("", ".", "..")]
        if kept:
            yield "/".join(kept)
            yield kept[-1]
