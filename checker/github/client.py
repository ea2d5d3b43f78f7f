"""GitHub's REST API for one repository, over PyGithub's transport.

The transport knows authentication, addresses and how far apart requests should be. What is repeated is
decided here: a question may be asked again, and so may a change to a known object. A creation is never
repeated blindly, unless GitHub says that it refused it for want of quota: after a lost answer the caller has
to look whether the thing is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.github.trouble import (
    ENGINE,
    Answer,
    Unsure,
    lost,
    rate_limit_wait,
    trouble,
)

if TYPE_CHECKING:
    from github.Requester import Requester

T = TypeVar("T")
_PER_PAGE = 100
_MOST_PAGES = 100
_ATTEMPTS = 4
#: Seconds: GitHub asks for one between writes; a longer wait than the last is not worth a runner's time.
WRITES_APART = 1.0
_LONGEST_WAIT = 120.0
_TIMEOUT = 20


class Api:
    """One repository. Paths are below `/repos/OWNER/NAME`, unless they start with a slash.

    Every method raises Refused (the token may not, or there is none such) or Unanswered.
    """

    def __init__(
        self,
        url: str,
        repository: str,
        token: str,
        *,
        apart: float = WRITES_APART,
        timeout: int = _TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the API's address (GITHUB_API_URL); `apart` and `timeout` are seconds."""
        self.repository = repository
        self._url, self._token, self._sleep = url, token, sleep
        self._apart, self._timeout = apart, timeout

    def get(self, path: str, kind: type[T], **parameters: str | int) -> T:
        """One object."""
        return _read(self._call("GET", path, parameters), kind)

    def pages(self, path: str, kind: type[T], **parameters: str | int) -> Iterator[T]:
        """Every object of a list, over all its pages. More than GitHub could mean to send is Unanswered."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self._call("GET", path, {**parameters, "per_page": _PER_PAGE, "page": page})
            found: list[T] = _read(answer, list[kind])  # type: ignore[valid-type]
            yield from found
            if len(found) < _PER_PAGE:
                return
        raise Unanswered(ENGINE, f"{path} has more than {_MOST_PAGES} pages")

    def create(self, path: str, kind: type[T], data: Mapping[str, Any]) -> T:
        """Create something. Raises Unsure, too: the answer was lost, and it may be there."""
        return _read(self._call("POST", path, data=data), kind)

    def change(self, path: str, kind: type[T], data: Mapping[str, Any]) -> T:
        """Change a known object. Done twice it is the same, so it is repeated like a question."""
        return _read(self._call("PATCH", path, data=data), kind)

    def delete(self, path: str) -> None:
        """Delete a known object; one that is gone already raises Missing."""
        self._call("DELETE", path)

    def _call(
        self, verb: str, path: str, parameters: Mapping[str, Any] | None = None, data: Any = None
    ) -> Answer:
        where = path if path.startswith("/") else f"/repos/{self.repository}/{path}"
        problem: Unanswered = Unanswered(ENGINE, f"{verb} {where}: no answer")
        for attempt in range(_ATTEMPTS):
            answer, problem = self._once(verb, where, parameters, data)
            if answer is not None and answer.status < 300:
                return answer
            wait = _wait(answer, verb, attempt)
            if wait is None or wait > _LONGEST_WAIT:
                break
            if attempt < _ATTEMPTS - 1:
                self._sleep(wait)
        raise problem

    def _once(
        self, verb: str, where: str, parameters: Mapping[str, Any] | None, data: Any
    ) -> tuple[Answer | None, Unanswered]:
        """The answer, if one came, and what is wrong with it, if it is no success."""
        import requests

        asked = f"{verb} {where}"
        try:
            status, headers, body = self._requester.requestJson(
                verb, where, dict(parameters or {}), None, data
            )
        except requests.RequestException as error:
            return None, lost(verb, asked, error)
        answer = Answer(asked, status, headers, body)
        return answer, trouble(verb, answer)

    @cached_property
    def _requester(self) -> Requester:
        from github import Auth, Github

        github = Github(
            base_url=self._url,
            auth=Auth.Token(self._token) if self._token else None,
            timeout=self._timeout,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=self._apart,
        )
        return github.requester


def _wait(answer: Answer | None, verb: str, attempt: int) -> float | None:
    """Seconds until the same may be asked again; None for never."""
    if answer is not None and (limited := rate_limit_wait(answer, time.time())) is not None:
        return limited
    if verb == "POST" or (answer is not None and answer.status < 500):
        return None
    return float(2**attempt)


def _read(answer: Answer, kind: type[T]) -> T:
    """The body as `kind`. One that was cut, or says something else, is no answer."""
    try:
        return TypeAdapter(kind).validate_json(answer.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]["msg"]
        text = f"{answer.asked} answered what cannot be read: {visible(shortened(first, 200))}"
        unsure = answer.asked.startswith("POST")
        raise (Unsure(text) if unsure else Unanswered(ENGINE, text)) from error
