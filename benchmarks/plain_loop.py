"""An honest plain loop: what one would write in an afternoon to hold locks against a registry.

python -m benchmarks.plain_loop REPOSITORY prints the skills that it denies, one a line. One process goes over
every skill on disk, one after another: PyYAML (by its C parser), tomllib, packaging; no cache, no git. It
asks what `packages` and `lock` ask offline, and answers without places, reasons or remedies.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

_LEVELS = ("student", "intern", "supervised", "autonomous")


def main(arguments: list[str]) -> int:
    """Always 0: whoever measures compares what was printed."""
    place = Path(arguments[0])
    registry = {canonicalize_name(entry["name"]): entry for entry in _read(place / "policies/packages.yaml")}
    for folder in sorted((place / "skills").iterdir()):
        if any(_complaints(folder, registry)):
            print(f"skills/{folder.name}")
    return 0


def _read(path: Path) -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = yaml.load(path.read_bytes(), yaml.CSafeLoader)["packages"]
    return packages


def _complaints(folder: Path, registry: Mapping[NormalizedName, Mapping[str, Any]]) -> Iterator[str]:
    skill = yaml.load((folder / "skill.yaml").read_bytes(), yaml.CSafeLoader)
    declared = [Requirement(text) for text in skill["packages"]]
    lock = tomllib.loads((folder / "pylock.toml").read_text())
    locked = {canonicalize_name(entry["name"]): entry for entry in lock["packages"]}
    names = {canonicalize_name(one.name): one for one in declared}
    for name, requirement in names.items():
        if name not in locked or Version(locked[name]["version"]) not in requirement.specifier:
            yield f"{name} is not locked"
        elif not _approved(registry.get(name), locked[name]["version"], skill["maturity"]):
            yield f"{name} is not approved"
    yield from (f"{name} is banned" for name in locked if registry.get(name, {}).get("status") == "banned")
    yield from (f"{name} is superfluous" for name in locked.keys() - _needed(names, locked))
    yield from (f"{name} has no hashes" for name, entry in locked.items() if not _hashed(entry))


def _approved(entry: Mapping[str, Any] | None, version: str, level: str) -> bool:
    if entry is None or entry["status"] != "approved" or version not in SpecifierSet(entry["versions"]):
        return False
    return _LEVELS.index(level) >= _LEVELS.index(entry["min_maturity"])


def _needed(
    names: Iterable[NormalizedName], locked: Mapping[NormalizedName, Mapping[str, Any]]
) -> set[NormalizedName]:
    """The declared, and what they require on the way through the lock."""
    needed, ahead = set[NormalizedName](), [*names]
    while ahead:
        name = ahead.pop()
        if name not in needed and name in locked:
            needed.add(name)
            ahead += [canonicalize_name(one["name"]) for one in locked[name].get("dependencies", ())]
    return needed


def _hashed(entry: Mapping[str, Any]) -> bool:
    return bool(entry["wheels"]) and all(wheel["hashes"].get("sha256") for wheel in entry["wheels"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
