"""A skill's image: made from wheels that are at hand, beside `RUN pip install` of the same distributions.

All start from the same base layers, which the engine already has; the peers' base also has pip, from
`ensurepip`. The first peer is what people write: pip fetches the locked versions from the machine's index.
The second one gets its wheels with the build context (`--no-index --find-links`) and no network. Wheels are
*at hand* once some skill's image was made of them; *seen for the first time*, they are only downloaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from benchmarks.image_peer import FROM_CONTEXT, FROM_INDEX, peer
from benchmarks.image_setting import SKILL, Setting, setting
from benchmarks.measure import Row, Sample, in_turn, process, proctor, table, timed
from checker.engines.sandbox import Engine
from checker.errors import ProctorError
from checker.tools import ImageOrder

SMALL = ("requests", "pyyaml")
LARGE = ("numpy", "pandas", "matplotlib")
AGAIN = 20


def rows(*, tiny: bool = False) -> list[Row]:
    """Both cases, or the small one once; a row that says so where there is no engine or no package index."""
    engine = Engine()
    version = engine.version()
    engine.close()
    if not version:
        return [Row("images", "not measured: no Docker engine answers")]
    try:
        if tiny:
            return _case("small", SMALL, runs=1)
        return [*_case("small", SMALL, runs=5), *_case("large", LARGE, runs=1)]
    except (ProctorError, SystemExit) as error:
        return [Row("images", f"not measured: {str(error)[:200]}")]


def _case(name: str, packages: Sequence[str], *, runs: int) -> list[Row]:
    words = f"{name} skill ({', '.join(packages)})"
    with setting(packages) as made, peer(made) as other:
        orders = iter(made.variants(3 * runs))
        archives = iter([made.archive(next(orders)) for _ in range(runs)])
        made.settle()
        found = in_turn(
            {
                "engine": lambda: made.sandbox.engine.load(_chunks(next(archives))),
                "at hand": lambda: _first(made, next(orders)),
                "new wheels": lambda: _unprepared(made, next(orders)),
                "pip": lambda: other.build(FROM_INDEX, "host"),
                "pip without network": lambda: other.build(FROM_CONTEXT, "none"),
            },
            runs,
            before=os.sync,  # what one has left to be written must not slow down the next one
        )
        return [*_first_rows(name, words, found), *_later(made, name)]


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            yield chunk


def _first(made: Setting, order: ImageOrder) -> None:
    """Build as for a skill that was never built."""
    image = made.sandbox.build(order)
    made.afterwards.callback(made.remove, image.image_id)
    if image.cached:
        raise SystemExit("the image was there already: nothing was measured")


def _unprepared(made: Setting, order: ImageOrder) -> Callable[[], None]:
    """The same, of wheels that no image was made of. Putting what is known aside is fast, and counts."""
    kept, aside = made.cache / "sandbox" / "prepared", made.cache / "aside"
    kept.rename(aside)
    _first(made, order)

    def put_back() -> None:
        shutil.rmtree(kept)
        aside.rename(kept)

    return put_back


def _first_rows(name: str, words: str, found: Mapping[str, Sample]) -> list[Row]:
    asked = 10 if name == "small" else 4
    pip = found["pip"].median
    ours = {kind: pip / found[kind].median for kind in ("at hand", "new wheels")}
    local = found["pip without network"].median / found["at hand"].median
    return [
        timed(f"image of a {words}, wheels at hand", found["at hand"], 0.5 if name == "small" else 5),
        timed("· its floor: the engine's own time to load what is sent", found["engine"]),
        timed("· the same, wheels seen for the first time", found["new wheels"]),
        timed("· its peer: `FROM base`, `RUN pip install`", found["pip"]),
        timed("· a peer with its wheels in the build context, no network", found["pip without network"]),
        Row(
            "· ratio, wheels at hand",
            f"1/{ours['at hand']:.1f}",
            "",
            f"≤ 1/{asked}",
            ours["at hand"] >= asked,
        ),
        Row("· ratio, wheels seen for the first time", f"1/{ours['new wheels']:.1f}"),
        Row("· ratio to the peer without network, wheels at hand", f"1/{local:.1f}"),
    ]


def _later(made: Setting, name: str) -> list[Row]:
    """Building again: nothing changed, the skill alone changed."""
    _first(made, made.order)
    numbers = count()
    argv = (proctor(), "sandbox", "build", SKILL, "--offline", "--cache", str(made.cache))
    path = ("--path", str(made.place))
    same = in_turn({"call": lambda: made.sandbox.build(made.order)}, AGAIN)["call"]
    changed = in_turn({"call": lambda: _changed(made, next(numbers))}, 5, before=os.sync)["call"]
    result = [
        timed(f"{name} skill again, unchanged: the call", same, 0.1),
        timed(f"{name} skill, a script of it changed: the call", changed, 0.5),
    ]
    if name == "small":
        whole = in_turn({"process": lambda: process(*argv, *path)}, 5)["process"]
        result.insert(1, timed("· the whole process, `proctor sandbox build`", whole))
    return result


def _changed(made: Setting, number: int) -> None:
    files = {**made.order.files, "scripts/run.py": (f"print('changed', {number})\n".encode(), False)}
    _first(made, replace(made.order, files=files))


if __name__ == "__main__":
    print(table(rows()))
