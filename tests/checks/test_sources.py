"""`sources`, `release-age` and `confusables`: where packages come from, how old they are, what they are called."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from checker.checks import confusables, release_age, sources
from checker.load.lockfile import parse_lock
from checker.model.level import Level
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.rules.code.confusable import confusable
from checker.rules.code.import_names import curated
from checker.rules.code.name_tables import plugins, popular
from checker.tools import Tools
from tests.checks.test_packages import Quiet, lock_of
from tests.support.policies import default_policy, entry, loaded_skill, skill
from tests.support.trees import MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def examine(check, one, *entries, off=None, **policy):
    rules = default_policy(*entries, **policy)
    exam = Exam(policy=rules, examinees=(Examinee(skill=one, level=Level.INTERN),), now=NOW)
    tools = Tools(head=MemoryTree(), progress=Quiet(), off=off or {"index": "--offline"})
    (outcome,) = check.examine(exam, tools, {}).outcomes
    return outcome


def told(outcome):
    return [f"{f.severity} {f.subject}" for f in outcome.findings]


URL = "https://files.example/six-1.0-py3-none-any.whl"
ELSEWHERE = {
    "an address": (f"requirements.txt six @ {URL}", "error six", {"direct_sources": (URL,)}),
    "a repository": (
        "requirements.txt git+https://git.example/x@1",
        "error git+https://git.example/x@1",
        {"direct_sources": ("git+https://git.example/x@1",)},
    ),
    "a path": ("requirements.txt ./vendored", "error ./vendored", {"direct_sources": ("./vendored",)}),
    "a path in prose": ("README.md `pip install ./vendored`", "warning ./vendored", {}),
    "a repository in prose": (
        "README.md `pip install git+https://git.example/x`",
        "error git+https://git.example/x",
        {"direct_sources": ("git+https://git.example/x",)},
    ),
    "an index": (
        "install.sh pip install --index-url https://elsewhere.example/index six",
        "error https://elsewhere.example/index",
        {"indexes": ("https://elsewhere.example/index/",)},
    ),
    "a build from source": (
        "requirements.txt --no-binary six",
        "error six",
        {"source_builds": (canonicalize_name("six"),)},
    ),
    "a variable": ("requirements.txt $SIX", "error $SIX", {}),
}


@pytest.mark.parametrize(("line", "finding", "naming"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_does_not_come_from_the_index(line, finding, naming):
    file, _, text = line.partition(" ")
    one = loaded_skill({"SKILL.md": "# T\n", file: text + "\n"})
    found = examine(sources, one)
    assert (found.status, told(found)) == (Status.FAILED, [finding])
    if naming:
        assert told(examine(sources, one, **naming)) == []


def test_an_address_in_the_manifest():
    one = skill(packages=[f"six @ {URL}"])
    (finding,) = examine(sources, one).findings
    assert (finding.subject, finding.line) == ("six", 3)
    assert "`direct_sources` of policies/maturity.yaml" in finding.remedy
    assert examine(sources, one, direct_sources=(URL,)).findings == ()


def test_the_same_source_is_one_finding_where_a_machine_reads_it():
    text = "pip install --index-url https://elsewhere.example/index six\n"
    one = loaded_skill({"SKILL.md": f"```sh\n{text * 3}```\n", "z.sh": text})
    (finding,) = examine(sources, one).findings
    assert finding.file == "skills/tables/z.sh"


def test_plain_requirements_pass_and_nothing_is_nothing():
    assert examine(sources, skill(packages=["six>=1"])).status is Status.PASSED
    assert examine(sources, skill()).status is Status.NOT_APPLICABLE


def locked(*names):
    return skill(
        packages=names,
        locks={
            "linux-x86-64": parse_lock(lock_of(*names).encode(), "skills/tables/pylock.toml", "linux-x86-64")
        },
    )


def test_release_age_is_skipped_offline_and_said():
    found = examine(release_age, locked("six"), min_release_age_days=7)
    assert (found.status, "--offline" in found.reason) == (Status.SKIPPED, True)


def test_release_age_is_asked_only_where_the_policy_sets_one():
    assert examine(release_age, locked("six")).status is Status.NOT_APPLICABLE
    assert (
        examine(release_age, skill(packages=["six"]), min_release_age_days=7).status is Status.NOT_APPLICABLE
    )


CONFUSED = {
    "requets": "is one letter away from requests",
    "reqeusts": "is one letter away from requests",
    "requestss": "is one letter away from requests",
    "numpi": "is one letter away from numpy",
    "pythondateutil": "differs only in its separators from python-dateutil",
    "scikitlearn": "differs only in its separators from scikit-learn",
    "co1orama": "looks like colorama",
    "nurnpy": "looks like numpy",
    "sklearn": "is the name of a module; the distribution is scikit-learn",
    "pil": "is the name of a module; the distribution is pillow",
    "pathlib": "is a module of the standard library: there is nothing to install",
}


@pytest.mark.parametrize(("name", "why"), CONFUSED.items())
def test_a_name_nearly_that_of_another(name, why):
    found = examine(confusables, skill(packages=[name]))
    assert [finding.message for finding in found.findings] == [f"{name} {why}"]


@pytest.mark.parametrize(
    "name", ["numpy", "h2", "boto", "scapy", "simpy", "wand", "left-pad-of-our-own", "PyYAML"]
)
def test_a_name_that_is_meant(name):
    assert examine(confusables, skill(packages=[name])).findings == ()


def test_an_approved_name_is_compared_with_and_never_blamed():
    assert told(examine(confusables, skill(packages=["acme-tols"]), entry("acme-tools"))) == [
        "error acme-tols"
    ]
    assert told(examine(confusables, skill(packages=["nunpy"]), entry("nunpy"))) == []
    assert told(examine(confusables, skill(packages=["nunpy"]), entry("nunpy", status="pending"))) == [
        "error nunpy"
    ]


def test_names_that_only_prose_gives_are_compared_too():
    one = loaded_skill({"SKILL.md": "Run `pip install nunpy`.\n"})
    assert told(examine(confusables, one)) == ["error nunpy"]


def test_the_known_names_are_never_taken_for_each_other():
    assert [name for name in popular().names if confusable(name, popular().names)] == []
    assert len(popular().names) > 500
    assert plugins()


def test_few_of_the_distributions_that_are_known_to_exist_look_like_others():
    real = {name for names in curated().distributions.values() for name in names}
    blamed = {name for name in real if confusable(name, popular().names)}
    assert len(blamed) < len(real) / 100


NAMES = st.from_regex(r"[a-z][a-z0-9]{5,12}", fullmatch=True)


@given(NAMES, st.data())
def test_one_edit_of_any_kind_is_found(name, data):
    at = data.draw(st.integers(0, len(name) - 2))
    letter = data.draw(st.sampled_from("abcxyz"))
    edits = {
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }
    for edited in edits - {name}:
        assert confusable(canonicalize_name(edited), {canonicalize_name(name)})


@given(NAMES, NAMES)
def test_a_known_name_is_never_confusable(one, other):
    names = {canonicalize_name(one), canonicalize_name(other)}
    assert all(confusable(name, names) == "" for name in names)
