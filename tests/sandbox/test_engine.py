"""The real engine: what the box holds in, and what the kernel saw."""

from __future__ import annotations

import gc
import io
import json
import random
import re
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from checker.engines.sandbox import DockerSandbox, Engine, Kept, clean, listed
from checker.engines.sandbox.box.canaries import Canaries
from checker.engines.sandbox.box.keeper import hardening, keeper
from checker.engines.sandbox.box.seccomp import profile
from checker.engines.sandbox.images.build import ENV
from checker.engines.sandbox.images.host_base import base_members
from checker.engines.sandbox.images.host_python import probe
from checker.errors import InputError, Unanswered
from checker.model.evidence import PhaseEvidence
from checker.model.policy import Limits
from checker.tools import RUNNERS, Image, ImageOrder, Phase
from tests.contract.backends import docker
from tests.support.sandbox import LIMITS, PYTHON, FolderWheels, declare_size, image_order
from tests.support.wheels import build_wheel

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def wheels(tmp_path: Path) -> FolderWheels:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return FolderWheels(folder)


@pytest.fixture
def box(state: Path, wheels: FolderWheels) -> Iterator[DockerSandbox]:
    """A sandbox that shares its layers with the other tests here, and leaves no container behind."""
    with DockerSandbox(wheels, state) as sandbox:
        yield sandbox
        assert [kept.name for kept in ours(sandbox, state) if kept.kind == "container"] == []


@pytest.fixture(scope="module", autouse=True)
def _no_images_stay(state: Path) -> Iterator[None]:
    yield
    with DockerSandbox(FolderWheels(state), state) as sandbox:
        clean(sandbox.engine, ours(sandbox, state))


def ours(box: DockerSandbox, state: Path) -> list[Kept]:
    """What these tests have on the engine: others may use it at the same time."""
    images = {json.loads(path.read_text())["image_id"] for path in state.glob("images/*.json")}
    running = {c["Id"] for c in box.engine.api.containers(all=True) if c["ImageID"] in images}
    return [kept for kept in listed(box.engine) if kept.id in images | running]


def python(box: DockerSandbox, text: str, **limits: object) -> PhaseEvidence:
    """Run a program as phase `run` and return its evidence."""
    image = box.build(image_order({"a.py": text}))
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"))], LIMITS.model_copy(update=limits))
    return seen


def runner(name: str, order: object, *, pytest_layer: bool = False) -> Phase:
    phase = {"import_modules.py": "import", "check_scripts.py": "scripts", "run_tests.py": "tests"}[name]
    argv = ("python", "-I", "-S", str(RUNNERS / name))
    return Phase(phase, argv, json.dumps(order).encode(), needs_pytest=pytest_layer, reports=True)


def pytest_phase(command: list[str] | None = None) -> Phase:
    order = {"command": command, "timeout": 60, "own_pytest": False}
    return runner("run_tests.py", order, pytest_layer=True)


def good(box: DockerSandbox, wheels: FolderWheels) -> Image:
    entry = b"[console_scripts]\nhello = hello:main\n"
    source = "def main():\n    print('hello from a wheel')\n"
    wheel = build_wheel(
        "hello", modules={"hello": source}, files={"hello-1.0.dist-info/entry_points.txt": entry}
    )
    files = {
        "scripts/say.py": "import argparse, hello\n"
        "if __name__ == '__main__':\n    argparse.ArgumentParser().parse_args()\n",
        "tests/test_say.py": "import hello\ndef test_say():\n    assert hello.main() is None\n",
    }
    return box.build(image_order(files, [wheels.add(wheel)]))


def test_what_is_prepared_makes_nothing_and_is_not_fetched_again(
    box: DockerSandbox, wheels: FolderWheels, state: Path
) -> None:
    wheel = wheels.add(build_wheel("ahead", modules={"ahead": "print('got here')\n"}))
    order = image_order({"a.py": "import ahead\n"}, [wheel])
    before = ours(box, state)
    box.prepare(order)
    assert (wheels.fetched, ours(box, state)) == (1, before)
    image = box.build(order)
    assert (wheels.fetched, image.top_level) == (1, {"ahead": ("ahead",)})
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"))], LIMITS)
    assert (seen.status, seen.output) == ("passed", "got here\n")
    box.prepare(order)
    assert wheels.fetched == 1


