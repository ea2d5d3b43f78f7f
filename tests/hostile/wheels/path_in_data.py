"""A name that climbs out of its scheme."""

# group: packages
# outcome: refused
# says: [evil-1.0-py3-none-any.whl]

import zipfile
from pathlib import Path

from tests.support.sandbox import zipped


def make(folder: Path) -> Path:
    member = zipfile.ZipInfo("evil-1.0.data/scripts/../../../evil")
    return zipped(folder / "evil-1.0-py3-none-any.whl", [(member, b"")])
