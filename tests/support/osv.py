"""OSV records, snapshots and pins for tests. The facts in them are made up unless a test says otherwise."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.model.lock import Pin
from checker.rules.osv.database import Database
from checker.rules.osv.record import Record, read_record

CVSS_HIGH = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}
CVSS_CRITICAL = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}


def pin(text: str) -> Pin:
    """`name==version` as a pin."""
    name, version = text.split("==")
    return Pin(canonicalize_name(name), Version(version))


def pins(*texts: str) -> frozenset[Pin]:
    return frozenset(pin(text) for text in texts)


def affected(
    name: str, *events: Mapping[str, str], versions: Iterable[str] = (), kind: str = "ECOSYSTEM"
) -> dict[str, Any]:
    ranges = [{"type": kind, "events": list(events)}] if events else []
    return {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": ranges,
        "versions": list(versions),
    }


def document(name: str, *entries: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A record as JSON values; `more` are further keys of the schema."""
    fixed = {"id": name, "modified": "2024-05-06T07:08:09Z", "published": "2024-05-01T00:00:00Z"}
    return fixed | {"summary": f"Something about {name}.", "affected": list(entries)} | more


def until(name: str, fixed: str) -> dict[str, Any]:
    """Affected from the start, fixed in `fixed`."""
    return affected(name, {"introduced": "0"}, {"fixed": fixed})


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def record(*args: Any, **more: Any) -> Record:
    return read_record(encoded(document(*args, **more)))


def database(*documents: Mapping[str, Any]) -> Database:
    return Database(read_record(encoded(one)) for one in documents)


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def export(*documents: Mapping[str, Any]) -> bytes:
    """A zip in the layout of OSV's export."""
    return zipped({f"{one['id']}.json": encoded(one) for one in documents})