def test_what_cannot_be_prepared_is_for_the_build_to_say(box: DockerSandbox, wheels: FolderWheels) -> None:
    wheel = wheels.add(build_wheel("outside", files={"../../etc/outside": b""}))
    order = image_order({"a.py": ""}, [wheel])
    box.prepare(order)
    with pytest.raises(InputError, match="outside"):
        box.build(order)


def test_a_good_skill_with_a_wheel_and_tests(box: DockerSandbox, wheels: FolderWheels) -> None:
    image = good(box, wheels)
    assert image.top_level == {"hello": ("hello",)}
    phases = [
        runner("import_modules.py", {"modules": ["hello"], "timeout": 10}),
        runner("check_scripts.py", {"files": ["scripts/say.py"], "timeout": 10}),
        pytest_phase(),
        Phase("run", ("hello",)),
    ]
    seen = box.run(image, phases, LIMITS)
    assert [(e.phase, e.status, e.exit_code, e.failures) for e in seen] == [
        ("import", "passed", 0, ()),
        ("scripts", "passed", 0, ()),
        ("tests", "passed", 0, ()),
        ("run", "passed", 0, ()),
    ]
    assert seen[3].output == "hello from a wheel\n"
    for evidence in seen:
        assert (evidence.network_attempts, evidence.oom_kills, evidence.leftovers) == (0, 0, ())
        assert evidence.cpu_seconds
        assert evidence.peak_memory_bytes
    # Each peak is the phase's own: pytest needs more than a bare script after it.
    assert seen[3].peak_memory_bytes < seen[2].peak_memory_bytes


def test_console_scripts_and_data_files_of_a_wheel_are_where_they_belong(
    box: DockerSandbox, wheels: FolderWheels
) -> None:
    files = {
        "kit/__init__.py": b"from importlib.resources import files\n"
        b"def main(): print(files('kit').joinpath('a.txt').read_text())\n",
        "kit/a.txt": b"package data",
        "kit-1.0.data/data/share/kit/b.txt": b"shared data",
        "kit-1.0.data/scripts/kit-script": b"#!python\nimport sys; print(sys.executable)\n",
        "kit-1.0.dist-info/entry_points.txt": b"[console_scripts]\nkit = kit:main\n",
    }
    image = box.build(image_order({"a.py": ""}, [wheels.add(build_wheel("kit", modules={}, files=files))]))
    look = "import sys, pathlib; print(pathlib.Path(sys.prefix, 'share/kit/b.txt').read_text())"
    phases = [Phase("run", argv) for argv in (("kit",), ("kit-script",), ("python", "-c", look))]
    seen = [evidence.output for evidence in box.run(image, phases, LIMITS)]
    assert seen == ["package data\n", "/opt/skill_env/bin/python\n", "shared data\n"]


@contextmanager
def last_layer(box: DockerSandbox, image: Image) -> Iterator[tarfile.TarFile]:
    """The last layer, as the engine has it: small packages are in it, beside the skill."""
    saved = io.BytesIO(b"".join(box.engine.api.get_image(image.image_id)))
    with tarfile.open(fileobj=saved) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        name = json.loads(manifest.read())[0]["Layers"][-1]
        with tarfile.open(fileobj=archive.extractfile(name)) as tar:
            yield tar


def test_an_image_for_a_python_that_only_its_base_has(box: DockerSandbox, wheels: FolderWheels) -> None:
    """Nothing here can run it: what is held is how the image is made."""
    other = "3.99"
    made = box.build(image_order({f"bin/python{other}": "not really one"}))
    file = wheels.add(build_wheel("hello", "3.0", tag="cp399-cp399-manylinux_2_17_x86_64"))
    order = image_order({"a.py": ""}, [file], base=f"local/base@{made.image_id}")
    image = box.build(replace(order, python=other))
    with last_layer(box, image) as tar:
        assert f"opt/skill_env/lib/python{other}/site-packages/hello.py" in tar.getnames()
        assert tar.getmember("opt/skill_env/bin/python").linkname == f"/skill/bin/python{other}"
        assert tar.getmember(f"opt/skill_env/bin/python{other}").linkname == "python"
        config = tar.extractfile("opt/skill_env/pyvenv.cfg")
        assert config is not None
        assert f"version = {other}\n" in config.read().decode()
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.status == "broken" or seen.exit_code


