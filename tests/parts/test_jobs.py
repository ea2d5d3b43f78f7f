"""The jobs of a sharded workflow: the parts post nothing, the joined verdict is posted once."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import packaged, prompt
from tests.github.jobs import NOW

pytestmark = pytest.mark.slow
SKILLS = {**packaged("tables", "requests"), **prompt("letters"), **prompt("maps")}


@pytest.fixture
def pull(jobs):
    """A pull request that adds three skills; its payload and head."""
    jobs.origin.git("checkout", "-q", "-b", "change")
    head = jobs.origin.commit(SKILLS)
    jobs.origin.git("checkout", "-q", "main")
    return {"number": 7, "pull_request": jobs.github.add_pull(7, head, jobs.origin.head())}, head


@pytest.fixture
def planned(jobs, pull, tmp_path):
    """The plan job's outputs; the plan lies in plan.json."""
    payload, head = pull
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"id": 1, "full_name": "x/y"}, **payload}))
    plan = ("plan", jobs.clone(head), "--shards", "2", "--event", event, "--save", tmp_path / "plan.json")
    done = jobs.step("pull_request", payload, *plan)
    assert done.code == 0, done.err
    return done.outputs


@pytest.fixture
def examine(jobs, pull, tmp_path):
    """One part's job; the verdict lies in a file of that name."""
    payload, head = pull

    def call(shard, *more):
        file = tmp_path / f"verdict-{shard.replace('/', '-of-')}.json"
        plain = ("--shard", shard, "--verdict-file", str(file))
        return jobs.ci("pull_request", payload, jobs.clone(head), *plain, *more), file

    return call


def test_parts_post_nothing_and_the_joined_verdict_is_that_of_ci(jobs, pull, planned, examine, tmp_path):
    payload, head = pull
    found = json.loads(planned["matrix"])["include"]
    assert [one["shard"] for one in found] == ["1/2", "2/2"]
    parts = [examine(one["shard"], "--base", planned["base"]) for one in found]
    assert sorted(done.code for done, _ in parts) == [0, 1]
    assert [(done.summary, "::error" in done.out) for done, _ in parts] == [("", False)] * 2
    assert jobs.github.writes() == []
    assert parts[0][0].outputs["verdict-file"] == str(parts[0][1])

    files = [file for _, file in parts]
    merge = ("merge", "--publish", "--plan", tmp_path / "plan.json", *reversed(files), "--verdict-file")
    merged = jobs.step("pull_request", payload, *merge, tmp_path / "joined.json")
    assert merged.code == 1
    [body] = jobs.github.bodies(7)
    assert "requests" in body
    assert "::error " in merged.out
    assert "skills/tables" in merged.summary
    assert (merged.outputs["passed"], merged.outputs["failed"]) == ("2", "1")

    whole = jobs.ci("pull_request", payload, jobs.clone(head), "--verdict-file", str(tmp_path / "whole.json"))
    assert (tmp_path / "joined.json").read_text() == (tmp_path / "whole.json").read_text()
    assert whole.out == merged.out
    assert jobs.github.bodies(7) == [body]


def test_a_base_that_moves_meanwhile_does_not_part_the_parts(jobs, planned, examine, tmp_path):
    examine("1/2", "--base", planned["base"])
    jobs.origin.commit({"policies/packages.yaml": "version: 1\npackages: []\n"}, "Meanwhile")
    for shard in ("1/2", "2/2"):
        done, _ = examine(shard, "--base", planned["base"])
        assert done.code in (0, 1), done.err
    parts = sorted(tmp_path.glob("verdict-*.json"))
    assert jobs.proctor("merge", "--plan", tmp_path / "plan.json", *parts).code == 1
    examine("2/2")
    result = jobs.proctor("merge", *parts)
    assert (result.code, "differ in `base`" in result.err) == (2, True)


def test_a_missing_part_is_commented_as_inconclusive(jobs, pull, planned, examine, tmp_path):
    parts = [examine(shard, "--base", planned["base"]) for shard in ("1/2", "2/2")]
    (green,) = [file for done, file in parts if done.code == 0]
    payload, _ = pull
    merge = ("merge", "--publish", "--plan", tmp_path / "plan.json", green)
    assert jobs.step("pull_request", payload, *merge).code == 3
    [body] = jobs.github.bodies(7)
    assert "inconclusive" in body
    assert "left no verdict" in body
    assert "skills/tables" in body


def test_parts_of_another_commit_than_the_events_are_not_posted(jobs, pull, planned, examine, tmp_path):
    files = [examine(shard, "--base", planned["base"])[1] for shard in ("1/2", "2/2")]
    payload, _ = pull
    moved = jobs.github.add_pull(7, jobs.origin.head(), jobs.origin.head())
    done = jobs.step("pull_request", {**payload, "pull_request": moved}, "merge", "--publish", *files)
    assert (done.code, "not of the event's commit" in done.err) == (2, True)
    assert jobs.github.writes() == []


def test_a_part_whose_history_cannot_be_had_says_so_in_the_joined_verdict(
    jobs, pull, planned, examine, tmp_path
):
    _, first = examine("1/2", "--base", planned["base"])
    second = tmp_path / "verdict-2-of-2.json"
    payload, head = pull
    clone = jobs.clone(head)
    plain = ("--shard", "2/2", "--verdict-file", str(second))
    done = jobs.ci("pull_request", payload, clone, *plain, token="")
    assert done.code == 3
    joined = jobs.proctor("merge", first, second)
    assert joined.code in (1, 3)
    assert "part 2/2: " in joined.out


def test_a_push_keeps_its_own_base(jobs, tmp_path):
    before = jobs.origin.head()
    after = jobs.origin.commit(prompt("letters"))
    event = tmp_path / "push.json"
    payload = {"before": before, "after": after}
    event.write_text(
        json.dumps({**payload, "repository": {"id": 1, "full_name": "x/y", "default_branch": "main"}})
    )
    plan = ("plan", jobs.clone(after), "--shards", "4", "--event", event)
    done = jobs.step("push", payload, *plan)
    assert (done.code, done.outputs["base"], len(json.loads(done.outputs["matrix"])["include"])) == (0, "", 1)


def test_a_part_is_not_published_as_the_whole(jobs, tmp_path):
    from tests.github.test_publish import PASSING, run_of

    head = jobs.origin.commit({"skills/letters/SKILL.md": "x\n"})
    jobs.github.add_pull(7, head, jobs.origin.git("rev-parse", "HEAD~1"), fork=True)
    part = {**PASSING, "now": NOW, "head": head, "part": {"number": 1, "of": 2}}
    (tmp_path / "verdict.json").write_text(json.dumps(part))
    done = jobs.step("workflow_run", run_of(head), "publish", tmp_path / "verdict.json")
    assert (done.code, "of part 1/2 alone" in done.err) == (2, True)
    assert jobs.github.bodies(7) == []
