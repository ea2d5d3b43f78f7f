"""The workflows of `examples/workflows/`, run by `act` with a real engine and a GitHub server on loopback.

The runner's disk is shared by the tests here, so Proctor is installed once. Histories are real, clones are shallow
and of the merge commit, as on GitHub; what a job needs besides, it fetches over git's smart HTTP with its token.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, SKILL_MD, prompt
from tests.support.act import ROOT, Acted, Runner, lock_skill, remove_images, shallow_clone
from tests.support.github_server import READ, REPOSITORY, WRITE, GitHubServer
from tests.support.osv_api import osv_api
from tests.support.repos import ScratchRepo

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]
EXAMPLES = ROOT / "examples/workflows"
DOCS = ROOT / "docs/caching.md"
WORKFLOW = ".github/workflows/proctor.yml"
NUMBER = 7
#: A skill that fails as long as it imports what it does not declare, and whose test runs in the sandbox.
GOOD = {
    **prompt("letters"),
    "skills/letters/skill.yaml": "version: 1\npackages: []\ntest: [python, -m, pytest, -q]\n",
    "skills/letters/letters.py": "def count(text):\n    return len(text)\n",
    "skills/letters/test_letters.py": "from letters import count\n\n\ndef test_count():\n    assert count('ab') == 2\n",
}
BAD = GOOD | {"skills/letters/letters.py": "import humanize\n\n\ndef count(text):\n    return len(text)\n"}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("runner")
    yield folder
    remove_images(folder)


class Project:
    """A repository on the GitHub server, and jobs for it."""

    def __init__(self, folder: Path, home: Path, github: GitHubServer, osv: str) -> None:
        self.folder, self.github = folder, github
        self.runner = Runner(home, github, {"PROCTOR_OSV_URL": osv})
        shutil.rmtree(self.runner.store)
        self.runner.store.mkdir()
        self.origin = ScratchRepo(folder / "origin")
        self.origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
        workflow = (EXAMPLES / "pull-request.yml").read_text()
        self.origin.commit({**POLICY, **prompt("notes"), WORKFLOW: workflow}, "Skills under policy")
        github.repository = self.origin.path
        self.jobs = 0

    def change(self, files: dict[str, str | None]) -> None:
        """One more commit on the pull request's branch."""
        if self.origin.git("branch", "--list", "change"):
            self.origin.checkout("change")
        else:
            self.origin.checkout("change", new=True)
        self.origin.commit(files, "A change")
        self.origin.checkout("main")

    def sha(self, name: str) -> str:
        return self.origin.git("rev-parse", name)

    def sharded(self, text: str | None = None) -> None:
        """Take the sharded workflow on the default branch instead."""
        workflow = text or (EXAMPLES / "sharded.yml").read_text()
        self.origin.commit({WORKFLOW: workflow}, "One machine is not enough")

    def pull_request(self, token: str = WRITE, *, fork: bool = False) -> Acted:
        """The workflow of the pull request's merge commit, as `pull_request` runs it."""
        pull = self.github.add_pull(NUMBER, self.sha("change"), self.sha("main"), fork=fork)
        self.origin.git("branch", "-f", "merge", "main")
        self.origin.checkout("merge")
        self.origin.git("merge", "-q", "--no-ff", "--no-edit", "change")
        self.origin.checkout("main")
        payload = {"number": NUMBER, "pull_request": pull, "repository": pull["base"]["repo"]}
        clone = self.clone("merge")
        return self.runner.run(clone, clone / WORKFLOW, "pull_request", payload, token)

    def workflow_run(self) -> Acted:
        """The default branch's second job, after the first."""
        head = self.github.pulls[NUMBER]["head"]
        run = {"id": 1, "event": "pull_request", "head_sha": head["sha"], "head_branch": head["ref"],
               "head_repository": head["repo"]}  # fmt: skip
        repository = self.github.pulls[NUMBER]["base"]["repo"]
        payload = {"action": "completed", "workflow_run": run, "repository": repository}
        empty = self.folder / "empty"
        ScratchRepo(empty).commit({"README": "Nothing is checked out.\n"})
        return self.runner.run(empty, EXAMPLES / "fork-comment.yml", "workflow_run", payload, WRITE)

    def schedule(self) -> Acted:
        """The nightly job of the default branch."""
        payload = {
            "schedule": "17 4 * * *",
            "repository": {"id": 1, "full_name": REPOSITORY, "default_branch": "main"},
        }
        clone = self.clone("main")
        return self.runner.run(clone, EXAMPLES / "schedule.yml", "schedule", payload, WRITE)

    def clone(self, branch: str) -> Path:
        self.jobs += 1
        return shallow_clone(self.origin, self.folder / f"clone-{self.jobs}", branch)

    def comment(self) -> str:
        """The only one there is."""
        (body,) = self.github.bodies(NUMBER)
        return body


