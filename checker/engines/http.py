"""The one HTTP client of the engines: deadlines, byte caps, a bounded number of polite retries.

It trusts what the operator trusts: `SSL_CERT_FILE`, `SSL_CERT_DIR` and `REQUESTS_CA_BUNDLE` choose the
certificate authorities, the usual proxy variables the way out. Credentials in a URL travel as a header
and are never printed.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError

from checker.engines.address import (
    proxy_for,
    proxy_headers,
    scheme_and_host,
    shown,
    split_credentials,
    without_credentials,
)
from checker.engines.rests import PatientRetry, Rests
from checker.engines.watched import Watch
from checker.errors import Unanswered
from checker.escape import shortened, visible
from checker.overlap import ended_by

_CHUNK = 65_536
_RETRIED = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds for one connect, one read and a whole answer."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 300.0
    retries: int = 3
    backoff: float = 0.3
    longest_retry_after: int = 30


@dataclass(frozen=True)
class Response:
    """An answer read to its end. `headers` have lower-case names, `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Http:
    """A client with pooled connections, safe to use from several threads. Close it, or use it in `with`.

    `per_host` connections at most are open to one host at a time, whichever threads ask; further callers wait
    their turn. A host that answers with `Retry-After` is left alone by all of them for that long.
    """

    def __init__(self, engine: str = "http", patience: Patience | None = None, per_host: int = 16) -> None:
        """`engine` is the name that failures are reported under."""
        self.engine = engine
        self._patience = patience or Patience()
        self._per_host = per_host
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._proxies: dict[tuple[str, str], str] = {}
        self._watch = Watch(self._patience.whole)
        self._rests = Rests()
        self._retries = _retries(self._patience)
        self._lock = Lock()

    def get(self, url: str, *, accept: str, max_bytes: int) -> Response:
        """Fetch a whole answer, of any status. Unanswered: no connection, too slow, over `max_bytes`."""
        with self._opened(url, accept) as answer:
            return self._whole(url, answer, max_bytes)

    def post(self, url: str, *, json: bytes, max_bytes: int) -> Response:
        """Ask a question that is too long for a URL, in JSON. It may be asked again: for questions alone.

        Unanswered as in `get`. Redirects are not followed: they would carry the question elsewhere.
        """
        with self._opened(url, "application/json", json) as answer:
            return self._whole(url, answer, max_bytes)

    @contextmanager
    def stream(self, url: str, *, accept: str, max_bytes: int) -> Iterator[Iterator[bytes]]:
        """Yield the chunks of a 200 answer as they come. Unanswered as in `get`, and for another status."""
        with self._opened(url, accept) as answer:
            if answer.status != 200:
                raise Unanswered(self.engine, f"{shown(url)} answered {answer.status}")
            yield self._chunks(url, answer, max_bytes)

    @contextmanager
    def download(
        self, url: str, headers: Mapping[str, str], *, max_bytes: int
    ) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """Yield status, headers (lower-case names) and chunks of an answer of any status, nothing decoded.

        Unanswered as in `get`; an answer that ends early is one, too.
        """
        with self._opened(url, "*/*", more={"Accept-Encoding": "identity", **headers}) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            yield answer.status, told, self._chunks(url, answer, max_bytes)

    def close(self) -> None:
        """Drop every pooled connection."""
        for pool in self._pools.values():
            pool.clear()
        self._watch.close()

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _opened(
        self,
        url: str,
        accept: str,
        question: bytes | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        bare, authorization = split_credentials(url)
        answer: urllib3.BaseHTTPResponse | None = None
        try:
            headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": "proctor", **authorization}
            headers |= more or {}
            answer = self._asked(bare, headers, question)
            with ended_by(answer.shutdown):
                yield answer
        except (HTTPError, LocationValueError, OSError, UnicodeError) as error:
            raise Unanswered(self.engine, f"{shown(url)} did not answer: {_cause(error)}") from error
        finally:
            if answer is not None:
                # A connection whose answer was read to its end is back in the pool; any other is of no use.
                answer.close()
                answer.release_conn()

    def _asked(self, url: str, headers: dict[str, str], question: bytes | None) -> urllib3.BaseHTTPResponse:
        host = scheme_and_host(url)[1]
        pool, retries = self._pool(url), self._retries.of(host, self._rests)
        self._rests.wait(host)
        if question is None:
            return pool.request("GET", url, headers=headers, retries=retries, preload_content=False)
        headers["Content-Type"] = "application/json"
        return pool.request(
            "POST",
            url,
            body=question,
            headers=headers,
            retries=retries,
            preload_content=False,
            redirect=False,
        )

    def _whole(self, url: str, answer: urllib3.BaseHTTPResponse, max_bytes: int) -> Response:
        body = b"".join(self._chunks(url, answer, max_bytes))
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status, headers, body, _final_url(url, answer))

    def _chunks(self, url: str, answer: urllib3.BaseHTTPResponse, max_bytes: int) -> Iterator[bytes]:
        deadline, size = time.monotonic() + self._patience.whole, 0
        # read1 returns what one packet brought, so that a slow drip cannot outlast the deadline.
        while chunk := answer.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > max_bytes:
                raise Unanswered(self.engine, f"{shown(url)} answered more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise Unanswered(self.engine, f"{shown(url)} took longer than {self._patience.whole:g} s")
            yield chunk

    def _pool(self, url: str) -> urllib3.PoolManager:
        scheme, host = scheme_and_host(url)
        if scheme not in ("http", "https") or not host:
            raise Unanswered(self.engine, f"{shown(url)} is not an http(s) address")
        with self._lock:
            if (scheme, host) not in self._proxies:  # asking the environment takes as long as a small request
                self._proxies[scheme, host] = proxy_for(scheme, host)
            proxy = self._proxies[scheme, host]
            if proxy not in self._pools:
                self._pools[proxy] = self._watch.over(self._new_pool(proxy))
            return self._pools[proxy]

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        try:
            return self._made_pool(proxy)
        except ValueError:  # told without the address and its password, also in a traceback
            raise Unanswered(self.engine, "the proxy that the environment names is no address") from None

    def _made_pool(self, proxy: str) -> urllib3.PoolManager:
        wait = self._patience
        timeout = urllib3.Timeout(connect=wait.connect, read=wait.read)
        if proxy:
            return urllib3.ProxyManager(
                proxy,
                proxy_headers=proxy_headers(proxy),
                timeout=timeout,
                maxsize=self._per_host,
                block=True,
                ssl_context=_tls(),
            )
        return urllib3.PoolManager(timeout=timeout, maxsize=self._per_host, block=True, ssl_context=_tls())


def _retries(wait: Patience) -> PatientRetry:
    return PatientRetry(
        total=wait.retries + 5,
        connect=wait.retries,
        read=wait.retries and 1,
        status=wait.retries,
        redirect=5,
        other=0,
        allowed_methods=frozenset({"GET", "POST"}),  # `post` is for questions alone
        status_forcelist=_RETRIED,
        backoff_factor=wait.backoff,
        raise_on_status=False,
        retry_after_max=wait.longest_retry_after,
    )


def _final_url(asked: str, answer: urllib3.BaseHTTPResponse) -> str:
    """Where the answer came from; still with the credentials of `asked` when it was not redirected."""
    final = asked
    for step in answer.retries.history if answer.retries is not None else ():
        if step.redirect_location:
            final = urljoin(without_credentials(final), step.redirect_location)
    return final


def _tls() -> ssl.SSLContext:
    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    return ssl.create_default_context(cafile=bundle or None)


def _cause(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return shortened(visible(f"{type(reason).__name__}: {reason}"), 300)
