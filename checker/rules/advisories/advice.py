"""An advisory for a pin of a skill, as a finding with what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from checker.escape import visible
from checker.model.advisory import Advisory
from checker.model.base import Location
from checker.model.lock import LockedDistribution
from checker.model.outcome import Finding, Outcome
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.commands import lock_command, waive_command


def finding(
    rule: str,
    skill: Skill,
    distribution: LockedDistribution,
    place: Location,
    advisory: Advisory,
    chain: tuple[str, ...],
) -> Finding:
    """The finding at `place`. `chain` leads from a declared package to it; empty = nobody knows how."""
    return Finding(
        rule=rule,
        subject=advisory.id,
        severity=advisory.severity,
        message=_message(distribution, advisory, chain),
        file=place.file,
        line=place.line,
        remedy=_remedy(rule, skill, distribution.name, advisory, chain),
        chain=chain,
        aliases=advisory.aliases,
        fixed=bool(advisory.fixed_versions),
        package=str(distribution.pin) if distribution.pin else None,
        published=advisory.published,
    )


def agreed(found: Finding, advisory: Advisory, asked: int) -> Finding:
    """The finding with who reported it. `asked` is how many engines answered for the distribution."""
    names, told = ", ".join(advisory.reported_by), len(advisory.reported_by)
    share = f" ({told} of {asked} engines{' agree' if told > 1 else ''}: {names})" if asked > 1 else ""
    message = f"{found.message}{share}"
    return found.model_copy(update={"message": message, "reported_by": advisory.reported_by})


def unrated(outcomes: Iterable[Outcome], rule: str = "vulnerabilities") -> tuple[str, ...]:
    """One sentence on the share of advisories that nobody rated; none where all are rated."""
    findings = [one for outcome in outcomes if outcome.check == rule for one in outcome.findings]
    unknown = sum(one.severity is Severity.UNKNOWN for one in findings)
    if not unknown:
        return ()
    share = round(100 * unknown / len(findings))
    return (f"severity unknown for {unknown} of {len(findings)} advisory findings ({share} %)",)


def _message(distribution: LockedDistribution, advisory: Advisory, chain: tuple[str, ...]) -> str:
    through = f", required through {' → '.join(chain[:-1])}," if len(chain) > 1 else ""
    others = f" ({', '.join(advisory.aliases)})" if advisory.aliases else ""
    verb = "is malicious by" if advisory.severity is Severity.MALICIOUS else "is affected by"
    summary = f": {advisory.summary.rstrip('.')}" if advisory.summary else ""
    versions = ", ".join(str(version) for version in advisory.fixed_versions)
    fixed = f"fixed in {versions}" if versions else "no fixed version is known"
    return (
        f"{distribution.name} {distribution.version}{through} {verb} {advisory.id}{others}{summary}; {fixed}"
    )


def _remedy(rule: str, skill: Skill, name: str, advisory: Advisory, chain: tuple[str, ...]) -> str:
    manifest, root = visible(skill.manifest or f"{skill.id}/skill.yaml"), chain[0] if chain else name
    if advisory.severity is Severity.MALICIOUS:
        brings = f", which brings in {name}," if root != name else ""
        return f"remove `{root}`{brings} from {manifest}, then run {lock_command(skill)}"
    if not advisory.fixed_versions:
        waiver = waive_command(skill.id, rule, advisory.id)
        return f"replace `{root}`, or let a code owner accept this for a time: {waiver}"
    upgrade = f"`{name}>={advisory.fixed_versions[0]}`"
    return f"{_raise(manifest, name, upgrade, root, known=bool(chain))}, then run {lock_command(skill)}"


def _raise(manifest: str, name: str, upgrade: str, root: str, *, known: bool) -> str:
    if not known:
        return f"raise what brings in `{name}` or declare {upgrade} in {manifest}"
    if root == name:
        return f"declare {upgrade} in {manifest}"
    return f"raise `{root}`, which brings in `{name}`, or declare {upgrade} beside it in {manifest}"
