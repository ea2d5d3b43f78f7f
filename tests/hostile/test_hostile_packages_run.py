"""A package that was let in, and tries to become the keeper or a runner, or to reach out while it is built."""

from __future__ import annotations

import hashlib
import json
import socket
from dataclasses import replace

import pytest

from checker.errors import InputError
from checker.model.lock import LockedFile
from checker.tools import RUNNERS, Phase
from tests.hostile.arena import LIMITS, Arena
from tests.hostile.corpus import cases
from tests.support.sandbox import image_order
from tests.support.wheels import build_wheel

pytestmark = [pytest.mark.engine, pytest.mark.slow]

#: Everything that the keeper starts, and more.
PROGRAMS = ("sh", "cat", "timeout", "mkdir", "mkfifo", "sleep", "echo", "env")
REPORT = b'{"summary": "forged", "failures": [], "broken": ""}'
FORGE = (
    "import os; '/opt/proctor/' in open('/proc/self/cmdline').read() and 'with_pytest' not in "
    f"open('/proc/self/cmdline').read() and (os.write(1, {REPORT!r}), os._exit(0))\n"
)


def test_neither_its_programs_nor_its_start_files_get_into_what_is_trusted(arena: Arena) -> None:
    entries = "[console_scripts]\n" + "".join(f"{name} = evil:main\n" for name in PROGRAMS)
    files = {
        "evil.pth": FORGE.encode(),
        "sitecustomize.py": FORGE.encode(),
        "evil-1.0.dist-info/entry_points.txt": entries.encode(),
    }
    modules = {"evil": "import os\ndef main():\n    open('/tmp/taken', 'w').close()\n"}
    locked = arena.wheels.add(build_wheel("evil", modules=modules, files=files))
    skill = {
        "tests/test_a.py": "def test_a():\n    assert 0\n",
        "look.py": "import os\nprint(os.listdir('/tmp'))\n",
    }
    image = arena.box.build(image_order(skill, [locked]))
    order = {"command": None, "timeout": 60, "own_pytest": False}
    tests = Phase(
        "tests", ("python", "-I", "-S", str(RUNNERS / "run_tests.py")), json.dumps(order).encode(), True, True
    )
    look, tested = arena.box.run(image, [Phase("run", ("python", "look.py")), tests], LIMITS)
    try:
        assert "taken" not in look.output
        assert (tested.status, tested.failures) == ("failed", ("tests.test_a::test_a",))
        assert [note.split("`")[1] for note in image.notes] == ["evil.pth", "sitecustomize.py"]
    finally:
        arena.assert_all_is_well()


#: As much of setuptools as it takes to run a `setup.py`.
LEGACY = """
class __legacy__:
    @staticmethod
    def build_wheel(out, config_settings=None, metadata_directory=None):
        exec(compile(open("setup.py").read(), "setup.py", "exec"), {"__name__": "__main__"})
"""


def test_a_source_archive_that_phones_home_is_built_in_the_box_and_heard(arena: Arena) -> None:
    """The case of the corpus, where `source_builds` names it; what else a build may try: test_source_builds."""
    (case,) = (case for case in cases("wheels") if case.name == "sdist_that_phones_home")
    files = {"setuptools/__init__.py": b"", "setuptools/build_meta.py": LEGACY.encode()}
    tools = arena.wheels.add(build_wheel("setuptools", modules={}, files=files))
    with socket.create_server(("127.0.0.1", 0)) as home:
        path = case.module().make(arena.state, home.getsockname()[1])
        source = LockedFile(filename=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        order = replace(image_order({"a.py": ""}, [tools]), sources=(source,))
        try:
            with pytest.raises(InputError, match=r"tried to reach a network while it was built \(1 times\)"):
                arena.box.build(order)
        finally:
            arena.assert_all_is_well()
        home.settimeout(0)
        with pytest.raises(BlockingIOError):
            home.accept()
