"""`proctor check`: exit codes, what is examined, by whose policy, and where the report goes."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.conftest import POLICY, packaged, plain, prompt

QUICK = ("--offline", "--no-sandbox", "--only", "manifest", "--only", "lock", "--only", "packages")


def decision_of(result):
    return json.loads(result.out)


def test_a_clean_repository_passes(proctor, repo):
    result = proctor("check", repo.path, *QUICK)
    assert (result.code, "✓ pass (exit code 0)" in result.out) == (0, True)


def test_a_denied_package_fails_with_file_and_line(proctor, repo):
    repo.commit(packaged("tables", "evil"))
    result = proctor("check", repo.path, *QUICK)
    assert result.code == 1
    assert "skills/tables/skill.yaml:4" in result.out
    assert "policies/packages.yaml:4" in result.out


def test_what_could_not_be_checked_is_inconclusive(proctor, repo):
    repo.commit({**prompt("loose"), "skills/loose/skill.yaml": "version: 1\npackages: [pandas]\n"})
    result = proctor(
        "check", repo.path, "--offline", "--no-sandbox", "--only", "packages", "--format", "json"
    )
    assert result.code == 3
    assert decision_of(result)["decision"] == "inconclusive"


@pytest.mark.parametrize("form", ["terminal", "json", "markdown"])
def test_no_policy_ends_in_a_verdict_and_exit_code_2(proctor, tmp_path, form):
    folder = plain(tmp_path / "plain", prompt("notes"))
    result = proctor("check", folder, "--worktree", "--format", form)
    assert result.code == 2
    assert "policies/maturity.yaml" in result.out
    assert "version: 1" in result.out


def test_a_broken_policy_names_file_and_line(proctor, repo):
    repo.commit({"policies/maturity.yaml": "version: 1\ndefault_maturity: senior\n"})
    result = proctor("check", repo.path, *QUICK)
    assert (result.code, "policies/maturity.yaml:2" in result.out) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "pakages"], "no such check: pakages"),
        (["--skill", "nothing*"], "no skill matches"),
        (["--base", "nowhere"], "nowhere"),
        (["--now", "yesterday"], "yesterday"),
        (["--format", "xml"], "xml"),
    ],
)
def test_usage_errors_are_exit_code_2(proctor, repo, arguments, message):
    result = proctor("check", repo.path, *arguments)
    assert result.code == 2
    assert message in result.err


def test_a_repository_without_skills_is_a_usage_error(proctor, tmp_path):
    result = proctor("check", plain(tmp_path / "plain", POLICY), "--worktree")
    assert (result.code, "no skill found" in result.err) == (2, True)


def test_a_plain_folder_needs_worktree(proctor, tmp_path):
    result = proctor("check", plain(tmp_path / "plain", {**POLICY, **prompt("notes")}))
    assert (result.code, "--worktree" in result.err) == (2, True)


def test_only_names_what_it_needs_too(proctor, repo):
    result = proctor("check", repo.path, "--offline", "--only", "lock", "--format", "json")
    outcomes = decision_of(result)["skills"][0]["outcomes"]
    assert [outcome["check"] for outcome in outcomes] == ["manifest", "lock"]


def test_skill_narrows(proctor, repo):
    repo.commit(prompt("other"))
    result = proctor("check", repo.path, *QUICK, "--skill", "skills/o*", "--format", "json")
    assert [skill["skill"] for skill in decision_of(result)["skills"]] == ["skills/other"]


def test_the_last_commit_is_examined_unless_the_worktree_is_asked_for(proctor, repo):
    repo.write(packaged("tables", "evil"))
    assert proctor("check", repo.path, *QUICK).code == 0
    assert proctor("check", repo.path, *QUICK, "--worktree").code == 1


def test_a_pipe_in_the_place_of_a_manifest_is_told_although_git_does_not_list_it(proctor, repo):
    os.mkfifo(repo.path / "skills/notes/skill.yaml")
    result = proctor("check", repo.path, *QUICK, "--worktree")
    assert (result.code, "skills/notes/skill.yaml: neither a file nor" in result.out) == (1, True)


def test_output_is_written_whole_and_only_the_decision_printed(proctor, repo, tmp_path):
    target = tmp_path / "verdict.json"
    result = proctor("check", repo.path, *QUICK, "--format", "json", "--output", target)
    assert (result.code, result.out) == (0, "")
    assert json.loads(target.read_text())["decision"] == "pass"
    assert [path.name for path in tmp_path.glob("*.partial")] == []


def test_now_is_named_and_judged_by(proctor, repo):
    expiring = "  - {name: pandas, status: approved, min_maturity: intern, reason: x, expires: 2026-11-01}\n"
    repo.commit(
        {"policies/packages.yaml": f"version: 1\npackages:\n{expiring}", **packaged("tables", "pandas")}
    )
    last_day = proctor("check", repo.path, *QUICK, "--now", "2026-11-01T23:59:00Z", "--format", "json")
    day_after = proctor("check", repo.path, *QUICK, "--now", "2026-11-02", "--format", "json")
    assert (last_day.code, day_after.code) == (0, 1)
    assert decision_of(day_after)["now"] == "2026-11-02T00:00:00Z"


def branch(repo, files):
    """A contributor's branch with one commit."""
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(files)
    return proctor_base(repo)


