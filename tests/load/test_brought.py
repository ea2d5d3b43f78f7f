"""A change of the policy: whom it concerns and who would turn, the same with notes, without, and from scratch."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.compare import compare
from checker.load import skill as skill_module
from checker.load.change import load_change
from checker.load.recall import NOTHING, Recall
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.plan import Affected
from checker.model.policy import Policy
from checker.planning import foreseen_by, plan_of
from checker.policy_review import PolicyChange
from checker.rules.policy.diff import touched
from checker.rules.policy.preview import Pair, preview
from tests.cli.conftest import lock, packaged, prompt
from tests.support.examples import examples
from tests.support.policies import default_policy, entry, waiver
from tests.support.remembering import MemoryStore
from tests.support.trees import Content, MemoryTree, Symlink

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
NAMES = ("pandas", "evil", "numpy")
SKILL = "skills/a"
FILES: dict[str, Content] = {
    **packaged("a", "pandas"),
    **packaged("b", "numpy", "evil", requires="evil", maturity="supervised"),
    **prompt("c"),
    "skills/c/requirements.txt": "-r ../../common.txt\n",
    "common.txt": "pandas\n",
}
EDITS: tuple[dict[str, Content | None], ...] = (
    {},
    {"skills/a/pylock.toml": lock("evil")},
    {"skills/a/pylock.toml": "not a lock"},
    {"skills/a/pylock.toml": Symlink("../b/pylock.toml")},
    {"skills/b/pylock.toml": lock("pandas", "numpy")},
    {"skills/a/skill.yaml": "version: 1\nmaturity: autonomous\npackages: []\n"},
    {"skills/a/skill.yaml": "version: 1\npackages: nonsense\n"},
    {"skills/a/skill.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"},
    {"skills/a/skill.yaml": None},
    {"common.txt": "evil\n"},
    {"common.txt": None},
    {"skills/A/SKILL.md": "", "skills/a/x": "differs from another skill in spelling alone"},
    {"skills/a/n/SKILL.md": "", "skills/a/n/requirements.txt": "evil\n"},
)
ENTRIES = st.lists(
    st.builds(entry, st.sampled_from(NAMES), st.sampled_from(["", "<3", ">=3"]), st.sampled_from(["approved", "banned", "pending"])),
    max_size=3,
)  # fmt: skip


@st.composite
def policies(draw) -> Policy:
    policy = default_policy(*draw(ENTRIES))
    waivers = draw(
        st.sampled_from([(), (waiver("packages", "evil", "skills/a"),), (waiver("packages", "evil"),)])
    )
    days = draw(st.sampled_from([0, 90]))
    changed = policy.levels[Level.SUPERVISED].model_copy(update={"max_waiver_days": days})
    update = {"waivers": waivers, "levels": {**policy.levels, Level.SUPERVISED: changed}}
    if draw(st.integers(0, 5)) == 0:
        update["transitive"] = "registered"
    return policy.model_copy(update=update)


def _from_scratch(base: MemoryTree, head: MemoryTree, change: PolicyChange, policy: Policy):
    """The plan and the preview with every skill of both revisions parsed."""
    plan, folders = compare(load_repository(base), load_repository(head)), load_repository(head).folders
    known, more = {affected.folder.id for affected in plan.affected}, []
    for skill in sorted(set(folders) - known):
        reason = touched(load_skill(head, folders[skill], policy, whole=False), change.difference)
        more += [Affected(folder=folders[skill], because=(reason,))] if reason else []
    pairs = [
        Pair(*(load_skill(head, folders[s], p, whole=False) for p in (change.before, change.after)))
        for s in sorted(folders)
    ]
    foreseen = preview(change.before, change.after, pairs, NOW.date(), None)
    return plan.model_copy(update={"affected": (*plan.affected, *more)}), foreseen


def _planned(base: MemoryTree, head: MemoryTree, change: PolicyChange, policy: Policy, recall: Recall):
    found = load_change(base, head, recall)
    plan = plan_of(found, head, policy, change, recall)
    return plan, foreseen_by(change, found.head, head, None, NOW, recall)


RUN = st.tuples(st.sampled_from(EDITS), st.sampled_from(EDITS), policies(), policies())


@given(st.lists(RUN, min_size=1, max_size=2))
@examples(10)
def test_plan_and_preview_are_those_of_every_skill_parsed(runs) -> None:
    _are_those_of_every_skill_parsed(runs)


@pytest.mark.slow
@given(st.lists(RUN, min_size=1, max_size=5))
@examples(200)
def test_so_they_are_for_many_changes(runs) -> None:
    _are_those_of_every_skill_parsed(runs)


def _are_those_of_every_skill_parsed(runs) -> None:
    recall = Recall(MemoryStore(), "here")
    for one, other, before, after in runs:
        base = MemoryTree(FILES).with_files(one)
        head = base.with_files(other)
        change = PolicyChange("", base, before=before, after=after)
        expected = _from_scratch(base, head, change, before)
        for memory in (NOTHING, recall, recall):
            assert _planned(base, head, change, before, memory) == expected


def _parsed(monkeypatch) -> list[str]:
    """The locks that are parsed from here on."""
    parsed: list[str] = []
    real = skill_module.parse_lock

    def noting(data, file, target):
        parsed.append(file)
        return real(data, file, target)

    monkeypatch.setattr(skill_module, "parse_lock", noting)
    return parsed


def test_a_lock_is_parsed_once_for_any_number_of_registry_changes(monkeypatch) -> None:
    recall, parsed = Recall(MemoryStore(), "here"), _parsed(monkeypatch)
    tree, before = MemoryTree(FILES), default_policy(entry("pandas"))
    first = PolicyChange("", tree, before=before, after=default_policy(entry("pandas"), entry("flask")))
    _planned(tree, tree, first, before, recall)
    assert sorted(parsed) == ["skills/a/pylock.toml", "skills/b/pylock.toml"]
    parsed.clear()
    second = PolicyChange("", tree, before=before, after=default_policy(entry("pandas"), entry("django")))
    plan, foreseen = _planned(tree, tree, second, before, recall)
    assert (parsed, plan.affected, foreseen.skills) == ([], (), 3)
    edited = tree.with_files({"skills/b/pylock.toml": lock("pandas")})
    _planned(tree, edited, second, before, recall)
    assert set(parsed) == {"skills/b/pylock.toml"}


def test_waivers_alone_make_nobody_parse(monkeypatch) -> None:
    parsed, tree = _parsed(monkeypatch), MemoryTree(FILES)
    before = default_policy()
    after = before.model_copy(update={"waivers": (waiver("packages", "evil", "skills/nobody"),)})
    plan, _ = _planned(tree, tree, PolicyChange("", tree, before=before, after=after), before, NOTHING)
    assert (parsed, plan.affected) == ([], ())


def test_what_an_included_file_brings_is_told_anew_when_it_changes() -> None:
    recall, tree, before = Recall(MemoryStore(), "here"), MemoryTree(FILES), default_policy()
    change = PolicyChange("", tree, before=before, after=default_policy(entry("evil")))
    plan, _ = _planned(tree, tree, change, before, recall)
    assert [affected.folder.id for affected in plan.affected] == ["skills/b"]
    edited = tree.with_files({"common.txt": "evil\n"})
    plan, _ = _planned(edited, edited, change, before, recall)
    assert [affected.folder.id for affected in plan.affected] == ["skills/b", "skills/c"]
