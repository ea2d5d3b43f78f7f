"""The least number of tests in a file, held against what pytest itself collects."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from checker.rules.sandbox.declared_tests import count, is_collected

NESTED = """
class TestA:
    def test_a(self): pass
    def helper(self): pass
    class TestInner:
        def test_c(self): pass
"""
UNITTEST = """
import unittest
class Anything(unittest.TestCase):
    def test_a(self): pass
    def setUp(self): pass
"""
FIXTURE = """
import pytest
@pytest.fixture
def test_data(): return 1
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a(n): pass
async def test_b(): pass
"""
FILES = [
    ("def test_a(): pass\ndef test_b(): pass\ndef other(): pass\n", 2),
    ("def test_a(): pass\ndef test_a(): pass\n", 1),
    (NESTED, 2),
    (UNITTEST, 1),
    (FIXTURE, 2),
    ("class TestA:\n    def __init__(self): pass\n    def test_a(self): pass\n", 0),
    ("class TestA:\n    __test__ = False\n    def test_a(self): pass\n", 0),
    ("__test__ = False\ndef test_a(): pass\n", 0),
    ("import pytest\npytest.importorskip('no_such')\ndef test_a(): pass\ndef test_b(): pass\n", 0),
    ("import sys\nif sys.platform == 'none':\n    def test_a(): pass\n", 0),
    ("class Tests:\n    def test_a(self): pass\nclass Other:\n    def test_b(self): pass\n", 1),
    ("class Base:\n    def __init__(self): pass\nclass TestA(Base):\n    def test_a(self): pass\n", 0),
    ("import sys\ndef test_a(): pass\nif __name__ == '__main__':\n    sys.exit(test_a())\n", 1),
    ("", 0),
]


@pytest.mark.parametrize(("source", "least"), FILES)
def test_the_least_number(source: str, least: int) -> None:
    assert count(ast.parse(source)) == least


@pytest.mark.slow
def test_pytest_collects_at_least_as_many(tmp_path: Path) -> None:
    for number, (source, _) in enumerate(FILES):
        (tmp_path / f"test_{number}.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    for number, (_, least) in enumerate(FILES):
        collected = sum(line.startswith(f"test_{number}.py::") for line in done.stdout.splitlines())
        assert collected >= least, (number, done.stdout)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("test_a.py", True),
        ("scripts/a_test.py", True),
        ("tests/helper.py", False),
        ("test_a.pyw", False),
        (".hidden/test_a.py", False),
        ("node_modules/x/test_a.py", False),
        ("build/test_a.py", False),
    ],
)
def test_which_files_pytest_takes(path: str, taken: bool) -> None:
    assert is_collected(path) is taken
