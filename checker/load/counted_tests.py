"""The number of tests in a skill's files, read without running any of them."""

from __future__ import annotations

from checker.errors import InputError, Unanswered
from checker.load.imports import PYTHON_LIMIT, decoded_source, parsed
from checker.model.skill import FileKind, Skill
from checker.rules.sandbox.declared_tests import count, is_collected
from checker.tools import Tree

_REGULAR = (FileKind.FILE, FileKind.EXECUTABLE)


def with_test_count(tree: Tree, skill: Skill) -> Skill:
    """The skill with `test_functions` counted from its files in `tree`."""
    files = [e.path for e in skill.files if e.kind in _REGULAR and is_collected(skill.relative(e.path))]
    return skill.model_copy(update={"test_functions": sum(_in_file(tree, path) for path in files)})


def _in_file(tree: Tree, path: str) -> int:
    """Tests of one file; one that cannot be read or parsed holds none that could run."""
    try:
        return count(parsed(decoded_source(tree.read(path, PYTHON_LIMIT), path), path))
    except (InputError, Unanswered):
        return 0
