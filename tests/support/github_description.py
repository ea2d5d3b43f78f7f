"""GitHub's own OpenAPI description of its API, which every request and answer of a test is held against.

`make openapi` fetches it (npm package `@octokit/openapi`) into `.cache`. Without it nothing is held against it,
and `tests/github/test_description.py` says so.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FILE = Path(__file__).parents[2] / ".cache/github-openapi/api.github.com.json"
_REPO = "/repos/{owner}/{repo}"
#: What Proctor asks, and no more: the whole description has 800 paths.
ASKED = (
    ("get", "/user"),
    ("get", f"{_REPO}/issues/{{issue_number}}/comments"),
    ("post", f"{_REPO}/issues/{{issue_number}}/comments"),
    ("patch", f"{_REPO}/issues/comments/{{comment_id}}"),
    ("delete", f"{_REPO}/issues/comments/{{comment_id}}"),
    ("get", f"{_REPO}/issues"),
    ("post", f"{_REPO}/issues"),
    ("patch", f"{_REPO}/issues/{{issue_number}}"),
    ("get", f"{_REPO}/pulls"),
    ("get", f"{_REPO}/pulls/{{pull_number}}"),
    ("get", f"{_REPO}/compare/{{basehead}}"),
    ("get", f"{_REPO}/git/ref/{{ref}}"),
    ("get", f"{_REPO}/git/trees/{{tree_sha}}"),
)


def problems(verb: str, path: str, query: str, sent: bytes, status: int, body: bytes) -> list[str]:
    """What a request and its answer say that GitHub's description does not allow."""
    if not FILE.exists():
        return []
    template = _template(verb.lower(), path)
    if template is None:
        return [f"{verb} {path} is not among what Proctor asks"]
    operation = _document()["paths"][template][verb.lower()]
    found = [*_query(operation, query), *_sent(operation, sent)]
    return [f"{verb} {path}: {problem}" for problem in (*found, *_answered(operation, status, body))]


def _template(verb: str, path: str) -> str | None:
    for known, template in ASKED:
        pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
        if known == verb and re.fullmatch(pattern, path):
            return template
    return None


def _query(operation: dict[str, Any], query: str) -> Iterator[str]:
    known = {p["name"]: p for p in map(_resolved, operation["parameters"]) if p["in"] == "query"}
    for name, value in parse_qsl(query):
        if name not in known:
            yield f"there is no parameter {name}"
            continue
        schema = known[name]["schema"]
        typed: Any = int(value) if schema.get("type") == "integer" else value
        yield from _invalid(schema, typed)


def _sent(operation: dict[str, Any], sent: bytes) -> Iterator[str]:
    described = operation.get("requestBody")
    if described is None:
        if sent:
            yield "it takes no body"
        return
    yield from _invalid(described["content"]["application/json"]["schema"], json.loads(sent))


def _answered(operation: dict[str, Any], status: int, body: bytes) -> Iterator[str]:
    response = operation["responses"].get(str(status))
    if response is None:
        if status < 400:
            yield f"it never answers {status}"
        return  # rate limits and faults of the server are outside of the description
    content = _resolved(response).get("content", {}).get("application/json")
    if content is None:
        if body:
            yield f"it answers {status} without a body"
        return
    yield from _invalid(content["schema"], json.loads(body))


def _invalid(schema: dict[str, Any], value: Any) -> Iterator[str]:
    from openapi_schema_validator import OAS30ReadValidator

    whole = {**schema, "components": _document()["components"]}
    for error in OAS30ReadValidator(whole).iter_errors(value):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def _resolved(value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        value = _at(_whole(), value["$ref"])
    return value


def _at(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


@functools.cache
def _whole() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


@functools.cache
def _document() -> dict[str, Any]:
    """The paths asked and whatever they refer to: a hundredth of the whole, and as much faster."""
    whole = _whole()
    paths: dict[str, Any] = {}
    for verb, path in ASKED:
        paths.setdefault(path, {})[verb] = whole["paths"][path][verb]
    document: dict[str, Any] = {"paths": paths, "components": {}}
    waiting, seen = [*_references(paths)], set()
    while waiting:
        reference = waiting.pop()
        if reference in seen:
            continue
        seen.add(reference)
        target = _at(whole, reference)
        _, kind, name = reference.removeprefix("#/").split("/")
        document["components"].setdefault(kind, {})[name] = target
        waiting.extend(_references(target))
    return document


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
