"""`proctor audit`: every decision with its commit, also over merges, broken files and hostile texts."""

from __future__ import annotations

import csv
import io
import json

from tests.support.harmless import assert_harmless

REGISTRY = "policies/packages.yaml"


def rows(*entries):
    return {REGISTRY: "version: 1\npackages:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)}


A = "name: a, status: approved, min_maturity: intern, reason: r"
B = "name: b, status: banned, reason: r"


def events(proctor, repo, *arguments):
    result = proctor("audit", repo.path, "--format", "json", *arguments)
    assert result.code == 0, result.err
    return [(e["message"], e["action"], e["kind"], e["subject"]) for e in json.loads(result.out)]


def start(repo):
    """Forget the registry of the fixture."""
    repo.commit({REGISTRY: None}, "none")


def later(proctor, repo, *arguments):
    return [event for event in events(proctor, repo, *arguments) if event[0] not in ("change", "none")]


def test_added_changed_and_removed(proctor, repo):
    start(repo)
    repo.commit(rows(A), "one")
    repo.commit(rows(A.replace("intern", "supervised"), B), "two")
    repo.commit(rows(B), "three")
    assert later(proctor, repo) == [
        ("one", "added", "approved", "a"),
        ("two", "changed", "approved", "a"),
        ("two", "added", "banned", "b"),
        ("three", "removed", "approved", "a"),
    ]
    assert later(proctor, repo, "--package", "B") == [("two", "added", "banned", "b")]
    assert later(proctor, repo, "--rev", "main~1")[-1] == ("two", "added", "banned", "b")


def test_a_request_that_is_approved_is_a_change(proctor, repo):
    start(repo)
    repo.commit(rows("name: a, status: pending"), "ask")
    repo.commit(rows(A), "approve")
    assert later(proctor, repo) == [("ask", "added", "pending", "a"), ("approve", "changed", "approved", "a")]


def test_what_a_merge_brings_together_is_told_once(proctor, repo):
    start(repo)
    repo.commit(rows(A), "one")
    repo.checkout("feature", new=True)
    repo.commit(rows(A, B), "on a branch")
    repo.checkout("main")
    repo.commit({"README.md": "x"}, "elsewhere")
    repo.git("merge", "-q", "--no-ff", "-m", "merged", "feature")
    assert later(proctor, repo) == [
        ("one", "added", "approved", "a"),
        ("on a branch", "added", "banned", "b"),
    ]


def test_what_a_merge_itself_decides_is_its_own(proctor, repo):
    start(repo)
    repo.commit(rows(A), "one")
    repo.checkout("feature", new=True)
    repo.commit(rows(A, B), "on a branch")
    repo.checkout("main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "feature")
    repo.commit(rows("name: c, status: pending"), "evil merge")
    assert later(proctor, repo)[2:] == [
        ("evil merge", "added", "pending", "c"),
        ("evil merge", "removed", "approved", "a"),
    ]


def test_a_file_that_cannot_be_read_is_said_and_decisions_are_not_told_twice(proctor, repo):
    start(repo)
    repo.commit(rows(A), "one")
    repo.commit({REGISTRY: "version: 1\npackages: [\n"}, "broken")
    repo.commit(rows(A, B), "mended")
    assert later(proctor, repo) == [
        ("one", "added", "approved", "a"),
        ("broken", "unreadable", "file", REGISTRY),
        ("mended", "added", "banned", "b"),
    ]


def test_no_cell_is_a_formula_and_nothing_moves_the_cursor(proctor, repo):
    nasty = ['"=1+1"', '"@sum"', '"-1"', '"+1"', '" =1"', '"a\\u202eb\\u001b[2J"']
    repo.commit(
        rows(*(f"name: p{n}, status: pending, reason: {text}" for n, text in enumerate(nasty))),
        "=cmd|'/c'!A0",
    )
    out = proctor("audit", repo.path, "--format", "csv").out
    assert_harmless(out, kept="\n")
    cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []
    assert "'=cmd|'/c'!A0" in cells
    assert_harmless(proctor("audit", repo.path).out, kept="\n")


def test_a_shallow_clone_is_no_history(proctor, repo, tmp_path):
    repo.commit(rows(A), "one")
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    result = proctor("audit", clone.path)
    assert (result.code, "too shallow" in result.err) == (2, True)


def test_a_plain_folder_has_no_history(proctor, tmp_path):
    result = proctor("audit", tmp_path)
    assert (result.code, "no history" in result.err) == (2, True)
