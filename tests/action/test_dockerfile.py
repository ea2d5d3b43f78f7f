"""The image is built and run by the real engine, over a base made of this machine's own Python: no registry here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker.errors import APIError, BuildError

from checker import __version__
from checker.engines.sandbox.images.host_base import base_members
from checker.engines.sandbox.images.host_python import HostPython, probe
from checker.engines.sandbox.images.layers import Member, write_layer
from tests.action.conftest import ROOT
from tests.cli.conftest import POLICY, prompt
from tests.support.repos import ScratchRepo

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]
SOURCES = ("requirements", "checker", "policies", "examples/workflows")


@pytest.fixture(scope="module")
def docker():
    import docker

    client = docker.from_env(timeout=300)
    yield client
    client.close()


@pytest.fixture(scope="module")
def base(docker, tmp_path_factory):
    """An image with this machine's Python, its shell tools and git."""
    python = probe(sys.executable)
    assert python is not None
    folder = tmp_path_factory.mktemp("base")
    layer = write_layer(folder, members(python, folder / "staging"))
    repository, tag = "proctor-test/base", uuid.uuid4().hex
    docker.api.import_image_from_file(str(layer.pieces[0]), repository=repository, tag=tag)
    yield f"{repository}:{tag}"
    docker.images.remove(f"{repository}:{tag}")


def members(python: HostPython, staging: Path):
    """The sandbox's own host base, and what a build needs besides: pip's bundle, git, chown."""
    found = {member.path: member for member in base_members(python, staging)}
    bundle = Path(python.stdlib) / "ensurepip"
    for file in (path for path in bundle.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        found[str(file.relative_to("/"))] = Member(str(file.relative_to("/")), source=file)
    found["usr/local/bin/python3"] = Member("usr/local/bin/python3", 0o777, link=python.path)
    for tool in ("git", "chown"):
        where = shutil.which(tool)
        assert where is not None
        for file in [Path(where), *libraries(where)]:
            place = str((file.parent.resolve() / file.name).relative_to("/"))
            found.setdefault(place, Member(place, 0o755, source=file.resolve()))
    return found.values()


def libraries(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return [Path(word) for line in listed.splitlines() for word in line.split() if word.startswith("/")]


@pytest.fixture(scope="module")
def image(docker, base, tmp_path_factory):
    """The Dockerfile's image, built without any network from wheels in the build context."""
    context = tmp_path_factory.mktemp("context")
    for name in SOURCES:
        shutil.copytree(ROOT / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, context / name)
    download(context / "wheels", tmp_path_factory.mktemp("pip") / "venv")
    names = [f"proctor-test/{stage}:{uuid.uuid4().hex}" for stage in ("build", "proctor")]
    # The first stage by itself, so that it has a name, too, and can be removed.
    build(docker, context, names[0], base, target="build", nocache=True)
    build(docker, context, names[1], base)
    yield names[1]
    for name in reversed(names):
        docker.images.remove(name)


def build(docker, context: Path, name: str, base: str, **how):
    arguments = {"BASE": base, "PIP_NO_INDEX": "1"}
    where = {"path": str(context), "tag": name, "buildargs": arguments, "network_mode": "none"}
    try:
        docker.images.build(**where, rm=True, forcerm=True, **how)
    except BuildError as error:
        pytest.fail("".join(line.get("stream", "") for line in error.build_log), pytrace=False)


def download(wheels: Path, venv: Path):
    """Every locked wheel, by its hash; several at a time, because most of it is waiting."""
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    texts = "".join((ROOT / f"requirements/{name}.txt").read_text() for name in ("run", "build"))
    blocks = sorted(set(re.findall(r"^\S.*\n(?: .*\n)*", texts, re.MULTILINE)))

    def some(part: int) -> subprocess.CompletedProcess[str]:
        listed = venv / f"part-{part}.txt"
        listed.write_text("".join(blocks[part::4]))
        call = [venv / "bin/pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary=:all:"]
        return subprocess.run([*call, "-d", wheels, "-r", listed], capture_output=True, text=True)

    with ThreadPoolExecutor(4) as pool:
        for done in pool.map(some, range(4)):
            assert done.returncode == 0, done.stderr


def run(docker, image, *arguments, repo: Path):
    """Exit code and output of the program in a container without network, as the image sets it up."""
    container = docker.containers.create(
        image, list(arguments), network_mode="none", volumes={str(repo): {"bind": "/repo", "mode": "ro"}}
    )
    try:
        container.start()
        code = container.wait(timeout=120)["StatusCode"]
        return code, container.logs(stdout=True, stderr=False).decode(), container.logs().decode()
    finally:
        container.remove(force=True)


@pytest.fixture
def repo(tmp_path):
    """Somebody else's files: the container's user owns none of them."""
    scratch = ScratchRepo(tmp_path / "repo")
    scratch.commit({**POLICY, **prompt("notes")})
    scratch.git("switch", "-q", "-c", "change")
    scratch.commit({**prompt("notes"), **prompt("letters")})
    subprocess.run(["chmod", "-R", "a+rX", tmp_path, tmp_path.parent], check=True)
    return scratch.path


def test_the_program_is_the_one_of_this_checkout(docker, image, repo):
    assert run(docker, image, "--version", repo=repo)[:2] == (0, f"proctor, version {__version__}\n")


def test_it_runs_as_nobody_and_owns_nothing_of_the_program(docker, image, repo):
    assert docker.images.get(image).attrs["Config"]["User"] == "65532:65532"
    find = "import os; print([p for p, _, _ in os.walk('/opt/proctor') if os.access(p, os.W_OK)])"
    container = docker.containers.run(
        image, ["-c", find], entrypoint="/opt/proctor/bin/python", network_mode="none", remove=True
    )
    assert container.decode().strip() == "[]"


def test_it_examines_a_repository_of_somebody_else(docker, image, repo):
    call = ("check", "--base", "main", "--offline", "--no-sandbox", "--format", "json")
    code, out, everything = run(docker, image, *call, repo=repo)
    assert code == 0, everything
    verdict = json.loads(out)
    assert verdict["decision"] == "pass"
    assert [skill["skill"] for skill in verdict["skills"]] == ["skills/letters"]


def test_a_base_is_not_chosen_for_anybody(docker, tmp_path):
    (tmp_path / "Dockerfile").write_text((ROOT / "Dockerfile").read_text())
    with pytest.raises((APIError, BuildError), match="base name"):
        docker.images.build(path=str(tmp_path), rm=True, forcerm=True)
