"""Base and head: what differs is examined, what does not is left alone, and the order never matters."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from checker.compare import compare, narrow, skill_notes
from checker.model.base import Location
from checker.model.level import Level
from checker.model.plan import Plan, Repository, SkillFolder
from checker.model.skill import DeclaredPackage, Entry, FileKind, Skill


def entry(path: str, content: str = "x", kind: FileKind = FileKind.FILE) -> Entry:
    return Entry(path=path, kind=kind, digest=content)


def folder(skill: str, *files: Entry, also: tuple[Entry, ...] = ()) -> SkillFolder:
    prefix = "" if skill == "." else f"{skill}/"
    owned = tuple(entry(f"{prefix}{f.path}", f.digest, f.kind) for f in files)
    return SkillFolder(id=skill, skill_md=f"{prefix}SKILL.md", files=owned, read_set=(*owned, *also))


def repository(*folders: SkillFolder) -> Repository:
    return Repository(revision="r", folders={folder.id: folder for folder in folders})


def reasons(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {affected.folder.id: affected.because for affected in plan.affected}


MD = entry("SKILL.md")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([MD, entry("a.py", "1")], [MD, entry("a.py", "2")], "changed: a.py"),
        ([MD, entry("a.py")], [MD, entry("a.py", kind=FileKind.EXECUTABLE)], "changed: a.py"),
        ([MD, entry("a.py")], [MD, entry("a.py", kind=FileKind.SYMLINK)], "changed: a.py"),
        ([MD], [MD, entry("scripts/b.py")], "added: scripts/b.py"),
        ([MD, entry("scripts/b.py")], [MD], "removed: scripts/b.py"),
    ],
)
@pytest.mark.parametrize("skill", ["skills/a", "."])
def test_every_difference_is_a_reason(before, after, reason, skill):
    plan = compare(repository(folder(skill, *before)), repository(folder(skill, *after)))
    assert reasons(plan) == {skill: (reason,)}
    assert plan.notes == ()


def test_a_file_outside_of_the_folder_is_named_from_the_skill():
    was, now = (folder("skills/a", MD, also=(entry("common.txt", digest),)) for digest in "12")
    other = folder("skills/b", MD)
    assert reasons(compare(repository(was, other), repository(now, other))) == {
        "skills/a": ("changed: ../../common.txt",)
    }


def test_a_renamed_skill_md_with_the_same_read_set_is_a_reason():
    was = folder("a", MD)
    now = was.model_copy(update={"skill_md": "a/skill.md"})
    assert reasons(compare(repository(was), repository(now))) == {"a": ("changed: skill.md",)}


def test_many_reasons_are_counted():
    files = [entry(f"f{number:02}") for number in range(20)]
    (because,) = reasons(compare(repository(folder("a", MD)), repository(folder("a", MD, *files)))).values()
    assert because == (*(f"added: f{number:02}" for number in range(5)), "+15 more")


def test_reasons_and_notes_are_safe_to_print():
    nasty = "\x1b[2J\n::error::"
    base = repository(folder("a", MD), folder(nasty, MD, entry("old")))
    plan = compare(base, repository(folder("a", MD, entry(nasty))))
    for text in (*reasons(plan)["a"], *plan.notes):
        assert "\x1b" not in text
        assert "\n" not in text


def test_without_a_base_everything_is_examined():
    plan = compare(None, repository(folder("b", MD), folder("a", MD)))
    assert list(reasons(plan)) == ["a", "b"]


def test_new_deleted_and_moved_skills():
    base = repository(folder("old", MD, entry("a", "1")), folder("gone", MD, entry("b")), folder("stays", MD))
    head = repository(
        folder("new", MD, entry("a", "1")), folder("fresh", MD, entry("c")), folder("stays", MD)
    )
    plan = compare(base, head)
    assert reasons(plan) == {"fresh": ("new skill",), "new": ("moved from old",)}
    assert plan.notes == ("moved: old to new", "deleted: gone")


def test_a_skill_moved_and_edited_is_new_and_deleted():
    plan = compare(
        repository(folder("old", MD, entry("a", "1"))), repository(folder("new", MD, entry("a", "2")))
    )
    assert reasons(plan) == {"new": ("new skill",)}
    assert plan.notes == ("deleted: old",)


def test_a_copy_is_a_new_skill_and_one_source_moves_once():
    one = folder("a", MD)
    assert reasons(compare(repository(one), repository(one, folder("b", MD)))) == {"b": ("new skill",)}
    plan = compare(repository(one), repository(folder("b", MD), folder("c", MD)))
    assert reasons(plan) == {"b": ("moved from a",), "c": ("new skill",)}


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("skills/*", ["skills/a", "skills/b"]),
        ("b", ["deep/x/b", "skills/b"]),
        ("skills/a/", ["skills/a"]),
        ("./skills/a", ["skills/a"]),
        ("**", ["deep/x/b", "skills/[c]/d", "skills/a", "skills/b"]),
        ("skills/[c]/d", ["skills/[c]/d"]),
        ("nothing", []),
    ],
)
def test_narrowing_keeps_what_the_glob_names(pattern, kept):
    names = ("skills/a", "skills/b", "deep/x/b", "skills/[c]/d")
    plan = compare(repository(folder("gone", entry("z"))), repository(*(folder(name, MD) for name in names)))
    narrowed = narrow(plan, pattern)
    assert list(reasons(narrowed)) == kept
    assert narrowed.notes == plan.notes != ()


# Hypothesis: two parents of an invented skill are enough for nesting, moves and shared files.

paths = st.sampled_from(["SKILL.md", "a.py", "b.py", "tests/test_a.py", "x y"])
kinds = st.sampled_from(list(FileKind))
entries = st.dictionaries(paths, st.tuples(kinds, st.sampled_from("123")), min_size=1)
shared = st.sampled_from([(), (entry("common.txt", "1"),), (entry("common.txt", "2"),)])


@st.composite
def folders(draw, skill: str) -> SkillFolder:
    files = [Entry(path=p, kind=k, digest=d) for p, (k, d) in draw(entries).items()]
    return folder(skill, *files, also=draw(shared))


@st.composite
def repositories(draw) -> Repository:
    names = draw(st.sets(st.sampled_from([".", "a", "skills/a", "skills/b"])))
    return repository(*(draw(folders(name)) for name in names))


@given(repositories())
def test_nothing_differs_from_itself(either):
    assert compare(either, either) == Plan()


@given(repositories(), repositories())
def test_every_changed_read_set_is_affected_and_nothing_else(base, head):
    affected = reasons(compare(base, head))
    for skill, now in head.folders.items():
        was = base.folders.get(skill)
        differs = was is None or set(was.read_set) != set(now.read_set)
        assert (skill in affected) == differs
        assert all(affected.get(skill, ("",))) or not differs


@given(repositories(), repositories(), st.randoms(use_true_random=False))
def test_the_order_of_folders_and_entries_does_not_matter(base, head, chance: random.Random):
    def shuffled(repo: Repository) -> Repository:
        parts = chance.sample(list(repo.folders.values()), len(repo.folders))
        mixed = (
            part.model_copy(update={"read_set": tuple(chance.sample(part.read_set, len(part.read_set)))})
            for part in parts
        )
        return repository(*mixed)

    plain, mixed = compare(base, head), compare(shuffled(base), shuffled(head))
    assert (reasons(plain), plain.notes) == (reasons(mixed), mixed.notes)


@given(repositories(), repositories())
def test_every_lost_skill_is_noted(base, head):
    notes = "\n".join(compare(base, head).notes)
    for lost in base.folders.keys() - head.folders.keys():
        assert f"deleted: {lost}" in notes or f"moved: {lost} to " in notes


def skill(*files: str, **fields) -> Skill:
    owned = tuple(entry(f"s/{path}") for path in files)
    return Skill(id="s", skill_md="s/SKILL.md", files=owned, read_set=owned, **fields)


@pytest.mark.parametrize(
    ("before", "after", "notes"),
    [
        (skill(), skill(), ()),
        (None, skill(maturity=Level.STUDENT), ()),
        (
            skill(maturity=Level.AUTONOMOUS),
            skill(maturity=Level.INTERN),
            ("maturity changed from autonomous to intern",),
        ),
        (
            skill(),
            skill(maturity=Level.STUDENT),
            ("maturity changed from the policy's default to student",),
        ),
        (skill(test=("pytest",)), skill(), ("test command removed",)),
        (
            skill(test=("pytest",)),
            skill(test=("echo", "\x1b[2J")),
            ("test command changed to echo \\x1b[2J",),
        ),
        (skill("test_a.py"), skill("a.py"), ("the only test file removed",)),
        (skill("tests/a.py", "b_test.py"), skill("b.py"), ("all 2 test files removed",)),
        (skill("tests/a.py", "b_test.py"), skill("b_test.py"), ("fewer test files: 1 instead of 2",)),
        (skill("test_a.py"), skill("test_b.py"), ("test files replaced: test_a.py gone",)),
        (skill("test_a.py"), skill("test_a.py", "test_b.py"), ()),
        (
            skill("test_a.py", test_functions=3),
            skill("test_a.py", test_functions=1),
            ("fewer tests: 1 instead of 3",),
        ),
        (skill("testing.py", "latest/x.py"), skill(), ()),
    ],
)
def test_what_a_reviewer_should_see(before, after, notes):
    assert skill_notes(before, after) == notes


def test_declared_packages_alone_are_no_note():
    package = DeclaredPackage(requirement=Requirement("a"), location=Location(file="s/skill.yaml", line=1))
    assert skill_notes(skill(), skill(packages=(package,))) == ()
