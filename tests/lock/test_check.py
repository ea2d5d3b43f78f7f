"""The `lock` check on locks that are right and on locks somebody tampered with, against a loopback index."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from packaging.utils import canonicalize_name

from checker.checks import Check, lock, packages, release_age, sources, vulnerabilities
from checker.judge import merged
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam
from checker.model.policy import Target
from checker.model.severity import Severity
from checker.model.skill import Problem, Skill
from checker.rules.lock.locking import lock_skill
from checker.rules.lock.text import lock_text
from checker.tools import Index, Tools, Tree
from tests.lock.support import IMPATIENT, NOW, TARGET, Client, a_policy, a_skill, an_exam
from tests.support.index_server import Fault, IndexServer, Served, answers, hangs, truncated
from tests.support.locked import RangeScanner, advisory
from tests.support.wheels import build_sdist, build_wheel

Document = dict[str, Any]


class Quiet:
    def step(self, stage: str, detail: str = "") -> None:
        pass


class NoTree:
    """No check of this folder reads the tree."""


def tools_with(index: Index | None) -> Tools:
    head: Tree = NoTree()  # type: ignore[assignment]
    off = {} if index is not None else {"index": "--offline"}
    return Tools(head=head, progress=Quiet(), index=index, off=off)


def ask(exam: Exam, index: Index | None) -> Answers:
    return lock.examine(exam, tools_with(index), {})


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as index:
        index.add(build_wheel("app", "1.0", requires=["lib>=1", "gone; sys_platform == 'win32'"]))
        index.add(build_wheel("lib", "1.5"))
        index.add(build_wheel("lib", "2.0rc1"))
        index.add(build_wheel("spare", "1.0"))
        index.add(build_wheel("evil", "1.0"))
        index.add(build_sdist("lib", "1.5"))
        yield index


@pytest.fixture
def client(server: IndexServer, tmp_path: Path) -> Iterator[Client]:
    with Client(tmp_path, server.url) as made:
        yield made


@pytest.fixture
def good(server: IndexServer) -> str:
    """The lock of `app` as `proctor lock` writes it."""
    packages = [
        as_locked(server, name, f"{name}-{version}-py3-none-any.whl") for name, version in PINS.items()
    ]
    document = {"lock-version": "1.0", "created-by": "uv", "packages": packages}
    edges = {canonicalize_name("app"): (canonicalize_name("lib"),)}
    return lock_text(document, edges, target=TARGET.name, python="3.11", exclude_newer=NOW)


PINS = {"app": "1.0", "lib": "1.5"}


def as_locked(server: IndexServer, name: str, filename: str) -> Document:
    """The entry of a file that the index really serves."""
    built = server.projects[name][filename].built
    hashes = {"sha256": built.sha256}
    wheel = {"url": f"{server.origin}/files/{filename}", "size": len(built.data), "hashes": hashes}
    return {"name": name, "version": filename.split("-")[1], "wheels": [wheel]}


def outcome(skill: Skill, index: Index | None, **policy: Any) -> Outcome:
    (only,) = ask(an_exam(skill, **policy), index).outcomes
    return only


def judged(text: str, index: Index | None, *declared: str, **policy: Any) -> Outcome:
    """What the checks that read a lock say of it together: the worst status, every finding."""
    exam = an_exam(a_skill(declared or ["app"], {TARGET.name: text}), **policy)
    tools = tools_with(index)
    every = [
        said for check in (lock, sources, release_age) for said in check.examine(exam, tools, {}).outcomes
    ]
    worst = next(status for status in WORST if any(each.status is status for each in every))
    reasons = "; ".join(each.reason for each in every if each.status is worst and each.reason)
    findings = tuple(finding for each in every for finding in each.findings)
    return every[0].model_copy(update={"status": worst, "reason": reasons, "findings": findings})


WORST = (Status.BROKEN, Status.FAILED, Status.SKIPPED, Status.PASSED)
#: What `sources` says instead of `lock`.
ELSEWHERE = {
    "an entry of another index",
    *("a foreign host with a fitting hash", "another port", "a file address", "a path"),
    *("a directory", "a repository", "an archive"),
}


def messages(found: Outcome) -> str:
    return "\n".join(finding.message for finding in found.findings)


def tampered(text: str, change: Callable[[Document], Any]) -> str:
    document = tomllib.loads(text)
    change(document)
    return tomli_w.dumps(document)


def entry(document: Document, name: str) -> Document:
    return next(package for package in document["packages"] if package["name"] == name)


def wheel(document: Document, name: str) -> Document:
    found: Document = entry(document, name)["wheels"][0]
    return found


def with_evil(text: str, server: IndexServer) -> str:
    """The lock with one more distribution, which the index really serves."""
    entry = {**as_locked(server, "evil", "evil-1.0-py3-none-any.whl"), "dependencies": []}
    return tampered(text, lambda document: document["packages"].append(entry))


def test_a_lock_that_is_right_passes(good: str, client: Client) -> None:
    found = judged(good, client.index)
    assert (found.status, messages(found)) == (Status.PASSED, "")


def test_what_uv_locks_passes_and_locks_again_to_the_same_bytes(server: IndexServer, tmp_path: Path) -> None:
    with Client(tmp_path, server.url) as client:
        (text,) = lock_skill(a_skill(["app"]), a_policy(), client.resolver(), NOW).values()
        assert judged(text, client.index).status is Status.PASSED
        again = a_skill(["app"], {TARGET.name: text})
        later = NOW + dt.timedelta(days=30)
        assert list(lock_skill(again, a_policy(), client.resolver(), later).values()) == [text]


def test_findings_point_at_the_entry_and_say_what_to_run(
    good: str, client: Client, server: IndexServer
) -> None:
    text = with_evil(good, server)
    (finding,) = judged(text, client.index).findings
    line = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[packages]]"][-1]
    assert (finding.rule, finding.subject, finding.severity) == ("lock", "evil", Severity.ERROR)
    assert (finding.file, finding.line) == (f"skills/x/pylock.{TARGET.name}.toml", line)
    assert "proctor lock skills/x" in finding.remedy


TAMPERED: dict[str, tuple[Callable[[Document], Any], str]] = {
    "another hash": (
        lambda d: wheel(d, "lib")["hashes"].update(sha256="0" * 64),
        "another sha256 in the policy's index",
    ),
    "no sha256": (lambda d: wheel(d, "lib").update(hashes={"md5": "0"}), "has no sha256"),
    "another size": (lambda d: wheel(d, "lib").update(size=1), "bytes in the policy's index, 1 in the lock"),
    "a foreign host with a fitting hash": (
        lambda d: wheel(d, "lib").update(url="https://evil.example/lib-1.5-py3-none-any.whl"),
        "to be fetched from evil.example",
    ),
    "an entry of another index": (
        lambda d: entry(d, "lib").update(index="https://evil.example/index"),
        "to be fetched from evil.example",
    ),
    "another port": (
        lambda d: wheel(d, "lib").update(url="http://127.0.0.1:1/lib-1.5-py3-none-any.whl"),
        "to be fetched from 127.0.0.1:1",
    ),
    "a file address": (
        lambda d: wheel(d, "lib").update(url="file:///tmp/lib-1.5-py3-none-any.whl"),
        "not at an http(s) address",
    ),
    "a path": (
        lambda d: wheel(d, "lib").update(path="../../lib-1.5-py3-none-any.whl"),
        "is a local path: ../../lib-1.5-py3-none-any.whl",
    ),
    "a missing dependency": (
        lambda d: d["packages"].remove(entry(d, "lib")),
        "app requires lib, which is not locked",
    ),
    "a missing declaration": (lambda d: d["packages"].remove(entry(d, "app")), "app is declared, but not in"),
    "a marker that never holds": (
        lambda d: entry(d, "lib").update(marker="sys_platform == 'win32'"),
        "left out on the target by its marker",
    ),
    "a pre-release": (
        lambda d: (
            entry(d, "lib").update(version="2.0rc1"),
            wheel(d, "lib").update(url=wheel(d, "lib")["url"].replace("1.5", "2.0rc1")),
        ),
        "is a pre-release that nothing asks for; 1.5 is final",
    ),
    "a version that is not there": (
        lambda d: (
            entry(d, "lib").update(version="1.6"),
            wheel(d, "lib").update(url=wheel(d, "lib")["url"].replace("1.5", "1.6")),
        ),
        "lib-1.6-py3-none-any.whl is not in the policy's index",
    ),
    "a version too low": (
        lambda d: (
            entry(d, "lib").update(version="0.5"),
            wheel(d, "lib").update(url=wheel(d, "lib")["url"].replace("1.5", "0.5")),
        ),
        "app requires lib>=1, but 0.5 is locked",
    ),
    "the same name twice": (lambda d: d["packages"].append(entry(d, "lib")), "lib is locked 2 times"),
    "no version": (lambda d: entry(d, "lib").pop("version"), "locked without a version"),
    "another target": (lambda d: d["tool"]["proctor"].update(target="macos"), "locked for target macos"),
    "another Python": (lambda d: d["tool"]["proctor"].update(python="3.12"), "locked for Python 3.12"),
    "a Python it does not allow": (
        lambda d: (d["tool"]["proctor"].pop("python"), d.update({"requires-python": ">=3.12"})),
        "requires Python >=3.12",
    ),
    "environments without the target": (
        lambda d: d.update(environments=["sys_platform == 'darwin'"]),
        "environments leave out",
    ),
    "a directory": (
        lambda d: (entry(d, "lib").pop("wheels"), entry(d, "lib").update(directory={"path": "../.."})),
        "comes from ../.., which the policy does not name",
    ),
    "a repository": (
        lambda d: (
            entry(d, "lib").pop("wheels"),
            entry(d, "lib").update(vcs={"type": "git", "url": "https://git.example/x", "commit-id": "ab"}),
        ),
        "comes from git+https://git.example/x@ab, which the policy does not name",
    ),
    "an archive": (
        lambda d: (
            entry(d, "lib").update(
                archive={"url": wheel(d, "lib")["url"], "hashes": wheel(d, "lib")["hashes"]}
            ),
            entry(d, "lib").pop("wheels"),
        ),
        "which the policy does not name",
    ),
    "a wheel of another platform": (
        lambda d: wheel(d, "lib").update(url="https://x.example/lib-1.5-cp311-cp311-win_amd64.whl"),
        "no wheel of lib fits",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_lock_fails(name: str, good: str, client: Client) -> None:
    change, message = TAMPERED[name]
    found = judged(tampered(good, change), client.index)
    assert found.status in (Status.FAILED, Status.BROKEN)
    told = {(f.rule, f.severity) for f in found.findings if message in f.message}
    assert told == {("sources" if name in ELSEWHERE else "lock", Severity.ERROR)}


OFFLINE = {
    *("no sha256", "a file address", "a path", "a missing dependency", "a missing declaration", "no version"),
    *("a marker that never holds", "the same name twice", "another target", "another Python", "a directory"),
    *("a Python it does not allow", "environments without the target", "a repository", "an archive"),
    "a wheel of another platform",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_offline_what_the_lock_itself_shows_still_fails(name: str, good: str) -> None:
    change, message = TAMPERED[name]
    found = judged(tampered(good, change), None)
    if name in OFFLINE:
        assert found.status is Status.FAILED
        assert message in messages(found)
    else:
        assert found.status is Status.SKIPPED
        assert "not verified against the index" in found.reason


def test_an_extra_distribution(good: str, client: Client, server: IndexServer) -> None:
    text = with_evil(good, server)
    for index in (client.index, None):
        found = judged(text, index)
        assert found.status is Status.FAILED
        assert messages(found) == "evil is locked, but nothing that the skill declares requires it"


def test_edges_the_lock_makes_up_hide_nothing_online(good: str, client: Client, server: IndexServer) -> None:
    text = with_evil(good, server)
    text = tampered(text, lambda d: entry(d, "app")["dependencies"].append({"name": "evil"}))
    assert judged(text, None).status is Status.SKIPPED
    assert "nothing that the skill declares requires it" in messages(judged(text, client.index))


def test_a_declaration_that_is_no_longer_met(good: str, client: Client) -> None:
    found = judged(good, client.index, "app>=1.1")
    assert "app>=1.1 is declared, but" in messages(found)
    assert (found.findings[0].file, found.findings[0].line) == ("skills/x/skill.yaml", 4)


def test_a_declaration_for_another_platform_asks_for_nothing(good: str, client: Client) -> None:
    assert judged(good, client.index, "app", "spare; sys_platform == 'win32'").status is Status.PASSED


def test_a_pre_release_that_is_asked_for(client: Client) -> None:
    skill = a_skill(["app", "lib>=2.0rc1"])
    (text,) = lock_skill(skill, a_policy(), client.resolver(), NOW).values()
    assert judged(text, client.index, "app", "lib>=2.0rc1").status is Status.PASSED


def test_yanked_is_a_warning(good: str, client: Client, server: IndexServer) -> None:
    server.projects["lib"]["lib-1.5-py3-none-any.whl"].yanked = "leaks\x1b[31m"
    (finding,) = judged(good, client.index).findings
    assert finding.severity is Severity.WARNING
    assert finding.message == "lib 1.5 was yanked: leaks\\x1b[31m"


def test_a_release_that_is_too_young(good: str, client: Client, server: IndexServer) -> None:
    server.projects["lib"]["lib-1.5-py3-none-any.whl"].uploaded = (NOW - dt.timedelta(days=3)).isoformat()
    assert judged(good, client.index, min_release_age_days=3).status is Status.PASSED
    found = judged(good, client.index, min_release_age_days=4)
    assert "lib 1.5 was uploaded on 2025-05-29" in messages(found)


def test_an_age_the_index_does_not_tell(good: str, client: Client, server: IndexServer) -> None:
    server.projects["lib"]["lib-1.5-py3-none-any.whl"].listed = {"upload-time": None}
    found = judged(good, client.index, min_release_age_days=1)
    assert (found.status, "when it was uploaded" in found.reason) == (Status.BROKEN, True)


def test_a_distribution_that_does_not_support_the_python(
    client: Client, server: IndexServer, good: str
) -> None:
    built = build_wheel("lib", "1.5", requires_python=">=3.12")
    server.projects["lib"] = {built.filename: Served(built)}
    text = tampered(
        good, lambda d: wheel(d, "lib").update(hashes={"sha256": built.sha256}, size=len(built.data))
    )
    assert "lib supports Python >=3.12 only" in messages(judged(text, client.index))


def sdist_only(document: Document, server: IndexServer) -> None:
    built = server.projects["lib"]["lib-1.5.tar.gz"].built
    lib = entry(document, "lib")
    del lib["wheels"]
    lib["sdist"] = {"url": f"{server.origin}/files/lib-1.5.tar.gz", "hashes": {"sha256": built.sha256}}


def test_source_archives_are_denied_and_not_guessed_at(
    good: str, client: Client, server: IndexServer
) -> None:
    text = tampered(good, lambda d: sdist_only(d, server))
    assert "locked as a source archive only" in messages(judged(text, client.index))
    allowed = judged(text, client.index, source_builds=(canonicalize_name("lib"),))
    assert (allowed.status, allowed.findings) == (Status.BROKEN, ())


def test_a_direct_reference_the_policy_names_is_read_like_any_wheel(good: str, client: Client) -> None:
    text = tampered(good, TAMPERED["an archive"][0])
    url = entry(tomllib.loads(text), "lib")["archive"]["url"]
    assert judged(text, client.index, direct_sources=(url,)).status is Status.PASSED


def test_a_repository_the_policy_names_cannot_be_verified(good: str, client: Client) -> None:
    text = tampered(good, TAMPERED["a repository"][0])
    assert judged(text, client.index, direct_sources=(REPOSITORY,)).status is Status.BROKEN


REPOSITORY = "git+https://git.example/x@ab"

FAULTS: dict[str, Fault] = {
    "500": answers(500),
    "403": answers(403),
    "html": answers(200, b"<html>", "text/html"),
    "truncated": truncated(b"{", 100),
    "wrong shape": answers(200, b"{}"),
    "empty": answers(200),
    "hang": hangs(1.5),
}
#: Nothing listens there.
REFUSED = "http://127.0.0.1:1/simple"
#: Every check that judges by what the index says.
ASKING = (lock, sources, release_age, packages)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("path", ["/simple/lib/", "/files/lib-1.5-py3-none-any.whl.metadata"])
def test_an_index_that_does_not_answer_leaves_it_broken(
    name: str, path: str, good: str, server: IndexServer, tmp_path: Path
) -> None:
    server.faults[path] = FAULTS[name]
    with Client(tmp_path / "fresh", server.url, patience=IMPATIENT) as client:
        found = judged(good, client.index)
    assert (found.status, found.findings) == (Status.BROKEN, ())
    assert "lib" in found.reason


@pytest.mark.parametrize("name", [*FAULTS, "refused"])
def test_no_check_passes_by_an_index_that_is_silent(
    name: str, good: str, server: IndexServer, tmp_path: Path
) -> None:
    text = tampered(good, TAMPERED["a foreign host with a fitting hash"][0])
    exam = an_exam(a_skill(["app"], {TARGET.name: text}), min_release_age_days=1)
    if name in FAULTS:
        server.faults["*"] = FAULTS[name]
    with Client(tmp_path / "fresh", server.url if name in FAULTS else REFUSED, patience=IMPATIENT) as client:
        tools = tools_with(client.index)
        answers = [check.examine(exam, tools, {}) for check in ASKING]
    assert {outcome.status for answer in answers for outcome in answer.outcomes} == {Status.BROKEN}
    assert all("does not serve" not in outcome.reason for answer in answers for outcome in answer.outcomes)
    (engine,) = merged(run for answer in answers for run in answer.engines)
    assert (engine.name, engine.ran, engine.idle) == ("package index", False, False)
    assert engine.reason.startswith("no answer, such as for app==1.0: ")
    assert engine.unanswered == ("app==1.0", "lib==1.5")


def test_the_upgrade_that_nobody_could_look_up_is_not_said_to_be_missing(good: str, tmp_path: Path) -> None:
    scanner = RangeScanner({"app": [("2.0", advisory("GHSA-1", "2.0"))]})
    exam = an_exam(a_skill(["app"], {TARGET.name: good}))
    with Client(tmp_path / "fresh", REFUSED, patience=IMPATIENT) as client:
        tools = replace(tools_with(client.index), scanners=(scanner,))
        (found,) = vulnerabilities.examine(exam, tools, {}).outcomes
    assert (found.status, "refused" in found.findings[0].remedy) == (Status.FAILED, True)


@pytest.mark.parametrize("name", FAULTS)
def test_hosts_are_compared_as_far_as_the_index_answers(
    name: str, good: str, server: IndexServer, tmp_path: Path
) -> None:
    server.faults["/simple/lib/"] = FAULTS[name]
    text = tampered(
        good, lambda d: wheel(d, "app").update(url="https://evil.example/app-1.0-py3-none-any.whl")
    )
    exam = an_exam(a_skill(["app"], {TARGET.name: text}))
    with Client(tmp_path / "fresh", server.url, patience=IMPATIENT) as client:
        answers = sources.examine(exam, tools_with(client.index), {})
    (found,) = answers.outcomes
    assert (found.status, found.reason.startswith("hosts not compared: lib: ")) == (Status.BROKEN, True)
    assert messages(found) == "app is to be fetched from evil.example, not from the policy's index"
    (engine,) = answers.engines
    assert (engine.ran, engine.reason, engine.unanswered) == (True, "pins not answered for: 1", ("lib==1.5",))


def test_a_wheel_that_nobody_told_about_is_owed_once_by_all_checks(
    good: str, server: IndexServer, tmp_path: Path
) -> None:
    server.faults["/files/lib-1.5-py3-none-any.whl.metadata"] = answers(500)
    exam = an_exam(a_skill(["app"], {TARGET.name: good}), min_release_age_days=1)
    with Client(tmp_path / "fresh", server.url, patience=IMPATIENT) as client:
        said = [check.examine(exam, tools_with(client.index), {}) for check in ASKING]
    (engine,) = merged(run for answer in said for run in answer.engines)
    assert (engine.ran, engine.reason, engine.unanswered) == (True, "pins not answered for: 1", ("lib==1.5",))


@pytest.mark.parametrize("check", ASKING)
def test_offline_every_check_says_that_the_index_did_not_run(check: Check, good: str) -> None:
    exam = an_exam(a_skill(["app"], {TARGET.name: good}), min_release_age_days=1)
    (engine,) = check.examine(exam, tools_with(None), {}).engines
    assert (engine.name, engine.ran, engine.reason) == ("package index", False, "--offline")


def test_offline_hosts_are_not_compared_and_that_is_said(good: str) -> None:
    said = "hosts of locked files not compared (--offline)"
    for text, found in ((good, ()), (tampered(good, TAMPERED["a path"][0]), ("lib",))):
        exam = an_exam(a_skill(["app"], {TARGET.name: text}))
        (outcome,) = sources.examine(exam, tools_with(None), {}).outcomes
        assert outcome.status is (Status.FAILED if found else Status.SKIPPED)
        assert (tuple(f.subject for f in outcome.findings), outcome.reason) == (found, said)


def test_nothing_that_is_locked_comes_from_the_index(good: str, client: Client) -> None:
    text = tampered(good, lambda d: d.update(packages=[]))
    exam = an_exam(a_skill(["app"], {TARGET.name: text}))
    for check in (lock, sources, packages):
        (engine,) = check.examine(exam, tools_with(client.index), {}).engines
        assert (engine.ran, engine.idle) == (False, True)


def test_what_was_found_is_kept_when_the_index_fails(good: str, server: IndexServer, tmp_path: Path) -> None:
    server.faults["/simple/lib/"] = answers(500)
    text = tampered(good, lambda d: wheel(d, "app").update(size=1))
    with Client(tmp_path / "fresh", server.url) as client:
        found = judged(text, client.index)
    assert found.status is Status.BROKEN
    assert "1 in the lock" in messages(found)


def test_a_name_the_index_does_not_know(good: str, server: IndexServer, tmp_path: Path) -> None:
    server.faults["/simple/lib/"] = answers(404)
    with Client(tmp_path / "fresh", server.url) as client:
        found = judged(good, client.index)
    assert (found.status, messages(found)) == (Status.FAILED, "lib is not in the policy's index")


def test_the_index_is_asked_once_for_all_skills(good: str, server: IndexServer, tmp_path: Path) -> None:
    server.asked.clear()
    skills = [a_skill(["app"], {TARGET.name: good}, id=f"skills/{n}") for n in range(20)]
    with Client(tmp_path / "fresh", server.url) as client:
        outcomes = ask(an_exam(*skills), client.index).outcomes
    assert {found.status for found in outcomes} == {Status.PASSED}
    assert set(server.asked.values()) == {1}


# Without a lock, without packages, without a manifest


def test_no_lock() -> None:
    (finding,) = outcome(a_skill(["app"]), None).findings
    assert (finding.subject, finding.file, finding.line) == ("pylock.toml", "skills/x/skill.yaml", 4)
    assert "proctor lock skills/x" in finding.remedy


def test_one_lock_for_each_target(good: str) -> None:
    targets = (TARGET, Target(name="mac", platform="macos"))
    found = outcome(a_skill(["app"], {TARGET.name: good}), None, targets=targets)
    assert [finding.subject for finding in found.findings] == ["pylock.mac.toml"]


def test_a_lock_that_cannot_be_read() -> None:
    problem = Problem(message="not TOML", location=Location(file="skills/x/pylock.toml", line=3))
    found = outcome(a_skill(["app"], lock_problems={TARGET.name: problem}), None)
    assert (found.status, found.findings[0].line, messages(found)) == (Status.FAILED, 3, "not TOML")


def test_nothing_declared_and_nothing_locked() -> None:
    found = outcome(a_skill([]), None)
    assert (found.status, found.reason) == (Status.NOT_APPLICABLE, "declares no packages")


def test_nothing_declared_but_something_locked(good: str, client: Client) -> None:
    found = outcome(a_skill([], {TARGET.name: good}), client.index)
    assert {finding.subject for finding in found.findings} == {"app", "lib"}


def test_a_skill_that_cannot_be_read() -> None:
    problem = Problem(message="no SKILL.md", location=Location(file="skills/x/SKILL.md"), fatal=True)
    found = outcome(a_skill(["app"], problems=(problem,)), None)
    assert (found.status, found.reason) == (Status.BROKEN, "no SKILL.md")


def test_offline_says_so_and_says_more_where_the_lock_has_no_edges(good: str) -> None:
    found = outcome(a_skill(["app"], {TARGET.name: good}), None)
    assert found.reason == "in step with skill.yaml; not verified against the index (--offline)"
    bare = tampered(good, lambda d: [package.pop("dependencies") for package in d["packages"]])
    found = judged(bare, None)
    assert (found.status, "superfluous" in found.reason) == (Status.SKIPPED, True)
    (engine,) = ask(an_exam(a_skill([])), None).engines
    assert (engine.ran, engine.reason) == (False, "--offline")
