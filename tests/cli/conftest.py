"""The command line, run in this process on real scratch repositories. Nothing here needs network or engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.cli import main
from tests.support.repos import ScratchRepo

POLICY = {
    "policies/maturity.yaml": "version: 1\nextends: default\n",
    "policies/packages.yaml": (
        "version: 1\npackages:\n"
        "  - {name: pandas, status: approved, min_maturity: intern, reason: tables}\n"
        "  - {name: evil, status: banned, reason: steals keys}\n"
    ),
}
SKILL_MD = "---\nname: {name}\ndescription: Does {name}.\n---\n# {name}\n"


class Result(NamedTuple):
    """What a call of the command left behind."""

    code: int
    out: str
    err: str


Proctor = Callable[..., Result]


@pytest.fixture
def proctor(capsys, tmp_path, monkeypatch) -> Proctor:
    """Call the command with its own cache; no colour, no terminal."""
    monkeypatch.setenv("PROCTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, out, err)

    return call


@pytest.fixture
def repo(tmp_path) -> ScratchRepo:
    """A repository with a policy and one prompt-only skill on `main`."""
    scratch = ScratchRepo(tmp_path / "repo")
    scratch.commit({**POLICY, **prompt("notes")})
    return scratch


def prompt(name: str) -> dict[str, str]:
    """A skill without Python."""
    return {f"skills/{name}/SKILL.md": SKILL_MD.format(name=name)}


def lock(*names: str, requires: str = "") -> str:
    """A lock of these names at version 2.2; the first one requires `requires`."""
    text = 'lock-version = "1.0"\ncreated-by = "test"\nrequires-python = ">=3.11"\n'
    for number, name in enumerate(names):
        edges = f'{{ name = "{requires}" }}' if requires and number == 0 else ""
        file = f"{name.replace('-', '_')}-2.2-py3-none-any.whl"
        text += (
            f'\n[[packages]]\nname = "{name}"\nversion = "2.2"\ndependencies = [{edges}]\n'
            f'wheels = [{{ url = "https://index.example/{file}", hashes = {{ sha256 = "{"0" * 64}" }} }}]\n'
        )
    return text + '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'


def packaged(name: str, *packages: str, requires: str = "", maturity: str = "intern") -> dict[str, str]:
    """A skill that declares `packages` (any version), locked; `requires` is locked, too, but not declared."""
    declared = "".join(f"  - {package}\n" for package in packages)
    locked = [*packages, requires] if requires else packages
    return {
        f"skills/{name}/SKILL.md": SKILL_MD.format(name=name),
        f"skills/{name}/skill.yaml": f"version: 1\nmaturity: {maturity}\npackages:\n{declared}",
        f"skills/{name}/run.py": "print('hello')\n",
        f"skills/{name}/pylock.toml": lock(*locked, requires=requires),
    }


def plain(folder: Path, files: dict[str, str]) -> Path:
    """Files in a folder that is no git repository."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
