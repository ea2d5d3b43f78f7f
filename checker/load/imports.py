"""The imports of one Python source, by its syntax tree. Nothing is executed.

Only statements are walked: an import cannot hide in an expression, except as a call of `import_module` or
`__import__`, and expressions are searched only where the text holds such a word.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from checker.errors import InputError
from checker.load.collector import paused
from checker.load.path_hints import path_hints
from checker.load.statements import Context, statements, word

#: Bytes of one Python file. A tree takes several hundred times the memory of its text.
PYTHON_LIMIT = 3_000_000
_CALLS = frozenset({"import_module", "__import__", "importorskip"})
_DYNAMIC = re.compile(r"import_module|__import__|importorskip")
#: What ends a line for Python: `str.splitlines` knows more.
_LINE_END = re.compile(r"\r\n|\r|\n")
#: Text encodings a source may name (PEP 263). Others are not encodings of text, or take quadratic time.
_ENCODINGS = re.compile(
    r"utf|(us-)?ascii|latin|iso|cp|windows|mac|koi8|euc|gb|big5|s(hift_?)?jis|johab|hz|tis"
)
#: Syntax newer than the Python that runs Proctor cannot be parsed; the message names this version.
_OURS = ".".join(map(str, sys.version_info[:2]))
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
#: Statements with statements inside: those come by themselves.
_COMPOUND = (*_LOOPS, *_DEFINITIONS, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
Need = Literal["required", "optional", "typing"]


class Found(NamedTuple):
    """One import statement: absolute, of any module. `line` counts from 1 in the source."""

    module: str
    members: tuple[str, ...]
    line: int
    need: Need
    guarded: bool
    lazy: bool


@dataclass(frozen=True)
class PythonSource:
    """What a source imports, and the words of the folders it puts on `sys.path`."""

    imports: tuple[Found, ...]
    path_hints: frozenset[str]


def decoded_source(data: bytes, path: str) -> str:
    """Text of a Python file by its BOM or encoding line. Raises InputError with the line."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise InputError(f"unknown encoding: {error.msg}", path, 1) from error
    if not _ENCODINGS.match(encoding.lower()):
        raise InputError("an encoding that is none of text: not read", path, 1)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"not text in {encoding}", path, data.count(b"\n", 0, error.start) + 1) from error


def parse_source(text: str, path: str) -> PythonSource:
    """Every import of `text`. Raises InputError where our Python cannot parse it, with the line if told."""
    if "import" not in text:
        return PythonSource((), frozenset())
    with paused():  # a tree is millions of objects, and looking for cycles takes most of the time
        return _source(parsed(text, path), text)


def _source(tree: ast.Module, text: str) -> PythonSource:
    dynamic = _DYNAMIC.search(text) is not None
    found = sorted(_imports(tree, _lines(text), dynamic), key=lambda f: (f.line, f.module))
    hints = frozenset(path_hints(tree)) if "sys.path" in text or "addsitedir" in text else frozenset[str]()
    return PythonSource(tuple(dict.fromkeys(found)), hints)


def parsed(text: str, path: str) -> ast.Module:
    """The syntax tree of `text`. Raises InputError where our Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise InputError(f"not valid Python {_OURS}: {error.msg}", path, error.lineno or None) from error
    except (RecursionError, MemoryError) as error:
        raise InputError("nested too deeply to be parsed", path) from error
    except ValueError as error:  # a NUL, or half of a surrogate pair
        raise InputError("not text that Python can parse", path) from error


def _lines(text: str) -> list[int]:
    """The lines that hold the word: no import, and no call of the kinds looked for, is without it."""
    lines = _LINE_END.split(text)
    return [number for number, line in enumerate(lines, 1) if "import" in line]


def _imports(tree: ast.Module, lines: Sequence[int], dynamic: bool) -> Iterator[Found]:
    for node, context in statements(tree.body, lines):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _found(alias.name, (), node.lineno, context)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                members = tuple(alias.name for alias in node.names if alias.name != "*")
                yield _found(node.module, members, node.lineno, context)
        elif dynamic:
            yield from _calls(node, context)


def _found(module: str, members: tuple[str, ...], line: int, context: Context) -> Found:
    optional, typing, guarded, lazy = context
    need: Need = "typing" if typing else "optional" if optional else "required"
    return Found(module, members, line, need, guarded, lazy)


def _calls(node: ast.stmt, context: Context) -> Iterator[Found]:
    """`import_module("literal")` and its like in the expressions of one statement."""
    parts: Iterable[ast.AST] = [node]
    if isinstance(node, _COMPOUND):
        parts = [part for part in ast.iter_child_nodes(node) if not isinstance(part, _BLOCKS)]
    for call in (inner for part in parts for inner in ast.walk(part) if isinstance(inner, ast.Call)):
        if word(call.func) in _CALLS and call.args and isinstance(call.args[0], ast.Constant):
            module = call.args[0].value
            if isinstance(module, str) and re.fullmatch(r"[^\W\d]\w*(\.\w+)*", module):
                skips = word(call.func) == "importorskip"
                yield _found(module, (), call.lineno, context._replace(optional=context.optional or skips))
