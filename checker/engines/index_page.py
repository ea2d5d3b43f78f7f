"""One project page of the simple API in its JSON form (PEP 691, 700, 714), held against its shape."""

from __future__ import annotations

import datetime as dt
from sys import intern
from typing import Annotated
from urllib.parse import urljoin, urlsplit

from packaging.utils import NormalizedName, canonicalize_name
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from checker.tools import IndexFile, Project

_Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", to_lower=True)]
_Filename = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]{1,255}$")]


class _Hashes(BaseModel):
    sha256: _Hex | None = None


class _File(BaseModel):
    filename: _Filename
    url: str
    hashes: _Hashes
    size: Annotated[int, Field(ge=0, strict=True)] | None = None
    uploaded: dt.datetime | None = Field(default=None, alias="upload-time")
    yanked: StrictBool | str = False
    requires_python: str | None = Field(default=None, alias="requires-python")
    core_metadata: StrictBool | _Hashes = Field(
        default=False,
        validation_alias=AliasChoices("core-metadata", "dist-info-metadata", "data-dist-info-metadata"),
    )


class _Meta(BaseModel):
    api_version: Annotated[str, StringConstraints(pattern=r"^1\.\d+$")] = Field(alias="api-version")


class _Page(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    meta: _Meta
    name: str
    files: list[_File]


def parse_page(body: bytes, url: str, name: NormalizedName, index: str) -> Project:
    """Read the page that answered at `url` for `name`. Raises ValueError where it has another shape.

    File addresses are made absolute; only http(s) ones are accepted.
    """
    try:
        page = _Page.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the page"
        raise ValueError(f"{place}: {first['msg']}") from error
    if canonicalize_name(page.name) != name:
        raise ValueError("the page is that of another project")
    files = {file.filename: _index_file(file, url) for file in page.files}
    if len(files) != len(page.files):
        raise ValueError("a file is listed twice")
    return Project(name=name, index=index, files=files)


def _index_file(file: _File, page_url: str) -> IndexFile:
    address = urljoin(page_url, file.url)
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("a file is not at an http(s) address")
    metadata = file.core_metadata
    return IndexFile(
        filename=file.filename,
        url=address,
        sha256=file.hashes.sha256,
        size=file.size,
        uploaded=_utc(file.uploaded),
        yanked=_yanked(file.yanked),
        requires_python=intern(file.requires_python) if file.requires_python else None,
        metadata_sha256=metadata.sha256 if isinstance(metadata, _Hashes) else None,
        has_metadata=bool(metadata),
    )


def _yanked(value: bool | str) -> str | None:
    """The reason, empty where the index gives none; None for a file that is not yanked."""
    if isinstance(value, str):
        return value
    return "" if value else None


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment
