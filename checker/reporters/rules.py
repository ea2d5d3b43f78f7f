"""What each rule asks and what to do about it, in a sentence or two, for reports that explain themselves.

The pages in `docs/checks/` say more; a test holds the two against each other.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule in words. `page` is its page under `docs/`, with an anchor where it shares one."""

    title: str
    asks: str
    do: str
    page: str


RULES: dict[str, Rule] = {
    "manifest": Rule(
        "The skill cannot be examined",
        "Are `SKILL.md`, `skill.yaml` and the skill's folder such that the skill can be examined at all?",
        "Correct the line that the finding names.",
        "checks/manifest.md",
    ),
    "lock": Rule(
        "The lock is not in step or not authentic",
        "Is the lock in step with what the skill declares, and is every file in it the index's own?",
        "Run `proctor lock` for the skill and commit the result.",
        "checks/lock.md",
    ),
    "sources": Rule(
        "A source the policy does not name",
        "Does everything come from the policy's index, as a wheel?",
        "Take a release of the index and run `proctor lock`, or have a code owner name the source.",
        "checks/sources.md",
    ),
    "release-age": Rule(
        "A release too young",
        "Have the locked releases been out for as long as the policy wants?",
        "Run `proctor lock`: it takes only releases that are old enough. Else wait.",
        "checks/release-age.md",
    ),
    "packages": Rule(
        "A package the skill may not use",
        "May a skill of this maturity use each package it brings, at the version it is locked at?",
        "Take another package, or ask a code owner of `policies/` for an approval: `proctor approve`.",
        "checks/packages.md",
    ),
    "confusables": Rule(
        "A name nearly that of another package",
        "Is a declared name nearly that of another distribution, which was probably meant?",
        "Correct the name. If it is meant, an approval of it settles the matter.",
        "checks/confusables.md",
    ),
    "undeclared": Rule(
        "Used, but not declared",
        "Does the skill declare what its code imports, and is all of it declared in one place?",
        "Declare what the code needs, then run `proctor lock` for the skill.",
        "checks/undeclared.md",
    ),
    "unused": Rule(
        "Declared, but not used",
        "Is everything that the skill declares used by it?",
        "Remove the line and run `proctor lock` for the skill.",
        "checks/unused.md",
    ),
    "vulnerabilities": Rule(
        "A known advisory affects a locked package",
        "Which locked distributions of the skill are affected by a known advisory?",
        "Raise the version as the finding says and run `proctor lock`, or waive it: `proctor waive`.",
        "checks/vulnerabilities.md",
    ),
    "sandbox": Rule(
        "The skill does not work in the sandbox",
        "Does the skill work, and behave, in a box of its own with its real packages?",
        "See it happen: `proctor sandbox run` with the skill's folder.",
        "checks/sandbox.md",
    ),
    "resource-limit": Rule(
        "More memory, processes, time or output than allowed",
        "Did the skill stay within the limits of its level?",
        "Let it use less, or have a code owner raise the limits of its level.",
        "checks/behaviour.md#resource-limit",
    ),
    "network-attempt": Rule(
        "The skill tried to reach a network",
        "Did the skill try to reach a network? There is none in the sandbox, so nothing was sent.",
        "Read options before doing anything else, and give tests a stand-in for what is outside.",
        "checks/behaviour.md#network-attempt",
    ),
    "canary-touched": Rule(
        "A planted secret was passed on",
        "Did one of the fake secrets of the sandbox turn up in output or on its way to a network?",
        "Find what reads keys and tokens and remove it. The file and line are in the evidence, if it told.",
        "checks/behaviour.md#canary-touched",
    ),
    "escape-attempt": Rule(
        "The skill reached for what is outside of the sandbox",
        "Did the skill try calls that a skill has no use for, such as mounting or tracing?",
        "Remove what makes the call. If the skill needs it, it cannot run in a sandbox.",
        "checks/behaviour.md#escape-attempt",
    ),
    "wrote-outside": Rule(
        "The skill tried to write outside of /tmp",
        "Did the skill try to write anywhere but in `/tmp`, the one place there is for that?",
        "Write to a folder of `tempfile`, or to a path that the caller names.",
        "checks/behaviour.md#wrote-outside",
    ),
    "orphan-process": Rule(
        "A process outlived its phase",
        "Did processes of the skill go on when it had ended?",
        "Wait for every process that the skill starts.",
        "checks/behaviour.md#orphan-process",
    ),
    "output-flood": Rule(
        "More output than allowed",
        "Did the skill keep to the output its level allows?",
        "Print less, or have a code owner raise `output_kb` of its level.",
        "checks/behaviour.md#output-flood",
    ),
    "policy": Rule(
        "The policy of this change cannot be read",
        "Can the policy that this change would bring be read?",
        "Mend the policy file, or leave the policy as it is on the base branch.",
        "policy.md",
    ),
}


def rule(name: str) -> Rule:
    """The rule of this name; of one nobody described, its name."""
    return RULES.get(name) or Rule(name, f"Does the skill keep to {name}?", "See the finding.", "")
