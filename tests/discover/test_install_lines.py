"""Install lines in Markdown and shell scripts."""

from __future__ import annotations

import pytest

from checker.model.discovery import Form
from tests.support.discovering import discovered, named, places, problems, requirements, sources


def shell(line: str):
    return discovered({"install.sh": f"#!/bin/bash\n{line}\n"})


def fenced(line: str, language: str = "bash"):
    return discovered({"README.md": f"Text\n\n```{language}\n{line}\n```\n"})


@pytest.mark.parametrize("read", [shell, fenced])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pip install six", ["six"]),
        ("pip3 install six attrs", ["six", "attrs"]),
        ("pip3.11 --no-cache-dir install -q six", ["six"]),
        ("python -m pip install six", ["six"]),
        ("python3.11 -I -m pip install -U six", ["six"]),
        ("py -3 -m pip install six", ["six"]),
        (".venv/bin/pip install six", ["six"]),
        ('"$VENV/bin/pip" install six', ["six"]),
        ("$PYTHON -m pip install six", ["six"]),
        (".venv\\Scripts\\pip.exe install six", ["six"]),
        ("sudo -H pip install six", ["six"]),
        ("sudo -u bot pip install six", ["six"]),
        ("FOO=1 pip install six", ["six"]),
        ("cd x && pip install six; echo done", ["six"]),
        ("if ! pip install six >/dev/null 2>&1; then", ["six"]),
        ("(pip install six)", ["six"]),
        ("bash -lc 'pip install six'", ["six"]),
        ("pip install 'six>=1,<2' \"attrs[x] ~= 20.1\"", ["six<2,>=1", "attrs[x]~=20.1"]),
        ("pip install six>=1.16 attrs==20.1", ["six>=1.16", "attrs==20.1"]),
        ("pip install six >= 1.16", ["six>=1.16"]),
        ("pip install six  # the one", ["six"]),
        ("pip install -t target --python-version 3.11 six", ["six"]),
        ("pip install --target=x six", ["six"]),
        ("uv pip install six", ["six"]),
        ("uv --quiet pip install --python .venv/bin/python six", ["six"]),
        ("uv uv pip install six", ["six"]),
        ("uv add --dev six attrs", ["six", "attrs"]),
        ("uv add --group test six", ["six"]),
        ("uv run --with six --with 'attrs>=20,<30' python x.py", ["six", "attrs<30,>=20"]),
        ("uv run --with six,attrs -m module --with other", ["six", "attrs"]),
        ("uv run x.py six", []),
        ("uv sync", []),
        ("uvx six", ["six"]),
        ("uvx six@1.16 --with attrs", ["six==1.16"]),
        ("uvx six@latest", ["six"]),
        ("uvx --from 'six[x]>=1' --with attrs command", ["six[x]>=1", "attrs"]),
        ("uv tool install six", ["six"]),
        ("uv tool run six args", ["six"]),
        ("uv tool list", []),
        ("pipx install six", ["six"]),
        ("pipx run --spec six==1 command", ["six==1"]),
        ("pipx inject app six", ["app", "six"]),
        ("pipx upgrade six", []),
        ("poetry add six", ["six"]),
        ("pip uninstall six", []),
        ("pip list", []),
        ("pip install", []),
        ("echo nothing", []),
    ],
)
def test_commands(read, line, expected):
    found = read(line)
    assert requirements(found, Form.INSTALL_LINE) == expected
    assert not found.not_understood


def test_tools_have_an_environment_of_their_own():
    assert named(shell("uvx six"), "six").tool
    assert not named(shell("pip install six"), "six").tool


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pip install .", "path"),
        ("pip install ./x-1.0-py3-none-any.whl", "path"),
        ("pip install -e .[dev]", "editable"),
        ("pip install git+https://git.example/x.git@v1", "vcs"),
        ("pip install https://files.example/x.tar.gz", "url"),
        ("pip install 'x @ https://files.example/x.tar.gz'", "url"),
        ("pip install $PACKAGE", "expansion"),
        ("pip install ${PACKAGES[@]}", "expansion"),
        ("pip install --no-binary lxml", "source-build"),
        ("pip install -i https://index.example/", "index"),
        ("PIP_INDEX_URL=https://index.example/ pip install", "index"),
        ("uv pip install --find-links=https://files.example/", "index"),
    ],
)
def test_sources_in_scripts(line, expected):
    found = shell(line)
    assert [source for source, _ in sources(found)] == [expected]
    assert not requirements(found)


def test_requirements_files_named_by_a_command():
    files = {
        "scripts/deps.txt": "six\n",
        "scripts/install.sh": 'pip install -qr "$(dirname "$0")/deps.txt"\n',
    }
    assert requirements(discovered(files), Form.REQUIREMENTS) == ["six"]
    files = {"scripts/deps.txt": "six\n", "README.md": "Run `pip install -r {baseDir}/scripts/deps.txt`.\n"}
    assert requirements(discovered(files), Form.REQUIREMENTS) == ["six"]
    files = {"limits.txt": "six<2\n", "README.md": "```\npip install -c limits.txt attrs\n```\n"}
    assert requirements(discovered(files), Form.CONSTRAINTS) == ["six<2"]


def test_a_requirements_file_that_is_missing_is_said():
    assert problems(shell("pip install -r nowhere.txt")) == [
        "install.sh:2: installs from `nowhere.txt`, which the repository does not have"
    ]
    assert "does not have" in problems(shell("pip install -r ../../../etc/passwd"))[0]


