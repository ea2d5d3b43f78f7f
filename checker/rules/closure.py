"""The dependency graph of a lock. Pure: edges come in, reachability and chains go out.

A PEP 751 lock as uv writes it has no edges; they come from each distribution's own metadata (checked against
the index), or, offline, from the lock's own claim. This module does not care which.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from packaging.utils import NormalizedName

#: For each locked name, the locked names it requires on the lock's target.
Edges = Mapping[NormalizedName, tuple[NormalizedName, ...]]


def chains(roots: Iterable[NormalizedName], edges: Edges) -> dict[NormalizedName, tuple[NormalizedName, ...]]:
    """Shortest chain from a root to each reachable name, both ends included. Deterministic: names are sorted.

    A root's own chain has one element. Names that no root reaches are missing from the result.
    """
    found: dict[NormalizedName, tuple[NormalizedName, ...]] = {}
    queue: deque[tuple[NormalizedName, ...]] = deque((root,) for root in sorted(set(roots)))
    while queue:
        chain = queue.popleft()
        if chain[-1] in found:
            continue
        found[chain[-1]] = chain
        queue.extend((*chain, name) for name in sorted(edges.get(chain[-1], ())) if name not in found)
    return found
