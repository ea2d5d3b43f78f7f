"""The answers of the loopback server are GitHub's: held against its own description of its API."""

from __future__ import annotations

import os

import pytest

from tests.support import github_description


def test_the_description_is_at_hand():
    if not github_description.FILE.exists():
        reason = "GitHub's description of its API is not here: `make openapi` fetches it"
        if os.environ.get("PROCTOR_REQUIRE_NETWORK") == "1":
            pytest.fail(f"{reason} (PROCTOR_REQUIRE_NETWORK=1 forbids to skip)", pytrace=False)
        pytest.skip(reason)


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (("GET", "/repos/a/b/labels", "", b"", 200, b"[]"), "is not among what Proctor asks"),
        (("GET", "/repos/a/b/pulls", "owner=me", b"", 200, b"[]"), "there is no parameter owner"),
        (("GET", "/repos/a/b/pulls", "state=merged", b"", 200, b"[]"), "'merged' is not one of"),
        (("POST", "/repos/a/b/issues/1/comments", "", b'{"text": ""}', 201, b"{}"), "'body' is a required"),
        (("GET", "/repos/a/b/git/trees/1", "", b"", 200, b'{"tree": [{}]}'), "'sha' is a required"),
        (("DELETE", "/repos/a/b/issues/comments/1", "", b"", 200, b""), "it never answers 200"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_does_not_allow_is_told(request_, problem):
    if not github_description.FILE.exists():
        pytest.skip("GitHub's description of its API is not here: `make openapi` fetches it")
    assert any(problem in told for told in github_description.problems(*request_))
