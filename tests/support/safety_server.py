"""A server on loopback that speaks what the Safety CLI asks, over advisories that are made up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.loopback import Answer, Asked, Loopback

KEY = "made-up-0123456789-safety-key"
_DAY = "2024-05-01T00:00:00Z"


@dataclass(frozen=True)
class Flaw:
    """One advisory: which versions of which name (a specifier), under which ids, how bad, where fixed."""

    name: str
    spec: str
    id: str
    cve: str = ""
    score: float | None = None
    severity: str = ""
    fixed: tuple[str, ...] = ()


def safety_server(flaws: Iterable[Flaw], key: str = KEY, **settings: Any) -> Loopback:
    """The server, not yet started. A request for advisories without the key is answered with 403.

    `settings` are those of `Loopback`.
    """
    return Loopback(_answering(tuple(flaws), key), **settings)


def environment(url: str, key: str = KEY) -> dict[str, str]:
    """What points the CLI at a server."""
    hosts = ("AUTH_SERVER", "PLATFORM", "PLATFORM_V2", "FIREWALL_API_BASE")
    return {
        **{f"SAFETY_{host}_URL": url for host in hosts},
        "SAFETY_PLATFORM_API_BASE_URL": f"{url}/cli/api/v1",
        "SAFETY_DATA_API_BASE_URL": f"{url}/api/v1/safety/",
        "SAFETY_API_KEY": key,
    }


def _answering(flaws: tuple[Flaw, ...], key: str) -> Answer:
    def answer(asked: Asked) -> tuple[int, bytes]:
        page = asked.path.partition("?")[0].rpartition("/")[2]
        if page == "openid-configuration":
            return 200, _json({"jwks_uri": f"{asked.scheme}://{asked.headers['host']}/jwks"})
        if page == "jwks":
            return 200, _json({"keys": []})
        if page not in ("insecure.json", "insecure_full.json"):
            return 404, _json({"message": "not here"})
        if asked.headers.get("x-api-key") != key:
            return 403, _json({"message": "who are you?"})
        return 200, _json(_short(flaws) if page == "insecure.json" else _full(flaws))

    return answer


def _short(flaws: Iterable[Flaw]) -> dict[str, Any]:
    specs: dict[str, list[str]] = {}
    for flaw in flaws:
        specs.setdefault(flaw.name, []).append(flaw.spec)
    return {"meta": {"schema_version": "2.0.0"}, "vulnerable_packages": specs}


def _full(flaws: Iterable[Flaw]) -> dict[str, Any]:
    entries: dict[str, list[dict[str, Any]]] = {}
    packages: dict[str, Any] = {}
    severities: dict[str, Any] = {}
    for flaw in flaws:
        entries.setdefault(flaw.name, []).append(_entry(flaw))
        packages[flaw.name] = _package(flaw)
        if flaw.cve and flaw.score is not None:
            rating = {"base_score": flaw.score, "base_severity": flaw.severity, "vector_string": ""}
            severities[flaw.cve] = {"cvssv2": None, "cvssv3": rating}
    meta = {"schema_version": "2.0.0", "packages": packages, "severities": severities}
    return {"meta": meta, "vulnerable_packages": entries, "packages": packages, "severities": severities}


def _entry(flaw: Flaw) -> Mapping[str, Any]:
    return {
        "ids": [{"type": "pyup", "id": flaw.id}, *([{"type": "cve", "id": flaw.cve}] if flaw.cve else [])],
        "specs": [flaw.spec],
        "affected_versions": [],
        "fixed_versions": list(flaw.fixed),
        "advisory": f"Something about {flaw.name}.",
        "more_info_path": f"/v/{flaw.id}/f17/",
        "published_date": _DAY,
        "closest_secure_versions": {"upper": flaw.fixed[0] if flaw.fixed else None, "lower": None},
        "transitive": False,
        "vulnerability_resources": [],
    }


def _package(flaw: Flaw) -> Mapping[str, Any]:
    newest = flaw.fixed[-1] if flaw.fixed else None
    return {
        "insecure_versions": [],
        "secure_versions": list(flaw.fixed),
        "latest_version": newest,
        "latest_version_without_known_vulnerabilities": newest,
        "more_info_path": f"/p/{flaw.name}/",
    }


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
