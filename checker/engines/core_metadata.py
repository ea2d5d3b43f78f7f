"""What a distribution says of itself: a METADATA file, alone or inside a wheel, to `CoreMetadata`.

Only the fields that matter here are read, each by `packaging`; the rest of the file may be as odd as
many real ones are. Whatever cannot be read is a ValueError: the caller knows whom to blame.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from packaging.metadata import InvalidMetadata, Metadata
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from checker.rules.specifiers import comparable
from checker.tools import CoreMetadata

#: The largest METADATA that is read. Real ones end below 1 MB; the description is what makes them large.
MAX_BYTES = 10_000_000
_MEMBER = re.compile(r"[^/]+\.dist-info/METADATA")


def parse_metadata(data: bytes) -> CoreMetadata:
    """Read a METADATA file. Raises ValueError where a field that matters is missing or malformed."""
    try:
        found = Metadata.from_email(data, validate=False)
        for specifiers in (found.requires_python, *(one.specifier for one in found.requires_dist or ())):
            comparable(specifiers or SpecifierSet())
        return CoreMetadata(
            name=canonicalize_name(found.name, validate=True),
            version=found.version,
            requires=tuple(found.requires_dist or ()),
            provides_extra=frozenset(canonicalize_name(extra) for extra in found.provides_extra or ()),
            requires_python=str(found.requires_python) if found.requires_python else None,
        )
    except InvalidMetadata as error:
        raise ValueError(str(error)) from error
    except (ExceptionGroup, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"unreadable metadata ({type(error).__name__})") from error


def metadata_of_wheel(path: Path) -> bytes:
    """The METADATA bytes of a wheel. Raises ValueError: no zip, not exactly one METADATA, too large."""
    try:
        with zipfile.ZipFile(path) as wheel:
            members = [info for info in wheel.infolist() if _MEMBER.fullmatch(info.filename)]
            if len(members) != 1:
                raise ValueError(f"{len(members)} METADATA files in it")
            if members[0].file_size > MAX_BYTES:
                raise ValueError("its METADATA is too large")
            with wheel.open(members[0]) as stream:
                data = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"not a readable wheel ({type(error).__name__})") from error
    if len(data) > MAX_BYTES:
        raise ValueError("its METADATA is too large")
    return data