def proctor_base(repo):
    return ("check", repo.path, "--base", "main", "--format", "json", *QUICK)


def test_with_a_base_only_what_changed_is_examined(proctor, repo):
    result = proctor(*branch(repo, packaged("tables", "pandas")))
    assert [skill["skill"] for skill in decision_of(result)["skills"]] == ["skills/tables"]
    assert result.code == 0


def test_nothing_changed_is_a_pass_over_nothing(proctor, repo):
    result = proctor(*branch(repo, {"README.md": "hello\n"}))
    assert (result.code, decision_of(result)["skills"]) == (0, [])


def test_no_change_can_approve_itself(proctor, repo):
    approved = (
        "version: 1\npackages:\n  - {name: evil, status: approved, min_maturity: intern, reason: please}\n"
    )
    call = branch(repo, {**packaged("tables", "evil"), "policies/packages.yaml": approved})
    result = proctor(*call)
    skills = {skill["skill"]: skill["decision"] for skill in decision_of(result)["skills"]}
    assert result.code == 1
    assert skills == {"policies": "pass", "skills/tables": "fail"}


def test_a_policy_that_was_tightened_on_the_base_meanwhile_counts(proctor, repo):
    call = branch(repo, packaged("tables", "pandas"))
    repo.git("checkout", "-q", "main")
    repo.commit(
        {"policies/packages.yaml": "version: 1\npackages:\n  - {name: pandas, status: banned, reason: x}\n"}
    )
    repo.git("checkout", "-q", "feature")
    assert proctor(*call).code == 1


def test_a_change_of_the_policy_alone_passes_and_asks_for_review(proctor, repo):
    result = proctor(*branch(repo, {"policies/packages.yaml": "version: 1\npackages: []\n"}))
    verdict = decision_of(result)
    assert (result.code, [skill["skill"] for skill in verdict["skills"]]) == (0, ["policies"])
    assert any("needs code-owner review" in note for note in verdict["notes"])


def test_skills_that_a_changed_entry_touches_are_examined(proctor, repo):
    repo.commit(packaged("tables", "pandas"))
    ban = POLICY["policies/packages.yaml"].replace("name: pandas", "name: Pandas, versions: '>=3'")
    verdict = decision_of(proctor(*branch(repo, {"policies/packages.yaml": ban})))
    because = {skill["skill"]: skill["because"] for skill in verdict["skills"]}
    assert because["skills/tables"] == ["registry entry changed: pandas"]


def test_an_invalid_policy_in_the_change_fails(proctor, repo):
    result = proctor(*branch(repo, {"policies/maturity.yaml": "version: 1\ndefault_maturity: senior\n"}))
    assert result.code == 1
    assert "policies/maturity.yaml" in result.out


def test_deleting_the_policy_fails(proctor, repo):
    result = proctor(*branch(repo, dict.fromkeys(POLICY)))
    assert (result.code, "deletes the policy" in result.out) == (1, True)


