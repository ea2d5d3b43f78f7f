"""The HTML report in Chromium: it shows, it fits, it follows the scheme, and nothing foreign acts."""

from __future__ import annotations

import socketserver
import struct
import threading
import zlib
from pathlib import Path

import pytest

from checker.reporters.html_ import content_policy, render
from scripts.browser import document, screenshot
from tests.reporters.test_html import ALLOWED
from tests.support import verdicts as v
from tests.support.html_page import HtmlPage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = (
    "<script>document.title='ran'</script><img src=http://evil.example/i onerror=\"document.title='ran'\">"
    "<style>body{display:none}</style><link rel=stylesheet href=http://evil.example/s>"
    "<iframe src=http://evil.example/f></iframe></details></main>--><svg onload=document.title='ran'>"
)


@pytest.fixture
def page(tmp_path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render(v.sample()), encoding="utf-8")
    return path


def first_pixel(png: Path) -> tuple[int, ...]:
    """The corner's colour: on the first line every filter leaves the first pixel as it is."""
    data, at, packed = png.read_bytes(), 8, b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        packed += data[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return tuple(zlib.decompress(packed)[1:4])


def test_it_is_light_and_dark_and_breaks_no_policy_of_its_own(page, tmp_path):
    for dark, corner in ((False, (0xFF, 0xFF, 0xFF)), (True, (0x0D, 0x11, 0x17))):
        log = screenshot(page, tmp_path / "shot.png", width=900, height=600, dark=dark)
        assert first_pixel(tmp_path / "shot.png") == corner
        assert "Content Security Policy" not in log
        assert "Refused" not in log


def test_a_broken_style_would_be_seen(page, tmp_path):
    """The test above can fail: another style than the hashed one is refused, and the log says so."""
    page.write_text(page.read_text().replace("<style>", "<style>\n"))
    assert "Content Security Policy" in screenshot(page, tmp_path / "shot.png", width=900, height=600)


@pytest.mark.parametrize("width", [500, 900, 1600])
def test_the_page_never_scrolls_sideways(page, width):
    """A copy without the policy, with a script that measures."""
    measure = "<script>document.title=document.documentElement.scrollWidth-innerWidth</script></body>"
    html = page.read_text().replace(content_policy(), "").replace("</body>", measure)
    page.write_text(html.replace("<details>", "<details open>"))
    dom, _ = document(page, f"--window-size={width},900")
    assert HtmlPage(dom).text["title"] == ["0"]


class _Asked(socketserver.BaseRequestHandler):
    """Notes the first line of whatever is asked of the proxy, and answers nothing."""

    def handle(self):
        self.server.asked.append(self.request.recv(4096).split(b"\r\n")[0].decode(errors="replace"))


@pytest.fixture
def proxy():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Asked) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_hostile_text_neither_runs_nor_fetches(tmp_path, proxy):
    found = v.finding(
        subject=HOSTILE, message=HOSTILE, file=HOSTILE, remedy=f"run `{HOSTILE}`", chain=(HOSTILE,)
    )
    page = tmp_path / "report.html"
    page.write_text(render(v.verdict_on(v.failed(found, skill=HOSTILE))), encoding="utf-8")
    dom, log = document(page, f"--proxy-server=127.0.0.1:{proxy.server_address[1]}")
    seen = HtmlPage(dom)
    assert seen.text["title"] == ["Proctor: fail"]
    assert set(seen.tags) <= ALLOWED.keys()
    assert not [line for line in proxy.asked if "evil.example" in line]
    assert "Refused" not in log


def test_a_hole_would_be_seen(tmp_path, proxy):
    """The test above can fail: the same text unescaped and without the policy does reach out."""
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><title>x</title><body>{HOSTILE}", encoding="utf-8")
    document(page, f"--proxy-server=127.0.0.1:{proxy.server_address[1]}")
    assert [line for line in proxy.asked if "evil.example" in line]
