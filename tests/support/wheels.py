"""Tiny but valid distributions, built in memory: real installers, resolvers and readers accept them."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_EPOCH = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Built:
    """A distribution file: its name, its bytes, and the METADATA (or PKG-INFO) inside."""

    filename: str
    data: bytes
    metadata: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def build_wheel(
    name: str,
    version: str = "1.0",
    *,
    requires: Iterable[str] = (),
    extras: Iterable[str] = (),
    requires_python: str | None = None,
    modules: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
    metadata: bytes | None = None,
) -> Built:
    """A wheel whose METADATA, WHEEL and RECORD are right.

    `modules` maps import names to source (default: one module of the distribution's name), `files` adds
    anything else under its path in the archive, `metadata` replaces the METADATA as a whole.
    """
    plain = name.replace("-", "_").replace(".", "_").lower()
    info = f"{plain}-{version}.dist-info"
    text = (
        metadata if metadata is not None else metadata_text(name, version, requires, extras, requires_python)
    )
    sources = modules if modules is not None else {plain: f"__version__ = {version!r}\n"}
    contents = {f"{module}.py": source.encode() for module, source in sources.items()}
    contents |= dict(files or {})
    contents[f"{info}/METADATA"] = text
    contents[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    )
    contents[f"{info}/RECORD"] = _record(contents, f"{info}/RECORD")
    return Built(f"{plain}-{version}-{tag}.whl", _zip(contents), text)


def build_sdist(name: str, version: str = "1.0", *, requires: Iterable[str] = ()) -> Built:
    """A source archive with PKG-INFO and a build backend that does not exist: nothing may build it."""
    plain = name.replace("-", "_").lower()
    text = metadata_text(name, version, requires, (), None)
    backend = b'[build-system]\nrequires = []\nbuild-backend = "no_such_backend"\n'
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, data in {"PKG-INFO": text, "pyproject.toml": backend}.items():
            member = tarfile.TarInfo(f"{plain}-{version}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return Built(f"{plain}-{version}.tar.gz", buffer.getvalue(), text)


def metadata_text(
    name: str, version: str, requires: Iterable[str], extras: Iterable[str], requires_python: str | None
) -> bytes:
    """A METADATA file of version 2.1."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join([*lines, "", ""]).encode()


def _record(contents: Mapping[str, bytes], record: str) -> bytes:
    rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in contents.items()]
    return "\n".join([*rows, f"{record},,", ""]).encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _zip(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in contents.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), data)
    return buffer.getvalue()