def test_a_second_build_of_an_unchanged_skill_is_found(
    box: DockerSandbox, wheels: FolderWheels, state: Path
) -> None:
    first = good(box, wheels)
    fetched = wheels.fetched
    with DockerSandbox(wheels, state) as another:
        again = good(another, wheels)
        assert again.cached
        assert again.build_seconds < 0.1
        assert (again.image_id, again.top_level) == (first.image_id, first.top_level)
        assert wheels.fetched == fetched
        another.engine.api.remove_image(first.image_id, force=True)
        rebuilt = good(another, wheels)
        assert not rebuilt.cached
        assert rebuilt.image_id == first.image_id


def test_bytecode_is_made_ahead_and_the_layer_is_the_same_each_time(
    box: DockerSandbox, wheels: FolderWheels, tmp_path: Path
) -> None:
    image = good(box, wheels)
    with DockerSandbox(wheels, tmp_path / "other") as another:
        assert good(another, wheels).image_id == image.image_id
    text = "import hello, json, os, _proctor_audit\n"
    text += "print([os.path.exists(m.__cached__) for m in (hello, json, _proctor_audit)])"
    (seen,) = box.run(image, [Phase("run", ("python", "-c", text))], LIMITS)
    assert seen.output == "[True, True, True]\n"


def test_who_and_where_a_skill_runs(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import os\n"
        "status = dict(l.split(':', 1) for l in open('/proc/self/status').read().splitlines())\n"
        "print(os.getresuid(), os.getresgid(), os.getcwd())\n"
        "print({k: status[k].strip() for k in ('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp')})\n"
        "print(sorted(os.environ))\n"
        "print(os.listdir('/sys/class/net'))\n",
    )
    assert seen.output == (
        "(1000, 1000, 1000) (1000, 1000, 1000) /skill\n"
        "{'CapEff': '0000000000000000', 'CapBnd': '0000000000000000', 'NoNewPrivs': '1', 'Seccomp': '2'}\n"
        "['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'DEPLOY_TOKEN', 'HOME', 'HOSTNAME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONNOUSERSITE', 'TMPDIR', "
        "'VIRTUAL_ENV']\n"
        "['lo']\n"
    )


def test_only_tmp_can_be_written_and_nothing_there_runs(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import os, subprocess\n"
        "for place in ('/skill/x', '/opt/skill_env/x', '/opt/proctor/x', '/etc/x', '/x', '/dev/x'):\n"
        "    try:\n        open(place, 'w'); print('wrote', place)\n"
        "    except OSError as error:\n        pass\n"
        "open('/tmp/run', 'w').write('#!/bin/sh\\necho ran'); os.chmod('/tmp/run', 0o755)\n"
        "try:\n    subprocess.run(['/tmp/run'])\n"
        "except PermissionError as error:\n    print('refused')\n",
    )
    assert seen.output == "refused\n"


def test_the_keeper_is_out_of_reach(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import os, signal\n"
        "for pid in (1, *[int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()]):\n"
        "    try:\n        os.kill(pid, signal.SIGKILL); print('killed', pid)\n"
        "    except PermissionError:\n        pass\n"
        "print('tried')\n",
    )
    assert seen.output == "tried\n"


def test_network_attempts_are_counted_by_the_kernel(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import socket\n"
        "for address in (('192.0.2.1', 80), ('2001:db8::1', 80)):\n"
        "    try:\n        socket.create_connection(address)\n"
        "    except OSError:\n        pass\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname())\n",
    )
    assert (seen.exit_code, seen.network_attempts) == (0, 2)
    assert python(box, "import socket; socket.create_server(('127.0.0.1', 0))").network_attempts == 0


def test_a_fork_bomb_is_held_and_named(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
        wall_seconds=4,
    )
    assert (seen.status, seen.limit_exceeded) == ("failed", "pids")
    assert seen.wall_seconds < 10


def test_a_child_that_ran_out_of_memory_is_seen_behind_exit_code_zero(box: DockerSandbox) -> None:
    seen = python(
        box,
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = bytearray(1 << 30)'])\n",
        memory_mb=64,
    )
    assert (seen.exit_code, seen.status, seen.limit_exceeded) == (0, "failed", "memory")
    assert seen.oom_kills
    assert seen.oom_kills >= 1


