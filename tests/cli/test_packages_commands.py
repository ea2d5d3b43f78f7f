"""`lock`, `explain`, `tree` and a whole `check`, with real uv and a package index on loopback."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import POLICY, SKILL_MD, packaged
from tests.support.index_server import IndexServer, answers
from tests.support.osv import document, encoded, until
from tests.support.repos import ScratchRepo
from tests.support.wheels import build_wheel

pytestmark = pytest.mark.slow  # each command waits for uv, an index and their timeouts
REGISTRY = (
    "version: 1\npackages:\n"
    "  - {name: pandas, versions: '>=2', status: approved, min_maturity: intern, reason: tables}\n"
    "  - {name: six, status: banned, reason: not needed any more}\n"
)


@pytest.fixture
def index(monkeypatch):
    """pandas 2.2 requires numpy; clash-a and clash-b want different versions of it."""
    with IndexServer() as server:
        for wheel in (
            build_wheel("pandas", "2.2", requires=["numpy>=1.20"]),
            build_wheel("numpy", "1.20"),
            build_wheel("numpy", "1.26"),
            build_wheel("six", "1.16"),
            build_wheel("clash-a", "1.0", requires=["numpy<1.21"]),
            build_wheel("clash-b", "1.0", requires=["numpy>1.21"]),
        ):
            server.add(wheel)
        monkeypatch.setenv("UV_DEFAULT_INDEX", server.url)
        yield server


def skill(name, *packages):
    declared = "".join(f"  - {package}\n" for package in packages)
    return {
        f"skills/{name}/SKILL.md": SKILL_MD.format(name=name),
        f"skills/{name}/skill.yaml": f"version: 1\npackages:\n{declared}",
    }


def snapshot(tmp_path, name):
    """A fresh snapshot in the folder `osv` whose one advisory is about `name` before 2."""
    (tmp_path / "osv").mkdir()
    advisory = document("PYSEC-2026-1", until(name, "2"), modified="2026-10-31T00:00:00Z")
    (tmp_path / "osv/A.json").write_bytes(encoded(advisory))


@pytest.fixture
def tables(tmp_path) -> ScratchRepo:
    repo = ScratchRepo(tmp_path / "repo")
    repo.commit({**POLICY, "policies/packages.yaml": REGISTRY, **skill("tables", "pandas>=2")})
    return repo


@pytest.fixture
def locked(tables, index, proctor) -> ScratchRepo:
    assert proctor("lock", "--path", tables.path).code == 0
    tables.commit()
    return tables


def test_lock_writes_once_and_then_changes_nothing(tables, index, proctor):
    first = proctor("lock", "tables", "--path", tables.path)
    assert (first.code, "wrote skills/tables/pylock.toml" in first.out) == (0, True)
    text = (tables.path / "skills/tables/pylock.toml").read_text()
    again = proctor("lock", "--path", tables.path)
    assert "0 wrote, 1 unchanged" in again.out
    assert (tables.path / "skills/tables/pylock.toml").read_text() == text


def test_lock_check_writes_nothing(tables, index, proctor):
    assert proctor("lock", "--check", "--path", tables.path).code == 1
    assert not (tables.path / "skills/tables/pylock.toml").exists()


def test_a_conflict_shows_uvs_words_and_the_clashing_declarations(tables, index, proctor):
    tables.write(skill("clash", "clash-a", "clash-b"))
    result = proctor("lock", "--path", tables.path)
    assert result.code == 1
    assert "clash-a" in result.out
    assert "No solution found" in result.out
    assert "declared: clash-b at skills/clash/skill.yaml:4" in result.out
    assert "wrote skills/tables/pylock.toml" in result.out


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_lock_that_nobody_could_resolve_is_inconclusive(tables, index, proctor, options):
    index.faults["*"] = answers(403)
    result = proctor("lock", *options, "--path", tables.path)
    assert (result.code, "answered 403" in result.out) == (3, True)
    assert "0 would change" in result.out if options else "0 wrote" in result.out
    assert not (tables.path / "skills/tables/pylock.toml").exists()


def test_of_several_failures_the_worst_gives_the_exit_code(tables, index, proctor):
    index.faults["/simple/six/"] = answers(403)
    tables.write(skill("silent", "six"))
    assert proctor("lock", "--check", "--path", tables.path).code == 1  # `tables` would change
    assert proctor("lock", "--path", tables.path).code == 3
    tables.write(skill("clash", "clash-a", "clash-b"))
    assert proctor("lock", "--path", tables.path).code == 1
    tables.write(skill("elsewhere", f"six @ {ADDRESS}"))
    result = proctor("lock", "--path", tables.path)
    assert (result.code, "0 wrote, 1 unchanged, 3 failed" in result.out) == (2, True)


UNREAD = ("requests>=3,<2", "-r /etc/passwd", "idna~=2", "nope nope", "${HOME}")


@pytest.mark.parametrize("text", UNREAD)
@pytest.mark.parametrize("others", [(), ("pandas",)])
def test_a_declaration_that_cannot_be_read_is_not_left_out(tables, index, proctor, text, others):
    tables.write(skill("odd", *others, f'"{text}"'))
    place = f"skills/odd/skill.yaml:{3 + len(others)}: "
    for options in ((), ("--check",)):
        result = proctor("lock", "odd", *options, "--path", tables.path)
        assert (result.code, f"skills/odd: {place}" in result.out, "1 failed" in result.out) == (
            2,
            True,
            True,
        )
    assert not (tables.path / "skills/odd/pylock.toml").exists()


@pytest.mark.parametrize("command", ["explain", "tree", "sbom"])
def test_no_command_answers_for_part_of_the_declarations(locked, proctor, command):
    locked.write(skill("tables", "pandas>=2", "nope nope"))
    result = proctor(command, "tables", "--path", locked.path, "--offline")
    assert (result.code, result.out) == (2, "")
    assert "skills/tables/skill.yaml:4: `nope nope` is not a requirement" in result.err


def test_lock_of_an_unknown_skill_is_a_usage_error(tables, index, proctor):
    assert proctor("lock", "nowhere", "--path", tables.path).code == 2


def test_a_link_in_the_place_of_the_lock_is_replaced_not_followed(tables, index, proctor, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tables.path / "skills/tables/pylock.toml").symlink_to(outside)
    assert proctor("lock", "--path", tables.path).code == 0
    assert outside.read_text() == "mine"
    assert not (tables.path / "skills/tables/pylock.toml").is_symlink()


def test_a_locked_skill_passes_the_whole_check_but_the_sandbox(locked, proctor, tmp_path):
    snapshot(tmp_path, "other")
    arguments = ("--no-sandbox", "--advisories", tmp_path / "osv", "--now", "2026-11-01", "--format", "json")
    result = proctor("check", locked.path, *arguments)
    outcomes = {o["check"]: o["status"] for o in json.loads(result.out)["skills"][0]["outcomes"]}
    assert (result.code, outcomes["lock"], outcomes["vulnerabilities"]) == (0, "passed", "passed")


def test_a_tampered_hash_fails_the_lock(locked, proctor):
    path = locked.path / "skills/tables/pylock.toml"
    text = path.read_text()
    digest = text.partition('sha256 = "')[2][:64]
    locked.commit({"skills/tables/pylock.toml": text.replace(digest, "0" * 64)})
    result = proctor("check", locked.path, "--no-sandbox", "--only", "lock")
    assert result.code == 1


def test_explain_names_decision_rule_reason_line_and_chain(locked, index, proctor):
    result = proctor("explain", "tables", "numpy", "--path", locked.path)
    assert result.out.splitlines() == [
        "skills/tables (judged at level intern)",
        "",
        "numpy==1.26: allowed",
        "  rule      covered",
        "  reason    comes with an approved package: pandas → numpy",
        "  chain     pandas → numpy",
        "  locked    skills/tables/pylock.toml:5",
    ]


def test_explain_without_a_package_starts_with_the_declared_ones(locked, index, proctor):
    out = proctor("explain", "skills/tables", "--path", locked.path).out
    assert out.index("pandas==2.2: allowed") < out.index("numpy==1.26: allowed")
    assert "  decided   policies/packages.yaml:3" in out
    assert "  declared  skills/tables/skill.yaml:3" in out


def test_explain_of_a_package_the_skill_lacks_is_a_usage_error(locked, index, proctor):
    result = proctor("explain", "tables", "six", "--path", locked.path)
    assert (result.code, "neither declares nor locks six" in result.err) == (2, True)


def test_tree_shows_decisions_and_advisories(locked, index, proctor, tmp_path):
    snapshot(tmp_path, "numpy")
    result = proctor(
        "tree", "tables", "--path", locked.path, "--advisories", tmp_path / "osv", "--now", "2026-11-01"
    )
    lines = result.out.splitlines()
    assert lines[1] == "└── pandas==2.2 [allowed: approved]"
    assert lines[2].startswith("    └── numpy==1.26 [allowed: covered] advisories: PYSEC-2026-1")


def test_tree_without_a_lock_says_what_to_do(tables, proctor):
    result = proctor("tree", "tables", "--path", tables.path, "--offline")
    assert (result.code, "proctor lock skills/tables" in result.err) == (2, True)


def test_tree_offline_says_whose_edges_they_are(locked, proctor):
    result = proctor("tree", "tables", "--path", locked.path, "--offline")
    assert "edges are those the lock claims" in result.out
    assert "No advisory engine was asked" in result.out


def test_tree_does_not_say_what_an_index_that_is_silent_leaves_open(locked, index, proctor, tmp_path):
    index.faults["*"] = answers(403)
    snapshot(tmp_path, "other")
    asked = ("--advisories", tmp_path / "osv", "--now", "2026-11-01")
    result = proctor("tree", "tables", "--path", locked.path, *asked)
    assert "Locked, but it is not known whether a declaration reaches it:\n└── numpy==1.26" in result.out
    assert "Not every edge is known: pandas: " in result.out
    assert "no declaration reaches it" not in result.out


def test_tree_names_what_no_declaration_reaches_where_all_edges_to_it_are_known(
    locked, index, proctor, tmp_path
):
    locked.write(skill("tables", "numpy"))
    index.faults["/simple/pandas/"] = answers(403)
    snapshot(tmp_path, "other")
    asked = ("--advisories", tmp_path / "osv", "--now", "2026-11-01")
    result = proctor("tree", "tables", "--path", locked.path, *asked)
    assert "Locked, but no declaration reaches it:\n└── pandas==2.2" in result.out


@pytest.mark.parametrize("host", ["index", "evil"])
def test_sources_alone_does_not_pass_by_an_index_that_is_silent(locked, index, proctor, host):
    path = "skills/tables/pylock.toml"
    text = (locked.path / path).read_text()
    locked.commit(
        {path: text.replace(f"{index.origin}/", "https://evil.example/") if host == "evil" else text}
    )
    index.faults["*"] = answers(403)
    result = proctor("check", locked.path, "--no-sandbox", "--only", "sources", "--fresh", "--format", "json")
    verdict = json.loads(result.out)
    (outcome,) = (o for o in verdict["skills"][0]["outcomes"] if o["check"] == "sources")
    (engine,) = (run for run in verdict["engines"] if run["name"] == "package index")
    assert (result.code, outcome["status"], engine["ran"]) == (3, "broken", False)


ADDRESS = "https://files.elsewhere.example/pandas-2.2-py3-none-any.whl"


@pytest.mark.parametrize("with_lock", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_an_address_is_denied_unless_the_policy_names_it(proctor, repo, with_lock, named):
    files = packaged("tables", "pandas")
    if not with_lock:
        del files["skills/tables/pylock.toml"]
    files["skills/tables/skill.yaml"] = f"version: 1\nmaturity: intern\npackages:\n  - pandas @ {ADDRESS}\n"
    policy = f"version: 1\ndirect_sources: ['{ADDRESS}']\n" if named else "version: 1\n"
    repo.commit({"policies/maturity.yaml": policy, **files})
    explained = proctor("explain", "tables", "pandas", "--path", repo.path, "--offline").out
    assert ("which the policy does not name" in " ".join(explained.split())) is not named
    checked = proctor(
        "check",
        repo.path,
        "--offline",
        "--no-sandbox",
        "--format",
        "json",
        "--only",
        "packages",
        "--skill",
        "tables",
    )
    (skill,) = json.loads(checked.out)["skills"]
    findings = [f for o in skill["outcomes"] if o["check"] == "packages" for f in o["findings"]]
    assert ["denied (source)" in f["message"] for f in findings] == ([] if named else [True])
