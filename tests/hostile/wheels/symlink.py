"""A member that is a link to a file of the machine."""

# group: packages
# outcome: refused
# says: [symlink]

import stat
import zipfile
from pathlib import Path

from tests.support.sandbox import zipped


def make(folder: Path) -> Path:
    link = zipfile.ZipInfo("evil/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(folder / "evil-1.0-py3-none-any.whl", [(link, b"/etc/passwd")])
