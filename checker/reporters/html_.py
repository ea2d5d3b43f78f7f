"""The report as one HTML file: no script, no network, nothing but its own style; light and dark.

The page's policy (CSP) allows its one style sheet by hash and nothing else, so that even a hole in the
escaping could neither run nor fetch anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from checker import __version__
from checker.model.verdict import Verdict
from checker.reporters.html_body import asides, header, matrix, sections, skills
from checker.reporters.html_skill import Extent
from checker.reporters.page import PLAIN, Page

#: Bytes. A browser opens more, but nobody reads it; artefacts and attachments are limited.
LIMIT = 24 * 2**20
_EVERYTHING = 1_000_000
#: From the fullest to the barest; the last says nothing of single skills but their row.
_EXTENTS = (
    Extent(_EVERYTHING, text=4_000, output=20_000, tree=True),
    Extent(_EVERYTHING, text=1_000, output=0, tree=False),
    Extent(5, text=400, output=0, tree=False),
    Extent(0, text=100, output=0, tree=False),
)
_TOO_MUCH = '<main id="main"><p>Too much to show: the JSON verdict has everything.</p></main>'


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """The whole page, of at most LIMIT bytes. `page.docs` is where rules link to, if anywhere."""
    for extent in _EXTENTS:
        whole = _within(_parts(verdict, extent._replace(docs=page.docs)))
        if whole is not None:
            return whole
    bare = [*_head(verdict), *header(verdict, _EXTENTS[-1], ()), _TOO_MUCH, "</body></html>"]
    return "\n".join(bare) + "\n"


def _within(parts: Iterator[str]) -> str | None:
    kept, room = [], LIMIT
    for part in parts:
        kept.append(part)
        room -= len(part.encode()) + 1
        if room < 0:
            return None
    return "\n".join(kept) + "\n"


def _parts(verdict: Verdict, extent: Extent) -> Iterator[str]:
    yield from _head(verdict)
    yield from header(verdict, extent, sections(verdict))
    yield '<main id="main">'
    yield from matrix(verdict, extent)
    yield from skills(verdict, extent)
    yield from asides(verdict, extent)
    yield "</main>"
    yield f"<footer><p>Proctor {__version__}. The same verdict is at hand as JSON.</p></footer></body></html>"


@cache
def style() -> str:
    """The style sheet that stands in the page."""
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


@cache
def content_policy() -> str:
    """The page's Content-Security-Policy: its style by hash, and nothing else from anywhere."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _head(verdict: Verdict) -> Iterator[str]:
    yield f"<!doctype html><!-- Proctor: {verdict.decision} -->"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{content_policy()}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
    yield f"<title>Proctor: {verdict.decision}</title>"
    yield f"<style>{style()}</style></head><body>"
