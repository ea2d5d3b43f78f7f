"""pip-audit, as processes: all pins in one run or a few side by side, judged by JSON whatever the exit code.

Its exit code 1 means findings or a crash, and 0 also means that it skipped everything. So only a pin that
comes back with a list of vulnerabilities has been answered. Over a snapshot the process asks a loopback
server, which tells in addition whether every pin was asked and everything it was told was passed on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tomli_w

from checker.engines.osv import label
from checker.engines.osv_api import PUBLIC
from checker.engines.osv_server import serving
from checker.engines.pip_audit_answer import NAME, Dependency, dependencies_of, results_of
from checker.engines.process import run
from checker.engines.scanner_process import Results, ask_shares, cores, dealt, environment
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.lock import Pin
from checker.rules.osv.database import Database
from checker.rules.osv.snapshot import Snapshot

#: A process for about as many pins: it asks one after the other, and needs most of a second to start.
_SHARE = 100


class PipAudit:
    """A `Scanner`. Without a snapshot it asks OSV online.

    `snapshot` is called once for each scan and may raise Unanswered; without one it asks the API at `url`.
    `timeout` is for a whole run, in seconds; `seconds_per_pin` are added, since pip-audit asks for one pin
    after the other. `argv` is the command instead of this environment's own pip-audit.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot] | None = None,
        *,
        argv: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        timeout: float = 60.0,
        seconds_per_pin: float = 1.0,
        url: str = PUBLIC,
    ) -> None:
        """Nothing is started or read before `scan`."""
        self._snapshot = snapshot
        self._argv = tuple(argv)
        self._environ = environ
        self._timeout, self._seconds_per_pin = timeout, seconds_per_pin
        self._url = url.rstrip("/")
        self._label = "" if snapshot else label(url)

    @property
    def name(self) -> str:
        """Name in the policy and the verdict."""
        return NAME

    @property
    def database(self) -> str:
        """What the last scan was over, for the verdict; empty before a snapshot was opened."""
        return self._label

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Every pin is in `found` (perhaps with no advisory) or in `unanswered`. Raises Unanswered."""
        if not pins:
            return ScanReport(engine=NAME, version=self._version(), database=self._label)
        found, unanswered = (
            self._online(pins) if self._snapshot is None else self._over(self._snapshot(), pins)
        )
        if not found:
            raise Unanswered(NAME, f"answered for no distribution: {min(unanswered.values())}")
        return ScanReport(
            engine=NAME,
            version=self._version(),
            database=self._label,
            found=found,
            unanswered=unanswered,
        )

    def _online(self, pins: frozenset[Pin]) -> Results:
        options = () if self._url == PUBLIC else ("--osv-url", f"{self._url}/v1/query")
        return self._shared(pins, options, None)

    def _over(self, snapshot: Snapshot, pins: frozenset[Pin]) -> Results:
        self._label = snapshot.label
        with serving(snapshot.database) as server:
            answered = self._shared(pins, ("--osv-url", f"{server.url}/v1/query"), snapshot.database)
            found, unanswered = _checked(answered, server.answered, snapshot.database)
            return found, unanswered | snapshot.doubts(found)

    def _shared(self, pins: frozenset[Pin], options: tuple[str, ...], database: Database | None) -> Results:
        """Ask in shares, as many as are worth their start."""
        shares = dealt(pins, min(cores(), -(-len(pins) // _SHARE)))

        def ask(share: frozenset[Pin]) -> Results:
            return results_of(share, self._ask(share, options), database)

        return ask_shares(NAME, shares, ask)

    def _ask(self, pins: frozenset[Pin], options: tuple[str, ...]) -> list[Dependency]:
        with tempfile.TemporaryDirectory(prefix="proctor-pip-audit-") as folder:
            private = Path(folder)
            _write_lock(private / "pylock.toml", pins)
            finished = run(
                NAME,
                (*self._command(), "--locked", folder, *_OPTIONS, *options, "--cache-dir", f"{folder}/cache"),
                env=environment(self._environ, private),
                cwd=private,
                timeout=self._timeout + self._seconds_per_pin * len(pins),
            )
        return dependencies_of(finished)

    def _command(self) -> tuple[str, ...]:
        return self._argv or (sys.executable, "-P", "-m", "pip_audit")

    def _version(self) -> str:
        """Version of this environment's pip-audit; another command's is not known."""
        try:
            return "" if self._argv else version("pip-audit")
        except PackageNotFoundError as missing:
            raise Unanswered(NAME, "not installed in this environment") from missing


_OPTIONS = ("-f", "json", "-s", "osv", "--progress-spinner", "off", "--desc", "on", "--aliases", "on")


def _write_lock(path: Path, pins: Iterable[Pin]) -> None:
    """A lock that names the pins and nothing else. Unlike a requirements file it may hold a name twice."""
    packages = [{"name": pin.name, "version": str(pin.version)} for pin in sorted(pins)]
    path.write_text(tomli_w.dumps({"lock-version": "1.0", "created-by": "proctor", "packages": packages}))


def _checked(results: Results, told: Mapping[Pin, frozenset[str]], database: Database) -> Results:
    """Take back the answers that the server knows to be none. `told` are the ids it gave out for each pin."""
    found, unanswered = results
    for pin, advisories in found.items():
        passed_on = {database.family(advisory.id) for advisory in advisories}
        kept_back = sorted(name for name in told.get(pin, ()) if database.family(name) not in passed_on)
        if pin not in told:
            unanswered[pin] = "never asked the advisory server about it"
        elif kept_back:
            unanswered[pin] = f"did not pass on {', '.join(kept_back)}"
    return {pin: advisories for pin, advisories in found.items() if pin not in unanswered}, unanswered
