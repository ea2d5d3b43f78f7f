"""The Markdown report within a limit: as much as fits, and what does not fit is counted.

In steps: everything; passing skills collapsed to their number and long texts cut; the worst findings of each
skill, five, then two, then one; of the worst skills alone; at last counts, with a pointer to the rest.
"""

from __future__ import annotations

from checker.model.verdict import Verdict
from checker.reporters import wording
from checker.reporters.markdown_body import Scope, blocks
from checker.reporters.markdown_skill import Detail

#: What GitHub takes as the body of a comment or an issue, and as one step's summary.
COMMENT_LIMIT = 65_536
STEP_SUMMARY_LIMIT = 1_048_576
_EVERYTHING = 1_000_000

#: From the fullest to the barest.
STEPS = (
    Scope(True, _EVERYTHING, _EVERYTHING, Detail(findings=_EVERYTHING, text=4_000, output=8_000), whole=True),
    Scope(False, _EVERYTHING, _EVERYTHING, Detail(findings=_EVERYTHING, text=1_000, output=2_000)),
    Scope(False, _EVERYTHING, 50, Detail(findings=5, text=400, output=0)),
    Scope(False, _EVERYTHING, 50, Detail(findings=2, text=400, output=0)),
    Scope(False, _EVERYTHING, 50, Detail(findings=1, text=200, output=0)),
    Scope(False, 200, 20, Detail(findings=2, text=200, output=0)),
    Scope(False, 100, 20, Detail(findings=2, text=200, output=0)),
    Scope(False, 60, 20, Detail(findings=1, text=200, output=0)),
    Scope(False, 60, 5, Detail(findings=0, text=100, output=0)),
    Scope(False, 0, 0, Detail(findings=0, text=60, output=0)),
)


def fit(verdict: Verdict, limit: int, pointer: str = "") -> str:
    """The fullest report in GitHub's Markdown of at most `limit` bytes of UTF-8, hence also characters.

    `pointer` names what holds everything, in plain words ("the artefact proctor-verdict") or as an address,
    which becomes a link; by default "the JSON verdict". Too small a limit leaves the decision, then nothing.
    """
    for scope in STEPS:
        text = _within(verdict, scope, pointer, limit)
        if text is not None:
            return text
    return f"Proctor: {wording.decision(verdict)}".encode()[: max(limit, 0)].decode(errors="ignore")


def _within(verdict: Verdict, scope: Scope, pointer: str, limit: int) -> str | None:
    """The report of this scope; None as soon as it is too long."""
    room, kept = limit, []
    for block in blocks(verdict, scope, pointer):
        text = f"{block}\n\n"
        kept.append(text)
        room -= len(text.encode())
        if room < -1:  # the last block ends with one line feed less
            return None
    return "".join(kept)[:-1]
