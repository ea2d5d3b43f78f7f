"""Declarations in the frontmatter of SKILL.md."""

from __future__ import annotations

import json

import pytest

from checker.model.discovery import Form
from tests.support.discovering import discovered, named, places, problems, requirements, sources


def skill_md(frontmatter: str) -> dict[str, str]:
    return {"SKILL.md": f"---\nname: s\n{frontmatter}\n---\nBody\n"}


def test_packages():
    found = discovered(
        skill_md("packages:\n  - six>=1\n  - name: attrs\n    version: '20.1'\nnode_packages: [left-pad]")
    )
    assert requirements(found, Form.FRONTMATTER) == ["six>=1", "attrs==20.1"]
    assert [line for _, line in places(found)] == [4, 5]
    assert [(u.manager, u.what) for u in found.not_governed] == [("npm", "left-pad")]


def test_a_packages_entry_that_is_none_is_said():
    assert problems(discovered(skill_md("packages: [[a], 'b c']"))) == [
        "SKILL.md:3: an entry of `packages` is neither a text nor a name with a version",
        "SKILL.md:3: not a requirement (PEP 508): `b c`",
    ]


INSTALL = [
    {"id": "a", "kind": "uv", "package": "nano-tool[x]", "bins": ["nano"]},
    {"id": "b", "kind": "pip", "packages": ["six", "attrs>=20"]},
    {"id": "c", "kind": "brew", "formula": "org/tap/tool"},
    {"id": "d", "kind": "go", "module": "go.example/tool@latest"},
    {"id": "e", "kind": "uv", "package": "forked", "from": "git+https://git.example/forked.git"},
    {"id": "f", "kind": "shell", "command": "pip install click && brew install jq"},
    {"id": "g", "kind": "download", "url": "https://files.example/tool.tar.gz"},
]


@pytest.mark.parametrize("vendor", ["openclaw", "clawdbot", "moltbot", "clawdis"])
@pytest.mark.parametrize("form", ["text", "json-in-yaml", "block"])
def test_install_lists(vendor, form):
    value = json.dumps({vendor: {"install": INSTALL}})
    text = {
        "text": f"metadata: '{value}'",
        "json-in-yaml": f"metadata: {value}",
        "block": f"metadata:\n  {vendor}:\n    install: {json.dumps(INSTALL)}",
    }[form]
    found = discovered(skill_md(text))
    assert requirements(found, Form.INSTALL_METADATA) == ["nano-tool[x]", "six", "attrs>=20", "click"]
    assert sources(found) == [("vcs", "forked from git+https://git.example/forked.git")]
    assert named(found, "nano-tool").tool
    assert not named(found, "six").tool
    assert [(u.manager, u.what) for u in found.not_governed] == [
        ("brew", "org/tap/tool"),
        ("go", "go.example/tool@latest"),
        ("brew", "jq"),
        ("download", "https://files.example/tool.tar.gz"),
    ]
    assert not found.not_understood


def test_each_entry_has_its_own_line():
    found = discovered(
        skill_md(
            "metadata:\n  openclaw:\n    install:\n      - kind: pip\n        package: six\n      - kind: uv\n        package: ruff"
        )
    )
    assert [line for _, line in places(found)] == [6, 8]


@pytest.mark.parametrize(
    "text",
    [
        "metadata: '{\"openclaw\": {install'",
        "metadata: {openclaw: {install: yes}}",
        "metadata: {openclaw: {install: [[1]]}}",
        "metadata: {openclaw: {install: [{kind: uv}]}}",
        "metadata: {openclaw: {install: [{id: x}]}}",
        "metadata: {openclaw: 'install'}",
        "description: a: b\nmetadata: {openclaw: {install: []}}",
        "packages: [" + "[" * 100_000,
        "packages: &a [*a]",
    ],
)
def test_what_cannot_be_read_is_said(text):
    found = discovered(skill_md(text))
    assert not found.declarations
    assert problems(found)[0].startswith("SKILL.md:")


def test_byte_order_mark_crlf_and_no_frontmatter():
    assert requirements(discovered({"SKILL.md": b"\xef\xbb\xbf---\r\npackages: [six]\r\n---\r\n"})) == ["six"]
    assert not discovered({"SKILL.md": "packages: [six]\n"}).declarations


def test_a_second_document_is_only_text():
    assert requirements(
        discovered({"SKILL.md": "---\npackages: [six]\n---\n---\npackages: [attrs]\n---\n"})
    ) == ["six"]
