"""A rescan's issues: what each should say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.github.body import digest, marker
from checker.github.client import Api
from checker.github.identity import login
from checker.github.issue import Wanted, put_issues
from checker.github.trouble import Refused
from checker.model.rescan import Rescan
from checker.model.verdict import DecisionWord, Verdict
from checker.reporters.rescan_issue import changes, standing

#: On a line of its own: inside a line, a finding's text may say so, too.
_CHANGES = "\n<!-- changes -->\n"


def publish(
    api: Api, rescan: Rescan, verdict: Verdict, folder: str, *, per_skill: bool
) -> tuple[bool, tuple[str, ...]]:
    """Bring the issues up to date: whether that worked, and what was done or is in the way, in sentences."""
    kind = f"rescan-{digest(folder)}" if folder else "rescan"
    wanted = _each(rescan, verdict, kind) if per_skill else [_whole(rescan, verdict, kind)]
    try:
        return True, tuple(put_issues(api, login(api), f"<!-- proctor:{kind} ", wanted))
    except Refused as error:
        return False, (f"No issue: the token may not write one (issues: write). {error}",)
    except Unanswered as error:
        return False, (f"No issue: {error}",)


def _whole(rescan: Rescan, verdict: Verdict, kind: str) -> Wanted:
    line = marker(kind)
    return Wanted(
        line,
        "Proctor: skills that do not pass any more",
        verdict.decision is not DecisionWord.PASS,
        _writer(line, standing(rescan, verdict), changes(rescan)),
    )


def _each(rescan: Rescan, verdict: Verdict, kind: str) -> Sequence[Wanted]:
    return [
        Wanted(
            marker(kind, one.skill),
            f"Proctor: {visible(shortened(one.skill, 200))} does not pass any more",
            one.decision is not DecisionWord.PASS,
            _writer(
                marker(kind, one.skill),
                standing(rescan, verdict, one.skill),
                changes(rescan, one.skill),
            ),
        )
        for one in verdict.skills
    ]


def _writer(line: str, state: str, news: str) -> Callable[[str | None], str]:
    """The body. Where nothing is new, what it told of the last change stays."""

    def write(there: str | None) -> str:
        last = (there or "").replace("\r\n", "\n").partition(_CHANGES)[2].strip()
        told = news or last
        return f"{line}\n{state}\n" + (f"{_CHANGES}{told}\n" if told else "")

    return write
