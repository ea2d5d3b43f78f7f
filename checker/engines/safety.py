"""The Safety CLI, as processes: judged by the JSON it saves, whatever the exit code.

It needs a key, which reaches it by the environment alone: no argument, message or report holds it. Its exit
codes mean many things and an unreadable line is dropped without a word, so only a pin that is among the
packages it scanned has been answered. It asks its own database, online, and so has no
part in a run over a snapshot.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote

from checker.engines.process import Finished, run
from checker.engines.safety_answer import NAME, read_saved, results_of
from checker.engines.scanner_process import Results, ask_shares, ending, environment, one_of_each
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.lock import Pin

KEY = "SAFETY_API_KEY"
#: A key that could not be told from other text could not be kept out of a report.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~+/=:-]{7,511}")
#: Where the operator's own Safety servers are; a proxy or a mirror in front of them.
_HOSTS = re.compile(r"SAFETY_[A-Z0-9_]*_URL")
_MOST_RUNS = 16
_MOST_BYTES = 64 * 1024 * 1024


def key_missing(environ: Mapping[str, str] = os.environ) -> str:
    """Why Safety cannot be asked; empty when there is a key."""
    return "" if environ.get(KEY) else f"no {KEY} in the environment"


def account(environ: Mapping[str, str] = os.environ) -> str:
    """A digest of what decides who answers, from which database: the key, the operator's own servers."""
    deciding = {name: value for name, value in environ.items() if name == KEY or _HOSTS.fullmatch(name)}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


class Safety:
    """A `Scanner`. `timeout` is for one run of the process, in seconds; a run holds one version of each name.

    `argv` is the command instead of this environment's own Safety.
    """

    name = NAME

    def __init__(
        self,
        *,
        argv: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        timeout: float = 120.0,
        request_timeout: int = 20,
    ) -> None:
        """Nothing is started before `scan`; the key is read from `environ` when it is needed."""
        self._argv = tuple(argv)
        self._environ = environ
        self._timeout, self._request_timeout = timeout, request_timeout
        self.database = "Safety, online"

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Every pin is in `found` (perhaps with no advisory) or in `unanswered`. Raises Unanswered."""
        if not pins:
            return ScanReport(engine=NAME, version=self._version(), database=self.database)
        self._ready()
        shares = one_of_each(pins)
        found, unanswered = ask_shares(NAME, shares[:_MOST_RUNS], self._ask)
        beyond = {pin: "too many versions of one name" for share in shares[_MOST_RUNS:] for pin in share}
        if not found:
            raise Unanswered(NAME, f"answered for no distribution: {min(unanswered.values())}")
        return ScanReport(
            engine=NAME,
            version=self._version(),
            database=self.database,
            found=found,
            unanswered=unanswered | beyond,
        )

    def _version(self) -> str:
        """Version of this environment's Safety; another command's is not known."""
        try:
            return "" if self._argv else version("safety")
        except PackageNotFoundError as missing:
            raise Unanswered(NAME, "not installed (pip install 'proctor[safety]')") from missing

    def _ready(self) -> None:
        if missing := key_missing(self._environ):
            raise Unanswered(NAME, missing)
        if not _KEY.fullmatch(self._environ[KEY]):
            raise Unanswered(NAME, f"{KEY} holds something that is no key")
        self._version()

    def _ask(self, pins: frozenset[Pin]) -> Results:
        with tempfile.TemporaryDirectory(prefix="proctor-safety-") as folder:
            private = Path(folder)
            lines = (f"{pin.name}=={pin.version}\n" for pin in sorted(pins))
            (private / "requirements.txt").write_text("".join(lines))
            report = private / "report.json"
            command = self._argv or (sys.executable, "-P", "-m", "safety")
            finished = self._without_key(
                run(
                    NAME,
                    (*command, "check", "-r", "requirements.txt", "--save-json", str(report)),
                    env=self._environment(private),
                    cwd=private,
                    timeout=self._timeout,
                )
            )
            data = _read(report, finished)
        try:
            saved = read_saved(self._hidden(data))
        except Unanswered as problem:
            raise Unanswered(NAME, f"{problem.reason} ({ending(finished)})") from None
        return results_of(pins, saved)

    def _environment(self, private: Path) -> dict[str, str]:
        hosts = {name: value for name, value in self._environ.items() if _HOSTS.fullmatch(name)}
        settings = {
            KEY: self._environ[KEY],
            "SAFETY_SYSTEM_CONFIG_PATH": str(private / "system"),
            "SAFETY_REQUEST_TIMEOUT": str(self._request_timeout),
            # The report is all that counts; warnings of the libraries below it are noise.
            "PYTHONWARNINGS": "ignore",
        }
        return environment(self._environ, private) | hosts | settings

    def _without_key(self, finished: Finished) -> Finished:
        """What the process said, before anybody reads it."""
        return Finished(finished.returncode, b"", self._hidden(finished.stderr or finished.stdout[-8_192:]))

    def _hidden(self, data: bytes) -> bytes:
        key = self._environ[KEY]
        for form in {key, quote(key, safe="")}:
            data = data.replace(form.encode(), b"[key]")
        return data


def _read(report: Path, finished: Finished) -> bytes:
    """The file that was saved. Raises Unanswered where there is none, or it is too large."""
    try:
        with report.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError:
        raise Unanswered(NAME, f"it saved no report ({ending(finished)})") from None
    if len(data) > _MOST_BYTES:
        raise Unanswered(NAME, f"saved more than {_MOST_BYTES} bytes")
    if not data.strip():
        raise Unanswered(NAME, f"it saved an empty report ({ending(finished)})")
    return data
