"""The policies that ship with Proctor, for `extends:`. A preset is one file; its name is the file's name.

An installed Proctor keeps them inside the package; a source checkout has them in the top-level `policies/`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from checker.errors import PolicyError
from checker.escape import shortened, visible
from checker.load.validate import suggestion
from checker.load.yaml_lines import Document, parse_yaml

DEFAULT = "default"


def names() -> tuple[str, ...]:
    """Every preset's name, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


@cache
def preset(name: str) -> Document:
    """A preset's file. Raises PolicyError for a name that is none."""
    if name not in names():
        text = f"there is no preset `{visible(shortened(name, 60))}`: use {' or '.join(names())}"
        raise PolicyError(text + suggestion(name, names()), "policies/maturity.yaml")
    return parse_yaml((_folder() / f"{name}.yaml").read_bytes(), f"preset {name}")


def _folder() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "presets"
    return installed if installed.is_dir() else package.parent / "policies"