@pytest.mark.parametrize(
    "line",
    [
        "pip install <package>",
        "pip install <your package name>",
        "pip install PACKAGE_NAME",
        "pip install your-package",
        "pip install {package}",
        "pip install ...",
        "pip install [options]",
        "pip install package-name",
        "uv add <name> && npm install <name>",
        "uv tool install -e /path/to/checkout",
        "pip install path/to/wheel.whl",
    ],
)
def test_placeholders_in_prose_are_no_packages(line):
    found = fenced(line)
    assert not found.declarations
    assert not found.not_governed
    assert not found.not_understood


def test_a_placeholder_in_a_script_is_what_the_script_installs():
    assert requirements(shell("pip install your-package")) == ["your-package"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Install it: `pip install six`, then go.", ["six"]),
        ("- `pip3 install six` or `uv add attrs`", ["six", "attrs"]),
        ("| tool | ``pip install six`` |", ["six"]),
        ("pip install six", ["six"]),
        ("    pip install six", ["six"]),
        ("$ pip install six", ["six"]),
        ("1. pip install six attrs", ["six", "attrs"]),
        ("**Install:** pip install six.", ["six"]),
        ("Needs six (pip install six).", ["six"]),
        ("pip install six and then run it", ["six"]),
        ("pip install the package", []),
        ("You can pip install whatever you like", []),
        ("No `pip install` needed", []),
        ("Use `uv add` instead of `pip install`", []),
        ("pipelines install themselves", []),
    ],
)
def test_running_text(text, expected):
    found = discovered({"README.md": f"# Title\n\n{text}\n"})
    assert requirements(found) == expected
    assert all(d.in_prose and d.location.line == 3 for d in found.declarations)
    assert not found.not_understood


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("", "$ pip install six", ["six"]),
        ("console", "(venv) user@host:~$ pip install six", ["six"]),
        ("powershell", "PS C:\\x> pip install six", ["six"]),
        ("bash", "# or: pip install six", ["six"]),
        ("text", "Not found. Install it with: pip install six", ["six"]),
        ("python", "!pip install six", ["six"]),
        ("python", "%pip install six", ["six"]),
        ("python", "# pip install six", ["six"]),
        ("python", "pip install six", ["six"]),
        ("python", "subprocess.run('pip install six')", []),
        ("yaml", "- run: pip install six", []),
        ("dockerfile", "RUN pip install six", []),
        ("json", '"command": "pip install six"', []),
    ],
)
def test_fences(language, line, expected):
    assert requirements(fenced(line, language)) == expected


def test_continued_lines_and_fences_in_lists_and_quotes():
    found = discovered(
        {
            "README.md": "- x\n\n  ```bash\n  pip install \\\n    six \\\n    attrs\n  ```\n\n"
            "> ```\n> pip install toml\n> ```\n"
        }
    )
    assert requirements(found) == ["six", "attrs", "toml"]
    assert [line for _, line in places(found)] == [4, 4, 10]


def test_a_fence_in_a_longer_fence_is_text_of_it():
    text = "````yaml\n```bash\npip install six\n```\n````\n\n```bash\npip install attrs\n```\n"
    assert requirements(discovered({"README.md": text})) == ["attrs"]


def test_the_frontmatter_is_no_markdown_but_its_compatibility_counts():
    fields = "name: s\ndescription: |\n  pip install nothing\ncompatibility: Needs six (pip install six)."
    text = f"---\n{fields}\n---\n"
    assert requirements(discovered({"SKILL.md": text})) == ["six"]


def test_a_script_tells_comments_here_documents_and_messages_from_commands():
    text = (
        "#!/bin/sh\n# Requires: pip install a-comment\ncat <<'EOF'\npip install a-document\nEOF\n"
        'echo "Install it with: pip install a-message"\npip install a-command\n'
    )
    found = discovered({"run": text})
    assert [(d.name, d.in_prose) for d in found.declarations] == [
        ("a-comment", True),
        ("a-document", True),
        ("a-message", True),
        ("a-command", False),
    ]


def test_other_managers_are_listed_as_not_governed():
    line = "brew install jq && npm i -g left-pad; sudo apt-get install -y curl git | go install x.example/y@latest"
    found = shell(f"{line}\nnpx -y tool arg\nconda install -c conda-forge gdal\nnpm install")
    assert [(u.manager, u.what) for u in found.not_governed] == [
        ("brew", "jq"),
        ("npm", "left-pad"),
        ("apt-get", "curl"),
        ("apt-get", "git"),
        ("go", "x.example/y@latest"),
        ("npx", "tool"),
        ("conda", "gdal"),
    ]
    assert [u.location.line for u in found.not_governed] == [2, 2, 2, 2, 2, 3, 4]
    assert not found.declarations


def test_lines_that_are_too_long_are_said():
    found = discovered({"README.md": "pip install six " + "x " * 3000 + "`pip install attrs`\n"})
    assert "the rest is not read" in problems(found)[-1]
    found = shell("pip install " + "six " * 4000)
    assert any("not read to its end" in problem for problem in problems(found))


@pytest.mark.slow
def test_ten_thousand_fences_and_hostile_lines_stay_fast():
    fences = "```bash\npip install six\n```\n" * 6_000 + "```\nx\n```\n" * 4_000
    lines = ("pip " * 900, "-/" * 1900 + " pip install", "`" * 999 + " uvx ", "(" * 900 + " pip install")
    hostile = "".join(f"{line}\n" * 20 for line in lines)
    found = discovered(
        {"README.md": fences, "B.md": hostile, "c.sh": hostile, "requirements.txt": " " * 100_000}
    )
    assert len(found.declarations) == 5_000
    assert any("the rest is not listed" in problem for problem in problems(found))
