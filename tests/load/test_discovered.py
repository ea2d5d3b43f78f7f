"""What discovery adds to a loaded skill: packages without a manifest, and a read-set beyond its folder."""

from __future__ import annotations

import pytest

from checker.compare import compare
from checker.load.repository import load_repository
from checker.model.discovery import Form
from tests.support.policies import default_policy, loaded_skill, skill_in
from tests.support.trees import MemoryTree, Symlink

MD = "---\nname: s\ndescription: d\n---\n"


def declared(files, **policy):
    skill = loaded_skill({"SKILL.md": MD, **files}, policy=default_policy(**policy))
    return [f"{p.requirement} {p.location}".replace("skills/tables/", "") for p in skill.packages]


def test_without_a_manifest_the_union_is_declared():
    files = {
        "requirements.txt": "six==1.16.0\nattrs\n",
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["rich"]\n',
        "README.md": "`pip install six==1.16.0 numpy`, `uvx ruff`\n",
        "a.py": '# /// script\n# dependencies = ["httpx"]\n# ///\n',
    }
    assert declared(files) == [
        "httpx a.py:2",
        "rich pyproject.toml:3",
        "six==1.16.0 requirements.txt:1",
        "attrs requirements.txt:2",
        "numpy README.md:1",
        "ruff README.md:1",
    ]


def test_with_a_manifest_the_others_declare_nothing_but_are_known():
    skill = loaded_skill({"SKILL.md": MD, "skill.yaml": "version: 1\n", "requirements.txt": "six\n"})
    assert skill.packages == ()
    assert [d.form for d in skill.discovery.declarations] == [Form.REQUIREMENTS]


def test_constraints_ask_for_nothing():
    assert declared({"requirements.txt": "-c limits.txt\nsix\n", "limits.txt": "attrs<20\n"}) == [
        "six requirements.txt:2"
    ]


def test_an_address_is_declared_only_where_the_policy_names_it():
    url = "https://files.example/six-1.0-py3-none-any.whl"
    files = {"requirements.txt": f"six @ {url}\n"}
    assert declared(files) == []
    assert declared(files, direct_sources=(url,)) == [f"six @ {url} requirements.txt:1"]


def test_the_python_of_the_skill_decides_what_is_in_the_standard_library():
    old = loaded_skill(
        {"SKILL.md": MD, "skill.yaml": 'version: 1\npython: "3.10"\n', "a.py": "import tomllib\n"}
    )
    assert [one.module for one in old.discovery.imports] == ["tomllib"]
    assert loaded_skill({"SKILL.md": MD, "a.py": "import tomllib\n"}).discovery.imports == ()


FILES = {
    "skills/a/SKILL.md": MD,
    "skills/a/requirements.txt": "-r ../../common.txt\n",
    "skills/b/SKILL.md": MD,
    "skills/b/pyproject.toml": '[project]\nname = "b"\ndynamic = ["dependencies"]\n'
    '[tool.setuptools.dynamic]\ndependencies = {file = ["../../common.txt"]}\n',
    "skills/c/SKILL.md": MD,
    "skills/c/requirements.txt": "six\n",
    "skills/d/SKILL.md": MD,
    "skills/d/requirements.txt": "-r deps/all\n",
    "skills/d/deps/all": "-c ../../../limits.txt\n",
    "common.txt": "-r more.txt\n",
    "more.txt": "six\n",
    "limits.txt": "six<2\n",
}


@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        ("common.txt", ["skills/a", "skills/b"]),
        ("more.txt", ["skills/a", "skills/b"]),
        ("limits.txt", ["skills/d"]),
        ("elsewhere.txt", []),
    ],
)
@pytest.mark.parametrize("content", ["attrs\n", None], ids=["changed", "gone"])
def test_a_skill_is_affected_by_what_its_requirements_include(changed, affected, content):
    base = MemoryTree(FILES)
    plan = compare(load_repository(base), load_repository(base.with_files({changed: content})))
    assert [one.folder.id for one in plan.affected] == affected
    assert all(any(b.endswith(changed) for b in one.because) for one in plan.affected)


def test_a_link_on_the_way_is_in_the_read_set_too():
    tree = MemoryTree({**FILES, "common.txt": Symlink("more.txt")})
    (folder,) = [f for f in load_repository(tree).folders.values() if f.id == "skills/a"]
    assert {"common.txt", "more.txt"} <= {entry.path for entry in folder.read_set}


@pytest.mark.parametrize("target", ["../../../etc/passwd", "/etc/passwd", "../..", "~/x", "requirements.txt"])
def test_an_include_that_leads_nowhere_is_not_followed(target):
    tree = MemoryTree({"skills/a/SKILL.md": MD, "skills/a/requirements.txt": f"-r {target}\n"})
    folder = load_repository(tree).folders["skills/a"]
    assert folder.read_set == folder.files
    assert skill_in(tree, "skills/a").discovery.not_understood
