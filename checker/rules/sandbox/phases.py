"""Which phases a skill goes through in the box, and how each is started. Pure.

The runners named here are Proctor's own and lie in every image (`checker.tools.RUNNERS`).
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence

from packaging.utils import NormalizedName, canonicalize_name

from checker.errors import UsageError
from checker.escape import visible
from checker.model.evidence import PhaseEvidence, PhaseName
from checker.model.policy import Limits
from checker.model.skill import Skill
from checker.rules.sandbox.declared_tests import is_test_file
from checker.tools import RUNNERS, Phase

_PYTEST = canonicalize_name("pytest")
_STARTERS = {".py": "python", ".sh": "sh"}


def phases(
    skill: Skill, top_level: Mapping[NormalizedName, tuple[str, ...]], limits: Limits
) -> tuple[Phase | PhaseEvidence, ...]:
    """Each phase to run, or the evidence that it does not apply. `top_level` is the image's."""
    modules = sorted({m for package in skill.packages for m in top_level.get(package.name, ())})
    files = [skill.relative(path) for path in skill.python_files]
    # One module or script that hangs must not take the answer about the others with it.
    each = limits.wall_seconds / 2
    return (
        _phase("import", "import_modules.py", {"modules": modules, "timeout": each})
        if modules
        else _not_applicable("import", "declares no package that has modules"),
        _phase("scripts", "check_scripts.py", {"files": files, "timeout": each})
        if files
        else _not_applicable("scripts", "has no Python files"),
        _tests(skill, own_pytest=_PYTEST in top_level, limits=limits)
        if has_tests(skill)
        else _not_applicable("tests", "has no tests"),
    )


def has_tests(skill: Skill) -> bool:
    """A declared test command, or files that pytest would collect."""
    return skill.test is not None or any(is_test_file(path) for path in skill.python_files)


def script_phase(skill: Skill, script: str, arguments: Sequence[str], stdin: bytes) -> Phase:
    """Phase `run`: one script of the skill (a path in its folder). Raises UsageError for any other path."""
    path = posixpath.normpath(script)
    if path not in {skill.relative(entry.path) for entry in skill.files}:
        raise UsageError(f"{visible(script)} is not a file of {visible(skill.id)}")
    starter = _STARTERS.get(posixpath.splitext(path)[1])
    argv = (starter, path) if starter else (f"./{path}",)
    return Phase("run", (*argv, *arguments), stdin)


def _tests(skill: Skill, *, own_pytest: bool, limits: Limits) -> Phase:
    # The phase's own limit ends a hanging run first, and calls it by its name.
    order = {"command": skill.test, "timeout": limits.wall_seconds * 2, "own_pytest": own_pytest}
    return _phase("tests", "run_tests.py", order, needs_pytest=not own_pytest)


def _phase(name: PhaseName, runner: str, order: Mapping[str, object], *, needs_pytest: bool = False) -> Phase:
    # -S: a wheel's `.pth` or `sitecustomize` would run in the runner itself, and write its report.
    argv = ("python", "-I", "-S", str(RUNNERS / runner))
    return Phase(name, argv, json.dumps(order).encode(), needs_pytest=needs_pytest, reports=True)


def _not_applicable(name: PhaseName, reason: str) -> PhaseEvidence:
    return PhaseEvidence(phase=name, status="not_applicable", reason=reason)
