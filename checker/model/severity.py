"""How bad a finding is."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Severity of a finding.

    `low` to `critical` are those of advisories; `malicious` is a package published to do harm and is above
    every threshold. `error` is a broken rule (always fails), `warning` and `note` never fail. `unknown` is an
    advisory nobody rated: it counts as at the threshold unless the policy says otherwise.
    """

    NOTE = "note"
    WARNING = "warning"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    MALICIOUS = "malicious"
    UNKNOWN = "unknown"
    ERROR = "error"

    def reaches(self, threshold: Severity, *, unknown_fails: bool = True) -> bool:
        """Tell whether a finding of this severity fails under `threshold`, one of `low` to `critical`.

        Any other threshold is no threshold at all: every rated advisory then fails.
        """
        if self in (Severity.ERROR, Severity.MALICIOUS):
            return True
        if self is Severity.UNKNOWN:
            return unknown_fails
        lowest = _RATED.index(threshold) if threshold in _RATED else 0
        return self in _RATED[lowest:]


_RATED = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
#: The order in which findings are told.
WORST_FIRST = (
    Severity.MALICIOUS,
    Severity.ERROR,
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.UNKNOWN,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.WARNING,
    Severity.NOTE,
)
