"""The comment's text: a marker, the time of the run, and as much of the report as fits."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from checker.github.sticky import same
from checker.model.verdict import Verdict
from checker.reporters.budget import COMMENT_LIMIT, fit
from checker.reporters.gfm import prose

_AT = re.compile(r"<!-- at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00) -->")


def marker(kind: str, about: str = "") -> str:
    """The first line of what we write: one for each kind, and for each thing that it is about.

    `about` (a folder, a skill) is anybody's text: only its digest goes in.
    """
    return f"<!-- proctor:{kind} {digest(about)} -->" if about else f"<!-- proctor:{kind} -->"


def digest(text: str) -> str:
    """Sixteen hexadecimal digits that stand for anybody's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class VerdictComment:
    """Writes a verdict's comment. `pointer` is where everything stands that does not fit.

    `remarks` are sentences on the report itself. They stand right below the decision, where nothing that a
    verdict holds can crowd them out.
    """

    verdict: Verdict
    marker: str
    pointer: str = ""
    remarks: tuple[str, ...] = ()

    def write(self, standing: str | None) -> str:
        """The body; the one that stands there where only the time of the run is another."""
        if standing is not None and (found := _AT.search(standing[:200])) is not None:
            then = dt.datetime.fromisoformat(found[1])
            if same(self._at(then), standing):
                return standing
        return self._at(self.verdict.now)

    def _at(self, now: dt.datetime) -> str:
        head = f"{self.marker}\n<!-- at {now.astimezone(dt.UTC).isoformat(timespec='seconds')} -->\n"
        remarks = "".join(f"\n> {prose(remark, 1_000)}\n" for remark in self.remarks)
        room = COMMENT_LIMIT - len(head) - len(remarks.encode())
        text = fit(self.verdict.model_copy(update={"now": now}), room, self.pointer)
        decision, _, rest = text.partition("\n")
        return f"{head}{decision}\n{remarks}{rest}"
