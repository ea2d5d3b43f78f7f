"""SARIF's rules (reporting descriptors), and its texts.

GitHub reads the severity of a security alert from its rule, not from the result. A rated advisory therefore
stands under `<rule>/<severity>`, which has the `security-severity` GitHub shows as that word.
"""

from __future__ import annotations

import re
from typing import Any

from checker.escape import one_line
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.reporters.rules import rule

#: Over 9.0 GitHub says critical, from 7.0 high, from 4.0 medium, else low. Unknown is not rated.
SECURITY_SEVERITY = {
    Severity.MALICIOUS: "10.0",
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
#: More rules than this are a forged verdict; GitHub takes 25,000.
_MOST = 1_000
_TEXT, _NAME = 4_000, 200
_SPECIAL = re.compile(r"[\\\[\]]")


class Descriptors:
    """The rules of the findings seen so far, each once, in the order they came."""

    def __init__(self, docs: str) -> None:
        self.rules: list[dict[str, Any]] = []
        self._docs = docs
        self._places: dict[str, int] = {}

    def of(self, finding: Finding) -> tuple[str, int]:
        """The id and the index of a finding's rule."""
        rated = finding.severity in SECURITY_SEVERITY
        name = one_line(finding.rule, _NAME) or "unnamed"
        key = f"{name}/{finding.severity}" if rated else name
        if key not in self._places and len(self.rules) >= _MOST:
            key, name, rated = "other", "other", False
        if key not in self._places:
            self._places[key] = len(self.rules)
            self.rules.append(_descriptor(key, name, finding.severity if rated else None, self._docs))
        return key, self._places[key]


def message(text: str) -> str:
    """One line of plain text. Brackets would make a link, braces a placeholder (SARIF 3.11.5, 3.11.6)."""
    return _SPECIAL.sub(r"\\\g<0>", one_line(text, _TEXT)).replace("{", "{{").replace("}", "}}")


def _descriptor(key: str, name: str, severity: Severity | None, docs: str) -> dict[str, Any]:
    words = rule(name)
    address = f"{docs}/{words.page}" if docs and words.page else ""
    told = f"{words.asks}\n\nWhat to do: {words.do}"
    more = f"More in [docs/{words.page}]({address})." if address else f"More in `docs/{words.page}`."
    help_ = {"text": told, "markdown": f"{told}\n\n{more}"} if words.page else {"text": told}
    rating = {"security-severity": SECURITY_SEVERITY[severity]} if severity else {}
    return {
        "id": key,
        "name": name,
        "shortDescription": {"text": words.title + (f" ({severity})" if severity else "")},
        "fullDescription": {"text": words.asks},
        "help": help_,
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security", "supply-chain"] if severity else ["skill"], **rating},
    }
