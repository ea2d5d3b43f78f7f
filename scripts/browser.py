"""Headless Chromium, for tests and screenshots: a page in, a picture or its document out."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: It looks at local files alone: nothing of its own may go out either.
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
)


def chromium() -> str | None:
    """The browser: CHROMIUM names one, else the first that is installed."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ((named,) if named else _NAMES))
    return next((path for path in found if path), None)


def screenshot(page: Path, target: Path, *, width: int, height: int, dark: bool = False) -> str:
    """Picture the page; returns the browser's log. SystemExit when there is no picture."""
    scheme = ("--force-dark-mode",) if dark else ()
    target.unlink(missing_ok=True)
    log = _run(page, *scheme, f"--window-size={width},{height}", f"--screenshot={target}").stderr
    if not target.is_file():
        raise SystemExit(f"no picture of {page.name}: {log[-500:]}")
    return log


def document(page: Path, *flags: str) -> tuple[str, str]:
    """The document as the browser understood it, and its log."""
    done = _run(page, *flags, "--dump-dom")
    return done.stdout, done.stderr


def _run(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Chromium on one page, with a profile of its own. As root it runs only without its own sandbox."""
    program = chromium()
    if program is None:
        raise SystemExit("no Chromium: `make browser`")
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory(prefix="proctor-browser-") as profile:
        argv = [program, *_FLAGS, *root, f"--user-data-dir={profile}", *flags, page.resolve().as_uri()]
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
