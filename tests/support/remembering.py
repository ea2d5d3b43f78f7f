"""A store of records in memory, as JSON gives them back."""

from __future__ import annotations

import json


class MemoryStore:
    """Satisfies `Store`. `records` may be looked at and spoiled."""

    def __init__(self) -> None:
        self.records: dict[str, str] = {}
        self.written = 0

    def get(self, kind: str, key: object) -> object | None:
        text = self.records.get(json.dumps([kind, key]))
        return None if text is None else json.loads(text)

    def put(self, kind: str, key: object, value: object) -> None:
        self.records[json.dumps([kind, key])] = json.dumps(value)
        self.written += 1
