"""One severity out of CVSS vectors and database words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from checker.model.severity import Severity

_RISING = (
    Severity.UNKNOWN,
    Severity.LOW,
    Severity.MEDIUM,
    Severity.HIGH,
    Severity.CRITICAL,
    Severity.MALICIOUS,
)
_WORDS = {
    "none": Severity.LOW,  # still an advisory: the lowest there is, never nothing
    "low": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "important": Severity.HIGH,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}


def worst(severities: Iterable[Severity]) -> Severity:
    """The highest severity anyone gave; `unknown` where nobody did."""
    return max(severities, key=_RISING.index, default=Severity.UNKNOWN)


def of_word(word: object) -> Severity:
    """Severity of a database's own word, in any letter case."""
    return _WORDS.get(word.strip().lower(), Severity.UNKNOWN) if isinstance(word, str) else Severity.UNKNOWN


def of_score(score: float | None) -> Severity:
    """Severity of a CVSS base score, by the steps of version 3."""
    if score is None or not 0 <= score <= 10:
        return Severity.UNKNOWN
    steps = ((4.0, Severity.LOW), (7.0, Severity.MEDIUM), (9.0, Severity.HIGH))
    return next((severity for below, severity in steps if score < below), Severity.CRITICAL)


@lru_cache(maxsize=16_384)
def of_vector(kind: str, vector: str) -> Severity:
    """Severity of one CVSS base vector. `kind` is OSV's (`CVSS_V2`, `CVSS_V3`, `CVSS_V4`).

    A vector of another kind, or one that cannot be read, rates nothing.
    """
    from cvss.exceptions import CVSSError

    scorer = _SCORERS.get(kind)
    try:
        return of_word(scorer(vector.strip())) if scorer else Severity.UNKNOWN
    except CVSSError:
        return Severity.UNKNOWN


def _v2(vector: str) -> str:
    from cvss import CVSS2

    return str(CVSS2(vector).severities()[0])


def _v3(vector: str) -> str:
    from cvss import CVSS3

    return str(CVSS3(vector).severities()[0])


def _v4(vector: str) -> str:
    from cvss import CVSS4

    return str(CVSS4(vector).severities()[0])


_SCORERS: dict[str, Callable[[str], str]] = {"CVSS_V2": _v2, "CVSS_V3": _v3, "CVSS_V4": _v4}
