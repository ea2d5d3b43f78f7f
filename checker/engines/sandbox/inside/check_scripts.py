"""Phase `scripts`: every Python file compiles, and command lines answer `--help`. Runs inside the box.

Order: {"files": [path below the skill's folder, …], "timeout": seconds for each}. A file is a command line
when it parses options with a known library, or says `--help` itself, and runs when it is started; nothing
else is ever started, because a script without options would do its work instead of describing it.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.engines.sandbox.inside import children
else:  # in the box there is no package, only this folder
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import children

_PARSERS = {"argparse", "click", "docopt", "fire", "optparse", "typer"}
_NOT_A_COMMAND = ("test_", "conftest.py", "setup.py", "__init__.py")


def main() -> None:
    """Check every file and report those that fail."""
    children.shield()
    order = children.order()
    failures, asked = [], 0
    for path in order["files"]:
        problem, has_command_line = examine(path)
        if has_command_line and not problem:
            asked += 1
            problem = ask_for_help(path, order["timeout"])
        if problem:
            failures.append(f"{path}: {problem}")
    children.report(f"{len(order['files'])} Python files, {asked} of them with a command line", failures)


def ask_for_help(path: str, timeout: float) -> str:
    """The reason why `path` does not answer `--help`, started as a file or as a module; "" if it does."""
    code, said = children.told([sys.executable, path, "--help"], timeout)
    if code == 0:
        return ""
    # Some scripts import their neighbours as a package and are meant to be started with `python -m`.
    module = path.removesuffix(".py").split("/")
    named = code is not None and len(module) > 1 and all(part.isidentifier() for part in module)
    if named and children.child([sys.executable, "-m", ".".join(module), "--help"], timeout) == 0:
        return ""
    return "--help: " + children.ending(code, timeout, said)


def examine(path: str) -> tuple[str, bool]:
    """The reason why `path` does not compile ("" if it does), and whether it has a command line."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - plain on purpose: no import more than needed
            source = file.read()
        tree = ast.parse(source, path)
        compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"does not compile: {error}", False
    return "", is_command_line(path, tree)


def is_command_line(path: str, tree: ast.Module) -> bool:
    """Tell whether starting the file parses options; see the module's text."""
    name = path.rsplit("/", 1)[-1]
    if name.startswith(_NOT_A_COMMAND) or name.endswith("_test.py"):
        return False
    nodes = list(ast.walk(tree))
    parses = any(_imports_parser(node) for node in nodes)
    says_help = any(isinstance(node, ast.Constant) and node.value == "--help" for node in nodes)
    return (parses or says_help) and any(_starts(node) for node in tree.body)


def _imports_parser(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in _PARSERS for alias in node.names)
    return (
        isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] in _PARSERS
    )


def _starts(statement: ast.stmt) -> bool:
    """A `__main__` guard, or a parser used straight from the top level."""
    if isinstance(statement, ast.If):
        return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(statement.test))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    calls = (n.func for n in ast.walk(statement) if isinstance(n, ast.Call))
    return any(isinstance(f, ast.Attribute) and f.attr in ("parse_args", "parse_known_args") for f in calls)


if __name__ == "__main__":
    main()
