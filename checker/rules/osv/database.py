"""Records by the distribution they are about, with severities joined over aliases."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from checker.model.advisory import Advisory
from checker.model.lock import Pin
from checker.model.severity import Severity
from checker.rules.osv.aliases import families
from checker.rules.osv.rating import worst
from checker.rules.osv.record import Record


class Database:
    """Answers which records are about a pin. Withdrawn records must not be among those it is given."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Index the records. Of two with one id the last counts."""
        self._records = {record.id: record for record in records}
        self._by_name: dict[NormalizedName, list[Record]] = {}
        for record in sorted(self._records.values(), key=lambda record: record.id):
            for name in {affected.name for affected in record.affected}:
                self._by_name.setdefault(name, []).append(record)
        self._family = families((record.id, *record.aliases) for record in self._records.values())
        self._severity = self._joined()

    def __len__(self) -> int:
        return len(self._records)

    def record(self, name: str) -> Record | None:
        """The record with this very id."""
        return self._records.get(name)

    def about(self, name: NormalizedName) -> tuple[Record, ...]:
        """Every record that speaks of the distribution, whatever the version; sorted by id."""
        return tuple(self._by_name.get(name, ()))

    def affecting(self, pin: Pin) -> tuple[Record, ...]:
        """The records that affect the pin, sorted by id."""
        return tuple(record for record in self.about(pin.name) if record.affects(pin.name, pin.version))

    def family(self, name: str) -> str:
        """What all ids that mean the same as `name` have in common; an id nobody knows is its own family."""
        return self._family.get(name, name)

    def severity(self, name: str) -> Severity:
        """Highest severity in the family of an id or alias. PYSEC records carry none; their GHSA twins do."""
        return self._severity.get(self.family(name), Severity.UNKNOWN)

    def advisory(self, record: Record, pin: Pin) -> Advisory:
        """The record as an advisory for this pin; who reported it is for the engine to say."""
        return Advisory(
            id=record.id,
            aliases=record.aliases,
            severity=self.severity(record.id),
            summary=record.summary,
            fixed_versions=record.fixes(*pin),
            published=record.published,
        )

    def _joined(self) -> dict[str, Severity]:
        said: dict[str, list[Severity]] = {}
        for record in self._records.values():
            said.setdefault(self._family[record.id], []).append(record.severity)
        return {family: worst(severities) for family, severities in said.items()}
