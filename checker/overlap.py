"""Work side by side in threads: at most so many at once, answered in the order it was asked.

Nothing depends on timing: results come in the order of the items, and of several failures the first in that
order is raised. When the caller is interrupted or one item fails, what the other threads wait for is ended,
not waited for: whoever blocks says with `ended_by` how its waiting is cut short. Threads that wait for what
nobody can end (a name server, say) are left behind after a moment; the process ends without them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")
#: Seconds that abandoned threads get to tidy up. Those within one of them get half: it tidies up after them.
_GRACE = 0.7
#: Seconds between looks at whether a signal came: not every system wakes the main thread for one.
_LOOK = 0.25


class Abandoned(BaseException):
    """Raised in a thread whose answer nobody waits for any more. Like Ctrl-C it is no error to handle."""


class _Scope:
    """What the threads of one call wait for."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self.changed = threading.Condition()
        self.over = False
        self._enders: dict[object, Callable[[], object]] = {}

    def end(self) -> None:
        """Cut short whatever is waited for, now and from now on."""
        with self.changed:
            self.over = True
            self.changed.notify_all()
            for end in tuple(self._enders.values()):
                with suppress(OSError, ValueError, RuntimeError):  # what was waited for came at this moment
                    end()

    def check(self) -> None:
        if self.over:
            raise Abandoned

    def add(self, token: object, end: Callable[[], object]) -> None:
        with self.changed:
            self.check()
            self._enders[token] = end

    def remove(self, token: object) -> None:
        """Once it is back, `end` is not called any more."""
        with self.changed:
            self._enders.pop(token, None)


class _Here(threading.local):
    """The scope this thread works for; None in a thread that nobody but a signal can interrupt."""

    scope: _Scope | None = None


_here = _Here()


def overlapped(
    work: Callable[[_Item], _Answer], items: Iterable[_Item], at_once: int, name: str = "overlap"
) -> list[_Answer]:
    """`work` of every item, in the order of the items, in at most `at_once` threads called `name`.

    Raises what the first failing item raised; items after it are begun no more, and ended if they were.
    """
    todo = list(items)
    if len(todo) < 2 or at_once < 2:
        return [work(item) for item in todo]
    above = _here.scope
    scope = _Scope(_GRACE if above is None else above.grace / 2)
    side = _SideBySide(work, todo, scope)
    with ended_by(scope.end):
        return side.answers(min(at_once, len(todo)), name)


@contextmanager
def ended_by(end: Callable[[], object]) -> Iterator[None]:
    """A block that waits for something; `end` cuts that short, called from another thread at any moment.

    Raises Abandoned, instead of whatever the block raised, where that happened: an answer that was cut
    short must never be taken for one. Outside of `overlapped` it does nothing.
    """
    scope, token = _here.scope, object()
    if scope is None:
        yield
        return
    scope.add(token, end)
    try:
        yield
    finally:
        scope.remove(token)
        scope.check()


def still_wanted() -> None:
    """Raise Abandoned where nobody waits for this thread's answer any more."""
    if _here.scope is not None:
        _here.scope.check()


def pause(seconds: float) -> None:
    """Sleep. Raises Abandoned as soon as nobody waits any more."""
    scope = _here.scope
    if scope is None:
        time.sleep(seconds)
        return
    deadline = time.monotonic() + seconds
    with scope.changed:
        while (left := deadline - time.monotonic()) > 0:
            scope.check()
            scope.changed.wait(left)


class _SideBySide(Generic[_Item, _Answer]):
    """One call of `overlapped`. Items are begun in their order, so all before a failed one have begun."""

    def __init__(self, work: Callable[[_Item], _Answer], todo: list[_Item], scope: _Scope) -> None:
        self._work, self._todo, self._scope = work, todo, scope
        self._answers: dict[int, _Answer] = {}
        self._failures: dict[int, BaseException] = {}
        self._begun = 0
        self._before = 0  # all items before this one are answered

    def answers(self, threads: int, name: str) -> list[_Answer]:
        working: list[threading.Thread] = []
        try:
            for number in range(threads):
                thread = threading.Thread(target=self._thread, name=f"{name}-{number}", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # this machine allows no more: those that there are do the work
                    break
                working.append(thread)
            if not working:
                self._thread()
            self._wait()
        finally:
            self._scope.end()
            _join(working, self._scope.grace)
        if (failure := self._failures.get(self._before)) is not None:
            raise failure
        return [self._answers[number] for number in range(len(self._todo))]

    def _wait(self) -> None:
        """Until all is answered, or one failed and all before it are answered."""
        with self._scope.changed:
            while not self._settled():
                self._scope.check()
                self._scope.changed.wait(_LOOK)

    def _settled(self) -> bool:
        while self._before in self._answers:
            self._before += 1
        return self._before == len(self._todo) or self._before in self._failures

    def _thread(self) -> None:
        above, _here.scope = _here.scope, self._scope
        while (number := self._next()) is not None:
            try:
                answer = self._work(self._todo[number])
            except BaseException as failure:  # noqa: BLE001 - raised again where it is waited for
                self._done(self._failures, number, failure)
            else:
                self._done(self._answers, number, answer)
        _here.scope = above

    def _next(self) -> int | None:
        with self._scope.changed:
            if self._scope.over or self._failures or self._begun == len(self._todo):
                return None
            self._begun += 1
            return self._begun - 1

    def _done(
        self, results: dict[int, _Answer] | dict[int, BaseException], number: int, result: object
    ) -> None:
        with self._scope.changed:
            results[number] = result  # type: ignore[assignment]
            if self._settled():
                self._scope.changed.notify_all()


def _join(threads: Iterable[threading.Thread], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))
