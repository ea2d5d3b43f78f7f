"""The table of docs/architecture.md, held against every import of the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from checker.checks import DISCOVERING

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checker"
#: Library → the only places that may import it, as prefixes relative to `checker/`.
CONFINED = {
    "yaml": ("load/",),
    "ruamel": ("edit/",),
    "click": ("cli/",),
    "docker": ("engines/sandbox/",),
    "subprocess": ("engines/process.py",),
    "rich": ("reporters/", "engines/progress.py"),
    "pip_audit": (),
    "cyclonedx": ("reporters/",),
    "packageurl": ("reporters/",),
    "github": ("github/",),
    "concurrent": (),  # threads are begun, and ended, in one way: `checker/overlap.py`
}
LINUX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty"}
EVERYTHING = "everything"


def table() -> dict[str, set[str]]:
    rows = re.findall(
        r"^\| `([^`]+)` \|[^|]+\|([^|]*)\|$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE
    )
    return {
        part: {EVERYTHING} if EVERYTHING in may else set(re.findall(r"`([^`]+)`", may)) for part, may in rows
    }


def part_of(path: str) -> str:
    """`checks/lock.py` → `checks/`; `judge.py` → `judge.py`."""
    return path.partition("/")[0] + "/" if "/" in path else path


def module_path(dotted: str) -> str | None:
    """`checker.model.lock` → `model/lock.py`; None for what is not ours."""
    parts = dotted.split(".")
    if parts[0] != "checker" or len(parts) == 1:
        return None
    inner = "/".join(parts[1:])
    return f"{inner}/__init__.py" if (PACKAGE / inner).is_dir() else f"{inner}.py"


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """Every imported module as (dotted name, line, at module level)."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            found.append((node.module or "", node.lineno, id(node) in top))
            # `from checker.checks import lock` imports a module, too.
            found += [
                (f"{node.module}.{alias.name}", node.lineno, id(node) in top)
                for alias in node.names
                if (PACKAGE.parent / (node.module or "").replace(".", "/") / f"{alias.name}.py").exists()
            ]
    return found


FILES = sorted(p for p in PACKAGE.rglob("*.py") if "inside" not in p.parts)


def test_the_table_names_every_part():
    parts = {part_of(path.relative_to(PACKAGE).as_posix()) for path in FILES} - {"__init__.py", "__main__.py"}
    assert parts == set(table())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_follow_the_table(path):
    name = path.relative_to(PACKAGE).as_posix()
    if name in {"__init__.py", "__main__.py"}:
        return
    part, allowed = part_of(name), table()[part_of(name)]
    wrong = []
    for dotted, line, _ in imports(path):
        target = module_path(dotted)
        if target is None or EVERYTHING in allowed:
            continue
        if part_of(target) != part and part_of(target) not in allowed:
            wrong.append(f"{name}:{line} imports {target}")
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_libraries_stay_in_their_part(path):
    name = path.relative_to(PACKAGE).as_posix()
    wrong = [
        f"{name}:{line} imports {dotted}"
        for dotted, line, top in imports(path)
        if (
            (places := CONFINED.get(dotted.split(".")[0])) is not None
            and not name.startswith(places or ("-",))
        )
        or (top and dotted.split(".")[0] in LINUX_ONLY)
    ]
    assert not wrong


def test_checks_do_not_import_each_other():
    for path in (PACKAGE / "checks").glob("[!_]*.py"):
        others = [d for d, _, _ in imports(path) if d.startswith("checker.checks")]
        assert not others, f"{path.name} imports {others}"


def test_checks_that_read_discovery_are_known_to():
    reading = {p.stem for p in (PACKAGE / "checks").glob("[!_]*.py") if "skill.discovery" in p.read_text()}
    assert reading
    assert reading <= DISCOVERING
