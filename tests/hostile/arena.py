"""Where behaviours meet the real engine: one image with all of them, and a look at what is left afterwards."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from checker.engines.sandbox import DockerSandbox
from checker.engines.sandbox.box.owner import owner
from checker.model.evidence import PhaseEvidence
from checker.model.policy import Limits
from checker.tools import RUNNERS, Image, Phase
from tests.hostile.corpus import HERE, Case
from tests.support.sandbox import FolderWheels, image_order

LIMITS = Limits(memory_mb=192, cpus=1, pids=64, wall_seconds=15, output_kb=512, tmp_mb=8)
#: What a machine that runs Proctor has in its environment, and nothing in a box may ever see.
SECRETS = {"GITHUB_TOKEN": "ghp_hostile", "AWS_SECRET_ACCESS_KEY": "hostile/SECRET", "CI": "true"}
#: Says who is there and what earlier runs have left; the same words each time.
PROBE = """
import os
print(len([p for p in os.listdir('/proc') if p.isdigit()]), os.listdir('/tmp'), os.listdir('/dev/shm'))
print(sorted(os.environ), os.listdir('/skill'))
"""


@dataclass
class Arena:
    """A sandbox that holds the whole corpus, in a process whose folder for temporary files is empty.

    `since` is when it was opened, in seconds since the epoch; `normal` is what a harmless run says.
    """

    box: DockerSandbox
    image: Image
    state: Path
    since: int = field(default_factory=lambda: int(time.time()) - 1)
    normal: str = ""

    @classmethod
    def with_all(cls, box: DockerSandbox, state: Path) -> Arena:
        """Build the image once. The probe's words are learnt before anything hostile has run."""
        files = {f"hostile/{path.name}": path.read_text() for path in (HERE / "behaviours").glob("*.py")}
        arena = cls(box, box.build(image_order({**files, "probe.py": PROBE}, skill="skills/hostile")), state)
        arena.normal = arena.probe().output
        return arena

    @property
    def wheels(self) -> FolderWheels:
        """Where the box takes its wheels from."""
        return FolderWheels(self.state)

    def attack(self, case: Case) -> PhaseEvidence:
        """Let one behaviour happen."""
        limits = Limits.model_validate({**LIMITS.model_dump(), **case.limits})
        (seen,) = self.box.run(self.image, [_phase(case)], limits)
        return seen

    def probe(self) -> PhaseEvidence:
        """A harmless run."""
        (seen,) = self.box.run(self.image, [Phase("run", ("python", "probe.py"))], LIMITS)
        return seen

    def assert_all_is_well(self) -> None:
        """The next run starts normally, and nothing of the earlier ones is left behind."""
        seen = self.probe()
        assert (seen.status, seen.output, seen.limit_exceeded) == ("passed", self.normal, "")
        assert (seen.network_attempts, seen.oom_kills, seen.leftovers) == (0, 0, ())
        assert self.containers() == []
        assert _processes_of(self.ever()) == []
        assert list(Path(tempfile.gettempdir()).iterdir()) == []
        assert list(self.state.glob("staging-*")) == []

    def containers(self) -> list[str]:
        """Containers of this process that there are now."""
        found = self.box.engine.api.containers(all=True, filters={"label": f"org.proctor.owner={owner()}"})
        return [container["Id"] for container in found]

    def ever(self) -> set[str]:
        """Ids of all containers of this process since the arena was opened, as the engine remembers."""
        wanted = {"event": "create", "type": "container", "label": f"org.proctor.owner={owner()}"}
        events = self.box.engine.api.events(
            since=self.since, until=int(time.time()) + 1, filters=wanted, decode=True
        )
        return {event["id"] for event in events}


def _phase(case: Case) -> Phase:
    if case.phase != "tests":
        return Phase(case.phase, ("python", f"hostile/{case.name}.py"))
    command = case.command or ("python", "-m", "pytest", "-q", f"hostile/{case.name}.py")
    order = {"command": command, "timeout": 60, "own_pytest": False}
    argv = ("python", "-I", "-S", str(RUNNERS / "run_tests.py"))
    return Phase("tests", argv, json.dumps(order).encode(), needs_pytest=True, reports=True)


def _processes_of(containers: set[str]) -> list[str]:
    """Processes of this machine that are still in the control group of one of these containers."""
    found = []
    for group in Path("/proc").glob("[0-9]*/cgroup"):
        try:
            text = group.read_text()
        except OSError:
            continue
        if any(container in text for container in containers):
            found.append(group.parent.name)
    return found
