"""What `proctor policy lint` says of a policy."""

from __future__ import annotations

from typing import Literal

from checker.model.base import Frozen, Location

Kind = Literal["error", "warning", "note"]
#: The worst first.
KINDS: tuple[Kind, ...] = ("error", "warning", "note")


class Remark(Frozen):
    """One remark. `error`: it cannot mean what it says; `warning`: probably not meant; `note`: good to know.

    `code` is one word or two, for people to search by.
    """

    kind: Kind
    code: str
    message: str
    location: Location
