"""The example repository, examined whole and in parts: real wheels, real advisories, real boxes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Outcome
from checker.model.verdict import SkillVerdict, Verdict
from scripts import demo

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(900)]

#: What a second run of the same thing measures otherwise. `output` holds times and temporary folders, too.
MEASURED = dict.fromkeys(("wall_seconds", "cpu_seconds", "peak_memory_bytes", "peak_processes"))


def test_the_example_in_three_parts_is_the_example_as_a_whole(proctor, tmp_path, monkeypatch):
    def called(scratch: Path, *arguments: str) -> int:
        monkeypatch.chdir(scratch)
        return proctor(*arguments).code

    here = tmp_path / "example"
    monkeypatch.setattr(demo, "proctor", called)
    demo.build(here)
    asked = ("--base", "main", "--fresh", "--now", demo.NOW, "--advisories", demo.ADVISORIES.resolve())

    def verdict(name: str, *arguments: object) -> Verdict:
        file = tmp_path / f"{name}.json"
        code = proctor(*arguments, "--format", "json", "--output", file).code
        found = Verdict.model_validate_json(file.read_bytes())
        assert code == found.decision.exit_code
        return found

    whole = verdict("whole", "check", here, *asked)
    for number in (2, 3, 1):
        verdict(f"part-{number}", "check", here, *asked, "--shard", f"{number}/3")
    joined = verdict("joined", "merge", *(tmp_path / f"part-{number}.json" for number in (3, 2, 1)))
    assert len(whole.skills) > 10
    assert {run.name for run in whole.engines if run.ran} >= {"docker", "osv", "package index"}
    for one, other in zip(timeless(whole).skills, timeless(joined).skills, strict=True):
        assert one == other
    assert timeless(joined) == timeless(whole)


def timeless(verdict: Verdict) -> Verdict:
    """Without what was measured, and without whether an image was there already."""
    return verdict.model_copy(update={"skills": tuple(map(_skill, verdict.skills))})


def _skill(skill: SkillVerdict) -> SkillVerdict:
    return skill.model_copy(update={"outcomes": tuple(map(_outcome, skill.outcomes))})


def _outcome(outcome: Outcome) -> Outcome:
    if outcome.evidence is None:
        return outcome
    phases = tuple(map(_phase, outcome.evidence.phases))
    update = {"phases": phases, "image_cached": True, "build_seconds": None}
    return outcome.model_copy(update={"evidence": outcome.evidence.model_copy(update=update)})


def _phase(phase: PhaseEvidence) -> PhaseEvidence:
    output = re.sub(r"\d+\.\d+s|proctor-\w{8}", "…", phase.output)
    return phase.model_copy(update={**MEASURED, "output": output})