def test_a_flood_of_output_is_cut_off(box: DockerSandbox) -> None:
    seen = python(box, "while True:\n    print('x' * 4000)\n")
    assert (seen.status, seen.limit_exceeded, seen.output_truncated) == ("failed", "output", True)
    assert len(seen.output) < 300_000


def test_a_phase_that_does_not_end_is_ended(box: DockerSandbox) -> None:
    seen = python(box, "import time\nprint('waiting', flush=True)\ntime.sleep(600)\n", wall_seconds=2)
    assert (seen.status, seen.limit_exceeded, seen.exit_code) == ("failed", "wall", None)
    assert seen.leftovers is None, "everything still ran when it was cut off"
    assert seen.output == "waiting\n"
    assert seen.reason.endswith(" s of CPU: it waited, or the machine was busy")
    assert seen.wall_seconds < 5


DAEMON = "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n"


def test_a_daemon_left_behind_is_seen_and_gone_before_the_next_phase(box: DockerSandbox) -> None:
    """It also holds the output open, which must not keep the phase from ending."""
    image = box.build(
        image_order(
            {"a.py": DAEMON, "b.py": "import os; print(len([p for p in os.listdir('/proc') if p.isdigit()]))"}
        )
    )
    phases = [Phase("run", ("python", name)) for name in ("a.py", "b.py")]
    first, second = box.run(image, phases, LIMITS)
    assert (first.status, first.leftovers) == ("passed", ("python a.py",))
    assert first.wall_seconds < 5
    assert (second.output, second.leftovers) == ("4\n", ())


def test_exit_code_zero_does_not_hide_failing_tests(box: DockerSandbox) -> None:
    hide = "import atexit, os\natexit.register(os._exit, 0)\n"
    image = box.build(image_order({"tests/test_a.py": f"{hide}def test_a():\n    assert 0\n"}))
    for command in (None, ["python", "-m", "pytest", "-q"], ["pytest"]):
        (seen,) = box.run(image, [pytest_phase(command)], LIMITS)
        assert (seen.status, seen.failures[0]) == ("failed", "exit code 0 although tests failed")


def test_every_collected_test_is_counted(box: DockerSandbox) -> None:
    text = "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n): pass\ndef test_b(): pytest.skip()\n"
    (seen,) = box.run(box.build(image_order({"test_a.py": text})), [pytest_phase()], LIMITS)
    assert (seen.status, seen.tests_collected) == ("passed", 3)


KEEPS = """
import os, sys
print(sorted(name for folder in ('/tmp', '/dev/shm') for name in os.listdir(folder) if name[0] != '.'))
for place in sys.argv[1:]:
    open(place, 'w').close()
"""


def test_files_stay_for_the_next_phase_and_never_for_the_next_run(box: DockerSandbox) -> None:
    image = box.build(image_order({"a.py": KEEPS}))
    phases = [Phase("run", ("python", "a.py", "/tmp/x", "/dev/shm/y")), Phase("run", ("python", "a.py"))]
    for _ in range(2):
        assert [seen.output for seen in box.run(image, phases, LIMITS)] == ["[]\n", "['x', 'y']\n"]


def test_pytest_is_there_for_the_tests_alone(box: DockerSandbox) -> None:
    image = box.build(image_order({"test_a.py": "def test_a(): pass\n"}))
    look = Phase("run", ("python", "-c", "import pytest"))
    before, tested, after = box.run(image, [look, pytest_phase(), look], LIMITS)
    assert (before.status, tested.status, after.status) == ("failed", "passed", "failed")
    (through_a_script,) = box.run(
        image, [pytest_phase(["sh", "-c", "python -m pytest -q -p no:cacheprovider"])], LIMITS
    )
    assert through_a_script.status == "passed"


def test_a_skills_own_versions_win_over_those_pytest_brings(box: DockerSandbox, wheels: FolderWheels) -> None:
    sources = [
        f for f in metadata.files("iniconfig") or [] if f.parts[0] == "iniconfig" and f.suffix == ".py"
    ]
    copied = {str(file): file.read_binary() for file in sources}
    copied["iniconfig/__init__.py"] += b"\nmine = True\n"
    own = wheels.add(build_wheel("iniconfig", "0.1", modules={}, files=copied))
    image = box.build(
        image_order({"test_a.py": "import iniconfig\ndef test_a(): assert iniconfig.mine\n"}, [own])
    )
    (seen,) = box.run(image, [pytest_phase()], LIMITS)
    assert seen.status == "passed", seen.output


