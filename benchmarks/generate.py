"""Generate a skill repository of any size, the same for the same seed.

Locks have the size distribution of real ones: median 10 kB, the largest 300 kB. Every skill draws its
packages from one registry, so locks overlap as they do in a real repository.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

MEDIAN_BYTES = 10_000
LARGEST_BYTES = 300_000
POLICY = "version: 1\nextends: default\ndefault_maturity: intern\n"


def registry(entries: int) -> str:
    """A package registry of `entries` names: most approved, some pending or banned."""
    status = ("approved",) * 8 + ("pending", "banned")
    blocks = (
        f"  - name: package-{number:05d}\n    status: {status[number % 10]}\n    versions: '>=1,<9'\n"
        f"    min_maturity: intern\n    reason: benchmark\n"
        for number in range(entries)
    )
    return "version: 1\npackages:\n" + "".join(blocks)


def repository(folder: Path, *, skills: int, entries: int = 500, seed: int = 1) -> None:
    """Write policy and `skills` skills with their locks below `folder`."""
    chance = random.Random(seed)
    _write(folder / "policies/maturity.yaml", POLICY)
    _write(folder / "policies/packages.yaml", registry(entries))
    approved = [number for number in range(entries) if number % 10 < 8]
    for number in range(skills):
        home = folder / f"skills/skill-{number:05d}"
        for name, text in _skill(f"skill-{number:05d}", approved, _lock_bytes(chance), chance):
            _write(home / name, text)


def _lock_bytes(chance: random.Random) -> int:
    return min(LARGEST_BYTES, max(1_000, int(chance.lognormvariate(0, 1.2) * MEDIAN_BYTES)))


def _skill(name: str, approved: list[int], size: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    wheels = max(1, size // 380)
    count = min(len(approved), max(1, wheels // 4))
    chosen = sorted(chance.sample(approved, count))
    roots = chosen[: max(1, count // 4)]
    declared = "".join(f"  - package-{number:05d}>=2\n" for number in roots)
    yield "SKILL.md", f"---\nname: {name}\ndescription: Generated for a benchmark.\n---\n# {name}\n"
    yield "skill.yaml", f'version: 1\nmaturity: intern\npython: "3.11"\npackages:\n{declared}'
    yield "scripts/run.py", "import sys\n\nprint(sys.argv)\n"
    yield "pylock.toml", _lock(chosen, roots, max(1, wheels // count))


def _lock(chosen: list[int], roots: list[int], wheels: int) -> str:
    """A lock in which the first root requires everything that is not a root."""
    rest = [number for number in chosen if number not in roots]
    head = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.11"\n'
    tool = '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'
    packages = (_package(number, rest if number == roots[0] else [], wheels) for number in chosen)
    return head + "".join(packages) + tool


def _package(number: int, requires: list[int], wheels: int) -> str:
    name = f"package-{number:05d}"
    edges = ", ".join(f'{{ name = "package-{other:05d}" }}' for other in requires)
    files = "".join(f"    {_wheel(name, tag)},\n" for tag in range(wheels))
    return (
        f'\n[[packages]]\nname = "{name}"\nversion = "2.{number % 7}"\n'
        f"dependencies = [{edges}]\nwheels = [\n{files}]\n"
    )


def _wheel(name: str, tag: int) -> str:
    tags = "py3-none-any" if tag == 0 else f"cp3{tag}-cp3{tag}-manylinux_2_17_x86_64"
    file = f"{name.replace('-', '_')}-2.{int(name[-5:]) % 7}-{tags}.whl"
    digest = hashlib.sha256(file.encode()).hexdigest()
    url = f"https://index.example/files/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{file}"
    return (
        f'{{ url = "{url}", upload-time = 2026-01-01T00:00:00Z, size = {10_000 + tag}, '
        f'hashes = {{ sha256 = "{digest}" }} }}'
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
