"""What the Safety CLI saved, as a scan's results. Its JSON is all that counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from checker.engines.scanner_process import Results
from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.model.advisory import Advisory
from checker.model.lock import Pin
from checker.model.severity import Severity
from checker.rules.osv.aliases import merge
from checker.rules.osv.ranges import parsed
from checker.rules.osv.rating import of_score, of_vector, of_word, worst
from checker.rules.osv.schema import ID, Moment

NAME = "safety"
_VECTORS = {"cvssv2": "CVSS_V2", "cvssv3": "CVSS_V3", "cvssv4": "CVSS_V4"}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


class _Meta(_Shape):
    json_version: str = Field(pattern=r"^1\.")
    api_key: bool


class _Requirement(_Shape):
    specifier: str


class _Scanned(_Shape):
    version: str | None
    requirements: list[_Requirement]


class _Score(_Shape):
    base_score: float | None = None
    base_severity: str | None = None
    vector_string: str | None = None


class _Severity(_Shape):
    cvssv2: _Score | None = None
    cvssv3: _Score | None = None
    cvssv4: _Score | None = None


class Vulnerability(_Shape):
    """One advisory for one analysed distribution."""

    vulnerability_id: str = Field(pattern=ID)
    package_name: str
    analyzed_version: str
    advisory: str = ""
    cve: str | None = Field(default=None, validation_alias=AliasChoices("CVE", "cve"))
    published_date: Moment | None = None
    fixed_versions: list[str] = []
    severity: _Severity | None = None


class Saved(_Shape):
    """The whole file."""

    report_meta: _Meta
    scanned_packages: dict[str, _Scanned]
    vulnerabilities: list[Vulnerability]
    ignored_vulnerabilities: list[Vulnerability]


def read_saved(data: bytes) -> Saved:
    """The file as it was saved. Raises Unanswered where it is no such file, or the key did not count."""
    try:
        saved = Saved.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = visible(".".join(str(part) for part in first["loc"]))
        raise Unanswered(
            NAME, f"its report is not the JSON it documents (at {place or 'its start'})"
        ) from None
    if not saved.report_meta.api_key:
        raise Unanswered(NAME, "it did not use the key, and asked the free database at most")
    return saved


def results_of(pins: frozenset[Pin], saved: Saved) -> Results:
    """Advisories of the pins that were scanned, reasons for the rest. Raises Unanswered for strangers.

    What a policy file of Safety's would ignore counts all the same: the policy that judges is Proctor's.
    """
    scanned = {pin for pin in pins if _was_scanned(pin, saved)}
    found: dict[Pin, list[Advisory]] = {pin: [] for pin in sorted(scanned)}
    for one in (*saved.vulnerabilities, *saved.ignored_vulnerabilities):
        exact = parsed(one.analyzed_version)
        pin = Pin(canonicalize_name(one.package_name), exact) if exact is not None else None
        if pin is None or pin not in found:
            stranger = visible(f"{one.package_name} {one.analyzed_version}")
            raise Unanswered(NAME, f"answered for {stranger}, which it was not asked about")
        found[pin].append(_advisory(one, pin))
    missing = dict.fromkeys(pins - scanned, "is not among the packages it scanned")
    return {pin: merge(advisories) for pin, advisories in found.items()}, missing


def _was_scanned(pin: Pin, saved: Saved) -> bool:
    """Whether this very version was read: the requirement is what counts, `version` may be null."""
    entries = (one for name, one in saved.scanned_packages.items() if canonicalize_name(name) == pin.name)
    specifiers = (each.specifier for one in entries for each in one.requirements)
    return any(parsed(text.removeprefix("==")) == pin.version for text in specifiers)


def _advisory(one: Vulnerability, pin: Pin) -> Advisory:
    return Advisory(
        id=f"SAFETY-{one.vulnerability_id}" if one.vulnerability_id.isdecimal() else one.vulnerability_id,
        aliases=(one.cve,) if one.cve and re.match(ID, one.cve) else (),
        severity=_severity(one.severity),
        summary=shortened(visible(one.advisory.strip()), 240),
        fixed_versions=tuple(_above(pin, one.fixed_versions)),
        published=one.published_date,
        reported_by=(NAME,),
    )


def _severity(said: _Severity | None) -> Severity:
    if said is None:
        return Severity.UNKNOWN
    scores = ((kind, getattr(said, key)) for key, kind in _VECTORS.items())
    return worst(_of_score(kind, score) for kind, score in scores if score is not None)


def _of_score(kind: str, score: _Score) -> Severity:
    """By the vector, else by the word, else by the number."""
    rated = of_vector(kind, score.vector_string or "")
    if rated is Severity.UNKNOWN:
        rated = of_word(score.base_severity)
    return of_score(score.base_score) if rated is Severity.UNKNOWN else rated


def _above(pin: Pin, texts: Iterable[str]) -> list[Version]:
    versions = {fix for text in texts if (fix := parsed(text)) is not None}
    return sorted(fix for fix in versions if fix > pin.version)
