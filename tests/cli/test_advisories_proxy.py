"""`proctor advisories pull` by way of a proxy. Nobody but the proxy knows where `export.example` is."""

from __future__ import annotations

import pytest

from tests.cli.test_advisories import EXPORT, NOW
from tests.support.certificates import Authority
from tests.support.export_server import ExportServer
from tests.support.proxy import Proxy

HOST = "export.example"
LOGIN = "operator:seen-by-the-proxy-alone"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def pull(proctor, repo, url):
    return proctor("advisories", "pull", "--path", repo.path, "--url", url, *NOW)


def halves(server):
    """The server breaks off after 100 bytes, and again at once: a pull stops, and another one goes on."""
    server.script.breaks = [100, 0]
    return [{}, *[{"Range": "bytes=100-", "If-Range": '"one"'}] * 2]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_http_goes_through_the_proxy_and_goes_on_there(proctor, repo, monkeypatch, name):
    with ExportServer(EXPORT) as server, Proxy({HOST: server.port}) as proxy:
        asked = halves(server)
        monkeypatch.setenv(name, proxy.url)
        stopped = pull(proctor, repo, f"http://{HOST}/PyPI/all.zip")
        assert (stopped.code, "100 bytes are kept: pull again to go on" in stopped.err) == (3, True)
        assert pull(proctor, repo, f"http://{HOST}/PyPI/all.zip").code == 0
        assert server.script.asked == asked
    assert set(proxy.asked) == {f"GET http://{HOST}/PyPI/all.zip"}
    assert proctor("advisories", "verify", "--path", repo.path).code == 0


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_https_goes_through_a_tunnel_that_sees_the_host_alone(proctor, repo, monkeypatch, tmp_path, name):
    authority = Authority()
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    with ExportServer(EXPORT, authority.server(HOST)) as server, Proxy({HOST: server.port}) as proxy:
        asked = halves(server)
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # the way out for the other scheme
        untrusted = pull(proctor, repo, f"https://{HOST}/PyPI/all.zip")
        assert (untrusted.code, "CERTIFICATE_VERIFY_FAILED" in untrusted.err) == (3, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert pull(proctor, repo, f"https://{HOST}/PyPI/all.zip").code == 3
        assert pull(proctor, repo, f"https://{HOST}/PyPI/all.zip").code == 0
        assert server.script.asked == asked
    assert set(proxy.asked) == {f"CONNECT {HOST}:443"}


def test_no_proxy_is_the_direct_way(proctor, repo, monkeypatch):
    with ExportServer(EXPORT) as server, Proxy({HOST: server.port}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,other.example")
        assert pull(proctor, repo, server.url).code == 0
        assert pull(proctor, repo, f"http://{HOST}/PyPI/all.zip").code == 0
    assert proxy.asked == [f"GET http://{HOST}/PyPI/all.zip"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_said_without_its_password(proctor, repo, monkeypatch, scheme):
    with ExportServer(EXPORT) as server, Proxy({HOST: server.port}, LOGIN) as proxy:
        url = f"{scheme}://{HOST}/PyPI/all.zip"
        monkeypatch.setenv(f"{scheme}_proxy", proxy.url.replace("operator", "nobody"))
        refused = pull(proctor, repo, url)
        assert (refused.code, "407" in refused.err) == (3, True)
        assert "seen-by" not in refused.err + refused.out
        if scheme == "http":
            monkeypatch.setenv("http_proxy", proxy.url)
            assert pull(proctor, repo, url).code == 0


@pytest.mark.slow
def test_a_proxy_that_is_not_there_is_not_gone_around(proctor, repo, monkeypatch):
    with ExportServer(EXPORT) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://{LOGIN}@127.0.0.1:1")
        missing = pull(proctor, repo, server.url)
    assert (missing.code, "seen-by" in missing.err + missing.out) == (3, False)
    assert server.script.asked == []
