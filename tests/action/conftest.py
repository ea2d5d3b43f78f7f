"""The action's files, and the command it calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def action() -> dict[str, Any]:
    """`action.yml`, parsed."""
    return yaml.safe_load((ROOT / "action.yml").read_text())
