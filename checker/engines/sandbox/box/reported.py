"""What the audit hook in the box says the skill's Python did. Its word alone: capped, escaped, counted."""

from __future__ import annotations

from collections import Counter

from checker.engines.sandbox.box.attached import Attached
from checker.escape import shortened, visible
from checker.model.evidence import ReportedEvent

#: Seconds of silence after which nothing more is on its way.
_QUIET = 0.02
_MAX_BYTES, MAX_EVENTS, _LONG = 65_536, 50, 160
_KINDS = frozenset({"network", "process", "write", "escape", "canary"})


def events(attached: Attached) -> tuple[ReportedEvent, ...]:
    """What was said since the last time, each different thing once. Raises Unanswered."""
    return parsed(attached.drain(_QUIET, _MAX_BYTES))


def parsed(said: bytes) -> tuple[ReportedEvent, ...]:
    """Events from lines of `kind TAB what TAB where`; what is no such line was not said by the hook."""
    counted = Counter(line for line in said[:_MAX_BYTES].split(b"\n") if line)
    found = (_event(line, count) for line, count in counted.items())
    return tuple(event for event in found if event is not None)[:MAX_EVENTS]


def _event(line: bytes, count: int) -> ReportedEvent | None:
    parts = [visible(part.decode("ascii", "backslashreplace")) for part in line.split(b"\t")]
    if len(parts) != 3 or parts[0] not in _KINDS:
        return None
    what, where = (shortened(part, _LONG) for part in parts[1:])
    return ReportedEvent.model_validate({"kind": parts[0], "what": what, "where": where, "count": count})
