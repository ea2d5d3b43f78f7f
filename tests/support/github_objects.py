"""Objects as GitHub's API answers them, with every field that its description requires."""

from __future__ import annotations

from typing import Any

WHEN = "2026-11-22T10:00:00Z"
_USER_URLS = (
    "avatar events followers following gists html organizations received_events repos starred subscriptions"
)
_REPO_URLS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments"
    " downloads events forks git_commits git_refs git_tags hooks html issue_comment issue_events issues keys"
    " labels languages merges milestones notifications pulls releases stargazers statuses subscribers"
    " subscription tags teams trees git clone ssh svn"
)
_REPO_COUNTS = "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count"
_REPO_FLAGS = (
    "has_downloads has_issues has_projects has_wiki has_pages archived disabled private allow_forking"
)
_REPO_NOTHING = "homepage language mirror_url license description"
_PULL_URLS = "comments commits diff html issue patch review_comment review_comments statuses"
_PULL_COUNTS = "additions changed_files comments commits deletions review_comments"


def user(login: str) -> dict[str, Any]:
    """A `simple-user`."""
    base = f"https://api.example/users/{login}"
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {
        **{f"{name}_url": f"{base}/{name}" for name in _USER_URLS.split()},
        "login": login,
        "id": 1 + sum(login.encode()),
        "node_id": "U_1",
        "gravatar_id": "",
        "site_admin": False,
        "type": kind,
        "url": base,
    }


def account(login: str) -> dict[str, Any]:
    """A `public-user`: what `/user` answers to a person's token."""
    words = "bio blog company email hireable location name"
    counts = "followers following public_gists public_repos"
    return {
        **user(login),
        **dict.fromkeys(words.split()),
        "blog": "",
        **dict.fromkeys(counts.split(), 0),
        "user_view_type": "public",
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def repository(identity: int, full_name: str, *, fork: bool = False) -> dict[str, Any]:
    """A `repository`."""
    owner, name = full_name.split("/")
    base = f"https://api.example/repos/{full_name}"
    return {
        **{f"{word}_url": f"{base}/{word}" for word in _REPO_URLS.split()},
        **dict.fromkeys(_REPO_COUNTS.split(), 0),
        **dict.fromkeys(_REPO_FLAGS.split(), False),
        **dict.fromkeys(_REPO_NOTHING.split()),
        "id": identity,
        "node_id": f"R_{identity}",
        "name": name,
        "full_name": full_name,
        "owner": user(owner),
        "fork": fork,
        "url": base,
        "default_branch": "main",
        "pushed_at": WHEN,
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def comment(identity: int, number: int, author: str, body: str) -> dict[str, Any]:
    """An `issue-comment`."""
    base = "https://api.example/repos/example/skills"
    return {
        "id": identity,
        "node_id": f"IC_{identity}",
        "url": f"{base}/issues/comments/{identity}",
        "html_url": f"https://example.org/example/skills/pull/{number}#issuecomment-{identity}",
        "issue_url": f"{base}/issues/{number}",
        "body": body,
        "user": user(author),
        "created_at": WHEN,
        "updated_at": WHEN,
        "author_association": "NONE",
        "performed_via_github_app": None,
    }


def issue(number: int, author: str, title: str, body: str, state: str) -> dict[str, Any]:
    """An `issue`."""
    base = f"https://api.example/repos/example/skills/issues/{number}"
    return {
        **{f"{word}_url": f"{base}/{word}" for word in ("comments", "events", "html", "labels")},
        "id": 1_000 + number,
        "node_id": f"I_{number}",
        "url": base,
        "repository_url": "https://api.example/repos/example/skills",
        "number": number,
        "title": title,
        "body": body,
        "state": state,
        "locked": False,
        "user": user(author),
        "assignee": None,
        "assignees": [],
        "labels": [],
        "milestone": None,
        "comments": 0,
        "closed_at": WHEN if state == "closed" else None,
        "created_at": WHEN,
        "updated_at": WHEN,
        "author_association": "NONE",
    }


def pull(number: int, state: str, head: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """A `pull-request`; also a `pull-request-simple`, which may hold more. Sides are from `side`."""
    own = f"https://api.example/repos/example/skills/pulls/{number}"
    links = "comments commits statuses html issue review_comments review_comment self"
    return {
        **{f"{word}_url": f"{own}/{word}" for word in _PULL_URLS.split()},
        **dict.fromkeys(_PULL_COUNTS.split(), 0),
        "url": own,
        "id": 5_000 + number,
        "node_id": f"PR_{number}",
        "number": number,
        "state": state,
        "locked": False,
        "title": "A change",
        "user": user("someone"),
        "body": None,
        "labels": [],
        "milestone": None,
        "created_at": WHEN,
        "updated_at": WHEN,
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": None,
        "assignee": None,
        "head": head,
        "base": base,
        "_links": {word: {"href": f"{own}/{word}"} for word in links.split()},
        "author_association": "NONE",
        "auto_merge": None,
        "merged": False,
        "mergeable": True,
        "mergeable_state": "clean",
        "merged_by": None,
        "maintainer_can_modify": False,
        "draft": False,
    }


def side(repo: dict[str, Any], ref: str, sha: str) -> dict[str, Any]:
    """Head or base of a pull request."""
    owner = repo["owner"]
    return {"label": f"{owner['login']}:{ref}", "ref": ref, "sha": sha, "user": owner, "repo": repo}


def commit(sha: str) -> dict[str, Any]:
    """A `commit`."""
    base = f"https://api.example/repos/example/skills/commits/{sha}"
    who = {"name": "A", "email": "a@example.org", "date": WHEN}
    tree = {"sha": "4" * 40, "url": f"{base}/tree"}
    return {
        "url": base,
        "sha": sha,
        "node_id": f"C_{sha[:8]}",
        "html_url": base,
        "comments_url": f"{base}/comments",
        "commit": {
            "url": base,
            "author": who,
            "committer": who,
            "message": "change",
            "comment_count": 0,
            "tree": tree,
        },
        "author": user("someone"),
        "committer": user("someone"),
        "parents": [],
    }


def reference(name: str, sha: str) -> dict[str, Any]:
    """A `git-ref`; `name` is without `refs/`."""
    url = f"https://api.example/repos/example/skills/git/refs/{name}"
    target = {"type": "commit", "sha": sha, "url": f"https://api.example/commits/{sha}"}
    return {"ref": f"refs/{name}", "node_id": "REF_1", "url": url, "object": target}


def comparison(base: str, merge_base: str) -> dict[str, Any]:
    """A `commit-comparison` that tells where the histories parted."""
    own = "https://api.example/repos/example/skills/compare/a...b"
    return {
        **{f"{word}url": own for word in ("", "html_", "permalink_", "diff_", "patch_")},
        "base_commit": commit(base),
        "merge_base_commit": commit(merge_base),
        "status": "diverged",
        "ahead_by": 1,
        "behind_by": 1,
        "total_commits": 1,
        "commits": [],
    }
