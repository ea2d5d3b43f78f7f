"""A name that climbs out of the environment."""

# group: packages
# outcome: refused
# says: [evil-1.0-py3-none-any.whl]

import zipfile
from pathlib import Path

from tests.support.sandbox import zipped


def make(folder: Path) -> Path:
    member = zipfile.ZipInfo("../../../../etc/cron.d/evil")
    return zipped(folder / "evil-1.0-py3-none-any.whl", [(member, b"")])
