"""Which folders are skills, who owns which file, what is read, and what a hostile tree cannot hide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.load.repository import load_repository
from checker.rules.links import DANGLES, ESCAPES, LOOPS, SUBMODULE, Links
from tests.support.trees import Executable, Gitlink, MemoryTree, Special, Symlink


def folders(files):
    return load_repository(MemoryTree(files)).folders


def paths(entries):
    return [entry.path for entry in entries]


def messages(folder):
    return [problem.message for problem in folder.problems]


def test_an_empty_repository_has_no_skills():
    assert load_repository(MemoryTree()).folders == {}


@pytest.mark.parametrize("name", ["SKILL.md", "skill.md", "Skill.MD", "sKiLl.Md"])
@pytest.mark.parametrize("folder", ["skills/a", ".claude/skills/a", "a", "deep/er/and/deeper"])
def test_any_skill_md_makes_a_skill(name, folder):
    found = folders({f"{folder}/{name}": "", f"{folder}/run.py": Executable(b"")})
    assert list(found) == [folder]
    assert found[folder].skill_md == f"{folder}/{name}"
    assert paths(found[folder].files) == sorted([f"{folder}/{name}", f"{folder}/run.py"])


def test_the_root_may_be_a_skill():
    found = folders({"SKILL.md": "", "a.py": "", "inner/SKILL.md": "", "inner/b.py": ""})
    assert paths(found["."].files) == ["SKILL.md", "a.py"]
    assert paths(found["inner"].files) == ["inner/SKILL.md", "inner/b.py"]


def test_the_innermost_skill_owns_a_file():
    found = folders(
        {
            "a/SKILL.md": "",
            "a/x.py": "",
            "a/b/c/SKILL.md": "",
            "a/b/c/d/y.py": "",
            "a/b/z.py": "",
            "free.py": "",
        }
    )
    assert paths(found["a"].files) == ["a/SKILL.md", "a/b/z.py", "a/x.py"]
    assert paths(found["a/b/c"].files) == ["a/b/c/SKILL.md", "a/b/c/d/y.py"]


@pytest.mark.parametrize("name", ["MYSKILL.md", "SKILL.md.txt", "skills.md", "SKILL"])
def test_other_names_make_no_skill(name):
    assert folders({f"a/{name}": ""}) == {}


def test_two_spellings_in_one_folder_make_the_skill_unusable():
    folder = folders({"a/SKILL.md": "", "a/skill.md": ""})["a"]
    assert [p.fatal for p in folder.problems] == [True]
    assert "differ only in spelling: `SKILL.md`, `skill.md`" in folder.problems[0].message


@pytest.mark.parametrize(
    ("one", "other"),
    [("s/tables", "s/Tables"), ("s/stra\u00dfe", "s/STRASSE"), ("s/\u00e9", "s/e\u0301"), ("S/a", "s/a")],
)
def test_ids_that_some_file_system_takes_for_one_make_both_unusable(one, other):
    found = folders({f"{one}/SKILL.md": "", f"{other}/SKILL.md": "", "s/free/SKILL.md": ""})
    assert [p.fatal for p in found[one].problems] == [True]
    assert [p.fatal for p in found[other].problems] == [True]
    assert found["s/free"].problems == ()


def test_a_linked_folder_counts_once():
    assert list(folders({"skills/a/SKILL.md": "", ".claude/skills/a": Symlink("../../skills/a")})) == [
        "skills/a"
    ]


def test_a_folder_of_links_into_a_skill_is_no_second_one():
    copy = {"b/SKILL.md": Symlink("../a/SKILL.md"), "b/x.py": Symlink("../a/x.py")}
    assert list(folders({"a/SKILL.md": "", "a/x.py": "", **copy})) == ["a"]


@pytest.mark.parametrize(
    "extra",
    [
        {"b/evil.py": "import evil"},
        {"b/evil.py": Symlink("../c/evil.py"), "c/evil.py": ""},
        {"b/evil.py": Symlink("/tmp/evil.py")},
        {"b/lib": Gitlink()},
    ],
)
def test_a_linked_skill_md_with_anything_of_its_own_is_a_skill(extra):
    found = folders({"a/SKILL.md": "", "b/SKILL.md": Symlink("../a/SKILL.md"), **extra})
    assert list(found) == ["a", "b"]
    assert "a/SKILL.md" in paths(found["b"].read_set)


def test_a_skill_md_that_links_to_another_text_is_a_skill():
    found = folders({"docs/prompt.txt": "", "b/SKILL.md": Symlink("../docs/prompt.txt")})
    assert paths(found["b"].read_set) == ["b/SKILL.md", "docs/prompt.txt"]


def test_the_read_set_holds_what_links_pass_and_reach():
    found = folders(
        {
            "s/SKILL.md": "",
            "s/common.py": Symlink("../lib/current/common.py"),
            "s/data": Symlink("../lib/data"),
            "lib/current": Symlink("v2"),
            "lib/v2/common.py": "",
            "lib/data/1.csv": "",
            "lib/data/sub/2.csv": "",
            "lib/database/no.csv": "",
        }
    )
    assert paths(found["s"].read_set) == [
        "lib/current",
        "lib/data/1.csv",
        "lib/data/sub/2.csv",
        "lib/v2/common.py",
        "s/SKILL.md",
        "s/common.py",
        "s/data",
    ]
    assert found["s"].problems == ()


@pytest.mark.parametrize(
    ("target", "failure"),
    [
        ("/etc/passwd", ESCAPES),
        ("../../outside", ESCAPES),
        ("../../../../../../etc/passwd", ESCAPES),
        ("out/passwd", ESCAPES),
        ("nothing", DANGLES),
        ("SKILL.md/below", DANGLES),
        ("link", LOOPS),
        ("ping", LOOPS),
        ("sub/file", SUBMODULE),
        ("sub", SUBMODULE),
    ],
)
def test_a_link_that_leads_nowhere_is_a_problem(target, failure):
    files = {
        "s/SKILL.md": "",
        "s/link": Symlink(target),
        "s/ping": Symlink("pong"),
        "s/pong": Symlink("ping"),
        "s/out": Symlink("../.."),
        "s/sub": Gitlink(),
    }
    assert Links(MemoryTree(files)).follow("s/link").failure == failure
    problem = next(p for p in folders(files)["s"].problems if p.location.file == "s/link")
    assert failure in problem.message
    assert problem.unexamined is (failure == SUBMODULE)


@pytest.mark.parametrize("name", ["x.py", "deep/run.sh", "x.PY"])
def test_programs_of_no_skill_behind_a_folder_link_cannot_be_examined(name):
    found = folders({"s/SKILL.md": "", "s/lib": Symlink("../lib"), f"lib/{name}": ""})
    (problem,) = found["s"].problems
    assert problem.unexamined
    assert problem.location.file == "s/lib"


def test_what_another_skill_owns_is_examined_there():
    files = {"s/SKILL.md": "", "s/lib": Symlink("../t/lib"), "t/SKILL.md": "", "t/lib/x.py": ""}
    assert folders(files)["s"].problems == ()


def test_a_folder_named_like_a_skill_file_hides_nothing():
    files = {"s/SKILL.md": Symlink("../lib/SKILL.md"), "s/x.py": Symlink("../lib/x.py"), "lib/x.py": ""}
    assert list(folders({**files, "lib/SKILL.md/x": ""})) == ["s"]


def test_a_link_to_the_root_or_within_is_followed():
    links = Links(MemoryTree({"s/SKILL.md": "", "s/root": Symlink(".."), "s/me": Symlink("./../s/SKILL.md")}))
    assert links.follow("s/root").path == "."
    assert links.follow("s/root/s/root/s/me") == ("s/SKILL.md", ("s/root", "s/root", "s/me"), "")


def test_a_fifo_in_a_skill_is_a_problem_with_the_tree_s_own_reason():
    folder = folders({"s/SKILL.md": "", "s/pipe": Special(), "s/\\xff.py": Special("the name is not UTF-8")})[
        "s"
    ]
    assert messages(folder) == [
        "`s/\\xff.py`: the name is not UTF-8",
        "`s/pipe`: neither a file nor a symbolic link",
    ]
    assert not any(p.unexamined for p in folder.problems)


def test_a_submodule_in_a_skill_cannot_be_examined():
    (problem,) = folders({"s/SKILL.md": "", "s/lib": Gitlink()})["s"].problems
    assert problem.unexamined
    assert not problem.fatal


@pytest.mark.parametrize("path", ["skills/b", "vendor/lib", "agents", "docs/themes/x"])
def test_a_submodule_outside_of_skills_may_hide_one(path):
    found = folders({"skills/a/SKILL.md": "", path: Gitlink()})
    assert list(found) == sorted(["skills/a", path])
    (problem,) = found[path].problems
    assert problem.unexamined
    assert problem.fatal


@pytest.mark.parametrize("folder", ["policies", "Policies"])
def test_the_folder_of_the_policy_is_no_skill(folder):
    (problem,) = folders({f"{folder}/SKILL.md": "", "skills/a/SKILL.md": ""})[folder].problems
    assert problem.fatal
    assert "cannot be a skill" in problem.message
    assert folders({"policies/a/SKILL.md": ""})["policies/a"].problems == ()


def test_a_thousand_bad_entries_are_summed_up():
    folder = folders({"s/SKILL.md": "", **{f"s/{n}": Gitlink() for n in range(1000)}})["s"]
    assert len(folder.problems) == 21
    assert all(p.unexamined for p in folder.problems)
    assert "and 980 more" in folder.problems[-1].message


def test_a_failure_does_not_hide_in_the_sum():
    files = {"s/SKILL.md": "", **{f"s/{n}": Gitlink() for n in range(100)}, "s/z": Symlink("/etc/passwd")}
    assert any(not p.unexamined for p in folders(files)["s"].problems)


def test_a_link_out_of_the_repository_where_no_skill_is_is_told():
    repository = load_repository(MemoryTree({"skills/a": Symlink("/srv/a"), "ok": Symlink("b"), "b": ""}))
    assert len(repository.problems) == 1
    assert "skills/a: the symbolic link leads out of the repository" in repository.problems[0]


def test_problems_of_the_tree_are_kept():
    assert load_repository(MemoryTree({"x": Special("no file may have this name")})).problems == (
        "x: no file may have this name",
    )


@pytest.mark.parametrize(
    "name", ["a\nb", "-v1", "x" * 255, "::add-mask::x", "a b", "\u202egnp", "$(touch x)", "%0a"]
)
def test_hostile_folder_names_are_kept_and_escaped_in_messages(name):
    folder = folders({f"skills/{name}/SKILL.md": "", f"skills/{name}/pipe": Special()})[f"skills/{name}"]
    assert folder.id == f"skills/{name}"
    assert "\n" not in folder.problems[0].message
    assert "\u202e" not in folder.problems[0].message


_NAMES = st.sampled_from(["a", "b", "B", "SKILL.md", "skill.md", "x.py", ".h", "s"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_CONTENT = (
    st.just("")
    | st.builds(
        Symlink,
        st.lists(st.sampled_from(["..", ".", "", "a", "b", "s", "SKILL.md", "x.py"]), max_size=5).map(
            "/".join
        ),
    )
    | st.just(Gitlink())
    | st.just(Special())
)


@given(st.dictionaries(_PATHS, _CONTENT, max_size=12))
def test_every_file_has_one_owner_and_every_skill_file_a_skill(files):
    found = load_repository(MemoryTree(files)).folders
    owned = [entry.path for folder in found.values() for entry in folder.files]
    assert len(owned) == len(set(owned))
    for folder in found.values():
        assert set(paths(folder.files)) <= set(paths(folder.read_set)) <= set(files)
    for path, content in files.items():
        if path.rpartition("/")[2].lower() == "skill.md" and content == "":
            assert (path.rpartition("/")[0] or ".") in found
