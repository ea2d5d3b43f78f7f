"""`proctor rescan --publish` over made-up snapshots of advisories: what a schedule does, night after night."""

from __future__ import annotations

import pytest

from tests.cli.conftest import packaged
from tests.cli.test_rescan import APPROVED, record, snapshot
from tests.support.github_server import WRITE

#: What the engines find is not the question here, and one is much faster than two.
ONE_ENGINE = "version: 1\nextends: default\nadvisories: {engines: [osv], require: [osv]}\n"
pytestmark = pytest.mark.slow


@pytest.fixture
def nights(jobs, tmp_path):
    """Two skills with a pandas, one with a jinja2; three snapshots: nothing, pandas, then jinja2, too."""
    jobs.origin.commit(
        {
            **packaged("tables", "pandas", "jinja2"),
            **packaged("plots", "pandas"),
            "policies/packages.yaml": APPROVED,
            "policies/maturity.yaml": ONE_ENGINE,
        }
    )
    pandas, jinja = record("GHSA-aaaa-bbbb-cccc", "pandas"), record("GHSA-gggg-hhhh-jjjj", "jinja2", "3.0")
    far = record("GHSA-zzzz-zzzz-zzzz", "some-other-package")
    shots = {"clean": [far], "one": [far, pandas], "two": [pandas, jinja], "two again": [far, pandas, jinja]}
    return {name: snapshot(tmp_path / name.replace(" ", "-"), *given) for name, given in shots.items()}


@pytest.fixture
def night(jobs, nights, tmp_path):
    saved = tmp_path / "verdict.json"
    clone = {}

    def run(which, day, *more, token=WRITE):
        where = clone.setdefault("path", jobs.clone(jobs.origin.head(), None))
        before = ("--previous", saved) if saved.exists() else ()
        when = ("--now", f"2026-11-{day}", "--offline", "--advisories", nights[which])
        return jobs.step(
            "schedule", {}, "rescan", where, *when, *before, "--save", saved, "--publish", *more, token=token
        )

    return run


def test_one_issue_follows_what_stands_and_says_what_changed(jobs, night):
    github = jobs.github
    assert (night("clean", 20).code, github.issues) == (0, {})
    assert night("one", 21).code == 1
    [issue] = github.issues.values()
    assert issue["title"] == "Proctor: skills that do not pass any more"
    assert "`skills/plots`, `skills/tables` do not pass any more." in issue["body"]
    assert "*new* `GHSA-aaaa-bbbb-cccc` `pandas==2.2` (new advisory)" in issue["body"]
    first = issue["body"]

    writes = len(github.writes())
    assert night("one", 22).code == 1
    assert (len(github.writes()), issue["body"]) == (writes, first)

    night("two", 23)
    assert "*new* `GHSA-gggg-hhhh-jjjj`" in issue["body"]
    assert issue["body"].count("Latest changes") == 1
    writes = len(github.writes())
    night("two again", 24)  # another snapshot, the same state
    assert len(github.writes()) == writes

    assert night("clean", 25).code == 0
    assert (issue["state"], "Every lock passes." in issue["body"]) == ("closed", True)
    assert "*gone* `GHSA-aaaa-bbbb-cccc`" in issue["body"]
    night("one", 26)
    assert (list(github.issues), issue["state"]) == ([1], "open")


def test_one_issue_for_each_skill(jobs, night):
    night("two", 21, "--issue-per-skill")
    titles = {issue["title"] for issue in jobs.github.issues.values()}
    assert titles == {f"Proctor: skills/{name} does not pass any more" for name in ("tables", "plots")}
    writes = len(jobs.github.writes())
    night("two", 22, "--issue-per-skill")
    assert len(jobs.github.writes()) == writes
    night("clean", 23, "--issue-per-skill")
    assert {issue["state"] for issue in jobs.github.issues.values()} == {"closed"}


def test_a_waiver_that_expires_opens_the_issue_and_is_the_reason(jobs, night):
    skills = ("tables", "plots")
    waivers = "version: 1\nwaivers:\n" + "".join(
        f"  - {{skill: skills/{name}, rule: vulnerabilities, subject: GHSA-aaaa-bbbb-cccc,\n"
        "     reason: never called, owner: '@org/security', expires: 2026-11-22}\n"
        for name in skills
    )
    jobs.origin.commit({"policies/waivers.yaml": waivers})
    assert (night("one", 21).code, jobs.github.issues) == (0, {})
    assert night("one", 23).code == 1
    [issue] = jobs.github.issues.values()
    assert "(waiver expired)" in issue["body"]
    assert "expired on 2026-11-22" in issue["body"]


def test_a_token_that_may_not_write_is_said_once_and_leaves_summary_and_annotations(jobs, night):
    jobs.github.readers.add(WRITE)
    done = night("one", 21)
    assert (done.code, done.summary.count("issues: write")) == (1, 1)
    assert (done.out + done.err).count("issues: write") == 1
    assert "::error " in done.out
    # Nothing to write is no failure; issues that cannot even be read are.
    assert [night("clean", 22).code, night("clean", 23, token="nobody's").code] == [0, 3]


def test_an_issue_for_each_skill_needs_publish(jobs):
    assert jobs.step("schedule", {}, "rescan", jobs.origin.path, "--issue-per-skill").code == 2
