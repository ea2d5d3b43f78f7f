"""How many tests a file must hold at least, by its syntax tree alone. Pure; nothing is executed.

pytest's default names count: functions `test…`, and such methods of classes `Test…` or of a `TestCase`. The
number is a lower bound of what pytest collects: parameters make more of a test, never fewer. What may be left
out while the file is loaded (a definition below an `if`, a module that may skip itself) is not counted.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator

#: Folders that pytest does not look into.
_PASSED_OVER = frozenset({"_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Decorators that make of a function something that pytest does not collect as a test.
_NO_TEST = frozenset({"fixture", "property", "cached_property", "overload", "hookimpl"})
#: Calls that end the loading of a test module.
_ENDS = frozenset({"importorskip", "skip", "exit"})
_UNITTEST = frozenset({"TestCase", "IsolatedAsyncioTestCase"})
#: A class that makes its objects by itself is not collected.
_CONSTRUCTORS = frozenset({"__init__", "__new__"})


def is_collected(path: str) -> bool:
    """Whether pytest, started in the skill's folder, takes `path` (relative to it) for a file of tests."""
    *folders, name = path.split("/")
    if any(folder in _PASSED_OVER or folder.startswith(".") or folder.endswith(".egg") for folder in folders):
        return False
    return is_test_file(name)


def is_test_file(path: str) -> bool:
    """Whether the name is one of those pytest looks for: `test_*.py` and `*_test.py`."""
    name = posixpath.basename(path)
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def count(module: ast.Module) -> int:
    """The number of test functions in a module of tests."""
    if any(_may_end(statement) for statement in module.body) or _opted_out(module.body):
        return 0
    return len(set(_tests(module.body, ())))


def _tests(body: Iterable[ast.stmt], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each test; a later definition of the same name takes the place of the first."""
    for node in _last_of_each_name(body):
        if isinstance(node, _FUNCTIONS):
            if node.name.startswith("test") and not _NO_TEST.intersection(map(_word, node.decorator_list)):
                yield (*path, node.name)
        elif isinstance(node, ast.ClassDef) and _is_test_class(node):
            yield from _tests(node.body, (*path, node.name))


def _last_of_each_name(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    definitions = (node for node in body if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))
    return list({node.name: node for node in definitions}.values())


def _is_test_class(node: ast.ClassDef) -> bool:
    """A class that pytest collects, whatever its bases turn out to be: one of its own, or of `unittest`."""
    bases = {_word(base) for base in node.bases}
    of_unittest = not bases.isdisjoint(_UNITTEST)
    methods = {part.name for part in node.body if isinstance(part, _FUNCTIONS)}
    plain = node.name.startswith("Test") and bases <= {"object"} and methods.isdisjoint(_CONSTRUCTORS)
    return (of_unittest or plain) and not _opted_out(node.body) and not node.keywords


def _opted_out(body: Iterable[ast.stmt]) -> bool:
    """`__test__ = …`, whatever its value: a lower bound need not evaluate it."""
    targets = (target for node in body if isinstance(node, ast.Assign) for target in node.targets)
    return any(isinstance(target, ast.Name) and target.id == "__test__" for target in targets)


def _may_end(statement: ast.stmt) -> bool:
    """Whether loading the module may end at this statement, with every test in it skipped as one."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) or _is_main_guard(statement):
        return False
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return isinstance(statement, ast.Raise) or any(_word(called) in _ENDS for called in calls)


def _is_main_guard(statement: ast.stmt) -> bool:
    """`if __name__ == …`: nothing below it runs when pytest imports the module."""
    test = statement.test if isinstance(statement, ast.If) else None
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _word(node: ast.expr) -> str:
    """The last word of a dotted name, with or without a call: `pytest.fixture(scope=…)` → `fixture`."""
    called = node.func if isinstance(node, ast.Call) else node
    return (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )
