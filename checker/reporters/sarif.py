"""The findings as SARIF 2.1.0, for code scanning (OASIS standard, errata 01; GitHub reads a part of it).

A finding keeps its identity when lines move: its fingerprint is made of skill, rule, subject and file. What
could not be checked is a notification of an unsuccessful run, never a missing result.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from checker import __version__
from checker.escape import one_line
from checker.model.outcome import Finding, Status
from checker.model.severity import Severity
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import wording
from checker.reporters.json_ import printable
from checker.reporters.page import PLAIN, Page
from checker.reporters.sarif_rules import Descriptors, message

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: The category: what comes before the last slash. Another tool's upload never closes our alerts.
CATEGORY = "proctor/"
#: GitHub shows 5,000 results of a run; the notifications of a run are for people to read.
MOST_RESULTS, MOST_NOTIFICATIONS = 5_000, 500
_PATH = 4_096
_ROOT = "%SRCROOT%"
_Object = dict[str, Any]


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """One log with one run. `page.docs` is the address that the rules' help links to, if any."""
    return printable({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict, page.docs)]})


def _run(verdict: Verdict, docs: str) -> _Object:
    found = _worst_first(verdict)
    descriptors = Descriptors(docs)
    results = list(_results(found[:MOST_RESULTS], descriptors))
    driver = {"name": "Proctor", "semanticVersion": __version__, "rules": descriptors.rules}
    return {
        "tool": {"driver": driver | ({"informationUri": docs} if docs else {})},
        "automationDetails": {"id": CATEGORY},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(verdict, len(found) - len(results))],
        "results": results,
        "properties": {
            "decision": verdict.decision.value,
            "base": one_line(verdict.base or "", _PATH),
            "head": one_line(verdict.head, _PATH),
            "policy": one_line(verdict.policy, _PATH),
            "advisories": one_line(verdict.advisories, _PATH),
        },
    }


def _worst_first(verdict: Verdict) -> list[tuple[SkillVerdict, Finding]]:
    """Every finding with its skill, what weighs most first: GitHub takes only so many."""
    pairs = [(skill, finding) for skill in verdict.skills for finding in wording.findings(skill)]
    return sorted(pairs, key=lambda pair: wording.weight(pair[1]))


def _results(found: list[tuple[SkillVerdict, Finding]], descriptors: Descriptors) -> Iterator[_Object]:
    seen: Counter[str] = Counter()
    for skill, finding in found:
        identity = _identity(skill, finding)
        seen[identity] += 1
        rule, index = descriptors.of(finding)
        yield {
            "ruleId": rule,
            "ruleIndex": index,
            "level": _level(finding),
            "message": {"text": _message(skill, finding)},
            "locations": [_location(skill, finding)],
            # GitHub knows an alert again by the first and by no other.
            "partialFingerprints": {
                "primaryLocationLineHash": f"{identity}:{seen[identity]}",
                "proctorFinding/v1": f"{identity}:{seen[identity]}",
            },
            "properties": {
                "skill": one_line(skill.skill, _PATH),
                "severity": finding.severity.value,
                "remedy": one_line(finding.remedy, _PATH),
            },
            **_suppressed(finding),
        }


def _identity(skill: SkillVerdict, finding: Finding) -> str:
    """The same for the same flaw wherever it stands in the file, whatever the words about it."""
    parts = (skill.skill, finding.rule, finding.subject, finding.file or "")
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def _level(finding: Finding) -> str:
    if finding.effect == "warns":
        return "note" if finding.severity is Severity.NOTE else "warning"
    return "note" if finding.effect == "waived" else "error"


def _message(skill: SkillVerdict, finding: Finding) -> str:
    """What is wrong, why it counts, what to do."""
    lines = [f"{skill.skill}: {finding.subject}: {finding.message}"]
    lines += [f"Through {' → '.join(finding.chain[:20])}"] if finding.chain else []
    lines += [text for text in (finding.waiver, finding.excuse) if text and finding.effect != "waived"]
    lines += [f"What to do: {finding.remedy}"] if finding.remedy else []
    return "\n".join(map(message, lines))


def _location(skill: SkillVerdict, finding: Finding) -> _Object:
    """Where it stands; a finding about the skill as a whole stands at its SKILL.md."""
    uri = _uri(finding.file) if finding.file else ""
    region = {"region": {"startLine": finding.line}} if uri and finding.line and finding.line > 0 else {}
    place = {"uri": uri or _uri(f"{skill.skill}/SKILL.md") or "SKILL.md", "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": place, **region}}


def _uri(path: str) -> str:
    """A reference below the repository's root, whatever the path says; empty where nothing is left."""
    parts = [part for part in path[:_PATH].split("/") if part not in ("", ".", "..")]
    return quote("/".join(parts), safe="/", errors="replace")


def _suppressed(finding: Finding) -> _Object:
    if finding.effect != "waived":
        return {}
    why = one_line(finding.waiver or "waived", 2_000)
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": why}]}


def _invocation(verdict: Verdict, left_out: int) -> _Object:
    """Successful only where everything that was asked was answered."""
    code = wording.exit_code(verdict)
    broken = [text for skill in verdict.skills for text in _unanswered(skill)]
    asides = [f"{label}: {sentence}" for label, sentence in wording.shortfalls(verdict)]
    if left_out:
        asides.insert(0, f"{wording.counted(left_out, 'finding')} left out; the JSON verdict has all")
    notices = [*(("error", text) for text in broken), *(("note", text) for text in asides)]
    unread = [_notification("error", verdict.error)] if verdict.error else []
    answered = verdict.decision is not DecisionWord.INCONCLUSIVE and not broken and not verdict.error
    return {
        "executionSuccessful": answered,
        "exitCode": code,
        "exitCodeDescription": wording.decision(verdict),
        "endTimeUtc": verdict.now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "toolConfigurationNotifications": unread,
        "toolExecutionNotifications": [_notification(*one) for one in notices[:MOST_NOTIFICATIONS]],
    }


def _unanswered(skill: SkillVerdict) -> Iterator[str]:
    if skill.outcomes and not any(outcome.status is Status.BROKEN for outcome in skill.outcomes):
        return
    for sentence in wording.unexplained(skill):
        yield f"{skill.skill}: {sentence}"


def _notification(level: str, text: str) -> _Object:
    return {"level": level, "message": {"text": message(text)}}
