"""Two members of one name: what is looked at need not be what is installed."""

# group: packages
# outcome: refused
# says: [twice]

import warnings
from pathlib import Path

from tests.support.sandbox import zipped


def make(folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return zipped(folder / "evil-1.0-py3-none-any.whl", [("a.py", b"1"), ("a.py", b"2")])
