"""`action.yml` is what the command and the docs say: inputs, outputs, and what reaches a shell."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from checker.cli.ci import command
from tests.action.conftest import ROOT

PAGE = (ROOT / "docs/github.md").read_text()
INSTALL, RUN = (ROOT / "scripts/action-install.sh", ROOT / "scripts/action-run.sh")
#: Inputs that are no option of `proctor ci`, and why: a variable of its environment, or the action's own.
NOT_OPTIONS = {"path", "safety-api-key", "github-token", "only-install"}
#: Options that a workflow has no use for: the runner says which event, and a test which time; what is kept
#: is the workflow's to restore or not.
NOT_INPUTS = {
    "profile",
    "event",
    "now",
    "cache",
    "offline",
    "publish",
    "verdict-file",
    "sarif-file",
    "html-file",
    "fresh",
}


def options():
    return {
        max(parameter.opts, key=len).removeprefix("--"): parameter
        for parameter in command.params
        if parameter.param_type_name == "option"
    }


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(title):
    return set(re.findall(r"^\| `([a-z-]+)` \|", section(title), re.MULTILINE))


def test_inputs_are_the_options_of_the_command(action):
    assert set(action["inputs"]) - NOT_OPTIONS == set(options()) - NOT_INPUTS


def test_defaults_and_choices_are_those_of_the_command(action):
    for name in set(action["inputs"]) - NOT_OPTIONS:
        option = options()[name]
        assert action["inputs"][name]["default"] == (
            option.default if isinstance(option.default, str) else ""
        )
        for choice in getattr(option.type, "choices", ()):
            assert choice in action["inputs"][name]["description"], (name, choice)


def test_every_input_reaches_the_command(action):
    install, examine = action["runs"]["steps"]
    given = {value: name for name, value in examine["env"].items()}
    script = RUN.read_text()
    for name in action["inputs"]:
        variable = given[f"${{{{ inputs.{name} }}}}"]
        if name in ("safety-api-key", "github-token"):
            continue  # the command reads these two from its environment
        assert f'"${variable}"' in script, name
        if name not in NOT_OPTIONS:
            assert f"--{name} " in script, name
    assert install["env"] == {"SAFETY_API_KEY": "${{ inputs.safety-api-key }}"}


def test_no_value_is_text_of_a_script_and_no_other_action_runs(action):
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert "uses" not in step


def test_inputs_and_outputs_stand_in_the_docs(action):
    assert named("Inputs") == set(action["inputs"])
    assert named("Outputs") == set(action["outputs"])


def test_outputs_come_from_the_step_that_examines(action):
    for name, output in action["outputs"].items():
        assert output["value"] == f"${{{{ steps.examine.outputs.{name} }}}}"


@pytest.mark.parametrize("name", ["verdict-file", "sarif-file", "html-file"])
def test_every_report_is_an_option_of_the_call(name):
    assert name in options()
    assert f"--{name} " in RUN.read_text()


def test_it_has_what_a_marketplace_asks_for(action):
    assert action["name"] == "Proctor"
    assert action["branding"] == {"icon": "shield", "color": "purple"}
    assert len(action["description"]) < 125


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"ACTION_REPOSITORY": "owner/proctor", "ACTION_REF": "a" * 40},
         f"https://git.example/owner/proctor/blob/{'a' * 40}/docs"),
        ({"ACTION_REPOSITORY": "", "ACTION_REF": ""}, ""),
        ({"ACTION_REPOSITORY": "o/p", "ACTION_REF": "v1", "PROCTOR_DOCS": "https://own.example"},
         "https://own.example"),
    ],
)  # fmt: skip
def test_findings_link_to_the_pages_of_the_commit_that_runs(action, tmp_path, given, told):
    names = action["runs"]["steps"][1]["env"]
    assert set(given) - {"PROCTOR_DOCS"} <= set(names)
    program = tmp_path / "proctor"
    program.write_text('#!/bin/sh\nprintf %s "$PROCTOR_DOCS"\n')
    program.chmod(0o755)
    later = tmp_path / "env"
    env = dict.fromkeys(names, "") | {
        "PATH": os.environ["PATH"], "PROCTOR": str(program), "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_ENV": str(later),
        "GITHUB_SERVER_URL": "https://git.example", **given,
    }  # fmt: skip
    done = subprocess.run(["bash", RUN], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == told
    later.touch()
    installed = {**env, "INPUT_ONLY_INSTALL": "true"}  # `proctor merge` in a later step has the same links
    subprocess.run(["bash", RUN], env=installed, capture_output=True, text=True, check=True)
    assert later.read_text() == (f"PROCTOR_DOCS={told}\n" if told else "")
