"""`proctor audit`: every decision on packages and findings, with the commit that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from checker.errors import InputError
from checker.load.policy import load_registry, load_waivers
from checker.load.policy_files import PACKAGES, WAIVERS
from checker.model.history import Commit, Event
from checker.model.policy import PackageStatus, RegistryEntry, Waiver
from checker.tools import Tree

FILES = (PACKAGES, WAIVERS)


class Decided(NamedTuple):
    """One decision as a file states it. Equal ones are the same decision, wherever they stand."""

    kind: str
    subject: str
    versions: str = ""
    level: str = ""
    claimed_by: str = ""
    expires: str = ""
    reason: str = ""


class _State(NamedTuple):
    """What one file says at one commit; `fault` where it cannot be read."""

    decisions: frozenset[Decided]
    fault: str = ""


def audit(commits: Iterable[Commit], tree_of: Callable[[str], Tree]) -> tuple[Event, ...]:
    """Events, oldest first. `commits` are those that touched `FILES`, parents before children.

    What a merge merely brings together is told where it was committed; only what the merge itself decides
    is its own.
    """
    history = _History(tree_of)
    return tuple(event for commit in commits for file in FILES for event in _events(history, commit, file))


class _History:
    """The state of each file at each commit. A commit is listed once, a content read once."""

    def __init__(self, tree_of: Callable[[str], Tree]) -> None:
        self._tree_of = tree_of
        self._at: dict[str, dict[str, _State]] = {}
        self._read: dict[tuple[str, str], _State] = {}
        self._readable: dict[str, frozenset[Decided]] = {}

    def state(self, commit: str, file: str) -> _State:
        if commit not in self._at:
            tree = self._tree_of(commit)
            self._at[commit] = {each: self._of(tree, each) for each in FILES}
        return self._at[commit][file]

    def before(self, commit: str, file: str) -> _State:
        """As `state`, for comparing: after a file that could not be read, what was last read of it."""
        state = self.state(commit, file)
        return _State(self._readable.get(file, frozenset())) if state.fault else state

    def note(self, file: str, state: _State) -> None:
        """Keep what a file said, in the order of commits."""
        if not state.fault:
            self._readable[file] = state.decisions

    def _of(self, tree: Tree, file: str) -> _State:
        entry = tree.entries().get(file)
        if entry is None:
            return _State(frozenset())
        key = (file, f"{entry.kind} {entry.digest}")
        if key not in self._read:
            self._read[key] = _read(tree, file)
        return self._read[key]


def _read(tree: Tree, file: str) -> _State:
    try:
        if file == PACKAGES:
            entries = (entry for same in load_registry(tree).values() for entry in same)
            return _State(frozenset(map(_package, entries)))
        return _State(frozenset(map(_waiver, load_waivers(tree))))
    except InputError as error:
        return _State(frozenset(), str(error))


def _events(history: _History, commit: Commit, file: str) -> Iterator[Event]:
    now = history.state(commit.id, file)
    if now in [history.state(parent, file) for parent in commit.parents]:
        return
    before = [history.before(parent, file) for parent in commit.parents] or [_State(frozenset())]
    history.note(file, now)
    if now.fault:
        yield _event(commit, "unreadable", Decided("file", file, reason=now.fault), file)
        return
    old: Mapping[tuple[str, ...], Decided] = {
        _key(d): d for d in frozenset.intersection(*(s.decisions for s in before)) - now.decisions
    }
    new = now.decisions - frozenset.union(*(s.decisions for s in before))
    known = {_key(decided) for decided in new}
    for decided in sorted(new):
        yield _event(commit, "changed" if _key(decided) in old else "added", decided, file)
    for key, decided in sorted(old.items()):
        if key not in known:
            yield _event(commit, "removed", decided, file)


def _key(decided: Decided) -> tuple[str, ...]:
    """What makes two decisions the same one, changed: the package and its range, or the waived finding."""
    return ("waiver" if decided.kind == "waiver" else "package", decided.subject, decided.versions)


def _package(entry: RegistryEntry) -> Decided:
    approved = entry.status is PackageStatus.APPROVED
    return Decided(
        entry.status,
        entry.name,
        str(entry.versions),
        entry.min_maturity if approved else "",
        entry.approved_by or "",
        entry.expires.isoformat() if entry.expires else "",
        entry.reason,
    )


def _waiver(waiver: Waiver) -> Decided:
    subject = f"{waiver.rule} {waiver.subject} for {waiver.skill}"
    until = waiver.expires.isoformat() + (" or fixed" if waiver.until_fixed else "")
    return Decided("waiver", subject, "", "", waiver.owner, until, waiver.reason)


def _event(commit: Commit, action: str, decided: Decided, file: str) -> Event:
    return Event.model_validate(
        {
            "time": commit.time,
            "commit": commit.id,
            "committer": str(commit.committer),
            "author": str(commit.author),
            "action": action,
            "file": file,
            "message": commit.subject,
            **decided._asdict(),
        }
    )
