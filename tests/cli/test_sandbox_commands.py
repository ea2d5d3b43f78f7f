"""`proctor sandbox` on a real engine, and what a machine without one is told."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import SKILL_MD, packaged

ECHO = """\
import json
import re
import sys

asked = json.load(sys.stdin)
print(json.dumps({"sum": sum(asked["numbers"]), "arguments": sys.argv[1:]}))
"""


@pytest.fixture
def adder(repo):
    repo.commit(
        {
            "skills/adder/SKILL.md": SKILL_MD.format(name="adder"),
            "skills/adder/skill.yaml": "version: 1\n",
            "skills/adder/add.py": ECHO,
        }
    )
    return repo


@pytest.mark.engine
def test_run_gives_json_to_a_script_and_prints_output_and_evidence(adder, proctor):
    call = (
        "sandbox",
        "run",
        "adder",
        "add.py",
        "--path",
        adder.path,
        "--offline",
        "--input",
        '{"numbers": [1, 2]}',
    )
    result = proctor(*call, "--", "-v1")
    evidence = json.loads(result.out)
    assert (result.code, evidence["status"], evidence["network_attempts"]) == (0, "passed", 0)
    assert json.loads(evidence["output"]) == {"sum": 3, "arguments": ["-v1"]}


@pytest.mark.engine
def test_a_script_that_fails_is_exit_code_1(adder, proctor):
    result = proctor("sandbox", "run", "adder", "add.py", "--path", adder.path, "--offline")
    assert (result.code, json.loads(result.out)["exit_code"]) == (1, 1)


@pytest.mark.engine
def test_build_reuses_and_list_shows_by_hash(adder, proctor):
    call = ("sandbox", "build", "adder", "--path", adder.path, "--offline")
    assert "built in" in proctor(*call).out
    again = proctor(*call).out
    assert "reused" in again
    shown = [line for line in proctor("sandbox", "list").out.splitlines() if "skills/adder" in line]
    assert any(again[:32] in line for line in shown)


def test_a_denied_skill_is_never_built(repo, proctor, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")  # asking the engine would be exit code 3
    repo.commit(packaged("tables", "evil"))
    result = proctor("sandbox", "build", "tables", "--path", repo.path, "--offline")
    assert result.code == 1
    assert "evil" in result.out


@pytest.mark.parametrize("address", ["file:///etc/{}", "ftp://elsewhere.example/{}"])
def test_a_skill_that_takes_a_file_from_elsewhere_is_never_built(repo, proctor, monkeypatch, address):
    """A check does not build it, either: whoever fetches such a file calls the address that the lock names."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    files = packaged("tables", "pandas")
    place = "skills/tables/pylock.toml"
    moved = re.sub(r'url = "[^"]*/', f'url = "{address.format("")}', files[place])
    assert moved != files[place]
    repo.commit({**files, place: moved})
    result = proctor("sandbox", "build", "tables", "--path", repo.path, "--offline")
    assert (result.code, "is not at an http(s) address" in result.out) == (1, True)


@pytest.mark.parametrize("given", ["{", "@/no/such/file"])
def test_input_that_is_no_json_is_a_usage_error(adder, proctor, given):
    result = proctor("sandbox", "run", "adder", "add.py", "--path", adder.path, "--input", given)
    assert (result.code, "--input is not JSON" in result.err) == (2, True)


def test_without_an_engine_the_verdict_is_inconclusive_and_says_so(adder, proctor, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    result = proctor("check", adder.path, "--offline", "--skill", "skills/adder")
    assert result.code == 3
    told = " ".join(result.out.split())
    assert "not reached; install Docker or start it" in told
    assert "`proctor check --no-sandbox`" in told


def test_list_without_an_engine_is_exit_code_3(proctor, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    assert proctor("sandbox", "list").code == 3


def test_a_forks_change_is_not_run_on_a_runner_that_stays(adder, proctor, monkeypatch, tmp_path):
    event = {"pull_request": {"head": {"repo": {"full_name": "someone/skills"}}}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    job = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted", "GITHUB_REPOSITORY": "org/skills"}
    job |= {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    for name, value in job.items():
        monkeypatch.setenv(name, value)
    call = ("check", adder.path, "--offline", "--only", "sandbox", "--format", "json")
    result = proctor(*call)
    (outcome,) = [o for o in json.loads(result.out)["skills"][0]["outcomes"] if o["check"] == "sandbox"]
    assert (result.code, outcome["status"]) == (3, "broken")
    assert "someone/skills, a fork" in outcome["reason"]
    assert "`sandbox.self_hosted_forks: run`" in outcome["reason"]


@pytest.mark.engine
def test_clean_goes_by_this_cache_folders_own_index(adder, proctor, tmp_path):
    own = ("--cache", tmp_path / "cache")
    proctor("sandbox", "build", "adder", "--path", adder.path, "--offline", *own)
    kept = proctor("sandbox", "clean", "--older-than", "1h", *own)
    assert (kept.code, kept.out) == (0, "0 removed; 0 layers, 0 wheels and 0 records of evidence, 0.0 MB\n")
    result = proctor("sandbox", "clean", "--max-size", "0", *own)
    assert re.fullmatch(
        r"(removed image proctor/skill:[0-9a-f]{32}\n){2}2 removed; 2 layers, 0 wheels and 0 records of evidence, [\d.]+ MB\n",
        result.out,  # the skill's image, and the base
    )


def test_a_limit_that_is_none_is_a_usage_error(adder, proctor, monkeypatch, tmp_path):
    assert proctor("sandbox", "clean", "--max-size", "much", "--cache", tmp_path).code == 2
    monkeypatch.setenv("PROCTOR_CACHE_MAX_AGE", "soon")
    result = proctor("check", adder.path, "--offline", "--skill", "skills/adder")
    assert (result.code, "`soon` is not an age" in result.err) == (2, True)