@pytest.fixture
def project(tmp_path, home) -> Iterator[Project]:
    with GitHubServer() as github, osv_api() as osv:
        yield Project(tmp_path, home, github, osv.url)


def test_a_pull_request_is_commented_then_updated_then_green(project):
    project.change(BAD)
    acted = project.pull_request()
    assert acted.code == 1, acted.log
    first = project.comment()
    assert "✗ fail" in first
    assert "humanize" in first
    assert "::set-output:: decision=fail" in acted.log

    project.change({"skills/letters/letters.py": BAD["skills/letters/letters.py"] + "# still\n"})
    assert project.pull_request().code == 1
    assert project.comment() != first, "it names the new head"

    project.change(GOOD)
    acted = project.pull_request()
    assert acted.code == 0, acted.log
    assert "✓ pass" in project.comment()
    for output in ("decision=pass", "passed=1", "failed=0", 'affected-skills=["skills/letters"]'):
        assert f"::set-output:: {output}" in acted.log
    stored = sorted(path.name for path in (project.runner.store / "proctor-verdict").iterdir())
    assert stored == ["verdict.json"]


def test_a_fork_is_commented_by_the_second_job(project):
    project.change(BAD)
    acted = project.pull_request(READ, fork=True)
    assert acted.code == 1, acted.log
    assert project.github.writes() == []
    acted = project.workflow_run()
    assert acted.code == 0, acted.log
    assert "✗ fail" in project.comment()

    project.change(GOOD)
    assert project.pull_request(READ, fork=True).code == 0
    assert project.workflow_run().code == 0
    assert "✓ pass" in project.comment()


def test_a_fork_that_edits_the_workflow_is_not_shown_as_green(project):
    text = (EXAMPLES / "pull-request.yml").read_text()
    project.change(GOOD | {WORKFLOW: text.replace("timeout-minutes: 30", "timeout-minutes: 31")})
    assert project.pull_request(READ, fork=True).code == 0
    acted = project.workflow_run()
    assert acted.code == 0, acted.log
    assert "✓ pass" not in project.comment().splitlines()[2]
    assert WORKFLOW in project.comment()


def test_a_token_that_may_not_comment_leaves_summary_and_outputs(project):
    project.change(GOOD)
    acted = project.pull_request(READ)
    assert acted.code == 0, acted.log
    assert project.github.bodies(NUMBER) == []
    said = "| proctor: No comment: the token may not write one (pull-requests: write)"
    assert acted.log.count(said) == 1