def test_hostile_output_is_escaped(box: DockerSandbox) -> None:
    seen = python(box, r"print('::add-mask::x\n\x1b[31mred\u202e\0')")
    assert seen.output == "\\::add-mask::x\n\\x1b[31mred\\u202e\\x00\n"


def test_json_goes_in_and_comes_out(box: DockerSandbox) -> None:
    image = box.build(image_order({"a.py": "import json, sys\nprint(len(json.load(sys.stdin)['x']))\n"}))
    stdin = json.dumps({"x": "y" * 3_000_000}).encode()
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"), stdin)], LIMITS)
    assert seen.output == "3000000\n"


def test_input_that_nobody_reads_does_not_block(box: DockerSandbox) -> None:
    image = box.build(image_order({"a.py": "print('done')\n"}))
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"), b"x" * 3_000_000)], LIMITS)
    assert (seen.status, seen.output) == ("passed", "done\n")


def test_strays_are_found_and_cleaned(box: DockerSandbox, state: Path) -> None:
    image = box.build(image_order({"a.py": "stray = 1\n"}, skill="skills/\x1bstray"))
    with keeper(box.engine, image.image_id, LIMITS, 1, Canaries.new()) as running:
        strays = [kept for kept in ours(box, state) if kept.id in (image.image_id, running.container)]
        assert [kept.kind for kept in strays] == ["container", "image"]
        assert strays[1].skill == "skills/\\x1bstray"
        assert re.fullmatch(r"proctor/skill:[0-9a-f]{32}", strays[1].name)
        assert clean(box.engine, reversed(strays)) == tuple(strays)
    assert box.engine.image(image.image_id) is None
    assert clean(box.engine, strays[1:]) == ()


def test_an_image_that_was_removed_is_our_trouble(box: DockerSandbox) -> None:
    image = box.build(image_order({"a.py": "gone = 1\n"}))
    box.engine.api.remove_image(image.image_id, force=True)
    with pytest.raises(Unanswered, match="starting a container"):
        box.run(image, [Phase("run", ("true",))], LIMITS)


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/passwd", "a/../../b", ".wh.x", "a\nb", "x" * 300, "a//b", ""]
)
def test_unsafe_paths_of_a_skill_are_refused(box: DockerSandbox, path: str) -> None:
    with pytest.raises(InputError):
        box.build(image_order({path: ""}))


def test_a_wheel_bomb_is_refused_before_it_is_unpacked(box: DockerSandbox, wheels: FolderWheels) -> None:
    built = build_wheel("bomb", files={"bomb.bin": b"\0" * 1000})
    file = wheels.add(built)
    declare_size(wheels.folder / file.filename, "bomb.bin", 2 << 30)
    with pytest.raises(InputError, match="unpacks to"):
        box.build(image_order({"a.py": ""}, [file]))


@pytest.mark.parametrize("member", ["bin/python", "pyvenv.cfg"])
def test_a_wheel_cannot_replace_the_interpreter(
    box: DockerSandbox, wheels: FolderWheels, member: str
) -> None:
    file = wheels.add(build_wheel("evil", files={f"evil-1.0.data/data/{member}": b"#!/bin/sh\n"}))
    with pytest.raises(InputError, match="in the place of"):
        box.build(image_order({"a.py": ""}, [file]))