def test_bootstrap_is_said(proctor, tmp_path):
    from tests.support.repos import ScratchRepo

    fresh = ScratchRepo(tmp_path / "fresh")
    fresh.commit(prompt("notes"))
    result = proctor(*branch(fresh, POLICY))
    assert result.code == 0
    assert any("bootstrap" in note for note in decision_of(result)["notes"])


def test_a_base_that_lost_its_policy_is_no_bootstrap(proctor, repo):
    repo.commit(dict.fromkeys(POLICY))
    result = proctor(*branch(repo, POLICY))
    assert (result.code, "once had a policy" in result.out) == (2, True)


def test_changes_of_maturity_and_tests_are_shown(proctor, repo):
    repo.commit({**packaged("tables", "pandas"), "skills/tables/test_it.py": "def test_it(): pass\n"})
    changed = {**packaged("tables", "pandas", maturity="autonomous"), "skills/tables/test_it.py": None}
    notes = decision_of(proctor(*branch(repo, changed)))["notes"]
    assert any(note.startswith("skills/tables: maturity changed") for note in notes)
    assert any("test" in note for note in notes[1:])


def test_the_same_input_gives_the_same_bytes(proctor, repo):
    repo.commit({**packaged("tables", "pandas"), **packaged("other", "evil")})
    call = ("check", repo.path, *QUICK, "--now", "2026-11-01", "--format", "json")
    assert proctor(*call).out == proctor(*call).out


def test_only_new_needs_a_base(proctor, repo):
    result = proctor("check", repo.path, *QUICK, "--only-new")
    assert (result.code, "--only-new needs --base" in result.err) == (2, True)
    assert proctor(*branch(repo, packaged("tables", "pandas")), "--only-new").code == 0


def submodule(repo, path):
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{path}")
    repo.git("commit", "-q", "-m", "a submodule")


def test_a_submodule_that_a_change_brings_is_never_a_pass(proctor, repo):
    repo.git("checkout", "-q", "-b", "feature")
    submodule(repo, "agents")
    result = proctor("check", repo.path, *QUICK, "--base", "main")
    assert (result.code, "agents" in result.out) == (3, True)


def test_a_submodule_that_was_there_breaks_no_change_beside_it(proctor, repo):
    submodule(repo, "vendor/lib")
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"README.md": "more\n"})
    assert proctor("check", repo.path, *QUICK, "--base", "main").code == 0


def test_a_skill_that_becomes_a_submodule_is_not_gone(proctor, repo):
    repo.commit({"agents/notes/SKILL.md": "---\nname: notes\ndescription: d\n---\n"})
    repo.git("checkout", "-q", "-b", "feature")
    repo.git("rm", "-q", "-r", "agents/notes")
    submodule(repo, "agents")
    assert "agents" in proctor("check", repo.path, *QUICK, "--base", "main").out
    assert proctor("check", repo.path, *QUICK, "--base", "main").code == 3


def test_a_skill_in_the_folder_of_the_policy_fails(proctor, repo):
    repo.commit({"policies/SKILL.md": "---\nname: policies\ndescription: d\n---\n"})
    result = proctor("check", repo.path, *QUICK)
    assert (result.code, "cannot be a skill" in " ".join(result.out.split())) == (1, True)


def test_fewer_tests_than_at_the_base_are_shown_and_found_without_running_any(repo, proctor):
    home, both = "skills/notes/tests/test_notes.py", "def test_a(): pass\ndef test_b(): pass\n"
    repo.commit({home: both})
    repo.git("checkout", "-q", "-b", "change")
    repo.commit({home: "def test_a(): pass\n"})
    call = ("check", repo.path, "--base", "main", "--offline", "--no-sandbox")
    verdict = json.loads(proctor(*call, "--format", "json").out)
    assert "skills/notes: fewer tests: 1 instead of 2" in verdict["notes"]
    (outcome,) = [o for o in verdict["skills"][0]["outcomes"] if o["check"] == "sandbox"]
    assert outcome["status"] == "skipped"
    assert [found["message"] for found in outcome["findings"]] == [
        "fewer tests than at the base: 1 instead of 2"
    ]
