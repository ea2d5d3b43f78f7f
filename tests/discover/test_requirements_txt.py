"""Requirements files: pip's grammar, read inside of the repository only."""

from __future__ import annotations

import pytest

from checker.model.discovery import Form
from tests.support.discovering import discovered, named, places, problems, requirements, sources
from tests.support.trees import Symlink


def test_names_specifiers_extras_markers_comments_and_hashes():
    text = (
        "# a comment\n"
        "Requests[socks] >=2.31 , <3 ; python_version < '3.12'  # why\n"
        "\n"
        "pandas==2.2.0 \\\n"
        "    --hash=sha256:aa \\\n"
        "    --hash=sha256:bb\n"
        "numpy\n"
    )
    found = discovered({"requirements.txt": text})
    assert requirements(found) == [
        'Requests[socks]<3,>=2.31; python_version < "3.12"',
        "pandas==2.2.0",
        "numpy",
    ]
    assert places(found) == [("requirements.txt", 2), ("requirements.txt", 4), ("requirements.txt", 7)]
    assert named(found, "requests").form is Form.REQUIREMENTS
    assert not found.not_understood


@pytest.mark.parametrize(
    "path", ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements/base.txt"]
)
def test_names_of_requirements_files(path):
    assert requirements(discovered({path: "six\n"})) == ["six"]


def test_other_text_files_declare_nothing():
    assert not discovered({"notes.txt": "six\n", "LICENSE.txt": "six\n"}).declarations


def test_r_and_c_are_followed_inside_of_the_repository():
    found = discovered(
        {
            "requirements.txt": "-r deps/more.txt\n-c limits.txt\n--requirement=../../common.txt\n",
            "deps/more.txt": "six\n",
            "limits.txt": "urllib3<2\n",
            "/common.txt": "attrs\n",
        }
    )
    assert {(str(d.requirement), d.form) for d in found.declarations} == {
        ("six", Form.REQUIREMENTS),
        ("urllib3<2", Form.CONSTRAINTS),
        ("attrs", Form.REQUIREMENTS),
    }
    assert found.outside == ("common.txt",)


def test_a_circle_of_r_ends_and_is_said():
    found = discovered(
        {"requirements.txt": "-r deps/b.txt\nsix\n", "deps/b.txt": "-r ../requirements.txt\nattrs\n"}
    )
    assert sorted(requirements(found)) == ["attrs", "six"]
    assert problems(found) == [
        "deps/b.txt:1: refers to `../requirements.txt`, which refers back to this file"
    ]


@pytest.mark.parametrize("target", ["../../../etc/passwd", "/etc/passwd", "~/x.txt", "C:/x.txt", "..\\x.txt"])
def test_r_never_leaves_the_repository(target):
    found = discovered({"requirements.txt": f"-r {target}\n"})
    assert not found.declarations
    assert "outside of the repository" in problems(found)[0] or "does not exist" in problems(found)[0]


def test_a_symlink_that_leaves_the_repository_is_not_followed():
    found = discovered({"requirements.txt": Symlink("../../../etc/passwd")})
    assert problems(found) == ["requirements.txt: a symlink that leaves the repository: not followed"]


def test_a_symlink_inside_of_the_repository_is_followed():
    found = discovered({"requirements.txt": Symlink("../../common.txt"), "/common.txt": "six\n"})
    assert requirements(found) == ["six"]
    assert found.outside == ("common.txt",)


def test_a_symlink_to_itself_ends():
    assert "symlinks in a row" in problems(discovered({"requirements.txt": Symlink("requirements.txt")}))[0]


def test_everything_that_is_no_plain_requirement_has_its_source():
    text = (
        "-e ./local\n"
        "-e git+https://git.example/x.git#egg=x\n"
        "--index-url https://index.example/\n"
        "--extra-index-url=https://other.example/\n"
        "-f https://files.example/\n"
        "--trusted-host bad.example\n"
        "--no-binary lxml\n"
        "./wheels/a-1.0-py3-none-any.whl\n"
        "b @ https://files.example/b-1.0.tar.gz\n"
        "git+ssh://git@git.example/c.git\n"
        "https://files.example/d.zip\n"
        "${SECRET}\n"
    )
    found = discovered({"requirements.txt": text})
    assert [source for source, _ in sources(found)] == (
        ["editable"] * 2 + ["index"] * 4 + ["source-build", "path", "url", "vcs", "url", "expansion"]
    )
    assert not requirements(found)
    assert named(found, "b").requirement is None
    assert named(found, "x").source == "editable"


def test_flags_of_the_whole_file_are_no_packages():
    found = discovered({"requirements.txt": "--pre\n--require-hashes\n--prefer-binary\n--no-index\nsix\n"})
    assert requirements(found) == ["six"]
    assert not found.not_understood


@pytest.mark.parametrize("line", ["two words", "x==", "--frobnicate", '--index-url "open', "!!", "a" * 3000])
def test_a_line_that_is_none_is_said(line):
    found = discovered({"requirements.txt": f"six\n{line}\n"})
    assert requirements(found) == ["six"]
    assert problems(found)[0].startswith("requirements.txt:2: ")


def test_byte_order_marks_crlf_and_other_encodings():
    assert requirements(discovered({"requirements.txt": b"\xef\xbb\xbfsix\r\nattrs\r\n"})) == ["six", "attrs"]
    assert requirements(discovered({"requirements.txt": "six\n".encode("utf-16")})) == ["six"]
    found = discovered({"requirements.txt": b"six\n\xff\xfe\n"})
    assert requirements(found) == ["six"]
    assert problems(found)[0].startswith("requirements.txt:2: not text in UTF-8")


def test_a_file_that_is_too_large_is_said():
    found = discovered({"requirements.txt": b"#" * 5_000_000})
    assert not found.declarations
    assert len(problems(found)) == 1
