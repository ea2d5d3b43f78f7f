"""A whole skill: what it declares, and every way in which its files can be wrong without a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import Unanswered
from checker.load.declared import NotDeclared, requirement
from checker.model.level import Level
from tests.load.texts import safe
from tests.support.policies import default_policy, loaded_skill, policy_from, skill_in
from tests.support.trees import Executable, Gitlink, MemoryTree, Special, Symlink

SKILL_MD = "---\nname: tables\ndescription: Makes tables.\n---\n"
GOOD = """\
version: 1
maturity: supervised
python: 3.10
packages:
  - Pandas >= 2.2
  - "requests[socks]; python_version<'4'"
test: [python, -m, pytest, -q]
"""
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


def with_manifest(text, **more):
    return loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": text, "run.py": "", **more})


def faults(skill):
    return [(p.location.line, p.message) for p in skill.problems if not p.strict_only]


def test_a_good_skill():
    skill = with_manifest(GOOD)
    assert faults(skill) == []
    assert (skill.id, skill.name, skill.description) == ("skills/tables", "tables", "Makes tables.")
    assert (skill.manifest, skill.skill_md) == ("skills/tables/skill.yaml", "skills/tables/SKILL.md")
    assert (skill.maturity, skill.python) == (Level.SUPERVISED, "3.10")
    assert str(skill.maturity_location) == "skills/tables/skill.yaml:2"
    assert [str(p.requirement) for p in skill.packages] == [
        "Pandas>=2.2",
        'requests[socks]; python_version < "4"',
    ]
    assert [p.name for p in skill.packages] == ["pandas", "requests"]
    assert [p.location.line for p in skill.packages] == [5, 6]
    assert skill.test == ("python", "-m", "pytest", "-q")
    assert skill.unusable is None


def test_the_least_manifest():
    skill = with_manifest("version: 1\n")
    assert (skill.problems, skill.packages, skill.maturity, skill.test, skill.python) == (
        (),
        (),
        None,
        None,
        None,
    )


def test_test_may_be_one_line():
    assert with_manifest("version: 1\ntest: python -m pytest 'a b'\n").test == (
        "python",
        "-m",
        "pytest",
        "a b",
    )


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (
            "maturity: interm",
            2,
            "not one of student, intern, supervised, autonomous (did you mean `intern`?)",
        ),
        ("maturity: null", None, ""),
        ("maturty: intern", 2, "unknown key `maturty` (did you mean `maturity`?)"),
        ("python: 3", 2, "`python`"),
        ("python: '>=3.11'", 2, "`python`"),
        ("packages: pandas", 2, "should be a list"),
        ("packages:\n  - pandas: '>=2'", 3, "should be text"),
        ("packages:\n  -", 3, "should be text"),
        ("test: []", 2, "should be a command"),
        ("test:", 2, "should be a command"),
        ("test: 'python \"open'", 2, "`test`: No closing quotation"),
        ('test: ["a\\0b"]', 2, "NUL"),
        ("test:\n  - [a]", 3, "should be text"),
        ("test: {a: b}", 2, "should be a list"),
        ("dependencies: []", 2, "unknown key `dependencies`"),
    ],
)
def test_wrong_keys_are_problems_with_lines(body, line, words):
    skill = with_manifest(f"version: 1\n{body}\n")
    if line is None:
        assert faults(skill) == []
        return
    assert [(at, True) for at, message in faults(skill) if words in message] == [(line, True)]
    # Without these a default would be a guess, which a waiver for the manifest could let pass.
    assert (skill.unusable is not None) is body.startswith(("maturity", "python", "packages"))


def test_one_declaration_that_cannot_be_read_makes_the_skill_unusable():
    skill = with_manifest("version: 1\npackages:\n  - pandas\n  - requests>=3,<2\n")
    assert skill.unusable is not None
    assert str(skill.unusable.location) == "skills/tables/skill.yaml:4"
    assert "no version can satisfy" in skill.unusable.message


def test_what_is_right_survives_what_is_wrong():
    skill = with_manifest(
        "version: 1\nmaturity: x\nnope: 1\npackages: [pandas, -r x, requests]\npython: 3.12\n"
    )
    assert (skill.maturity, skill.python) == (None, "3.12")
    assert [p.name for p in skill.packages] == ["pandas", "requests"]
    assert len(faults(skill)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "version: 1"),
        ("packages: []\n", "`version` is missing"),
        ("version: 2\n", "upgrade Proctor"),
        ("version: 1\nversion: 1\n", "duplicate key"),
        ("version: 1\na: &x 1\n", "anchors"),
        ("version: 1\n\tpackages: []\n", "tab"),
        (b"\x00\x01\x02", "cannot stand in YAML"),
        (b"\xff", "UTF-8"),
        (b"a: 1\n" * 300_000, "at most"),
        (Special(), "not a regular file"),
        (Symlink("/etc/passwd"), "leads out of the repository"),
        (Symlink("nothing.yaml"), "leads to nothing"),
        (Symlink("scripts"), "no such file"),
    ],
)
def test_a_manifest_that_cannot_be_read_leaves_nothing_to_say(text, words):
    skill = with_manifest(text, **{"scripts/a.py": ""})
    assert skill.unusable is not None
    assert words in skill.unusable.message
    assert skill.manifest == "skills/tables/skill.yaml"


def test_a_manifest_behind_a_link_is_read_where_it_is():
    tree = MemoryTree(
        {
            "s/SKILL.md": SKILL_MD,
            "s/skill.yaml": Symlink("../common.yaml"),
            "common.yaml": "version: 1\nnope: 1\n",
        }
    )
    (problem,) = (p for p in skill_in(tree, "s").problems if not p.strict_only)
    assert str(problem.location) == "common.yaml:2"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("pandas", "pandas"),
        ("Evil_Name == 1.0", "Evil_Name==1.0"),
        ("a[x,y]>=1,<2; os_name=='nt'", 'a[x,y]<2,>=1; os_name == "nt"'),
        ("a @ https://index.example/a.whl", "a @ https://index.example/a.whl"),
        ("a @ git+https://index.example/a.git@main", "a @ git+https://index.example/a.git@main"),
        ("a @ file:///etc/passwd", "a @ file:///etc/passwd"),
        ("foo.whl @ https://index.example/x", "foo.whl @ https://index.example/x"),
        ("a===1.0-anything", "a===1.0-anything"),
    ],
)
def test_requirements_are_rewritten_and_urls_kept(text, written):
    found = requirement(text)
    assert str(found) == written
    assert (found.url is not None) == ("@ " in text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-r requirements.txt",
        "-r /etc/passwd",
        "--index-url=https://index.example/",
        "-e .",
        " --pre",
        "pandas --pre",
        ".",
        "./local",
        "../up",
        "/abs/path",
        "~/x",
        "C:\\x",
        "dir/pkg",
        "x.whl",
        "pkg-1.0.tar.gz",
        "file:///x.whl",
        "https://index.example/a.whl",
        "git+https://index.example/a",
        "a @ ${HOME}/x",
        "a==$VERSION",
        "a @ %HOME%",
        "pandas\nevil",
        "pandas\rx",
        "pandas\x00",
        "pandas\u202e",
        "\u212aivy",
        "p\u0430ndas",
        "\uff50andas",
        "a b",
        "a==",
        "a>>1",
        "a; os_name",
        "a>=3,<2",
        "a==abc",
        "-a",
        "a-",
        "x" * 2000,
        "@ https://index.example/x",
        "a # comment",
    ],
)
def test_what_is_no_requirement_is_refused(text):
    with pytest.raises(NotDeclared) as caught:
        requirement(text)
    assert safe(str(caught.value))


@given(st.text(max_size=60) | st.text("ab-._[]@;<>=!~ 1'\"$/{}", max_size=30))
def test_any_text_is_a_requirement_or_refused(text):
    try:
        found = requirement(text)
    except NotDeclared as error:
        reason = str(error)
    else:
        reason = str(requirement(str(found)))
    assert safe(reason)


def test_python_of_the_standard_library_needs_no_manifest():
    assert loaded_skill({"SKILL.md": SKILL_MD, "scripts/run.py": "import json\n"}).problems == ()


def test_no_more_packages_are_read_than_a_skill_can_need():
    manifest = "version: 1\n" + "packages:\n" + "  - pandas\n" * 1_001
    skill = loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": manifest})
    assert len(skill.packages) == 1_000
    assert ["at most 1000" in problem.message for problem in skill.problems] == [True]


def test_a_prompt_only_skill_needs_no_manifest():
    assert loaded_skill({"SKILL.md": SKILL_MD, "reference.md": "x", "run.sh": Executable(b"")}).problems == ()


@pytest.mark.parametrize("name", ["skill.yml", "Skill.yaml", "SKILL.YAML"])
def test_a_misnamed_manifest_is_told(name):
    (problem,) = loaded_skill({"SKILL.md": SKILL_MD, name: GOOD, "run.py": ""}).problems
    assert problem.remedy == "rename it to skill.yaml"
    assert problem.location.file == f"skills/tables/{name}"


def test_a_root_skill():
    skill = loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": GOOD, "a.py": ""}, ".")
    assert (skill.manifest, skill.problems) == ("skill.yaml", ())


GRANTS = """\
version: 1
grants:
  - skills: skills/*
    levels: [intern]
  - skills: skills/t*
    levels: [supervised]
"""


@pytest.mark.parametrize(
    ("level", "granted"), [("intern", True), ("supervised", True), ("autonomous", False), ("student", False)]
)
def test_grants_limit_what_a_path_may_declare(level, granted):
    files = {"SKILL.md": SKILL_MD, "skill.yaml": f"version: 1\nmaturity: {level}\n"}
    problems = loaded_skill(files, policy=policy_from(GRANTS)).problems
    assert (problems == ()) is granted
    if not granted:
        assert (
            f"does not grant `maturity: {level}` to this skill (only intern, supervised)"
            in problems[0].message
        )
        assert problems[0].location.line == 2


def test_without_a_declared_level_no_grant_is_needed():
    files = {"SKILL.md": SKILL_MD, "skill.yaml": "version: 1\n"}
    strict = policy_from("version: 1\nextends: strict\n")
    assert loaded_skill(files, policy=strict).problems == ()
    files["skill.yaml"] += "maturity: intern\n"
    assert "(no level)" in loaded_skill(files, policy=strict).problems[0].message


TARGETS = """\
version: 1
targets:
  - {name: linux, platform: x86_64-manylinux_2_28}
  - {name: mac, platform: aarch64-apple-darwin}
"""
LOCK = """\
lock-version = "1.0"
created-by = "uv"

[[packages]]
name = "six"
version = "1.16.0"

[[packages.wheels]]
url = "https://index.example/six-1.16.0-py2.py3-none-any.whl"
hashes = {sha256 = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"}
"""


def test_locks_are_read_for_each_target():
    files = {"SKILL.md": SKILL_MD, "skill.yaml": GOOD, "pylock.toml": LOCK, "pylock.mac.toml": "not toml ["}
    skill = loaded_skill(files, policy=policy_from(TARGETS))
    assert [(name, lock.file) for name, lock in skill.locks.items()] == [
        ("linux", "skills/tables/pylock.toml")
    ]
    assert list(skill.lock_problems) == ["mac"]
    assert skill.lock_problems["mac"].location.file == "skills/tables/pylock.mac.toml"
    assert skill.problems == ()


def test_a_lock_that_is_not_there_is_no_problem_of_loading():
    skill = with_manifest(GOOD)
    assert (skill.locks, skill.lock_problems) == ({}, {})


@pytest.mark.parametrize("name", ["data.bin", "run.py", "SKILL.md"])
def test_a_file_in_lfs_cannot_be_examined(name):
    skill = loaded_skill({"SKILL.md": SKILL_MD, "skill.yaml": GOOD, name: LFS})
    (problem,) = (p for p in skill.problems if p.unexamined)
    assert problem.location.file == f"skills/tables/{name}"


@pytest.mark.parametrize(
    "text",
    [
        LFS.replace(b"\n", b"\r\n"),
        b"\n\n" + LFS,
        b"ext-0-any sha256:" + b"1" * 64 + b"\n" + LFS,
        LFS.replace(b"git-lfs.github", b"hawser.github"),
        LFS.replace(b"https://git-lfs.github.com/spec/v1", b"http://git-media.io/v/2"),
    ],
)
def test_whatever_git_lfs_takes_for_a_pointer_is_one(text):
    skill = loaded_skill({"SKILL.md": SKILL_MD, "setup.sh": text})
    assert [p.location.file for p in skill.problems if p.unexamined] == ["skills/tables/setup.sh"]


def test_a_page_on_git_lfs_is_none():
    page = b"A pointer begins with `version https://git-lfs.github.com/spec/v1`.\n"
    skill = loaded_skill({"SKILL.md": SKILL_MD, "lfs.md": page, "long.md": LFS + b"x" * 1_000})
    assert not any(p.unexamined for p in skill.problems)


class PartialClone(MemoryTree):
    """A tree that lists files of which git has not the content."""

    missing = ()

    def read(self, path, limit):
        if path in self.missing:
            raise Unanswered("git", "object 1feb is missing here")
        return super().read(path, limit)


@pytest.mark.parametrize(("name", "fatal"), [("data.bin", False), ("SKILL.md", True), ("pylock.toml", True)])
def test_content_that_git_cannot_give_is_a_gap_of_that_skill_alone(name, fatal):
    tree = PartialClone(
        {"s/SKILL.md": SKILL_MD, "s/skill.yaml": GOOD, "s/data.bin": "", "s/pylock.toml": LOCK}
    )
    tree.missing = (f"s/{name}",)
    skill = skill_in(tree, "s", policy_from(TARGETS))
    assert any(p.unexamined and p.location.file.startswith("s/") for p in skill.problems)
    assert (skill.unusable is not None) is fatal


def test_a_submodule_in_place_of_a_skill_is_not_parsed():
    skill = skill_in(MemoryTree({"skills/b": Gitlink()}), "skills/b")
    assert skill.unusable is not None
    assert skill.unusable.unexamined


def test_a_skill_md_that_leads_nowhere_is_a_problem():
    for target in (Symlink("/etc/passwd"), Symlink("gone.md"), Symlink("SKILL.md"), Special()):
        assert any(
            p.location.file == "skills/tables/SKILL.md" for p in loaded_skill({"SKILL.md": target}).problems
        )


def test_text_of_the_skill_is_kept_safe_to_print():
    skill = loaded_skill(
        {"SKILL.md": '---\nname: "\\e[31m"\ndescription: "' + "x" * 5000 + '\\u202e"\n---\n'}
    )
    assert skill.name == r"\x1b[31m"
    assert safe(skill.description)
    assert len(skill.description) <= 2000


@pytest.mark.parametrize("name", ["a\nb", "-v1", "x" * 255])
def test_hostile_paths_load(name):
    skill = loaded_skill(
        {"SKILL.md": SKILL_MD, "skill.yaml": "version: 1\nnope: 1\n", "a.py": ""}, f"skills/{name}"
    )
    assert skill.manifest == f"skills/{name}/skill.yaml"
    assert [p.location.line for p in skill.problems if not p.strict_only] == [2]


@given(
    st.dictionaries(
        st.sampled_from(["SKILL.md", "skill.yaml", "pylock.toml", "a.py", "skill.yml"]),
        st.binary(max_size=120)
        | st.just(Special())
        | st.just(Gitlink())
        | st.builds(Symlink, st.sampled_from(["..", "a.py", "/x", "skill.yaml", "x"])),
    )
)
def test_any_content_of_a_skill_ends_in_problems(files):
    skill = loaded_skill({"SKILL.md": "", **files}, policy=POLICY)
    assert all(safe(p.message) for p in skill.problems)


@given(st.text("abc:-[]{}1'\" \n", max_size=60))
def test_any_text_after_the_version_ends_in_problems(text):
    skill = loaded_skill({"SKILL.md": "", "skill.yaml": f"version: 1\n{text}"}, policy=POLICY)
    lines = text.count("\n") + 2
    assert all(1 <= (p.location.line or 1) <= lines for p in skill.problems)


POLICY = default_policy()
