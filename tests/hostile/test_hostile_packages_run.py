"""A package that was let in, and tries to become the keeper or a runner."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from checker.engines.sandbox import DockerSandbox, clean, listed
from checker.tools import RUNNERS, Phase
from tests.support.sandbox import LIMITS, FolderWheels, image_order
from tests.support.wheels import build_wheel

pytestmark = [pytest.mark.engine, pytest.mark.slow]

#: Everything that the keeper starts, and more.
PROGRAMS = ("sh", "cat", "timeout", "mkdir", "mkfifo", "sleep", "echo", "env")
REPORT = b'{"summary": "forged", "failures": [], "broken": ""}'
FORGE = (
    "import os; '/opt/proctor/' in open('/proc/self/cmdline').read() and 'with_pytest' not in "
    f"open('/proc/self/cmdline').read() and (os.write(1, {REPORT!r}), os._exit(0))\n"
)


@pytest.fixture
def box(tmp_path) -> Iterator[DockerSandbox]:
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as sandbox:
        yield sandbox
        images = {json.loads(p.read_text())["image_id"] for p in tmp_path.glob("state/images/*.json")}
        clean(sandbox.engine, [kept for kept in listed(sandbox.engine) if kept.id in images])


def test_neither_its_programs_nor_its_start_files_get_into_what_is_trusted(box, tmp_path) -> None:
    entries = "[console_scripts]\n" + "".join(f"{name} = evil:main\n" for name in PROGRAMS)
    files = {
        "evil.pth": FORGE.encode(),
        "sitecustomize.py": FORGE.encode(),
        "evil-1.0.dist-info/entry_points.txt": entries.encode(),
    }
    modules = {"evil": "import os\ndef main():\n    open('/tmp/taken', 'w').close()\n"}
    locked = FolderWheels(tmp_path).add(build_wheel("evil", modules=modules, files=files))
    skill = {
        "tests/test_a.py": "def test_a():\n    assert 0\n",
        "look.py": "import os\nprint(os.listdir('/tmp'))\n",
    }
    image = box.build(image_order(skill, [locked]))
    order = {"command": None, "timeout": 60, "own_pytest": False}
    tests = Phase(
        "tests", ("python", "-I", "-S", str(RUNNERS / "run_tests.py")), json.dumps(order).encode(), True, True
    )
    look, tested = box.run(image, [Phase("run", ("python", "look.py")), tests], LIMITS)
    assert "taken" not in look.output
    assert (tested.status, tested.failures) == ("failed", ("tests.test_a::test_a",))
    assert [note.split("`")[1] for note in image.notes] == ["evil.pth", "sitecustomize.py"]
