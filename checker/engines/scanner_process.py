"""What all scanners that are processes have in common: their environment, their ending and their shares."""

from __future__ import annotations

import os
import re
import site
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from checker.engines.process import Finished
from checker.errors import Unanswered
from checker.escape import decode, shortened, visible
from checker.model.advisory import Advisory
from checker.model.lock import Pin
from checker.overlap import overlapped

#: What a scanner may inherit. The rest could change what it asks, whom, or what it says.
_KEPT = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PATHEXT"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
)
_COLOURS = re.compile(rb"\x1b\[[0-9;]*m")
_CREDENTIALS = re.compile(r"//[^/\s@]*@")

#: Advisories of the pins that were answered for, reasons for those that were not.
Results: TypeAlias = tuple[dict[Pin, tuple[Advisory, ...]], dict[Pin, str]]


def environment(environ: Mapping[str, str], private: Path) -> dict[str, str]:
    """A private home, no configuration from outside, and no proxy in front of the loopback interface."""
    kept = {key: environ[key] for key in _KEPT if key in environ}
    direct = ",".join(filter(None, (environ.get("no_proxy") or environ.get("NO_PROXY"), "127.0.0.1")))
    home = {key: str(private) for key in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    # The home is private, and the user's own installation must still be found.
    python = {"PYTHONUSERBASE": site.getuserbase(), "PYTHONUTF8": "1"}
    return kept | home | python | {"NO_PROXY": direct, "no_proxy": direct}


def ending(finished: Finished) -> str:
    """How a process ended, with its last words: one line, safe to print, no credentials of an address."""
    code = finished.returncode
    how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    plain = _COLOURS.sub(b"", finished.stderr[-8_192:])
    lines = [line for line in decode(plain).splitlines() if line.strip()]
    last = _CREDENTIALS.sub("//", lines[-1]) if lines else ""
    return f"{how}: {shortened(visible(last.strip()), 240)}" if last else how


def cores() -> int:
    """How many processes are worth running side by side."""
    return os.cpu_count() or 1


def ask_shares(
    engine: str, shares: Sequence[frozenset[Pin]], ask: Callable[[frozenset[Pin]], Results]
) -> Results:
    """Ask about every share, as many side by side as there are cores. The result does not depend on timing.

    A share that fails breaks its own pins. Raises Unanswered when all do.
    """

    def safely(share: frozenset[Pin]) -> Results | Unanswered:
        try:
            return ask(share)
        except Unanswered as failure:
            return failure

    answers = overlapped(safely, shares, cores(), engine)
    failures = [answer for answer in answers if isinstance(answer, Unanswered)]
    if len(failures) == len(shares):
        raise Unanswered(engine, min(failure.reason for failure in failures))
    found: dict[Pin, tuple[Advisory, ...]] = {}
    unanswered: dict[Pin, str] = {}
    for share, answer in zip(shares, answers, strict=True):
        found |= {} if isinstance(answer, Unanswered) else answer[0]
        unanswered |= dict.fromkeys(share, answer.reason) if isinstance(answer, Unanswered) else answer[1]
    return dict(sorted(found.items())), dict(sorted(unanswered.items()))


def dealt(pins: Iterable[Pin], hands: int) -> list[frozenset[Pin]]:
    """The pins in `hands` shares of about the same size, the same for the same pins."""
    ordered = sorted(pins)
    return [frozenset(ordered[first::hands]) for first in range(min(hands, len(ordered)))]


def one_of_each(pins: Iterable[Pin]) -> list[frozenset[Pin]]:
    """As few shares as it takes for no share to hold two versions of a name."""
    shares: list[dict[str, Pin]] = []
    for pin in sorted(pins):
        share = next((one for one in shares if pin.name not in one), None)
        if share is None:
            shares.append(share := {})
        share[pin.name] = pin
    return [frozenset(share.values()) for share in shares]
