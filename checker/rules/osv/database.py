"""Records by the distribution they are about, with severities joined over aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from packaging.utils import NormalizedName

from checker.model.advisory import Advisory
from checker.model.lock import Pin
from checker.model.severity import Severity
from checker.rules.osv.aliases import families
from checker.rules.osv.rating import worst
from checker.rules.osv.record import Record


@dataclass(frozen=True)
class Tables:
    """What is worked out once over all records.

    `names` gives the ids of the records about a distribution, sorted; `family` what all ids of one family
    have in common, by id and alias; `severity` the highest one in a family.
    """

    names: Mapping[NormalizedName, Sequence[str]]
    family: Mapping[str, str]
    severity: Mapping[str, Severity]

    @classmethod
    def of(cls, records: Mapping[str, Record]) -> Self:
        """Work them out."""
        names: dict[NormalizedName, list[str]] = {}
        for record in sorted(records.values(), key=lambda record: record.id):
            for name in sorted({affected.name for affected in record.affected}):
                names.setdefault(name, []).append(record.id)
        family = families((record.id, *record.aliases) for record in records.values())
        said: dict[str, list[Severity]] = {}
        for record in records.values():
            said.setdefault(family[record.id], []).append(record.severity)
        return cls(names, family, {one: worst(severities) for one, severities in said.items()})


class Database:
    """Answers which records are about a pin. Withdrawn records must not be among those it is given."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Index the records. Of two with one id the last counts."""
        by_id = {record.id: record for record in records}
        self._records: Mapping[str, Record] = by_id
        self.tables = Tables.of(by_id)

    @classmethod
    def restored(cls, records: Mapping[str, Record], tables: Tables) -> Self:
        """A database whose tables were worked out before; `records` may read each one when asked for it."""
        database = cls(())
        database._records, database.tables = records, tables
        return database

    def __len__(self) -> int:
        return len(self._records)

    def ids(self) -> tuple[str, ...]:
        """The id of every record, sorted."""
        return tuple(sorted(self._records))

    def record(self, name: str) -> Record | None:
        """The record with this very id."""
        return self._records.get(name)

    def about(self, name: NormalizedName) -> tuple[Record, ...]:
        """Every record that speaks of the distribution, whatever the version; sorted by id."""
        return tuple(self._records[one] for one in self.tables.names.get(name, ()))

    def affecting(self, pin: Pin) -> tuple[Record, ...]:
        """The records that affect the pin, sorted by id."""
        return tuple(record for record in self.about(pin.name) if record.affects(pin.name, pin.version))

    def family(self, name: str) -> str:
        """What all ids that mean the same as `name` have in common; an id nobody knows is its own family."""
        return self.tables.family.get(name, name)

    def severity(self, name: str) -> Severity:
        """Highest severity in the family of an id or alias. PYSEC records carry none; their GHSA twins do."""
        return self.tables.severity.get(self.family(name), Severity.UNKNOWN)

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
