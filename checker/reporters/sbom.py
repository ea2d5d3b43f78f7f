"""A bill of materials as CycloneDX 1.6 JSON. The same bill gives the same bytes: no clock, nothing random."""

from __future__ import annotations

import json
import re
import uuid
import warnings
from collections.abc import Iterable, Iterator

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.impact_analysis import (
    ImpactAnalysisAffectedStatus,
    ImpactAnalysisResponse,
    ImpactAnalysisState,
)
from cyclonedx.model.tool import ToolRepository
from cyclonedx.model.vulnerability import (
    BomTarget,
    BomTargetVersionRange,
    Vulnerability,
    VulnerabilityAnalysis,
    VulnerabilityRating,
    VulnerabilityReference,
    VulnerabilitySeverity,
    VulnerabilitySource,
)
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from checker import __version__
from checker.escape import visible
from checker.model.bill import Bill, Part
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.reporters.json_ import printable

#: Namespace of the serial numbers; any fixed one will do.
_NAMESPACE = uuid.UUID("6f0f3c8e-8c0b-5c5e-9f0a-1d6a4f8f2b11")
_SEVERITIES = {
    Severity.LOW: VulnerabilitySeverity.LOW,
    Severity.MEDIUM: VulnerabilitySeverity.MEDIUM,
    Severity.HIGH: VulnerabilitySeverity.HIGH,
    Severity.CRITICAL: VulnerabilitySeverity.CRITICAL,
    Severity.MALICIOUS: VulnerabilitySeverity.CRITICAL,
}


def render(bill: Bill) -> str:
    """CycloneDX JSON that ends in a line feed."""
    bom = _bom(bill)
    with warnings.catch_warnings():
        # The library warns of a skill that declares nothing of what it locks; the bill's gaps say it, too.
        warnings.simplefilter("ignore", UserWarning)
        text = JsonV1Dot6(bom).output_as_string()
    return printable(json.loads(text))


def _bom(bill: Bill) -> Bom:
    components = {part.name: _component(part) for part in bill.parts}
    skill = Component(
        name=visible(bill.skill),
        type=ComponentType.APPLICATION,
        bom_ref=f"skill:{visible(bill.skill)}",
        description=visible(bill.description) or None,
    )
    tool = Component(name="proctor", version=__version__, type=ComponentType.APPLICATION)
    metadata = BomMetaData(
        timestamp=bill.now,
        component=skill,
        tools=ToolRepository(components=[tool]),
        properties=_properties(_about(bill)),
    )
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, bill.model_dump_json()),
        metadata=metadata,
        components=components.values(),
        vulnerabilities=[_vulnerability(f, _ref_of(f, components)) for f in bill.findings],
    )
    bom.register_dependency(skill, [components[name] for name in bill.roots])
    for part in bill.parts:
        bom.register_dependency(components[part.name], [components[name] for name in part.requires])
    return bom


def _component(part: Part) -> Component:
    purl = PackageURL("pypi", None, part.name, part.version)
    hashes = (
        [HashType(alg=HashAlgorithm.SHA_256, content=part.sha256 or "")]
        if re.fullmatch(r"[0-9a-fA-F]{64}", part.sha256 or "")
        else []
    )
    told = {"proctor:denied": part.denied, "proctor:source": part.source}
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        hashes=hashes,
        properties=_properties((key, value) for key, value in told.items() if value),
    )


def _about(bill: Bill) -> Iterator[tuple[str, str]]:
    yield "proctor:level", bill.level
    yield "proctor:target", bill.target
    yield "proctor:python", bill.python
    if bill.advisories:
        yield "proctor:advisories", bill.advisories
    for gap in bill.gaps:
        yield "proctor:gap", gap


def _vulnerability(finding: Finding, ref: str) -> Vulnerability:
    version = (finding.package or "").partition("==")[2]
    affected = BomTargetVersionRange(version=version, status=ImpactAnalysisAffectedStatus.AFFECTED)
    told = {
        "proctor:effect": finding.effect,
        "proctor:severity": finding.severity,
        "proctor:chain": " > ".join(finding.chain),
        "proctor:upgrade": finding.upgrade,
        "proctor:due": str(finding.due) if finding.due else None,
        "proctor:excuse": finding.excuse,
    }
    return Vulnerability(
        bom_ref=f"{visible(finding.subject)}:{ref}",
        id=visible(finding.subject),
        references=[
            VulnerabilityReference(id=visible(alias), source=VulnerabilitySource(name=_database(alias)))
            for alias in finding.aliases
        ],
        ratings=[VulnerabilityRating(severity=_severity(finding))],
        description=visible(finding.message),
        recommendation=visible(finding.remedy) or None,
        published=finding.published,
        analysis=_analysis(finding),
        affects=[BomTarget(ref=ref, versions=[affected])],
        properties=_properties((key, value) for key, value in told.items() if value),
    )


def _analysis(finding: Finding) -> VulnerabilityAnalysis:
    """A waiver accepts a risk for a time. It does not say that the skill is not affected; neither do we."""
    if finding.effect == "waived":
        responses, state = [ImpactAnalysisResponse.WILL_NOT_FIX], None
    else:
        responses = [ImpactAnalysisResponse.UPDATE] if finding.fixed else []
        state = ImpactAnalysisState.IN_TRIAGE
    detail = visible(finding.waiver or finding.excuse or "") or None
    return VulnerabilityAnalysis(state=state, responses=responses, detail=detail)


def _severity(finding: Finding) -> VulnerabilitySeverity:
    return _SEVERITIES.get(finding.severity, VulnerabilitySeverity.UNKNOWN)


def _database(name: str) -> str:
    return visible(name.partition("-")[0]) or "unknown"


def _ref_of(finding: Finding, components: dict[str, Component]) -> str:
    return str(components[(finding.package or "").partition("==")[0]].bom_ref)


def _properties(pairs: Iterable[tuple[str, str]]) -> list[Property]:
    return [Property(name=name, value=visible(value)) for name, value in pairs]
