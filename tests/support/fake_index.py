"""An index in memory that satisfies `checker.tools.Index` and counts what it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from checker.errors import Unanswered
from checker.model.lock import LockedFile
from checker.tools import CoreMetadata, IndexFile, Project

SHA = "0" * 64


@dataclass
class FakeIndex:
    """`served` maps `name==version` to what that release requires. `broken` names projects without answer."""

    served: Mapping[str, tuple[str, ...]]
    broken: frozenset[str] = frozenset()
    details: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def projects(self, names: Iterable[NormalizedName]) -> Mapping[NormalizedName, Project | Unanswered]:
        return {name: self._project(name) for name in sorted(set(names))}

    def metadata(self, files: Iterable[IndexFile]) -> Mapping[str, CoreMetadata | Unanswered]:
        return {file.filename: self._metadata(file.filename) for file in files}

    def _project(self, name: NormalizedName) -> Project | Unanswered:
        if name in self.broken:
            return Unanswered("package index", f"{name} answered 500")
        own = [pin for pin in self.served if canonicalize_name(pin.split("==")[0]) == name]
        files = {wheel(pin): self._file(pin) for pin in own}
        return Project(name=name, index="https://index.example/index/", files=files)

    def _file(self, pin: str) -> IndexFile:
        plain = IndexFile(wheel(pin), f"https://index.example/{wheel(pin)}", SHA, has_metadata=True)
        return replace(plain, **self.details.get(pin, {}))

    def _metadata(self, filename: str) -> CoreMetadata:
        name, version, _, _ = parse_wheel_filename(filename)
        pin = f"{name}=={version}"
        if pin not in self.asked:
            self.asked.append(pin)
        requires = tuple(Requirement(text) for text in self.served[pin])
        return CoreMetadata(name=name, version=version, requires=requires)


def wheel(pin: str) -> str:
    """File name of a pure wheel of `name==version`."""
    name, version = pin.split("==")
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


def locked_wheel(pin: str) -> LockedFile:
    """The same wheel as a lock names it."""
    return LockedFile(filename=wheel(pin), url=f"https://index.example/{wheel(pin)}", sha256=SHA)