def test_a_base_named_by_digest(box: DockerSandbox, wheels: FolderWheels, tmp_path: Path) -> None:
    """Made here, because a registry is not at hand: an image id is a digest of content like any other."""
    made = box.build(image_order({"base.txt": "from below"}))
    file = wheels.add(build_wheel("hello"))
    order = image_order(
        {"a.py": "import hello; print(open('base.txt').read())"}, [file], base=f"local/base@{made.image_id}"
    )
    image = box.build(order)
    assert not image.cached
    assert box.build(order).cached
    (seen,) = box.run(image, [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.output == "from below\n"


@pytest.mark.parametrize(
    ("base", "python", "words"),
    [
        ("host", "3.2", "has no Python 3.2"),
        (f"127.0.0.1:9/none@sha256:{'0' * 64}", PYTHON, "pulling"),
    ],
)
def test_a_base_that_is_not_to_be_had(box: DockerSandbox, base: str, python: str, words: str) -> None:
    with pytest.raises(Unanswered, match=words):
        box.build(replace(image_order({"a.py": ""}, base=base), python=python))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # docker-py leaves its socket
def test_no_engine_is_said_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as sandbox:
        assert sandbox.version == ""
        sandbox.prepare(image_order({"a.py": ""}))
        with pytest.raises(Unanswered, match=r"not reached; install Docker or start it .*--no-sandbox"):
            sandbox.build(image_order({"a.py": ""}))
    gc.collect()


def test_debians_python_makes_a_base_too(box: DockerSandbox, tmp_path: Path) -> None:
    """Another interpreter than the one that runs the tests, in other folders."""
    path = f"/usr/bin/python{PYTHON}"
    if not Path(path).exists():
        pytest.skip(f"no {path}")
    python = probe(path)
    assert python is not None
    members = {member.path for member in base_members(python, tmp_path)}
    assert f"usr/bin/python{PYTHON}" in members
    assert f"usr/lib/python{PYTHON}/os.py" in members
    assert not [name for name in members if "site-packages" in name or "sitecustomize" in name]


#: By flag, as docker-py names it: how an engine names it, and what it must show there.
SHOWN: dict[str, tuple[str, object]] = {
    "runtime": ("Runtime", "runc"),
    "init": ("Init", True),
    "network_mode": ("NetworkMode", "none"),
    "read_only": ("ReadonlyRootfs", True),
    "cap_drop": ("CapDrop", ["ALL"]),
    "security_opt": ("SecurityOpt", ["no-new-privileges", f"seccomp={profile()}"]),
    "pids_limit": ("PidsLimit", 35),
    "mem_limit": ("Memory", 128 << 20),
    "memswap_limit": ("MemorySwap", 128 << 20),
    "nano_cpus": ("NanoCpus", 500_000_000),
    "ipc_mode": ("IpcMode", "private"),
    "shm_size": ("ShmSize", 16 << 20),
    "ulimits": (
        "Ulimits",
        [
            {"Name": "nofile", "Soft": 1024, "Hard": 1024},
            {"Name": "core", "Soft": 0, "Hard": 0},
            {"Name": "fsize", "Soft": 8 << 20, "Hard": 8 << 20},
        ],
    ),
    "tmpfs": (
        "Tmpfs",
        {
            "/tmp": "rw,nosuid,nodev,noexec,size=8m,nr_inodes=8192,mode=1777",
            "/run/proctor": "rw,nosuid,nodev,noexec,size=64k,nr_inodes=8,mode=0755,uid=65534,gid=65534",
        },
    ),
    "log_config": ("LogConfig", {"Type": "none", "Config": {}}),
    "dns": ("Dns", ["192.0.2.53"]),
    "sysctls": (
        "Sysctls",
        {f"net.ipv6.conf.{which}.disable_ipv6": "0" for which in ("all", "default")}
        if Path("/proc/sys/net/ipv6").exists()
        else {},
    ),
}


def test_the_engine_shows_the_flags_it_was_given(box: DockerSandbox) -> None:
    image = box.build(image_order({"a.py": "flags = 1\n"}))
    limits = Limits(memory_mb=128, cpus=0.5, pids=32, wall_seconds=5, output_kb=10, tmp_mb=8)
    with keeper(box.engine, image.image_id, limits, 1, Canaries.new()) as running:
        shown = json.loads(subprocess.check_output(["docker", "inspect", running.container]))[0]
    host, config, given = shown["HostConfig"], shown["Config"], hardening(limits)
    assert SHOWN.keys() == given.keys(), "every flag is looked at"
    assert {name: host[name] for name, _ in SHOWN.values()} == dict(SHOWN.values())
    environment = dict(variable.split("=", 1) for variable in config["Env"])
    assert environment == {**ENV, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    assert config["User"] == "65534:65534"
    assert re.fullmatch(r"[0-9a-f]{12}", config["Hostname"])
    assert not running.container.startswith(config["Hostname"]), "that is what an engine would choose"
    assert shown["Mounts"] == []
    assert not any(host[name] for name in ("Privileged", "CapAdd", "Binds", "Devices", "PidMode", "UTSMode"))


def test_layers_that_the_engine_has_are_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sizes_sent(monkeypatch)
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as sandbox:
        first, second = (sandbox.build(image_order({"a.py": f"print({n})\n"})) for n in (1, 2))
        (seen,) = sandbox.run(second, (Phase("run", ("python", "a.py")),), LIMITS)
    assert first.image_id != second.image_id
    assert seen.output == "2\n"
    assert sent[1] < sent[0] / 100


def test_small_packages_are_one_layer_with_the_skill(box: DockerSandbox, wheels: FolderWheels) -> None:
    wheel = wheels.add(build_wheel("small", modules={"small": "print('small')\n"}))
    bare = layers_of(box, image_order({}))
    images = [image_order({"a.py": f"import small\nprint({n})\n"}, [wheel]) for n in (1, 2)]
    (one,), (other,) = (set(layers_of(box, order)) - set(bare[:-1]) for order in images)
    assert one != other
    (seen,) = box.run(box.build(images[1]), [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.output == "small\n2\n"


def test_small_packages_of_several_skills_are_a_layer_that_they_share(
    box: DockerSandbox, wheels: FolderWheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheels.add(build_wheel("common", modules={"common": "print('common')\n"}))
    orders = [
        replace(image_order({"a.py": f"import common\nprint({n})\n"}, [wheel]), shared=True) for n in (1, 2)
    ]
    one, other = (layers_of(box, order) for order in orders)
    assert one[:-1] == other[:-1]
    assert one[-1] != other[-1]
    alone = layers_of(box, replace(orders[0], shared=False))
    assert len(alone) == len(one) - 1
    (seen,) = box.run(box.build(orders[1]), [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.output == "common\n2\n"


def test_large_packages_are_a_layer_that_skills_share(
    box: DockerSandbox, wheels: FolderWheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = random.Random(1).randbytes(9 << 20)
    wheel = wheels.add(build_wheel("large", modules={"large": "print('large')\n"}, files={"large.bin": data}))
    first, second = (image_order({"a.py": f"import large\nprint({n})\n"}, [wheel]) for n in (1, 2))
    before = layers_of(box, first)
    sent = sizes_sent(monkeypatch)
    after = layers_of(box, second)
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        *[True] * (len(after) - 1),
        False,
    ]
    assert sum(sent) < 100_000
    (seen,) = box.run(box.build(second), [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.output == "large\n2\n"


def test_packages_that_were_altered_where_they_are_kept_are_laid_out_anew(
    wheels: FolderWheels, tmp_path: Path
) -> None:
    wheel = wheels.add(build_wheel("intact", modules={"intact": "print('intact')\n"}))
    with docker(wheels, tmp_path / "state") as sandbox:
        sandbox.build(image_order({"a.py": ""}, [wheel]))
        for part in (tmp_path / "state" / "prepared").glob("*.tar"):
            part.write_bytes(part.read_bytes().replace(b"'intact'", b"'forged'"))
        image = sandbox.build(image_order({"a.py": "import intact\n"}, [wheel]))
        (seen,) = sandbox.run(image, [Phase("run", ("python", "a.py"))], LIMITS)
    assert seen.output == "intact\n"


def layers_of(box: DockerSandbox, order: ImageOrder) -> list[str]:
    """The digests of an image's layers, lowest first."""
    found: list[str] = box.engine.api.inspect_image(box.build(order).image_id)["RootFS"]["Layers"]
    return found


def sizes_sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by the bytes of each archive that an engine is sent from now on."""
    sent: list[int] = []
    load = Engine.load

    def counted(self: Engine, archive: Iterator[bytes]) -> None:
        chunks = list(archive)
        sent.append(sum(map(len, chunks)))
        load(self, iter(chunks))

    monkeypatch.setattr(Engine, "load", counted)
    return sent


def test_an_engine_that_wants_every_layer_gets_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one with another image store would: it refuses an archive without the base."""
    load = Engine.load

    def strict(self: Engine, archive: Iterator[bytes]) -> None:
        chunks = list(archive)
        if sum(map(len, chunks)) < 1_000_000:
            raise Unanswered("docker", "blob not found")
        load(self, iter(chunks))

    monkeypatch.setattr(Engine, "load", strict)
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as sandbox:
        images = [sandbox.build(image_order({"a.py": f"print({n})\n"})) for n in (3, 4)]
    assert len({image.image_id for image in images}) == 2
