"""Every behaviour of the contract, on every backend that is here. A backend that is not is said, not passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from checker.errors import InputError
from checker.model.policy import Limits
from checker.tools import Sandbox
from tests.contract.backends import BACKENDS, Backend
from tests.contract.behaviours import CONTRACT, Behaviour
from tests.support.sandbox import LIMITS, FolderWheels, image_order
from tests.support.wheels import build_wheel

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    found = BACKENDS[request.param]
    if reason := found.absent():
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> FolderWheels:
    return FolderWheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def sandbox(
    backend: Backend, wheels: FolderWheels, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", "SECRET_OF_THE_HOST")
        with backend.open(wheels, tmp_path_factory.mktemp("state")) as opened:
            yield opened


@pytest.mark.parametrize("behaviour", CONTRACT.values(), ids=CONTRACT)
def test_behaviour(behaviour: Behaviour, backend: Backend, sandbox: Sandbox) -> None:
    limits = Limits.model_validate({**LIMITS.model_dump(), **behaviour.limits})
    seen = sandbox.run(sandbox.build(image_order(behaviour.files)), behaviour.phases, limits)
    assert [evidence.phase for evidence in seen] == [phase.name for phase in behaviour.phases]
    if behaviour.counted and not backend.counts:
        assert getattr(seen[0], behaviour.counted) is None
    else:
        assert behaviour.holds(seen), (behaviour.says, seen)


def test_the_version_is_told(sandbox: Sandbox) -> None:
    assert sandbox.version


def test_an_image_holds_the_locked_packages_and_is_reused(sandbox: Sandbox, wheels: FolderWheels) -> None:
    order = image_order({"a.py": ""}, [wheels.add(build_wheel("hello"))])
    first, again = sandbox.build(order), sandbox.build(order)
    assert (dict(first.top_level), again.cached) == ({"hello": ("hello",)}, True)
    assert (again.key, again.image_id) == (first.key, first.image_id)
    other = sandbox.build(image_order({"a.py": "other"}))
    assert other.key != first.key


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a\nb", "n" * 256])
def test_a_skill_that_must_not_become_an_image(path: str, sandbox: Sandbox) -> None:
    with pytest.raises(InputError):
        sandbox.build(replace(image_order({}), files={path: (b"", False)}))
