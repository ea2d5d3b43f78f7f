"""GitHub on loopback: comments, issues, pull requests, trees and git itself, with a state of its own.

Tokens decide what may be done. Every request and every answer is held against GitHub's own description of its
API (`github_description`); whatever it does not allow is in `broken_rules`, and fails the test at the end. The
API is below `/api/v3`, as on GitHub Enterprise; everything else is git's smart HTTP.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support import github_description, github_objects
from tests.support.loopback import JSON, Asked, Loopback
from tests.support.repos import ENV

Reply = tuple[int, bytes, str, dict[str, str]]
BOT = "github-actions[bot]"
#: Tokens: an Action's own, one of a fork's run (reads only), one of another bot, one of a person.
WRITE, READ, PERSON = "ghs_" + "w" * 36, "ghs_" + "r" * 36, "ghp_" + "p" * 36
REPOSITORY = "example/skills"
_API = "/api/v3"
_MOST = 65_536


class Refusal(Exception):
    def __init__(self, status: int, message: str, **headers: str) -> None:
        self.status, self.message, self.headers = status, message, headers


@dataclass
class Fault:
    """Answers instead of the server `times` times, where verb and path fit. `acts` lets it happen all the same."""

    verb: str
    path: str
    answer: Callable[[Any], None]
    times: int = 1
    acts: bool = False


@dataclass
class GitHubServer:
    """The state, and the server that shows it. `logins` maps a token to its account."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=lambda: {WRITE: BOT, READ: BOT, PERSON: "someone"})
    readers: set[str] = field(default_factory=lambda: {READ})
    repository: Path | None = None
    faults: list[Fault] = field(default_factory=list)
    broken_rules: list[str] = field(default_factory=list)
    truncated: bool = False
    before: Callable[[str, str], None] = lambda verb, path: None

    def __post_init__(self) -> None:
        self.loopback = _Loopback(self)
        self._next = 100

    def __enter__(self) -> GitHubServer:
        self.loopback.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self.loopback.__exit__(*problem)
        assert not self.broken_rules, self.broken_rules

    @property
    def url(self) -> str:
        return self.loopback.url

    @property
    def api_url(self) -> str:
        return self.url + _API

    def writes(self) -> list[str]:
        """Every request that was to change something, as `VERB path`."""
        return [line for line in self.requests() if not line.startswith("GET ")]

    def requests(self) -> list[str]:
        asked = (a for a in self.loopback.asked if a.path.startswith(_API))
        return [f"{a.method} {urlsplit(a.path).path.removeprefix(_API)}" for a in asked]

    def fail(
        self, verb: str, path: str, answer: Callable[[Any], None], times: int = 1, *, acts: bool = False
    ) -> None:
        """Let requests whose path matches the pattern go wrong."""
        self.faults.append(Fault(verb, path, answer, times, acts))

    def add_comment(self, number: int, author: str, body: str) -> int:
        self._next += 1
        self.comments[self._next] = github_objects.comment(self._next, number, author, body)
        self.comments[self._next]["number"] = number
        return self._next

    def add_issue(self, author: str, title: str, body: str, state: str = "open") -> int:
        number = 1 + max([*self.issues, *self.pulls], default=0)
        self.issues[number] = github_objects.issue(number, author, title, body, state)
        return number

    def add_pull(
        self,
        number: int,
        head: str,
        base: str,
        *,
        fork: bool = False,
        ref: str = "change",
        into: str = "main",
    ) -> dict[str, Any]:
        """An open pull request, of this repository or of a fork. Returns it as in an event's payload."""
        own = github_objects.repository(1, REPOSITORY)
        theirs = github_objects.repository(2, "stranger/skills", fork=True) if fork else own
        sides = github_objects.side(theirs, ref, head), github_objects.side(own, into, base)
        self.pulls[number] = github_objects.pull(number, "open", *sides)
        return self.pulls[number]

    def bodies(self, number: int) -> list[str]:
        """Bodies of the comments on a pull request, the oldest first."""
        return [c["body"] for _, c in sorted(self.comments.items()) if c["number"] == number]

    def answer(self, asked: Asked) -> Reply:
        path, query = urlsplit(asked.path).path, urlsplit(asked.path).query
        if not path.startswith(_API):
            return self._git(asked, path, query)
        path = path.removeprefix(_API)
        self.before(asked.method, path)
        try:
            status, value, headers = self._api(asked, path, query)
        except Refusal as refused:
            status, value, headers = refused.status, {"message": refused.message}, refused.headers
        body = b"" if value is None else json.dumps(value).encode()
        self.broken_rules += github_description.problems(asked.method, path, query, asked.body, status, body)
        return status, body, JSON, headers

    def _api(self, asked: Asked, path: str, query: str) -> tuple[int, Any, dict[str, str]]:
        token = asked.headers.get("authorization", "").rpartition(" ")[2]
        if token not in self.logins:
            raise Refusal(401, "Bad credentials")
        if path == "/user":
            if token.startswith("ghs_"):
                raise Refusal(403, "Resource not accessible by integration")
            return 200, github_objects.account(self.logins[token]), {}
        prefix = f"/repos/{REPOSITORY}/"
        if not path.startswith(prefix):
            raise Refusal(404, "Not Found")
        if asked.method != "GET" and token in self.readers:
            raise Refusal(403, "Resource not accessible by integration")
        data = json.loads(asked.body) if asked.body else {}
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        return self._route(asked.method, path.removeprefix(prefix), given, data, self.logins[token])

    def _route(
        self, verb: str, path: str, query: dict[str, str], data: dict[str, Any], login: str
    ) -> tuple[int, Any, dict[str, str]]:
        routes: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("GET", r"issues/(\d+)/comments", lambda n: _page(self._comments_on(int(n)), query)),
            ("POST", r"issues/(\d+)/comments", lambda n: self._comment(int(n), data, login)),
            ("PATCH", r"issues/comments/(\d+)", lambda n: self._edit(int(n), data, login)),
            ("DELETE", r"issues/comments/(\d+)", lambda n: self._delete(int(n))),
            ("GET", r"issues", lambda: _page(self._issues(query), query)),
            ("POST", r"issues", lambda: self._open(data, login)),
            ("PATCH", r"issues/(\d+)", lambda n: self._change(int(n), data)),
            ("GET", r"pulls/(\d+)", lambda n: (200, _known(self.pulls, int(n)), {})),
            ("GET", r"pulls", lambda: _page(self._pulls(query), query)),
            ("GET", r"compare/([0-9a-f]{40})\.\.\.([0-9a-f]{40})", self._compare),
            ("GET", r"git/ref/([^/]+)", lambda name: (200, self._reference(unquote(name)), {})),
            ("GET", r"git/trees/([0-9a-f]{40})", lambda sha: (200, self._tree(sha), {})),
        )
        for method, pattern, act in routes:
            if method == verb and (found := re.fullmatch(pattern, path)):
                answered: tuple[int, Any, dict[str, str]] = act(*found.groups())
                return answered
        raise Refusal(404, "Not Found")

    def _comments_on(self, number: int) -> list[Any]:
        if number not in self.pulls and number not in self.issues:
            raise Refusal(404, "Not Found")
        return [
            {key: value for key, value in c.items() if key != "number"}
            for _, c in sorted(self.comments.items())
            if c["number"] == number
        ]

    def _comment(self, number: int, data: dict[str, Any], login: str) -> tuple[int, Any, dict[str, str]]:
        self._comments_on(number)
        _check_length(data["body"])
        made = self.comments[self.add_comment(number, login, data["body"].strip())]
        return 201, {key: value for key, value in made.items() if key != "number"}, {}

    def _edit(self, identity: int, data: dict[str, Any], login: str) -> tuple[int, Any, dict[str, str]]:
        found = _known(self.comments, identity)
        if found["user"]["login"] != login:
            raise Refusal(403, "Resource not accessible by integration")
        _check_length(data["body"])
        found["body"] = data["body"].strip()
        return 200, {key: value for key, value in found.items() if key != "number"}, {}

    def _delete(self, identity: int) -> tuple[int, Any, dict[str, str]]:
        _known(self.comments, identity)
        del self.comments[identity]
        return 204, None, {}

    def _issues(self, query: dict[str, str]) -> list[Any]:
        state, creator = query.get("state", "open"), query.get("creator")
        return [
            i
            for _, i in sorted(self.issues.items(), reverse=True)
            if state in ("all", i["state"]) and creator in (None, i["user"]["login"])
        ]

    def _open(self, data: dict[str, Any], login: str) -> tuple[int, Any, dict[str, str]]:
        _check_length(data["body"])
        number = self.add_issue(login, data["title"], data["body"].strip())
        return 201, self.issues[number], {}

    def _change(self, number: int, data: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        found = _known(self.issues, number)
        _check_length(data.get("body", ""))
        found |= data
        found["closed_at"] = github_objects.WHEN if found["state"] == "closed" else None
        return 200, found, {}

    def _pulls(self, query: dict[str, str]) -> list[Any]:
        state, head = query.get("state", "open"), query.get("head")
        return [
            p
            for _, p in sorted(self.pulls.items(), reverse=True)
            if state in ("all", p["state"]) and head in (None, p["head"]["label"])
        ]

    def _compare(self, base: str, head: str) -> tuple[int, Any, dict[str, str]]:
        found = self._plumb("merge-base", base, head).strip()
        if not found:
            raise Refusal(404, "Not Found")
        return 200, github_objects.comparison(base, found), {}

    def _reference(self, name: str) -> dict[str, Any]:
        sha = self._plumb("rev-parse", "--verify", f"refs/{name}^{{commit}}").strip()
        if not sha:
            raise Refusal(404, "Not Found")
        return github_objects.reference(name, sha)

    def _tree(self, sha: str) -> dict[str, Any]:
        listed = self._plumb("ls-tree", "-r", "-t", "-z", sha).split("\0")[:-1]
        if not listed:
            raise Refusal(404, "Not Found")
        entries = []
        for line in listed:
            meta, _, path = line.partition("\t")
            mode, kind, oid = meta.split()
            entries.append({"path": path, "mode": mode, "type": kind, "sha": oid})
        return {"sha": sha, "url": "https://api.example/tree", "tree": entries, "truncated": self.truncated}

    def _plumb(self, *arguments: str) -> str:
        assert self.repository is not None
        done = subprocess.run(["git", *arguments], cwd=self.repository, env=ENV, capture_output=True)
        return done.stdout.decode("utf-8", "replace")

    def _git(self, asked: Asked, path: str, query: str) -> Reply:
        """git's smart HTTP, by git's own server program. A token is needed, and exactly one."""
        given = asked.headers.get("authorization", "")
        name, _, token = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
        if "," in given or name != "x-access-token" or token not in self.logins or self.repository is None:
            return 401, b"", "text/plain", {"WWW-Authenticate": "Basic"}
        inner = path.removeprefix(f"/{REPOSITORY}").removeprefix(".git")
        env = {
            **ENV,
            "GIT_PROJECT_ROOT": str(self.repository / ".git"),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": inner,
            "QUERY_STRING": query,
            "REQUEST_METHOD": asked.method,
            "CONTENT_TYPE": asked.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(asked.body)),
            "HTTP_CONTENT_ENCODING": asked.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": asked.headers.get("git-protocol", ""),
            "REMOTE_USER": name,
        }
        done = subprocess.run(["git", "http-backend"], env=env, input=asked.body, capture_output=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        return status, body, headers.pop("Content-Type", "text/plain"), headers


class _Loopback(Loopback):
    """Answers by the state; a fault may act first and lose the answer."""

    def __init__(self, github: GitHubServer) -> None:
        super().__init__(github.answer)  # type: ignore[arg-type]
        self._github = github

    def fault_for(self, path: str) -> Callable[[Any], None] | None:
        asked = self.asked[-1]
        for fault in self._github.faults:
            where = urlsplit(path).path.removeprefix(_API)
            if fault.times > 0 and fault.verb == asked.method and re.search(fault.path, where):
                fault.times -= 1
                if fault.acts:
                    self._github.answer(asked)
                return fault.answer
        return None


def answering(status: int, message: str = "no", **headers: str) -> Callable[[Any], None]:
    """A fault: this status with GitHub's form of a message. `retry_after="1"` becomes Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(status, json.dumps({"message": message}).encode(), JSON, named)


def cut(handler: Any) -> None:
    """A fault: half of the body that was promised."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": 1, "bo')
    handler.wfile.flush()
    handler.close_connection = True


def garbled(handler: Any) -> None:
    """A fault: a whole answer that is half a document."""
    handler.send(200, b'[{"id": 1, "bo', JSON)


def hung_up(handler: Any) -> None:
    """A fault: no answer at all."""
    handler.close_connection = True
    handler.connection.close()


def _page(every: list[Any], query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
    size, page = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
    return 200, every[(page - 1) * size : page * size], {}


def _known(objects: dict[int, Any], identity: int) -> Any:
    if identity not in objects:
        raise Refusal(404, "Not Found")
    return objects[identity]


def _check_length(body: str) -> None:
    if len(body) > _MOST:
        raise Refusal(422, "Validation Failed: body is too long (maximum is 65536 characters)")
