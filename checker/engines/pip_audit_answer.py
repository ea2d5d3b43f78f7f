"""What pip-audit answered, as a scan's results. Its JSON is all that counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checker.engines.process import Finished
from checker.engines.scanner_process import Results, ending
from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.model.advisory import Advisory
from checker.model.lock import Pin
from checker.rules.osv.aliases import merge, merged
from checker.rules.osv.database import Database
from checker.rules.osv.ranges import parsed
from checker.rules.osv.schema import ID

NAME = "pip-audit"


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)


class _Vulnerability(_Shape):
    id: str = Field(pattern=ID)
    aliases: list[str] = []
    fix_versions: list[str] = []
    description: str = ""

    @property
    def ids(self) -> frozenset[str]:
        return frozenset((self.id, *(alias for alias in self.aliases if re.match(ID, alias))))


class Dependency(_Shape):
    """One entry of the answer: a distribution with its vulnerabilities, or the reason it was skipped."""

    name: str
    version: str | None = None
    vulns: list[_Vulnerability] | None = None
    skip_reason: str | None = None


class _Answer(_Shape):
    dependencies: list[Dependency]


def dependencies_of(finished: Finished) -> list[Dependency]:
    """The entries of the answer. Raises Unanswered for anything that is no such answer."""
    try:
        return _Answer.model_validate_json(finished.stdout).dependencies
    except ValidationError as error:
        what = "its answer is not the JSON it documents" if finished.stdout.strip() else "it said nothing"
        raise Unanswered(NAME, f"{what} ({ending(finished)})") from error


def results_of(
    pins: frozenset[Pin], dependencies: list[Dependency], database: Database | None = None
) -> Results:
    """Advisories of the pins that came back, reasons for the rest. Raises Unanswered for strangers."""
    found: dict[Pin, tuple[Advisory, ...]] = {}
    reasons: dict[str, str] = {}
    for one in dependencies:
        if one.vulns is None or one.version is None:
            reasons[canonicalize_name(one.name)] = f"skipped: {one.skip_reason or 'no reason given'}"
            continue
        pin = _pin(one, pins)
        if pin in found:
            raise Unanswered(NAME, f"answered twice for {pin}")
        found[pin] = merge(_advisory(vulnerability, pin, database) for vulnerability in one.vulns)
    missing = (pin for pin in pins if pin not in found)
    return found, {pin: visible(reasons.get(pin.name, "did not come back")) for pin in missing}


def _pin(one: Dependency, pins: frozenset[Pin]) -> Pin:
    exact = parsed(one.version or "")
    pin = Pin(canonicalize_name(one.name), exact) if exact is not None else None
    if pin is None or pin not in pins:
        raise Unanswered(
            NAME, f"answered for {visible(f'{one.name} {one.version}')}, which it was not asked about"
        )
    return pin


def _advisory(vulnerability: _Vulnerability, pin: Pin, database: Database | None) -> Advisory:
    """What was reported, with what the snapshot knows besides: severity, dates, and all the fixes."""
    said = Advisory(
        id=vulnerability.id,
        aliases=tuple(sorted(vulnerability.ids - {vulnerability.id})),
        summary=shortened(visible(vulnerability.description.strip()), 240),
        fixed_versions=tuple(_above(pin, vulnerability.fix_versions)),
        reported_by=(NAME,),
    )
    if database is None:
        return said
    family = {database.family(name) for name in vulnerability.ids}
    twins = [record for record in database.affecting(pin) if database.family(record.id) in family]
    return merged((said, *(database.advisory(record, pin) for record in twins)))


def _above(pin: Pin, texts: Iterable[str]) -> list[Version]:
    versions = {fix for text in texts if (fix := parsed(text)) is not None}
    return sorted(fix for fix in versions if fix > pin.version)