def with_kept_evidence() -> str:
    """The workflow with the steps that docs/caching.md gives to copy; the runner's cache folder is elsewhere."""
    found = re.search(r"## With actions/cache\n.*?```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert found
    steps = found[1].replace("~/.cache/proctor", "${{ env.PROCTOR_CACHE }}")
    workflow = (EXAMPLES / "pull-request.yml").read_text()
    (proctor,) = re.findall(r" *- uses: OWNER/proctor@.*\n *id: proctor\n", workflow)
    return workflow.replace(proctor, steps)


def test_evidence_is_kept_by_the_documented_steps_and_reused(project, home):
    project.origin.commit({WORKFLOW: with_kept_evidence()}, "Keep evidence")
    project.change(GOOD)
    shutil.rmtree(home / "proctor-cache/evidence", ignore_errors=True)
    acted = project.pull_request()
    assert acted.code == 0, acted.log
    assert "reused" not in project.comment()

    shutil.rmtree(home / "proctor-cache/evidence")  # another machine, to which the store alone is common
    acted = project.pull_request()
    assert acted.code == 0, acted.log
    assert "reused" in project.comment()


def test_evidence_of_a_fork_is_not_kept_by_the_documented_steps(project):
    project.origin.commit({WORKFLOW: with_kept_evidence()}, "Keep evidence")
    project.change(GOOD)
    acted = project.pull_request(READ, fork=True)
    assert acted.code == 0, acted.log
    assert not (project.runner.store / "cache").exists()


MORE = {f"skills/{name}/SKILL.md": SKILL_MD.format(name=name) for name in ("maps", "songs")}


def test_a_sharded_run_is_joined_and_commented_once(project):
    project.sharded()
    project.change(BAD | MORE)
    acted = project.pull_request()
    assert acted.code == 1, acted.log
    assert "✗ fail" in project.comment()
    assert "humanize" in project.comment()
    assert '::set-output:: affected-skills=["skills/letters", "skills/maps", "skills/songs"]' in acted.log
    assert len(project.github.writes()) == 1
    stored = sorted(path.name for path in project.runner.store.glob("proctor-*/*.json"))
    parts = [f"verdict-{number}-of-3.json" for number in (1, 2, 3)]
    assert stored == ["plan.json", *parts, "verdict.json"]

    project.change(GOOD)
    shutil.rmtree(project.runner.store)
    project.runner.store.mkdir()
    acted = project.pull_request()
    assert acted.code == 0, acted.log
    assert "✓ pass" in project.comment()


def test_a_part_whose_job_dies_leaves_a_red_check_that_names_its_skills(project):
    text = (EXAMPLES / "sharded.yml").read_text()
    step = (
        "      - uses: OWNER/proctor@"
        + "0" * 40
        + " # put the commit of a release here\n        id: proctor\n"
    )
    assert step in text
    dying = f"      - if: matrix.shard == '2/3'\n        run: kill -9 $$\n{step}"
    project.sharded(text.replace(step, dying))
    project.change(GOOD | MORE)
    acted = project.pull_request()
    assert acted.code == 1, acted.log
    assert "! inconclusive" in project.comment()
    assert "part 2/3 left no verdict; not examined: skills/" in project.comment()


def test_a_sharded_fork_is_commented_by_the_second_job(project):
    project.sharded()
    project.change(GOOD | MORE)
    assert project.pull_request(READ, fork=True).code == 0
    assert project.github.writes() == []
    assert project.workflow_run().code == 0
    assert "✓ pass" in project.comment()


def test_a_merge_group_is_examined_without_a_comment(project):
    project.change(GOOD)
    base = project.sha("main")
    project.origin.checkout("change")
    payload = {
        "merge_group": {"head_sha": project.sha("change"), "base_sha": base},
        "repository": {"id": 1, "full_name": REPOSITORY, "default_branch": "main"},
    }
    clone = project.clone("change")
    acted = project.runner.run(clone, EXAMPLES / "merge-queue.yml", "merge_group", payload, READ)
    assert acted.code == 0, acted.log
    assert 'affected-skills=["skills/letters"]' in acted.log
    assert project.github.writes() == []


def test_a_policy_relaxed_together_with_a_skill_fails_and_is_shown(project):
    approved = POLICY["policies/packages.yaml"].replace("status: banned, reason", "status: pending, reason")
    project.change(BAD | {"policies/packages.yaml": approved})
    acted = project.pull_request()
    assert acted.code == 1, acted.log
    assert "relax" in project.comment()
    assert "evil" in project.comment()


def test_a_policy_alone_passes_and_asks_for_its_owners(project):
    more = "  - {name: humanize, status: approved, min_maturity: intern, reason: numbers}\n"
    project.change({"policies/packages.yaml": POLICY["policies/packages.yaml"] + more})
    acted = project.pull_request()
    assert acted.code == 0, acted.log
    assert "code-owner review" in project.comment()


def test_a_waiver_that_expired_no_longer_counts_and_that_is_said(project):
    waiver = (
        "version: 1\nwaivers:\n  - {skill: skills/letters, rule: undeclared, subject: humanize, reason: soon,\n"
        '     owner: "@example/docs", expires: 2026-01-31}\n'
    )
    project.origin.commit({"policies/waivers.yaml": waiver}, "Waive it")
    project.change(BAD)
    acted = project.pull_request()
    assert acted.code == 1, acted.log
    assert "expired" in project.comment()


def test_a_schedule_opens_one_issue_says_nothing_twice_and_closes_it(project):
    approval = "  - {name: tabulate, status: approved, min_maturity: intern, reason: tables"
    policy = f"version: 1\npackages:\n{approval}, expires: 2026-01-31}}\n"
    skill = {"skills/tables/skill.yaml": "version: 1\npackages: [tabulate]\n"}
    project.origin.commit({"policies/packages.yaml": policy, **prompt("tables"), **skill}, "An old approval")
    lock_skill(project.origin.path, "skills/tables")
    project.origin.commit({}, "Its lock")
    acted = project.schedule()
    assert acted.code == 1, acted.log
    (issue,) = project.github.issues.values()
    assert (issue["state"], issue["user"]["login"]) == ("open", "github-actions[bot]")
    assert "tabulate" in issue["body"]

    asked = len(project.github.writes())
    acted = project.schedule()
    assert acted.code == 1, acted.log
    assert "nothing new" in acted.log
    assert project.github.writes()[asked:] == []

    again = policy.replace("2026-01-31", "2099-01-31")
    project.origin.commit({"policies/packages.yaml": again}, "Approve it anew")
    acted = project.schedule()
    assert acted.code == 0, acted.log
    (issue,) = project.github.issues.values()
    assert issue["state"] == "closed"
