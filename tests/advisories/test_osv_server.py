from __future__ import annotations

import json
import socket
import threading
import time

import pytest
import urllib3

from checker.engines.osv_server import OsvServer, serving
from checker.rules.osv.database import Database
from tests.support.osv import affected, database, document, encoded, pin, until

KNOWN = [
    document("GHSA-1", until("demo", "2"), aliases=["CVE-1"], modified="2024-05-06T07:08:09.123456+02:00"),
    document("PYSEC-1", until("Demo", "3"), until("other", "1"), published=None),
    document(
        "PYSEC-2", affected("demo", {"introduced": "0"}, {"fixed": "not-a-version"}, versions=["weird-1"])
    ),
]


@pytest.fixture
def server():
    with serving(database(*KNOWN), page_size=2) as running:
        yield running


@pytest.fixture
def http(server: OsvServer):
    with urllib3.HTTPConnectionPool("127.0.0.1", server.server_address[1], retries=False, timeout=10) as pool:
        yield pool


def query(name: str, version: str, ecosystem: str = "PyPI", **more: str) -> dict:
    return {"package": {"ecosystem": ecosystem, "name": name}, "version": version, **more}


def post(http: urllib3.HTTPConnectionPool, path: str, body: object) -> urllib3.BaseHTTPResponse:
    data = body if isinstance(body, bytes) else encoded(body)
    return http.request("POST", path, body=data, headers={"Content-Type": "application/json"})


def test_query(http, server):
    answer = post(http, "/v1/query", query("demo", "2.5")).json()
    assert [record["id"] for record in answer["vulns"]] == ["PYSEC-1", "PYSEC-2"]
    assert server.answered == {pin("demo==2.5"): frozenset({"PYSEC-1", "PYSEC-2"})}


def test_records_go_out_in_a_form_that_no_client_stumbles_over(http):
    first, second, third = post(http, "/v1/query", query("demo", "1")).json()["vulns"]
    assert first["modified"] == "2024-05-06T05:08:09Z"
    assert first["schema_version"].startswith("1.")
    assert "published" not in second
    assert second["affected"][0]["package"] == {"ecosystem": "PyPI", "name": "demo"}
    assert third["affected"][0]["ranges"] == [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    assert third["affected"][0]["versions"] == []


def test_nothing_known_is_an_empty_object(http, server):
    assert post(http, "/v1/query", query("clean", "1")).json() == {}
    assert post(http, "/v1/query", query("demo", "1", "npm")).json() == {}
    assert server.answered == {pin("clean==1"): frozenset()}


def test_batch_with_pages(http):
    body = {"queries": [query("demo", "1"), query("clean", "1"), query("other", "0.1")]}
    first, nothing, single = post(http, "/v1/querybatch", body).json()["results"]
    assert [one["id"] for one in first["vulns"]] == ["GHSA-1", "PYSEC-1"]
    assert nothing == {}
    assert [one["id"] for one in single["vulns"]] == ["PYSEC-1"]
    more = query("demo", "1", page_token=first["next_page_token"])
    (rest,) = post(http, "/v1/querybatch", {"queries": [more]}).json()["results"]
    assert rest == {"vulns": [{"id": "PYSEC-2", "modified": "2024-05-06T07:08:09Z"}]}


def test_a_batch_takes_a_thousand_queries_and_no_more(http):
    assert post(http, "/v1/querybatch", {"queries": [query("clean", "1")] * 1_000}).status == 200
    assert post(http, "/v1/querybatch", {"queries": [query("clean", "1")] * 1_001}).status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/query", b"not json"),
        ("/v1/query", b"[" * 50_000),
        ("/v1/query", {}),
        ("/v1/query", query("demo", "not a version")),
        ("/v1/query", {"commit": "abc"}),
        ("/v1/querybatch", {"queries": {}}),
        ("/v1/querybatch", {"queries": [query("demo", "1", page_token="-1")]}),
        ("/v1/other", query("demo", "1")),
    ],
)
def test_refused(http, server, path, body):
    answer = post(http, path, body)
    assert (answer.status, answer.json()["code"]) == (400, 3)
    assert server.answered == {}


def test_a_body_too_large_or_of_no_known_length_is_refused(http):
    assert http.request("POST", "/v1/query", headers={"Content-Length": str(10**8)}).status == 400
    assert http.request("POST", "/v1/query", body=iter([b"{}"]), chunked=True).status == 400


def test_records_by_id(http):
    assert http.request("GET", "/v1/vulns/GHSA-1").json()["aliases"] == ["CVE-1"]
    assert http.request("GET", "/v1/vulns/GHSA-9").status == 404
    assert http.request("GET", "/").status == 404


def test_one_connection_serves_many_requests_without_waiting(http):
    begin = time.monotonic()
    for _ in range(100):
        post(http, "/v1/query", query("demo", "1"))
    assert http.num_connections == 1
    assert time.monotonic() - begin < 3  # delayed acknowledgements would cost 4 s


def test_it_ends_at_once_although_clients_keep_their_connections():
    threads = threading.active_count()
    with serving(Database([])) as server:
        idle = [socket.create_connection(("127.0.0.1", server.server_address[1])) for _ in range(3)]
        idle[0].sendall(b"POST /v1/query HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
        begin = time.monotonic()
    assert time.monotonic() - begin < 5
    assert threading.active_count() == threads
    for connection in idle:
        connection.close()


def test_a_client_that_hangs_up_disturbs_nobody(http, capfd):
    with socket.create_connection(("127.0.0.1", http.port)) as rude:
        rude.sendall(b"POST /v1/query HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
    assert json.loads(post(http, "/v1/query", query("clean", "1")).data) == {}
    assert capfd.readouterr() == ("", "")
