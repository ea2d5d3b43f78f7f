"""Pulling an export: it goes on where it stopped, is checked before it counts, and is replaced whole."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import pytest

from checker.engines.advisories import SnapshotLimits
from checker.engines.http import Http, Patience
from checker.engines.pulled import PulledStore
from checker.errors import Unanswered
from tests.support.export_server import ExportServer, goog_hash, repr_digest
from tests.support.osv import document, encoded, export, until, zipped

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
QUICK = Patience(connect=1.0, read=0.5, whole=5.0, retries=0, backoff=0.01, longest_retry_after=1)


def records(*names, modified="2026-11-20T00:00:00Z"):
    return export(*(document(name, until("demo", "2"), modified=modified) for name in names))


OLD, NEW = records("GHSA-1"), records("GHSA-1", "GHSA-2", "GHSA-3")


@pytest.fixture
def http():
    with Http("advisories", QUICK) as client:
        yield client


@pytest.fixture
def store(tmp_path):
    return PulledStore(tmp_path / "advisories")


@pytest.fixture
def server():
    with ExportServer(NEW) as made:
        yield made


def pull(store, server, http, **more):
    return store.pull(server.url, http, NOW, **more)


def files(tmp_path):
    return {path.name for path in (tmp_path / "advisories").iterdir()}


def test_what_is_pulled_is_described_and_can_be_opened(store, server, http, tmp_path):
    pulled, new = pull(store, server, http)
    assert (new, pulled.records, pulled.withdrawn, pulled.unreadable) == (True, 3, 0, 0)
    assert (pulled.source, pulled.size, pulled.etag) == (server.url, len(NEW), '"one"')
    assert pulled.newest == dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    assert (pulled.age_days(NOW), pulled.age_days(NOW - dt.timedelta(days=9))) == (2, 0)
    assert store.open().digest == pulled.digest
    assert store.verify() == (pulled, "")
    assert files(tmp_path) == {f"{pulled.sha256}.zip", "current.json"}


def test_an_interrupted_pull_goes_on_by_itself(store, server, http):
    server.script.breaks = [100, 50]
    assert pull(store, server, http)[0].records == 3
    assert server.script.asked[1:] == [
        {"Range": "bytes=100-", "If-Range": '"one"'},
        {"Range": "bytes=150-", "If-Range": '"one"'},
    ]


def test_a_pull_that_stopped_goes_on_next_time(store, server, http, tmp_path):
    server.script.breaks = [100, 0]
    with pytest.raises(Unanswered, match="100 bytes are kept: pull again to go on"):
        pull(store, server, http)
    assert pull(store, server, http)[0].records == 3
    assert server.script.asked[-1] == {"Range": "bytes=100-", "If-Range": '"one"'}


def test_a_changed_etag_begins_anew(store, server, http):
    server.script.breaks = [100, 0]
    with pytest.raises(Unanswered):
        pull(store, server, http)
    server.script.data, server.script.etag = OLD, '"two"'
    pulled, _ = pull(store, server, http)
    assert (pulled.records, pulled.etag) == (1, '"two"')


def test_a_server_that_goes_on_with_another_file_is_seen(store, server, http):
    server.script.breaks = [100]

    def other(handler):
        if handler.headers.get("Range"):
            server.script.answer, server.script.etag = None, '"two"'
            handler.send(
                206, NEW[100:], len(NEW) - 100, {"Content-Range": f"bytes 100-{len(NEW) - 1}/{len(NEW)}"}
            )
        else:
            handler._serve(server.script)

    server.script.answer = other
    assert pull(store, server, http)[0].records == 3
    assert server.script.asked[-1] == {}


@pytest.mark.parametrize("told", ["bytes 7-9/10", "bytes 100-", "", "items 1-2/3"])
def test_a_range_that_was_not_asked_for_begins_anew(store, server, http, told):
    server.script.breaks = [100]

    def wrong(handler):
        if handler.headers.get("Range"):
            server.script.answer = None
            handler.send(206, b"junk", 4, {"Content-Range": told})
        else:
            handler._serve(server.script)

    server.script.answer = wrong
    assert pull(store, server, http)[0].records == 3


def test_416_begins_anew(store, server, http):
    server.script.breaks = [100, 0]
    with pytest.raises(Unanswered):
        pull(store, server, http)
    server.script.answer = lambda handler: (
        handler.send(416, b"", 0) if handler.headers.get("Range") else handler._serve(server.script)
    )
    assert pull(store, server, http)[0].records == 3


def test_416_without_a_range_is_an_error(store, server, http):
    server.script.answer = lambda handler: handler.send(416, b"", 0)
    with pytest.raises(Unanswered, match="answered 416"):
        pull(store, server, http)


@pytest.mark.parametrize("etag", ["", 'W/"weak"', "bad\tone"])
def test_without_a_strong_etag_nothing_is_pieced_together(store, server, http, etag):
    server.script.etag, server.script.breaks = etag, [100]
    assert pull(store, server, http)[0].records == 3
    assert server.script.asked == [{}, {}]


def test_a_server_without_ranges_starts_over(store, server, http):
    server.script.ranges, server.script.breaks = False, [100]
    assert pull(store, server, http)[0].records == 3


def test_not_modified_keeps_what_is_there(store, server, http):
    first, _ = pull(store, server, http)
    again, new = store.pull(server.url, http, NOW + dt.timedelta(days=1))
    assert (again, new) == (first, False)
    assert server.script.asked[-1] == {"If-None-Match": '"one"'}


def test_an_altered_export_is_fetched_again_even_if_the_server_has_the_same(store, server, http, tmp_path):
    pulled, _ = pull(store, server, http)
    (tmp_path / "advisories" / f"{pulled.sha256}.zip").write_bytes(OLD)
    assert pull(store, server, http)[1] is True
    assert store.verify()[1] == ""


GOOD_DIGESTS = {"Repr-Digest": repr_digest(NEW), "x-goog-hash": goog_hash(NEW)}
WRONG = {
    "sha-256": {"Repr-Digest": repr_digest(OLD)},
    "md5": {"x-goog-hash": goog_hash(OLD)},
    "no base64": {"Repr-Digest": "sha-256=:A:"},
}


def test_digests_that_fit(store, server, http):
    server.script.headers = GOOD_DIGESTS
    pulled, _ = pull(store, server, http)
    assert pull(store, server, http, sha256=pulled.sha256.upper())[0] == pulled


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_a_wrong_checksum_leaves_the_old_export(store, server, http, headers, tmp_path):
    server.script.data, server.script.etag = OLD, '"old"'
    old, _ = pull(store, server, http)
    server.script.data, server.script.etag, server.script.headers = NEW, '"one"', headers
    with pytest.raises(Unanswered, match="is expected"):
        pull(store, server, http)
    assert (store.current(), store.verify()[1]) == (old, "")
    assert files(tmp_path) == {f"{old.sha256}.zip", "current.json"}


def test_a_checksum_given_by_hand_must_fit(store, server, http):
    with pytest.raises(Unanswered, match=f"where {'0' * 64} is expected"):
        pull(store, server, http, sha256="0" * 64)
    with pytest.raises(Unanswered, match="nothing was pulled yet"):
        store.current()


BAD = {
    "empty": b"",
    "HTML": b"<html>sign in</html>",
    "truncated": NEW[:-30],
    "no records": zipped({"README.md": b"hello"}),
    "zip bomb": zipped({f"{n}.json": b"0" * 2_000_000 for n in range(10)}),
    "only unreadable": zipped({"a.json": b"{}"}),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_no_export_never_replaces_one(store, server, http, data, tmp_path):
    server.script.data, server.script.etag = OLD, '"old"'
    old, _ = pull(store, server, http)
    server.script.data, server.script.etag = data, '"bad"'
    with pytest.raises(Unanswered):
        pull(store, server, http)
    assert store.open().digest == old.digest
    assert files(tmp_path) == {f"{old.sha256}.zip", "current.json"}


def test_names_in_the_zip_are_no_paths(store, server, http, tmp_path):
    evil = {"../../evil.json": encoded(document("GHSA-9", until("demo", "2"))), "/abs.json": b"{}"}
    server.script.data = zipped(evil)
    assert pull(store, server, http)[0].unreadable == 1
    assert [path.name for path in tmp_path.rglob("*evil*")] == []


@pytest.mark.parametrize("promise", [True, False])
def test_more_bytes_than_allowed_are_refused(tmp_path, server, http, promise):
    store = PulledStore(tmp_path / "advisories", SnapshotLimits(packed_bytes=300))
    server.script.data = bytes(200_000)
    if not promise:
        server.script.answer = lambda handler: _chunked(handler, 200_000)
    with pytest.raises(Unanswered, match="has more than 300 bytes"):
        pull(store, server, http)
    assert not (tmp_path / "advisories").exists() or not files(tmp_path)


def _chunked(handler, size):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502])
def test_other_statuses_are_no_answer(store, server, http, status):
    server.script.answer = lambda handler: handler.send(status, b"no", 2)
    with pytest.raises(Unanswered, match=f"answered {status}|did not answer"):
        pull(store, server, http)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "nonsense"])
def test_other_addresses_are_refused(store, http, url):
    with pytest.raises(Unanswered, match="not an http"):
        store.pull(url, http, NOW)


def test_credentials_are_not_kept(store, server, http, tmp_path):
    url = server.url.replace("http://", "http://me:secret@")
    server.script.breaks = [100, 0]
    with pytest.raises(Unanswered) as raised:
        store.pull(url, http, NOW)
    store.pull(url, http, NOW)
    kept = "".join(path.read_text(errors="replace") for path in (tmp_path / "advisories").glob("*.json"))
    assert "secret" not in kept + str(raised.value)


@pytest.mark.parametrize("sidecar", ["", "{}", "[]", '{"version": 2}', "x" * 100_000])
def test_a_sidecar_that_cannot_be_read_is_no_answer(store, server, http, tmp_path, sidecar):
    pull(store, server, http)
    (tmp_path / "advisories" / "current.json").write_text(sidecar)
    with pytest.raises(Unanswered, match="pull again"):
        store.open()


def test_tampering_is_seen(store, server, http, tmp_path):
    pulled, _ = pull(store, server, http)
    file = tmp_path / "advisories" / f"{pulled.sha256}.zip"
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("GHSA-8.json", encoded(document("GHSA-8", until("demo", "2"))))
    assert "altered on this machine" in store.verify()[1]
    with pytest.raises(Unanswered, match="altered on this machine"):
        store.open()
    file.unlink()
    assert "gone" in store.verify()[1]


def test_a_sidecar_that_lies_about_the_records_is_seen(store, server, http, tmp_path):
    pull(store, server, http)
    sidecar = tmp_path / "advisories" / "current.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"records": 4}))
    assert store.verify()[1] == "the records are not those that were pulled"
