"""Generate a skill repository of any size, the same for the same seed.

Locks have the layout that `proctor lock` writes, are in step with `skill.yaml`, and are 10 kB at the median
and up to 300 kB large. There is one catalogue of distributions, and each has the same wheels and dependencies
in every lock that holds it: skills overlap as they do in a real repository. One skill in 25 declares a
package that is banned, pending or approved for a higher level only.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

#: The median that is drawn; it comes out as 10 kB, since a last package often does not fit.
MEDIAN_BYTES = 10_600
LARGEST_BYTES = 300_000
POLICY = "version: 1\nextends: default\ndefault_maturity: intern\n"

#: Distributions in the registry.
REGISTERED = 500
#: A repository's locks were made at this many different times: a third of the versions differ.
_VINTAGES = 3
_DENIED_ONE_IN = 25


class Catalogue(NamedTuple):
    """How many `others` there are beside the registry's: they only come in as dependencies.

    Each of the registry's requires as many of them as is drawn from `required`.
    """

    others: int = 1_500
    required: tuple[int, ...] = (0, 1, 2, 3, 5)


#: 2,000 distributions; and so many that 5,000 different ones are locked.
USUAL, WIDE = Catalogue(), Catalogue(5_300, (4, 5, 6, 7))
_STATUS = ("approved",) * 8 + ("pending", "banned")


def registry(entries: int) -> str:
    """A registry: of ten entries eight are approved (one for a higher level), one pending, one banned."""
    blocks = (
        f"  - name: {_name(number)}\n    status: {_STATUS[number % 10]}\n    versions: '>=1,<9'\n"
        f"    min_maturity: {'supervised' if number % 10 == 7 else 'intern'}\n    reason: benchmark\n"
        for number in range(entries)
    )
    return "version: 1\npackages:\n" + "".join(blocks)


def repository(folder: Path, *, skills: int, seed: int = 1) -> None:
    """Write policy and `skills` skills with their locks below `folder`."""
    for path, text in files(skills, seed=seed):
        _write(folder / path, text)


def files(skills: int, *, seed: int = 1, catalogue: Catalogue = USUAL) -> Iterator[tuple[str, str]]:
    """Path and text of every file of such a repository."""
    chance = random.Random(seed)
    yield "policies/maturity.yaml", POLICY
    yield "policies/packages.yaml", registry(REGISTERED)
    for number in range(skills):
        name = f"skill-{number:05d}"
        denied = number % _DENIED_ONE_IN == _DENIED_ONE_IN - 1
        for file, text in _skill(name, chance, catalogue, denied=denied):
            yield f"skills/{name}/{file}", text


def _skill(
    name: str, chance: random.Random, catalogue: Catalogue, *, denied: bool
) -> Iterator[tuple[str, str]]:
    vintage = chance.randrange(_VINTAGES)
    roots = _roots(chance, catalogue, vintage, denied=denied)
    declared = "".join(f"  - {_name(number)}>=2\n" for number in roots)
    yield "SKILL.md", f"---\nname: {name}\ndescription: Generated for a benchmark.\n---\n# {name}\n"
    yield "skill.yaml", f'version: 1\nmaturity: intern\npython: "3.11"\npackages:\n{declared}'
    yield "scripts/run.py", "import sys\n\nprint(sys.argv)\n"
    yield "pylock.toml", _lock(catalogue, _closure(catalogue, roots), vintage)


def _roots(chance: random.Random, catalogue: Catalogue, vintage: int, *, denied: bool) -> list[int]:
    """Declared packages whose lock comes to a size that is drawn from a log-normal distribution."""
    size = min(LARGEST_BYTES, max(500, int(chance.lognormvariate(0, 1.2) * MEDIAN_BYTES)))
    order = chance.sample([n for n in range(REGISTERED) if n % 10 < 7], REGISTERED * 7 // 10)
    if denied:
        order.insert(0, chance.choice([n for n in range(REGISTERED) if n % 10 >= 7]))
    roots: list[int] = []
    locked: set[int] = set()
    used = 0
    for number in order:
        fresh = _below(catalogue, number) - locked
        added = sum(len(_entry(catalogue, other, vintage)) for other in fresh)
        if roots and used + added > size:
            break
        roots.append(number)
        locked |= fresh
        used += added
    return sorted(roots)


def _closure(catalogue: Catalogue, roots: list[int]) -> list[int]:
    return sorted(set().union(*(_below(catalogue, number) for number in roots)))


@cache
def _below(catalogue: Catalogue, number: int) -> frozenset[int]:
    """A distribution and everything it requires, directly or not."""
    return frozenset({number}).union(*(_below(catalogue, other) for other in _requires(catalogue, number)))


@cache
def _requires(catalogue: Catalogue, number: int) -> tuple[int, ...]:
    """What a distribution requires: always distributions of higher numbers, so there is no circle."""
    chance = random.Random(number)
    first, last = max(number + 1, REGISTERED), REGISTERED + catalogue.others
    count = chance.choice(catalogue.required if number < REGISTERED else (0, 0, 0, 1, 1, 2))
    return tuple(sorted(chance.sample(range(first, last), min(count, last - first))))


def _lock(catalogue: Catalogue, numbers: list[int], vintage: int) -> str:
    head = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.11"\n\n'
    tool = '[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'
    tool += "exclude-newer = 2026-11-01 00:00:00+00:00\n"
    return head + "".join(_entry(catalogue, number, vintage) for number in numbers) + tool


@cache
def _entry(catalogue: Catalogue, number: int, vintage: int) -> str:
    version = f"2.{number % 7}.{vintage if number % 3 == 0 else 0}"
    requires = "".join(f'    {{ name = "{_name(other)}" }},\n' for other in _requires(catalogue, number))
    edges = f"[\n{requires}]" if requires else "[]"
    tags = ["py3-none-any"] if number % 2 else ["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"]
    tags += ["cp311-cp311-manylinux_2_28_x86_64"] if number % 10 == 0 else []
    wheels = "".join(_wheel(number, version, tag) for tag in tags)
    return (
        f'[[packages]]\nname = "{_name(number)}"\nversion = "{version}"\ndependencies = {edges}\n\n{wheels}'
    )


def _wheel(number: int, version: str, tag: str) -> str:
    file = f"{_name(number).replace('-', '_')}-{version}-{tag}.whl"
    digest = hashlib.sha256(file.encode()).hexdigest()
    url = f"https://index.example/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{file}"
    return (
        f'[[packages.wheels]]\nurl = "{url}"\nupload-time = 2026-01-{number % 28 + 1:02d} 00:00:00+00:00\n'
        f'size = {10_000 + number}\n\n[packages.wheels.hashes]\nsha256 = "{digest}"\n\n'
    )


def _name(number: int) -> str:
    return f"package-{number:05d}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
