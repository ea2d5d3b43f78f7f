"""Where the time goes: a clock that knows which stages are under way at each moment.

What overlaps is neither counted twice nor shared out by guess: a moment in which two stages are under way
belongs to the share of these two. So the shares are the whole, whatever runs at once.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, get_args

from checker.model.profile import Profile, Share, Stage


class Reading(NamedTuple):
    """Seconds of two clocks: on the wall, and of the processors."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Reading:
        """Processor time is that of this process and of every process that it saw the end of."""
        children = os.times()
        cpu = time.process_time() + children.children_user + children.children_system
        return cls(time.perf_counter(), cpu)


_NOTHING = Reading(0.0, 0.0)
#: The stages of the checks' own work.
_OWN = frozenset({"lock", "checks"})
_ORDER = {name: place for place, name in enumerate(("start", *get_args(Stage), "other"))}


class Stopwatch:
    """A `Clock` that keeps what it saw. Safe to use from several threads.

    Within a thread the innermost stage counts: `lock` stands still while it waits for `index`. So does the
    stage of the thread that made the clock while others are at work: it waits for them. What the checks do
    themselves counts while nothing that they ask of the outside is under way. Until the first stage begins,
    the run is in `start`.
    """

    def __init__(self, began: Reading | None = None, now: Callable[[], Reading] = Reading.now) -> None:
        """`began` is when the run did, where that was earlier than now."""
        self._now = now
        self._began = self._seen = began or now()
        self._asking: str | None = "start"
        self._under_way: Counter[str] = Counter()
        self._spent: dict[tuple[str, ...], Reading] = {}
        self._lock = threading.Lock()
        self._own = threading.local()
        self._asker = threading.get_ident()

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        """What happens inside belongs to this stage, but for stages within it."""
        return self._within(name)

    def waiting(self) -> AbstractContextManager[None]:
        """What happens inside is waiting for others: it belongs to no stage."""
        return self._within(None)

    def profile(self) -> Profile:
        """What was spent until now."""
        with self._lock:
            self._count()
            spent = sorted(self._spent.items(), key=lambda item: [_ORDER[name] for name in item[0]])
            whole = _since(self._began, self._seen)
        shares = (Share(stages=names, **_seconds(reading)) for names, reading in spent)
        return Profile(**_seconds(whole), shares=tuple(shares))

    @contextmanager
    def _within(self, inner: Stage | None) -> Iterator[None]:
        outer: Stage | None = getattr(self._own, "stage", None)
        self._switch(outer, inner)
        try:
            yield
        finally:
            self._switch(inner, outer)

    def _switch(self, left: Stage | None, entered: Stage | None) -> None:
        self._own.stage = entered
        with self._lock:
            self._count()
            if threading.get_ident() == self._asker:
                self._asking = entered
                return
            if left is not None:
                self._under_way[left] -= 1
            if entered is not None:
                self._under_way[entered] += 1

    def _count(self) -> None:
        """Give the time since the last look to the stages that were under way in it."""
        now = self._now()
        under_way = {name for name, threads in self._under_way.items() if threads}
        at_work = sorted(under_way - _OWN or under_way, key=_ORDER.__getitem__)
        names = tuple(at_work) or (self._asking or "other",)
        since, before = _since(self._seen, now), self._spent.get(names, _NOTHING)
        self._spent[names] = Reading(before.wall + since.wall, before.cpu + since.cpu)
        self._seen = now


def _since(earlier: Reading, later: Reading) -> Reading:
    return Reading(later.wall - earlier.wall, later.cpu - earlier.cpu)


def _seconds(reading: Reading) -> dict[str, float]:
    return {"wall_seconds": round(reading.wall, 4), "cpu_seconds": round(reading.cpu, 4)}
