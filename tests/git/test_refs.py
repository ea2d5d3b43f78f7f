"""References: a name means what a reviewer takes it for, and what is not here is said."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from checker.engines.git import Git
from checker.errors import UsageError
from tests.support.repos import ScratchRepo


@pytest.fixture
def two(repo):
    """A repository with two commits on main, and their ids."""
    return repo.commit({"a": "1"}), repo.commit({"a": "2"})


def resolve(repo: ScratchRepo, ref: str) -> str:
    with Git(repo.path) as git:
        return git.resolve(ref)


@pytest.mark.parametrize("annotated", [False, True])
def test_a_tag_does_not_shadow_a_branch(repo, two, annotated):
    repo.tag("main", two[0], annotated=annotated)
    assert resolve(repo, "main") == two[1]
    assert resolve(repo, "refs/tags/main") == two[0]


def test_a_tag_does_not_shadow_a_remote_branch(repo, two, tmp_path):
    clone = repo.clone(tmp_path / "clone")
    clone.checkout("work", new=True)
    clone.git("branch", "-q", "-D", "main")
    clone.tag("main", two[0])
    assert resolve(clone, "main") == resolve(clone, "origin/main") == two[1]


def test_a_tag_named_like_a_full_ref_is_not_that_ref(repo, two):
    """git would find it as refs/tags/refs/heads/gone."""
    repo.tag("refs/heads/gone", two[0])
    repo.branch("refs/heads/gone", two[0])
    with pytest.raises(UsageError, match="no commit"):
        resolve(repo, "refs/heads/gone")
    with pytest.raises(UsageError, match="no commit"):
        resolve(repo, "gone")


def test_a_branch_named_like_an_id_is_not_that_id(repo, two):
    repo.git("update-ref", f"refs/heads/{two[0]}", two[1])
    assert resolve(repo, two[0]) == two[0]
    repo.git("update-ref", f"refs/heads/{two[0][:10]}", two[1])
    assert resolve(repo, two[0][:10]) == two[1]


def test_a_branch_named_head_is_not_head(repo, two):
    repo.git("update-ref", "refs/heads/HEAD", two[0])
    assert resolve(repo, "HEAD") == two[1]
    with Git(repo.path) as git:
        assert git.head() == two[1]


@pytest.mark.parametrize("name", ["--upload-pack=touch RAN", "-v1", "--all", "-"])
def test_a_name_like_an_option_is_a_name(repo, two, name, tmp_path):
    legal = name.replace(" ", "_")
    repo.branch(legal, two[0])
    repo.commit({f"{legal}/x": "1"})
    assert resolve(repo, legal) == two[0]
    assert not (repo.path / "RAN").exists()
    with pytest.raises(UsageError):
        resolve(repo, "--not-there")


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "main\n",
        "main\nrefs/heads/x",
        "a b",
        "main:a",
        "@{-1}",
        "main@{1}",
        ":/fix",
        "a..b",
        "*",
        "ma?n",
        "\x1b[31m",
    ],
)
def test_what_is_no_name_is_refused_and_shown_safely(repo, two, ref):
    with pytest.raises(UsageError, match="not a git reference") as error:
        resolve(repo, ref)
    assert "\n" not in str(error.value)
    assert "\x1b" not in str(error.value)


def test_steps_back_and_short_ids(repo, two):
    repo.tag("v1", two[0], annotated=True)
    for ref in ("HEAD~1", "HEAD^", "main~", "v1", "refs/tags/v1", two[0], two[0][:8], f"{two[1]}~1"):
        assert resolve(repo, ref) == two[0]
    with pytest.raises(UsageError, match="no commit"):
        resolve(repo, "main~5")


def test_a_short_id_that_fits_several_commits_is_refused(repo):
    """Of 2,000 commits some share their first four digits; which ones is fixed, as their content is."""
    made = b"".join(
        b"commit refs/heads/main\ncommitter C <c@example.org> %d +0000\ndata 1\nx\n"
        % (1_790_000_000 + number)
        for number in range(2_000)
    )
    repo.git("fast-import", "--quiet", stdin=made)
    starts = Counter(commit[:4] for commit in repo.git("rev-list", "main").split())
    shared = next(start for start, count in starts.items() if count > 1)
    with pytest.raises(UsageError, match="several"):
        resolve(repo, shared)


@pytest.mark.parametrize("ref", ["gone", "refs/heads/gone", "f" * 40, "deadbeef"])
def test_what_is_not_here_tells_what_to_fetch(repo, two, ref):
    with pytest.raises(UsageError, match=f"git fetch origin {ref}"):
        resolve(repo, ref)


def test_an_id_that_is_no_commit_is_no_base(repo, two):
    with pytest.raises(UsageError, match="no commit"):
        resolve(repo, repo.git("rev-parse", "HEAD:a"))


def test_a_damaged_branch_is_not_replaced_by_a_tag(repo, two):
    repo.tag("broken", two[0])
    (repo.path / ".git/refs/heads/broken").write_text("f" * 40 + "\n")
    with pytest.raises(UsageError, match="damaged"):
        resolve(repo, "broken")


def test_merge_base_is_where_the_histories_parted(repo, two):
    repo.checkout("side", new=True)
    side = repo.commit({"side": "1"})
    repo.checkout("main")
    main = repo.commit({"main": "1"})
    with Git(repo.path) as git:
        assert git.merge_base(main, side) == git.merge_base(side, main) == two[1]


def test_octopus_merges_and_a_base_ahead_are_fine(repo, two):
    sides = []
    for name in ("one", "two", "three"):
        repo.checkout("main")
        repo.checkout(name, new=True)
        sides.append(repo.commit({name: "1"}))
    repo.checkout("main")
    octopus = repo.merge("one", "two", "three")
    with Git(repo.path) as git:
        assert git.merge_base(octopus, sides[1]) == sides[1]
        assert git.merge_base(two[0], octopus) == two[0]


def test_histories_that_meet_in_two_places_are_refused(repo, two):
    """What is undone of one of them would be invisible from the other."""
    repo.checkout("side", new=True)
    side = repo.commit({"side": "1"})
    repo.checkout("main")
    main = repo.commit({"main": "1"})
    repo.merge(side)
    crossed = repo.head()
    repo.checkout("side")
    repo.merge(main)
    with Git(repo.path) as git, pytest.raises(UsageError, match="several places"):
        git.merge_base(crossed, repo.head())


def test_unrelated_histories_have_no_base(repo, two):
    other = repo.commit_tree(repo.git("rev-parse", "HEAD^{tree}"))
    with Git(repo.path) as git, pytest.raises(UsageError, match="no common history"):
        git.merge_base(other, two[1])


def forked(repo: ScratchRepo) -> None:
    """main and side, each three commits after they parted."""
    repo.commit({"a": "0"})
    repo.checkout("side", new=True)
    for number in "123":
        repo.commit({"side": number})
    repo.checkout("main")
    for number in "123":
        repo.commit({"main": number})


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone_without_the_base_says_to_deepen(repo, tmp_path, depth):
    forked(repo)
    clone = repo.clone(tmp_path / "clone", f"--depth={depth}", "--no-single-branch")
    with Git(clone.path) as git, pytest.raises(UsageError, match="git fetch --deepen"):
        git.merge_base(git.resolve("main"), git.resolve("side"))


def test_a_shallow_clone_that_reaches_the_base_is_enough(repo, tmp_path):
    forked(repo)
    clone = repo.clone(tmp_path / "clone", "--depth=4", "--no-single-branch")
    with Git(clone.path) as git:
        base = git.merge_base(git.resolve("main"), git.resolve("side"))
        assert base == repo.git("merge-base", "main", "side")


def test_a_shallow_clone_with_a_common_commit_that_is_not_the_base_is_refused(repo, tmp_path):
    """The way to the real base is cut off: an older common commit looks like it."""
    old = repo.commit({"a": "old"})
    for number in range(6):
        repo.commit({"a": str(number)})
    newer = repo.head()
    repo.git("checkout", "-q", "-b", "side", old)
    chain = newer
    for number in range(3):
        chain = repo.git("commit-tree", "-m", f"c{number}", "-p", chain, f"{old}^{{tree}}")
    head = repo.git("commit-tree", "-m", "join", "-p", old, "-p", chain, f"{old}^{{tree}}")
    repo.git("update-ref", "refs/heads/side", head)
    clone = repo.clone(tmp_path / "clone", "--depth=3", "--no-single-branch")
    clone.git("fetch", "-q", "--depth=8", "origin", "main")
    (clone.path / ".git/shallow").write_text(f"{repo.git('rev-parse', chain + '~1')}\n")
    with Git(clone.path) as git, pytest.raises(UsageError, match="too shallow"):
        git.merge_base(git.resolve("origin/main"), head)


def test_head_of_a_detached_checkout(repo, two):
    repo.git("checkout", "-q", "--detach", two[0])
    with Git(repo.path) as git:
        assert git.head() == two[0]


def test_whether_a_folder_ever_was(repo, two, tmp_path):
    held = repo.commit({"policies/x": "1"})
    gone = repo.commit({"policies/x": None})
    with Git(repo.path) as git:
        assert [git.ever_held(commit, "policies") for commit in (two[1], held, gone)] == [False, True, True]
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    with Git(clone.path) as git, pytest.raises(UsageError, match="too shallow"):
        git.ever_held(gone, "policies")


def test_a_folder_that_only_a_merged_side_held_counts(repo, two):
    repo.checkout("side", new=True)
    repo.commit({"policies/x": "1"})
    repo.checkout("main")
    merged = repo.merge("side")
    with Git(repo.path) as git:
        assert "policies/x" not in git.tree(merged).entries()
        assert git.ever_held(merged, "policies")


def test_the_time_of_a_commit_is_the_committers_in_utc(repo, two):
    with Git(repo.path) as git:
        assert git.commit_time(two[0]) == dt.datetime(2026, 11, 1, 10, 0, tzinfo=dt.UTC)
