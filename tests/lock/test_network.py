"""The operator's real default index: what the loopback one imitates must hold there, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from checker.checks.lock import examine
from checker.engines.http import Patience
from checker.engines.uv import default_index, find_uv
from checker.model.outcome import Status
from checker.rules.lock.locking import lock_skill
from checker.tools import Tools
from tests.lock.support import TARGET, Client, a_policy, a_skill, an_exam
from tests.lock.test_check import NoTree, Quiet

pytestmark = pytest.mark.network
NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("cache")
    with Client(folder, default_index(find_uv()), patience=Patience()) as made:
        yield made


@pytest.fixture(scope="module")
def text(client: Client) -> str:
    (made,) = lock_skill(a_skill(["requests[socks]", "pyyaml"]), a_policy(), client.resolver(), NOW).values()
    return made


def judged(client: Client, text: str, *declared: str) -> tuple[Status, str]:
    exam = an_exam(a_skill(declared, {TARGET.name: text}))
    tools = Tools(head=NoTree(), progress=Quiet(), index=client.index)  # type: ignore[arg-type]
    (found,) = examine(exam, tools, {}).outcomes
    return found.status, "\n".join([found.reason, *(finding.message for finding in found.findings)])


def test_a_real_lock_passes_and_has_the_edges_of_its_extras(client: Client, text: str) -> None:
    assert judged(client, text, "requests[socks]", "pyyaml") == (Status.PASSED, "")
    (lock,) = a_skill([], {TARGET.name: text}).locks.values()
    requires = {str(d.name): d.requires for d in lock.distributions}
    assert requires["requests"] == ("certifi", "charset-normalizer", "idna", "pysocks", "urllib3")
    assert requires["pyyaml"] == ()


def test_without_the_extra_its_distribution_is_superfluous(client: Client, text: str) -> None:
    status, said = judged(client, text, "requests", "pyyaml")
    assert (status, "pysocks is locked, but nothing" in said) == (Status.FAILED, True)


def test_the_wheels_can_be_fetched_as_locked(client: Client, text: str) -> None:
    (lock,) = a_skill([], {TARGET.name: text}).locks.values()
    wheels = [wheel for d in lock.distributions for wheel in d.wheels if d.name in ("idna", "certifi")]
    paths = client.store.fetch(wheels, max_bytes=10_000_000)
    assert all(paths[wheel.sha256 or ""].stat().st_size == wheel.size for wheel in wheels)
