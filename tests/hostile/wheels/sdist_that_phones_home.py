"""A source archive whose `setup.py` opens a connection when it is built."""

# group: packages
# outcome: broken
# says: [built from source only where]

import io
import tarfile
from pathlib import Path

#: One call leaves the machine (an address for documentation), one would reach whoever listens on it. Where the
#: policy lets it be built: test_hostile_packages_run.
SETUP = """
import socket, setuptools
socket.socket().connect_ex(("192.0.2.1", 80))
socket.create_connection(("127.0.0.1", {port})).sendall(b"built")
setuptools.setup(name="evil", version="1.0")
"""


def make(folder: Path, port: int) -> Path:
    path = folder / "evil-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {
            "setup.py": SETUP.format(port=port),
            "PKG-INFO": "Name: evil\nVersion: 1.0\n",
        }.items():
            member = tarfile.TarInfo(f"evil-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
