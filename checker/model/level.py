"""Maturity levels of agents, lowest first."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How far an agent is trusted. A skill's `maturity` is the lowest level of agent that may run it."""

    STUDENT = "student"
    INTERN = "intern"
    SUPERVISED = "supervised"
    AUTONOMOUS = "autonomous"

    @property
    def rank(self) -> int:
        """Position from 0 (student). An unknown word never gets here: the enum refuses it."""
        return _ORDER.index(self)


_ORDER = tuple(Level)
