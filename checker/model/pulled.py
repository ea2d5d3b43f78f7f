"""What is kept beside a pulled export of advisories."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from checker.model.base import Frozen


class Pulled(Frozen):
    """One pulled export. `sha256` is of the file, `digest` of the records in it, whatever they are packed in.

    `source` has no credentials. `etag` is the server's word for this very content ("" where it gave none).
    `newest` is the date of the newest record that was not ahead of the clock: the age counts from it.
    """

    version: Literal[1] = 1
    source: str
    pulled: dt.datetime
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    etag: str = ""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    newest: dt.datetime | None = None
    records: int = Field(ge=0)
    withdrawn: int = Field(ge=0)
    unreadable: int = Field(ge=0)

    def age_days(self, now: dt.datetime) -> int | None:
        """Whole days from the newest record to `now`; None where no record has a date."""
        return max((now - self.newest).days, 0) if self.newest is not None else None
