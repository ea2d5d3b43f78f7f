"""Packages with native extensions from the package index, locked, put in an image and used there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.engines.sandbox import Engine, Keep, State, tidy
from tests.cli.conftest import SKILL_MD, plain, proctor  # noqa: F401 - fixture

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow]

NATIVE = ("numpy", "pandas", "pillow", "lxml", "cryptography")
ENTRY = "  - {{name: {}, status: approved, min_maturity: intern, reason: native code}}\n"
#: Every package does something that only its compiled part can do.
USE = """\
import io

import numpy
import pandas
from cryptography.fernet import Fernet
from lxml import etree
from PIL import Image

print(round(numpy.linalg.det(numpy.eye(3) * 2)))
print(pandas.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]}).groupby("k").v.sum().to_dict())
picture = io.BytesIO()
Image.new("RGB", (4, 4), "red").save(picture, "PNG")
print(Image.open(picture).getpixel((0, 0)))
print(etree.fromstring("<a><b/></a>").xpath("count(//b)"))
key = Fernet.generate_key()
print(Fernet(key).decrypt(Fernet(key).encrypt(b"sealed")).decode())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository with one skill, and a cache beside it whose images go afterwards."""
    made = tmp_path_factory.mktemp("native")
    files = {
        "policies/maturity.yaml": "version: 1\nextends: default\n",
        "policies/packages.yaml": "version: 1\npackages:\n" + "".join(map(ENTRY.format, NATIVE)),
        "skills/native/SKILL.md": SKILL_MD.format(name="native"),
        "skills/native/skill.yaml": f"version: 1\npackages: [{', '.join(NATIVE)}]\n",
        "skills/native/use.py": USE,
        "skills/native/test_use.py": "def test_use(capsys):\n    import use\n    assert 'sealed' in capsys.readouterr().out\n",
    }
    plain(made / "repository", files)
    yield made
    engine = Engine()
    tidy(engine, State(made / "cache/sandbox"), Keep(0, None))
    engine.close()


def test_native_extensions_are_imported_used_and_tested(folder, proctor):  # noqa: F811
    shared = ("--cache", folder / "cache")
    assert proctor("lock", "--path", folder / "repository", *shared).code == 0
    result = proctor(
        *("check", folder / "repository", "--worktree", "--only", "sandbox", "--format", "json"), *shared
    )
    (outcome,) = [o for o in json.loads(result.out)["skills"][0]["outcomes"] if o["check"] == "sandbox"]
    phases = {phase["phase"]: phase for phase in outcome["evidence"]["phases"]}
    assert {name: phase["status"] for name, phase in phases.items()} == dict.fromkeys(phases, "passed"), (
        result.out
    )
    assert (phases["tests"]["tests_collected"], phases["tests"]["tests_declared"]) == (1, 1)

    call = ("sandbox", "run", "native", "use.py", "--path", folder / "repository", "--offline", *shared)
    seen = json.loads(proctor(*call).out)
    assert seen["output"].splitlines() == ["8", "{'a': 4, 'b': 2}", "(255, 0, 0)", "1.0", "sealed"]
    assert (seen["status"], seen["network_attempts"]) == ("passed", 0)


def test_the_image_says_what_it_was_made_of(folder, proctor):  # noqa: F811
    """OCI labels: whoever finds the image can tell skill, lock, base and tool."""
    shared = ("--path", folder / "repository", "--cache", folder / "cache", "--offline")
    built = proctor("sandbox", "build", "native", *shared)
    engine = Engine()
    try:
        image = engine.image(built.out.split()[1])
    finally:
        engine.close()
    assert image is not None
    labels = image["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == "skills/native"
    assert labels["org.proctor.python"].startswith("3.")
    assert len(labels["org.proctor.lock"]) >= 40
    assert len(labels["org.opencontainers.image.base.digest"]) == len("sha256:") + 64
    assert labels["org.proctor.version"]
    assert os.environ.get("USER", "nobody-here") not in labels.values()
