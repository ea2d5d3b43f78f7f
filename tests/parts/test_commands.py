"""`proctor plan`, `check --shard` and `merge` on a real repository."""

from __future__ import annotations

import json

import pytest

from checker.commands import merge as merging
from checker.reporters import REPORTERS
from tests.cli.conftest import packaged, prompt
from tests.support.repos import ScratchRepo

pytestmark = pytest.mark.slow
NOW = ("--now", "2026-11-22T10:00:00Z", "--offline", "--no-sandbox")
SKILLS = {
    **prompt("letters"),
    **packaged("tables", "pandas", requires="numpy"),
    **packaged("spies", "evil"),
    **prompt("maps"),
}


@pytest.fixture
def change(repo):
    """A branch with four skills; `notes` is on main already."""
    repo.git("checkout", "-q", "-b", "change")
    repo.commit(SKILLS, "Four skills")
    return repo


@pytest.fixture
def examined(proctor, tmp_path):
    """Write the verdict on a part, or on everything, as JSON; returns the file."""

    def call(repository: ScratchRepo, name: str, *more: str):
        file = tmp_path / f"{name}.json"
        base = ("--base", "main", "--format", "json", "--output", file)
        proctor("check", repository.path, *base, *NOW, *more)
        return file

    return call


def matrix(result):
    return [(one["shard"], one["part"], one["skills"]) for one in json.loads(result.out)["include"]]


def test_a_plan_has_as_many_parts_as_there_is_work(proctor, change):
    asked = [proctor("plan", change.path, "--base", "main", "--shards", n) for n in (1, 3, 9)]
    assert [result.code for result in asked] == [0, 0, 0]
    assert matrix(asked[0]) == [("1/1", "1-of-1", 4)]
    assert matrix(asked[1]) == [("1/3", "1-of-3", 2), ("2/3", "2-of-3", 1), ("3/3", "3-of-3", 1)]
    assert len(matrix(asked[2])) == 4
    assert asked[0].out.count("\n") == 1, "one line: it goes into a step's output"


def test_nothing_to_do_and_a_policy_that_cannot_be_read_make_one_part(proctor, repo):
    assert matrix(proctor("plan", repo.path, "--base", "main", "--shards", 3)) == [("1/1", "1-of-1", 0)]
    repo.commit({"policies/maturity.yaml": "version: 1\nnonsense: 1\n"})
    text = proctor("plan", repo.path, "--shards", 3, "--format", "text")
    assert "policy cannot be read" in text.out
    assert "1/1    the policy alone" in text.out


def test_a_plan_for_people_names_the_skills(proctor, change):
    text = proctor("plan", change.path, "--base", "main", "--shards", 2, "--format", "text").out
    assert text.splitlines()[0] == "4 skills to examine, in 2 parts"
    assert all(text.count(f"skills/{name}") == 1 for name in ("letters", "tables", "spies", "maps"))
    one = proctor("plan", change.path, "--base", "main", "--shards", 2, "--skill", "maps")
    assert matrix(one) == [("1/1", "1-of-1", 1)]


def test_every_report_of_joined_parts_is_that_of_the_whole(proctor, change, examined):
    parts = [examined(change, f"part-{number}", "--shard", f"{number}/3") for number in (3, 1, 2)]
    for form in REPORTERS:
        whole = proctor("check", change.path, "--base", "main", "--format", form, *NOW)
        assert proctor("merge", *parts, "--format", form) == whole, form
        assert whole.code == 1


def test_a_part_says_that_it_is_one(proctor, change, examined):
    said = proctor("check", change.path, "--base", "main", *NOW, "--shard", "2/3")
    assert "a part   this is part 2/3 of a run of 4 skills" in said.out
    assert "part" not in json.loads(examined(change, "whole").read_text())


def test_a_part_that_died_is_inconclusive(proctor, change, examined, tmp_path):
    proctor("plan", change.path, "--base", "main", "--shards", 3, "--save", tmp_path / "plan.json")
    parts = {n: examined(change, f"part-{n}", "--shard", f"{n}/3") for n in (1, 2, 3)}
    red = next(n for n, file in parts.items() if "skills/spies" in skills_in(file))
    left = [file for n, file in parts.items() if n != red]
    joined = proctor("merge", *left, "--plan", tmp_path / "plan.json")
    assert joined.code == 3
    assert f"part {red}/3 left no verdict; not examined: skills/" in joined.out
    nothing = proctor("merge", "--plan", tmp_path / "plan.json")
    assert nothing.code == 3
    assert all(f"skills/{name}" in nothing.out for name in ("letters", "tables", "spies", "maps"))


def skills_in(file):
    return {skill["skill"] for skill in json.loads(file.read_text())["skills"]}


WRONG = {
    "truncated": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "pass\n",
    "no verdict": lambda text: '{"decision": "pass"}',
    "another version": lambda text: text.replace('"version": 1', '"version": 2', 1),
    "keys of ours": lambda text: text.replace('"part": {', '"part": {"all": true, ', 1),
    "part 0": lambda text: text.replace('"number": 2', '"number": 0', 1),
    "empty": lambda text: "",
    "deep": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_part_is_refused(proctor, repo, examined, spoil):
    repo.git("checkout", "-q", "-b", "change")
    repo.commit({**prompt("a"), **prompt("b")})
    first, second = (examined(repo, f"part-{n}", "--shard", f"{n}/2") for n in (1, 2))
    assert proctor("merge", first, second).code == 0
    second.write_text(spoil(second.read_text()))
    result = proctor("merge", first, second)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("proctor: ")
    assert str(second) in result.err


def test_a_huge_or_absent_file_is_refused(proctor, change, examined, monkeypatch, tmp_path):
    part = examined(change, "part", "--shard", "1/2")
    assert "cannot be read" in proctor("merge", part, tmp_path / "none.json").err
    assert "is no plan" in proctor("merge", part, "--plan", part).err
    assert proctor("merge").code == 2
    monkeypatch.setattr(merging, "MAX_BYTES", 100)
    result = proctor("merge", part)
    assert (result.code, "more than 100 bytes" in result.err) == (2, True)


def test_a_part_needs_a_commit_and_a_number(proctor, change):
    for wrong in ("0/3", "4/3", "1", "1/300", "a/b", "1/3/5", "01/3"):
        assert proctor("check", change.path, "--shard", wrong).code == 2
    result = proctor("check", change.path, "--worktree", "--shard", "1/2")
    assert (result.code, "needs a commit" in result.err) == (2, True)


def test_a_part_is_nothing_to_compare_with_or_to_publish(proctor, repo, tmp_path):
    part = tmp_path / "part.json"
    proctor("check", repo.path, *NOW, "--shard", "1/1", "--format", "json", "--output", part)
    result = proctor("rescan", repo.path, "--previous", part, "--offline", "--now", "2026-11-23")
    assert (result.code, "covers a part of the skills only" in result.err) == (2, True)


def test_an_unreadable_policy_is_exit_code_2_in_every_part_and_joined(proctor, repo, examined):
    repo.commit({"policies/maturity.yaml": "version: 1\nnonsense: 1\n"})
    parts = [examined(repo, f"part-{n}", "--shard", f"{n}/2") for n in (1, 2)]
    joined = proctor("merge", *parts)
    assert (joined.code, "nonsense" in joined.out) == (2, True)
