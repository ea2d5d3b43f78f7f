"""The dependency graph of a lock. Pure: edges come in, reachability and chains go out.

A PEP 751 lock as uv writes it has no edges; they come from each distribution's own metadata (checked against
the index), or, offline, from the lock's own claim. This module does not care which.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from packaging.utils import NormalizedName

#: For each locked name, the locked names it requires on the lock's target.
Edges = Mapping[NormalizedName, tuple[NormalizedName, ...]]


class Chains(Mapping[NormalizedName, tuple[NormalizedName, ...]]):
    """Chain by name, put together when asked for: all parts of a long one together would fill the memory."""

    def __init__(self, above: Mapping[NormalizedName, NormalizedName | None]) -> None:
        """`above` tells for each name which one requires it; None for a root."""
        self._above = above

    def __getitem__(self, name: NormalizedName) -> tuple[NormalizedName, ...]:
        """From the root to `name`."""
        chain = [name]
        while (above := self._above[chain[-1]]) is not None:
            chain.append(above)
        return tuple(reversed(chain))

    def __iter__(self) -> Iterator[NormalizedName]:
        return iter(self._above)

    def __len__(self) -> int:
        return len(self._above)

    def __contains__(self, name: object) -> bool:
        return name in self._above


def chains(roots: Iterable[NormalizedName], edges: Edges) -> Chains:
    """Shortest chain from a root to each reachable name, both ends included. Deterministic: names are sorted.

    A root's own chain has one element. Names that no root reaches are missing from the result.
    """
    above: dict[NormalizedName, NormalizedName | None] = dict.fromkeys(sorted(set(roots)))
    queue = deque(above)
    while queue:
        name = queue.popleft()
        for required in sorted(edges.get(name, ())):
            if required not in above:
                above[required] = name
                queue.append(required)
    return Chains(above)


def leading(edges: Edges, name: NormalizedName) -> frozenset[NormalizedName]:
    """Every name that requires `name`, directly or through others, and `name` itself."""
    requirers: dict[NormalizedName, list[NormalizedName]] = {}
    for one, required in edges.items():
        for other in required:
            requirers.setdefault(other, []).append(one)
    found, queue = {name}, deque([name])
    while queue:
        fresh = [one for one in requirers.get(queue.popleft(), ()) if one not in found]
        found.update(fresh)
        queue.extend(fresh)
    return frozenset(found)
