"""What this machine offers to tests: a Docker engine, a package index, Chromium. What is missing is said.

Tests marked `engine`, `network` or `browser` are skipped with the reason where those are missing. With
PROCTOR_REQUIRE_ENGINE=1, PROCTOR_REQUIRE_NETWORK=1 or PROCTOR_REQUIRE_BROWSER=1 they fail instead.
"""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from scripts.browser import chromium

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("fast", settings.get_profile("default"), max_examples=15)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@functools.cache
def engine_missing() -> str:
    """Why there is no Docker engine to test with; empty when there is one."""
    import docker

    with warnings.catch_warnings():
        # docker-py leaves its socket open when it cannot connect.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            docker.from_env(timeout=20).close()
        except docker.errors.DockerException as error:
            return f"no Docker engine: {error}"
        finally:
            gc.collect()
    return ""


@functools.cache
def network_missing() -> str:
    """Why no package index answers; empty when one does. Asked by uv, as this machine is set up for it."""
    resolve = [sys.executable, "-m", "uv", "pip", "compile", "-q", "--no-header", "--no-cache", "-"]
    try:
        done = subprocess.run(resolve, input="iniconfig\n", capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no package index: {error}"
    return "" if done.returncode == 0 else f"no package index: {done.stderr.strip()[-300:]}"


@functools.cache
def browser_missing() -> str:
    """Why there is no browser to look at pages with; empty when there is one."""
    if chromium() is None:
        return "no Chromium: `make browser` installs one on Debian and Ubuntu, else install `chromium`"
    return ""


#: Marker → (what tells whether it can be had, the variable that turns skipping into failing).
NEEDS: dict[str, tuple[Callable[[], str], str]] = {
    "engine": (engine_missing, "PROCTOR_REQUIRE_ENGINE"),
    "network": (network_missing, "PROCTOR_REQUIRE_NETWORK"),
    "browser": (browser_missing, "PROCTOR_REQUIRE_BROWSER"),
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where it is required, a test whose machine lacks what it needs."""
    for marker, (missing, variable) in NEEDS.items():
        if item.get_closest_marker(marker) and (reason := missing()):
            if os.environ.get(variable) == "1":
                pytest.fail(f"{reason} ({variable}=1 forbids to skip)", pytrace=False)
            pytest.skip(reason)
