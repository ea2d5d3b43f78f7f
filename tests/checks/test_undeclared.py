"""`undeclared` and `unused`: imports against declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from checker.checks import undeclared, unused
from checker.errors import Unanswered
from checker.load.lockfile import parse_lock
from checker.model.level import Level
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.tools import Tools
from tests.checks.test_packages import Quiet, lock_of
from tests.support.policies import default_policy, entry, skill_in
from tests.support.trees import Content, MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
ID = "skills/tables"
TARGET = "linux-x86-64"


class FakeWheels:
    """What the wheel of each distribution holds; asked for those alone that a lock names."""

    def __init__(self, **modules: str) -> None:
        self._modules = {name.replace("_", "-"): tuple(found.split()) for name, found in modules.items()}

    def modules(self, files):
        names = {file.filename: file.filename.split("-")[0].replace("_", "-") for file in files}
        return {file: self._modules.get(name, ()) for file, name in names.items()}


def examine(
    check,
    files: Mapping[str, Content],
    lock="",
    wheels=None,
    earlier=Status.PASSED,
    registry=(),
    level="intern",
) -> Outcome:
    tree = MemoryTree(
        {f"{ID}/SKILL.md": "# Tables\n", **{f"{ID}/{path}": text for path, text in files.items()}}
    )
    policy = default_policy(*registry)
    skill = skill_in(tree, ID, policy)
    if lock:
        skill = skill.model_copy(
            update={"locks": {TARGET: parse_lock(lock.encode(), f"{ID}/pylock.toml", TARGET)}}
        )
    exam = Exam(policy=policy, examinees=(Examinee(skill=skill, level=Level(level)),), now=NOW)
    said = {(rule, ID): Outcome(check=rule, skill=ID, status=earlier) for rule in ("lock", "sources")}
    (outcome,) = check.examine(exam, Tools(head=tree, progress=Quiet(), wheels=wheels), said).outcomes
    return outcome


def told(outcome: Outcome) -> list[str]:
    """`severity subject file:line` of every finding, the file relative to the skill."""
    return [
        f"{f.severity} {f.subject} {f.location}".replace(f"{ID}/", "")
        for f in sorted(outcome.findings, key=lambda f: (f.file or "", f.line or 0))
    ]


def undeclared_of(files, **more):
    return told(examine(undeclared, files, **more))


def unused_of(files, **more):
    return told(examine(unused, files, **more))


def manifest(*packages: str) -> str:
    return "version: 1\npackages:\n" + "".join(f"  - {p}\n" for p in packages) if packages else "version: 1\n"


def test_what_nothing_declares_fails():
    assert undeclared_of({"a.py": "import requests\n"}) == ["error requests a.py:1"]


def test_what_is_declared_passes():
    outcome = examine(undeclared, {"skill.yaml": manifest("pyyaml"), "a.py": "import yaml\n"})
    assert (outcome.status, outcome.findings) == (Status.PASSED, ())


@pytest.mark.parametrize(
    "declaration",
    [
        {"requirements.txt": "requests==2.31.0\n"},
        {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["requests"]\n'},
        {"pyproject.toml": '[dependency-groups]\ndev = ["requests"]\n'},
        {"b.py": '# /// script\n# dependencies = ["requests"]\n# ///\n'},
        {"install.sh": "pip install requests\n"},
        {"requirements.txt": "git+https://git.example/requests.git#egg=requests\n"},
    ],
)
def test_any_form_that_a_machine_reads_declares_where_there_is_no_manifest(declaration):
    assert undeclared_of({"a.py": "import requests\n", **declaration}) == []


def test_a_line_of_prose_alone_warns():
    files = {"a.py": "import requests\n", "README.md": "```sh\npip install requests\n```\n"}
    assert undeclared_of(files) == ["warning requests a.py:1"]


def test_an_optional_import_warns_and_one_for_types_says_nothing():
    code = "try:\n    import rich\nexcept ImportError:\n    rich = None\n"
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n"
    assert undeclared_of({"a.py": code, "b.py": types}) == ["warning rich a.py:2"]


def test_a_handler_that_ends_the_program_makes_it_required():
    code = "try:\n    import rich\nexcept ImportError:\n    raise SystemExit(1)\n"
    assert undeclared_of({"a.py": code}) == ["error rich a.py:2"]


def test_the_place_that_needs_a_module_most_is_told():
    optional = "try:\n    import rich\nexcept ImportError:\n    rich = None\n"
    assert undeclared_of({"a.py": optional, "b.py": "\nimport rich\n"}) == ["error rich b.py:2"]


def test_with_a_manifest_another_file_declares_nothing():
    files = {
        "skill.yaml": manifest("numpy"),
        "requirements.txt": "requests\ntabulate\nnumpy\n",
        "pyproject.toml": '[dependency-groups]\ndev = ["ruff"]\n',
        "a.py": "import numpy, requests\n",
    }
    outcome = examine(undeclared, files)
    assert told(outcome) == [
        "error requests a.py:1",
        "note ruff pyproject.toml:2",
        "warning tabulate requirements.txt:2",
    ]
    assert (
        "is declared at skills/tables/requirements.txt:1, but not in skill.yaml"
        in outcome.findings[0].message
    )


EVIL = entry("evil", status="banned")
OLD_IS_EVIL = entry("evil", "<2", status="banned"), entry("evil", ">=2")


@pytest.mark.parametrize("level", ["student", "intern", "autonomous"])
def test_with_a_manifest_a_ban_holds_for_every_line_of_every_file(level):
    files = {
        "skill.yaml": manifest("numpy"),
        "SKILL.md": "# Tables\n\n```bash\npip install Evil\n```\n",
        "setup.sh": "pip install evil tabulate\n",
        "requirements.txt": "-c limits.txt\nevil>=1\n",
        "limits.txt": "evil<3\n",
        "pyproject.toml": '[dependency-groups]\ndev = ["evil"]\n',
    }
    outcome = examine(undeclared, files, registry=[EVIL], level=level)
    assert told(outcome) == [
        "error evil SKILL.md:4",
        "error evil pyproject.toml:2",
        "error evil requirements.txt:2",
        "error evil setup.sh:1",
        "warning tabulate setup.sh:1",
    ]
    first = outcome.findings[0]
    assert first.message == (
        "evil is asked for here (install-line), and evil is banned: useful (policies/packages.yaml:3)"
    )
    assert first.remedy == "remove this line, or ask for another package or version"


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("evil==1.5", "error"),
        ("evil==2.5", "warning"),
        ("evil", "warning"),
        ("evil>=2", "warning"),
    ],
)
def test_a_ban_of_some_versions_holds_for_a_line_that_names_one_of_them(line, severity):
    """A line that is free to get another version gets no ban, and warns as ever."""
    files = {"skill.yaml": manifest(), "setup.sh": f"pip install '{line}'\n"}
    assert undeclared_of(files, registry=OLD_IS_EVIL) == [f"{severity} evil setup.sh:1"]


def test_a_banned_version_beside_a_declared_one_is_an_error_too():
    files = {"skill.yaml": manifest("evil"), "setup.sh": "pip install evil==1.5\n", "a.py": "import evil\n"}
    assert undeclared_of(files, registry=OLD_IS_EVIL) == ["error evil setup.sh:1"]
    assert undeclared_of({**files, "setup.sh": "pip install evil\n"}, registry=OLD_IS_EVIL) == []


def test_a_ban_of_every_version_is_not_undone_by_an_approval_of_some():
    files = {"skill.yaml": manifest(), "setup.sh": "pip install evil\n"}
    assert undeclared_of(files, registry=[entry("evil", ">=2"), EVIL]) == ["error evil setup.sh:1"]


def test_without_a_manifest_packages_tells_of_a_ban():
    assert undeclared_of({"setup.sh": "pip install evil\n"}, registry=[EVIL]) == []


def test_what_only_a_dependency_brings_warns():
    files = {"skill.yaml": manifest("pandas"), "a.py": "import pandas\nimport numpy\n"}
    assert undeclared_of(files, lock=lock_of("pandas", "numpy")) == ["warning numpy a.py:2"]


def test_the_wheels_decide_before_any_table():
    files = {"skill.yaml": manifest("left-pad"), "a.py": "import padding\n"}
    assert undeclared_of(files, lock=lock_of("left-pad")) == ["warning padding a.py:1"]
    assert undeclared_of(files, lock=lock_of("left-pad"), wheels=FakeWheels(left_pad="padding")) == []
    assert undeclared_of(files, lock=lock_of("left-pad"), wheels=FakeWheels(left_pad="other")) == [
        "error padding a.py:1"
    ]


@pytest.mark.parametrize("earlier", [Status.FAILED, Status.BROKEN, Status.SKIPPED])
def test_no_wheel_of_a_lock_that_did_not_pass_is_fetched(earlier):
    class Trap:
        def modules(self, files):
            raise AssertionError("the lock's author chose these addresses")

    files = {"skill.yaml": manifest("left-pad"), "a.py": "import padding\n"}
    assert undeclared_of(files, lock=lock_of("left-pad"), wheels=Trap(), earlier=earlier) == [
        "warning padding a.py:1"
    ]


def test_modules_of_a_shared_namespace_are_told_one_by_one_and_once():
    code = "from google.cloud import storage\nfrom google.cloud.storage import Client\nimport google.nobody.knows\n"
    assert undeclared_of({"a.py": code}) == [
        "error google.cloud.storage a.py:1",
        "error google.nobody.knows a.py:3",
    ]


def test_an_address_without_a_name_may_hold_any_module_nobody_knows():
    files = {"requirements.txt": "git+https://git.example/x.git\n", "a.py": "import somemodule, requests\n"}
    assert undeclared_of(files) == ["error requests a.py:1", "warning somemodule a.py:1"]


def test_pytest_in_tests_is_brought_by_the_sandbox():
    assert undeclared_of({"tests/test_a.py": "import pytest\n"}) == []
    assert undeclared_of({"run.py": "import pytest\n"}) == ["error pytest run.py:1"]


BAD_PYTHON = {
    "Python 2": b"print 'x'\n",
    "a syntax error": b"import (\n",
    "a NUL": b"import x\0\n",
    "nested without end": b"import x\na = " + b"(" * 5_000 + b")" * 5_000 + b"\n",
    "not text": b"\xff\xfe\x00import x\n",
}


@pytest.mark.parametrize("data", BAD_PYTHON.values(), ids=BAD_PYTHON)
def test_python_that_cannot_be_read_is_a_finding(data):
    outcome = examine(undeclared, {"skill.yaml": manifest(), "a.py": b"import os\n" + data})
    assert outcome.status is Status.FAILED
    assert [(f.severity, f.subject) for f in outcome.findings] == [("error", f"{ID}/a.py")]
    assert "not understood" in outcome.findings[0].message


@pytest.mark.parametrize(
    ("text", "severity"), [("-r ../../../../etc/passwd\n", "error"), ("-r requirements.txt\n", "error")]
)
def test_requirements_that_cannot_be_followed_count_where_they_declare(text, severity):
    assert undeclared_of({"requirements.txt": text}) == [
        f"{severity} skills/tables/requirements.txt requirements.txt:1".replace("skills/tables/", "", 1)
    ]
    assert undeclared_of({"requirements.txt": text, "skill.yaml": manifest()})[0].startswith("warning")


def test_a_script_of_a_hundred_thousand_lines():
    assert undeclared_of({"a.py": "x = 1\n" * 100_000 + "import requests\n"}) == [
        "error requests a.py:100001"
    ]


def test_a_prompt_is_not_asked():
    assert examine(undeclared, {}).status is Status.NOT_APPLICABLE
    assert examine(unused, {}).status is Status.NOT_APPLICABLE


def test_a_skill_that_cannot_be_used_is_broken():
    for check in (undeclared, unused):
        assert examine(check, {"skill.yaml": "version: 1\nversion: 1\n"}).status is Status.BROKEN


def test_content_that_is_not_there_is_broken():
    class Partial(MemoryTree):
        def read(self, path, limit):
            if path.endswith("a.py"):
                raise Unanswered("git", "object 1 is missing here")
            return super().read(path, limit)

    tree = Partial(
        {f"{ID}/SKILL.md": "# T\n", f"{ID}/skill.yaml": "version: 1\n", f"{ID}/a.py": "import x\n"}
    )
    skill = skill_in(tree, ID)
    exam = Exam(policy=default_policy(), examinees=(Examinee(skill=skill, level=Level.INTERN),), now=NOW)
    (outcome,) = undeclared.examine(exam, Tools(head=tree, progress=Quiet()), {}).outcomes
    assert (outcome.status, "missing here" in outcome.reason) == (Status.BROKEN, True)


def test_the_remedy_is_a_file_and_a_command():
    (finding,) = examine(undeclared, {"a.py": "import yaml\n"}).findings
    assert finding.remedy == (
        "write skills/tables/skill.yaml with `version: 1` and `pyyaml` under `packages:`, "
        "then run `proctor lock skills/tables`"
    )


def test_what_nothing_uses_warns():
    assert unused_of({"skill.yaml": manifest("numpy", "pandas"), "a.py": "import numpy\n"}) == [
        "warning pandas skill.yaml:4"
    ]


USES = {
    "an import by another name": {"a.py": "import cv2\n"},
    "a lazy import": {"a.py": "def f():\n    import cv2\n"},
    "a command": {"run.sh": "opencv-python --version\n"},
    "a module on a command line": {"run.sh": "python -m cv2\n"},
    "a string": {"a.py": "import subprocess\nsubprocess.run(['opencv-python'])\n"},
    "code in Markdown": {"README.md": "```python\nimport cv2\n```\n"},
    "a span": {"README.md": "Run `opencv-python view`.\n"},
    "the test command": {"skill.yaml": manifest("opencv-python") + "test: [python, -m, cv2]\n"},
}


@pytest.mark.parametrize("more", USES.values(), ids=USES)
def test_a_use_of_any_kind(more):
    assert unused_of({"skill.yaml": manifest("opencv-python"), "a.py": "", **more}) == []


NO_USES = {
    "a sentence": {"README.md": "We like opencv-python.\n"},
    "a comment of a script": {"run.sh": "# opencv-python\n"},
    "another word": {"run.sh": "opencv-python-x cv2_x\n"},
    "another declaration": {
        "requirements.txt": "opencv-python\n",
        "README.md": "`pip install opencv-python`\n",
    },
}


@pytest.mark.parametrize("more", NO_USES.values(), ids=NO_USES)
def test_no_use(more):
    assert unused_of({"skill.yaml": manifest("opencv-python"), "a.py": "", **more}) == [
        "warning opencv-python skill.yaml:3"
    ]


@pytest.mark.parametrize(
    "name", ["openpyxl", "types-requests", "pandas-stubs", "pytest-cov", "ruff", "PyArrow"]
)
def test_what_works_unseen_is_not_asked_about(name):
    assert unused_of({"skill.yaml": manifest(name), "a.py": ""}) == []


def test_a_bound_on_a_dependency_is_a_use():
    files = {"skill.yaml": manifest("pandas", "numpy<3"), "a.py": "import pandas\n"}
    assert unused_of(files, lock=lock_of("pandas", "numpy", requires={"pandas": ["numpy"]})) == []
    assert unused_of(files, lock=lock_of("pandas", "numpy", requires={})) == ["warning numpy skill.yaml:4"]


def test_without_a_manifest_only_what_a_machine_installs_is_asked_about():
    files = {
        "README.md": "`pip install numpy`, `uvx black`\n",
        "requirements.txt": "pandas\n",
        "pyproject.toml": '[dependency-groups]\ndev = ["scipy"]\n',
        "a.py": "",
    }
    assert unused_of(files) == ["warning pandas requirements.txt:1"]


def test_a_wheel_tells_what_a_distribution_with_an_odd_name_holds():
    files = {"skill.yaml": manifest("left-pad"), "a.py": "import padding\n"}
    assert unused_of(files, lock=lock_of("left-pad"), wheels=FakeWheels(left_pad="padding")) == []
