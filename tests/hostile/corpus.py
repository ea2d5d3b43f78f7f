"""What a hostile file declares of itself: its first docstring, and the YAML in the comments that follow."""

from __future__ import annotations

import ast
import importlib.util
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

HERE = Path(__file__).parent
#: Files that cases share.
_SHARED = {"attempt.py"}


class Case(BaseModel):
    """One hostile thing and what must happen. `says` and `never` are about the output and every report.

    `never_in_page` are tags of the rendered Markdown. `rules` are the findings of a run (notes aside), exactly.
    `needs` names what has to exist before the case can hold: until then it is expected to fail, and is not
    counted as passed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    folder: Literal["behaviours", "trees", "wheels"]
    does: str
    group: str
    needs: str = ""
    # What happens to a run in the box.
    phase: Literal["run", "import", "scripts", "tests"] = "run"
    command: tuple[str, ...] = ()
    limits: dict[str, float | Literal["network"]] = {}
    status: Literal["", "passed", "failed"] = ""
    reason: str = ""
    exit: int | None = None
    limit: Literal["", "wall", "memory", "output", "pids"] = ""
    rules: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    never_in_page: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    network: bool = False
    canaries: tuple[str, ...] = ()
    leftovers: bool = False
    truncated: bool = False
    cpu_per_wall: float | None = None
    within: float = 15.0
    # What happens before an image is made.
    outcome: Literal["", "refused", "broken", "noted", "contained", "not a skill's file"] = ""
    notes: tuple[str, ...] = ()
    slow: bool = False

    @property
    def path(self) -> Path:
        """The file."""
        return HERE / self.folder / f"{self.name}.py"

    def module(self) -> ModuleType:
        """The file as a module: for `trees` and `wheels` alone, which are harmless to import."""
        assert self.folder != "behaviours", "these run in the box only"
        spec = importlib.util.spec_from_file_location(f"hostile_{self.name}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @property
    def expected(self) -> str:
        """What must happen, in words."""
        if self.outcome:
            return self.outcome
        words = [self.status]
        words += [f"limit: {self.limit}"] if self.limit else []
        words += [f"`{rule}`" for rule in self.rules if rule != "sandbox"]
        return ", ".join(words)


def cases(folder: str) -> list[Case]:
    """Every case of a folder, by name."""
    paths = sorted((HERE / folder).glob("*.py"))
    return [_case(path) for path in paths if path.name not in _SHARED]


def _case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    declared = yaml.safe_load("\n".join(_header(text)))
    does = (ast.get_docstring(ast.parse(text)) or "").strip()
    return Case(name=path.stem, folder=path.parent.name, does=does, **declared)


def _header(text: str) -> Iterator[str]:
    """The first comments of a file, without their marks."""
    after = itertools.dropwhile(lambda line: not line.startswith("# "), text.splitlines())
    for line in itertools.takewhile(lambda line: line.startswith("# "), after):
        yield line[2:]
