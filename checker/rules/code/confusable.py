"""Is a distribution's name nearly that of another one, which was probably meant? Pure.

Names are in PEP 503 normal form, so case and the kind of separator cannot differ, and only ASCII letters,
digits and dashes are left: a look-alike from another alphabet is no requirement at all and refused as such.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from functools import cache

from packaging.utils import NormalizedName, canonicalize_name

from checker.rules.code.import_names import curated

#: Shorter names have too many neighbours that are as good as they are.
_SHORTEST = 5
_LOOK_ALIKES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


def confusable(name: NormalizedName, known: Collection[NormalizedName]) -> str:
    """What `name` may have been mistaken for, in words; "" for a known name and for one like no other."""
    if name in known:
        return ""
    if name.replace("-", "_") in sys.stdlib_module_names:
        return "is a module of the standard library: there is nothing to install"
    if meant := _modules().get(name):
        return f"is the name of a module; the distribution is {' or '.join(meant)}"
    for other in sorted(known):
        if how := _alike(name, other):
            return f"{how} {other}"
    return ""


def _alike(name: str, other: str) -> str:
    if name.replace("-", "") == other.replace("-", ""):
        return "differs only in its separators from"
    if len(other) < _SHORTEST:
        return ""
    if _skeleton(name) == _skeleton(other):
        return "looks like"
    return "is one letter away from" if _one_edit(name, other) else ""


@cache
def _skeleton(name: str) -> str:
    for looks, like in _LOOK_ALIKES:
        name = name.replace(looks, like)
    return name


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes one of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1] and short[same + 2 :] == long[same + 2 :]
    return swapped or short[same + 1 :] == long[same + 1 :]


@cache
def _modules() -> Mapping[NormalizedName, tuple[NormalizedName, ...]]:
    """Names of modules that are no distribution's own, by the curated table."""
    table = curated().distributions
    named = {canonicalize_name(module): names for module, names in table.items() if "." not in module}
    own = {name for names in table.values() for name in names}
    return {name: names for name, names in named.items() if name not in own}
