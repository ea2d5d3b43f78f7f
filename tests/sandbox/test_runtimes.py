"""runc or runsc: what is not there is not stood in for, and what cannot be seen is not zero."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engines.sandbox import DockerSandbox
from checker.engines.sandbox.box import runtimes
from checker.engines.sandbox.box.execution import Ended
from checker.engines.sandbox.box.keeper import hardening
from checker.engines.sandbox.box.observe import Counters
from checker.engines.sandbox.box.report import evidence
from checker.engines.sandbox.engine import Engine
from checker.errors import Unanswered
from checker.tools import Image, Phase
from tests.contract.backends import BACKENDS
from tests.contract.behaviours import CONTRACT
from tests.support.sandbox import LIMITS, FolderWheels, image_order


def test_gvisor_gets_room_for_its_own_threads() -> None:
    assert hardening(LIMITS, "runsc")["pids_limit"] == 512
    assert hardening(LIMITS.model_copy(update={"pids": 1000}), "runsc")["pids_limit"] > 1000
    assert hardening(LIMITS)["pids_limit"] < 100
    assert (hardening(LIMITS)["runtime"], hardening(LIMITS, "runsc")["runtime"]) == ("runc", "runsc")


def test_what_happens_in_gvisors_kernel_is_not_observed() -> None:
    counted = Counters(1.0, 2, 0, 0, 3, 0)
    assert runtimes.seen("runsc", counted) == Counters(1.0, 2, None, 0, None, None)
    assert runtimes.seen("runc", counted) == counted
    assert (runtimes.seen_leftovers("runsc", ()), runtimes.seen_leftovers("runc", ())) == (None, ())


def test_the_contract_and_the_runtime_agree_on_what_gvisor_does_not_show() -> None:
    """The contract itself runs only where an engine has runsc."""
    assert not BACKENDS["docker-runsc"].counts
    counted = runtimes.seen("runsc", Counters(1.0, 2, 0, 0, 3, 0))
    leftovers = runtimes.seen_leftovers("runsc", ())
    shown = evidence(Phase("run", ("x",)), Ended(exit_code=0), counted, counted, leftovers, LIMITS)
    fields = {behaviour.counted for behaviour in CONTRACT.values() if behaviour.counted}
    assert fields == {"network_attempts", "oom_kills", "leftovers"}
    assert [getattr(shown, field) for field in fields] == [None] * len(fields)


def test_a_sink_that_would_see_nothing_is_not_taken_for_a_quiet_network(tmp_path: Path, monkeypatch) -> None:
    """Nobody is asked: there is no engine here, and the reason would be that one."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")
    image, phases = Image("key", "sha256:0", "host", True, 0.0, {}), [Phase("run", ("x",))]
    watched = LIMITS.model_copy(update={"observe": "network"})
    for runtime, limits, reason in (
        ("runsc", watched, "no sink sees it, and nothing was run: set `limits.observe: counts`"),
        ("runsc", LIMITS, "not reached"),
        ("runc", watched, "not reached"),
    ):
        with (
            DockerSandbox(FolderWheels(tmp_path), tmp_path / "state", runtime) as sandbox,
            pytest.raises(Unanswered, match=reason),
        ):
            sandbox.run(image, phases, limits)


@pytest.mark.engine
def test_a_runtime_that_is_not_there_is_said_and_nothing_runs(tmp_path: Path) -> None:
    engine = Engine()
    try:
        if "runsc" in engine.api.info()["Runtimes"]:
            pytest.skip("this engine has runsc")
    finally:
        engine.close()
    with (
        DockerSandbox(FolderWheels(tmp_path), tmp_path / "state", "runsc") as sandbox,
        pytest.raises(Unanswered, match=r"no runtime runsc \(it has .*runc"),
    ):
        sandbox.build(image_order({"a.py": ""}))
    assert not (tmp_path / "state").exists()
