"""Addresses: what may be printed of them, whose credentials they carry, and the way out to them."""

from __future__ import annotations

import urllib.request
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3

from checker.escape import shortened, visible


def shown(url: str) -> str:
    """`url` as it may be printed: no credentials, no invisible characters, not endless."""
    return shortened(visible(without_credentials(url)), 300)


def without_credentials(url: str) -> str:
    """`url` without user name and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def split_credentials(url: str) -> tuple[str, dict[str, str]]:
    """`url` without its user name and password, and the header that carries them instead."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, {}
    if parts.username is None:
        return url, {}
    user, password = unquote(parts.username), unquote(parts.password or "")
    basic = urllib3.make_headers(basic_auth=f"{user}:{password}")["authorization"]
    return without_credentials(url), {"Authorization": basic}


def scheme_and_host(url: str) -> tuple[str, str]:
    """Both in lower case; empty where `url` has none or cannot be read."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def proxy_for(scheme: str, host: str) -> str:
    """The operator's proxy for `host`, by the usual variables; empty for the direct way."""
    if urllib.request.proxy_bypass(host):
        return ""
    return urllib.request.getproxies().get(scheme, "")


def proxy_headers(proxy: str) -> dict[str, str]:
    """What a proxy with credentials in its address wants to see."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return dict(urllib3.make_headers(proxy_basic_auth=credentials))
