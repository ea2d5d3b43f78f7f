"""What an answer that is no success means. GitHub says 403 for two things: its headers tell which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from checker.errors import Unanswered
from checker.escape import shortened, visible

ENGINE = "GitHub"
_LIMITS = ("secondary rate limit", "rate limit exceeded", "abuse detection")
_WITHOUT_A_TIME = 60.0  # what GitHub asks for where it names no time


class Refused(Unanswered):
    """The token may not do this, or must not know whether there is such a thing: 401, 403 or 404."""

    def __init__(self, reason: str) -> None:
        super().__init__(ENGINE, reason)


class Missing(Refused):
    """There is no such object (any more), or the token must not know of it: 404 or 410."""


class Unsure(Unanswered):
    """Something was to be created and the answer was lost: it may be there."""

    def __init__(self, reason: str) -> None:
        super().__init__(ENGINE, reason)


@dataclass(frozen=True)
class Answer:
    """An answer as it came. `asked` is the verb and path; header names are in lower case."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: str


def trouble(verb: str, answer: Answer) -> Unanswered:
    """What is wrong with an answer that is no success."""
    text = f"{answer.asked} answered {answer.status}: {_message(answer)}"
    if _limited(answer):
        return Unanswered(ENGINE, f"{text} (rate limit)")
    if answer.status in (404, 410):
        return Missing(text)
    if answer.status in (401, 403):
        return Refused(text)
    return Unsure(text) if verb == "POST" and answer.status >= 500 else Unanswered(ENGINE, text)


def lost(verb: str, asked: str, error: Exception) -> Unanswered:
    """No whole answer came."""
    text = f"{asked} got no answer: {type(error).__name__}"
    return Unsure(text) if verb == "POST" else Unanswered(ENGINE, text)


def rate_limit_wait(answer: Answer, now: float) -> float | None:
    """Seconds to wait where GitHub refused for want of quota; None where it did not. `now` is a Unix time."""
    if not _limited(answer):
        return None
    if (after := _number(answer, "retry-after")) is not None:
        return after
    reset = _number(answer, "x-ratelimit-reset")
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(0.0, reset - now) + 1
    return _WITHOUT_A_TIME


def _limited(answer: Answer) -> bool:
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    told = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return told or any(words in _message(answer).lower() for words in _LIMITS)


def _number(answer: Answer, header: str) -> float | None:
    text = answer.headers.get(header, "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _message(answer: Answer) -> str:
    """GitHub's own words, in one line and safe to print."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    message = told.get("message") if isinstance(told, dict) else None
    return visible(shortened(message, 300)) if isinstance(message, str) else "without a reason"
