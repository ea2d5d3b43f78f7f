"""Which modules are a skill's own, and which are in the standard library of its Python."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import stdlibs

_SUFFIXES = (".py", ".pyw", ".so", ".pyd", ".pyx")
_SOURCE_FOLDERS = ("src", "lib")


class LocalModules:
    """The modules that the files of a skill offer to each other.

    A module counts as local where Python could find it: next to the importing file, in a folder above it up
    to the skill's own, in a `src` or `lib` beside one of those, or in a folder the skill puts on `sys.path`.
    A folder without `__init__.py` yields to any installed distribution, so it must hold what is imported.
    """

    def __init__(self, folder: str, paths: Iterable[str], hints: Iterable[str]) -> None:
        """`folder` is the skill's ("." for the root), `paths` its files, `hints` folders on `sys.path`."""
        self._folder = "" if folder == "." else folder
        self._modules: dict[str, set[str]] = defaultdict(set)
        self._packages: dict[str, set[str]] = defaultdict(set)
        for path in paths:
            self._add(path)
        ends = tuple(f"/{hint}" for hint in hints)
        every = set(self._modules) | set(self._packages)
        self._hinted = tuple(sorted(place for place in every if ends and f"/{place}".endswith(ends)))
        self._roots = lru_cache(maxsize=None)(self._roots_of)

    def owns(self, module: str, members: Iterable[str], importer: str) -> bool:
        """Whether `module` (dotted), imported by the file `importer`, is the skill's own."""
        top, _, rest = module.partition(".")
        if self._is_itself(top):
            return True
        below = [rest.partition(".")[0]] if rest else list(members)
        folder, own = posixpath.split(importer)
        roots = self._roots(folder)
        if own.partition(".")[0] == top:  # `mlx.py` that imports mlx means the other one
            roots = tuple(root for root in roots if root != folder)
        return any(self._offers(root, top, rest, below) for root in roots)

    def _is_itself(self, top: str) -> bool:
        return posixpath.basename(self._folder) == top and "__init__" in self._modules[self._folder]

    def _offers(self, root: str, top: str, rest: str, below: list[str]) -> bool:
        if top in self._modules.get(root, ()) and not rest:
            return True
        if top not in self._packages.get(root, ()):
            return False
        inner = posixpath.join(root, top)
        offered = self._modules[inner] | self._packages[inner]
        return "__init__" in offered or any(name in offered for name in below)

    def _roots_of(self, folder: str) -> tuple[str, ...]:
        roots: list[str] = []
        for above in _upwards(folder, self._folder):
            roots.append(above)
            roots.extend(posixpath.join(above, name) for name in _SOURCE_FOLDERS)
        return (*roots, *self._hinted)

    def _add(self, path: str) -> None:
        folder, name = posixpath.split(path)
        if not name.endswith(_SUFFIXES):
            return
        self._modules[folder].add(name.partition(".")[0])
        while folder and folder != self._folder:
            above, name = posixpath.split(folder)
            if name in self._packages[above]:
                return
            self._packages[above].add(name)
            folder = above


def _upwards(folder: str, top: str) -> Iterator[str]:
    while True:
        yield folder
        if folder in (top, ""):
            return
        folder = posixpath.dirname(folder)


@cache
def standard_library(python: str) -> frozenset[str]:
    """Top-level modules of the standard library of `python` ("3.11"), or of the newest known before it."""
    known = [tuple(map(int, version.split("."))) for version in stdlibs.KNOWN_VERSIONS]
    asked = tuple(int(number) for number in re.findall(r"\d{1,4}", python)[:2])
    nearest = max((version for version in known if version <= asked), default=min(known))
    names = stdlibs.stdlib_module_names(".".join(map(str, nearest)))
    return frozenset(name.partition(".")[0] for name in names) | {"__main__", "__future__"}
