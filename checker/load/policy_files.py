"""Reading one file of the policy: it is YAML, of a known version and in shape, or there is a PolicyError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from checker.errors import InputError, PolicyError
from checker.load.validate import Fault, validated, versioned
from checker.load.yaml_lines import Bounds, Document, parse_yaml
from checker.tools import Tree

FOLDER = "policies"
MATURITY = f"{FOLDER}/maturity.yaml"
PACKAGES = f"{FOLDER}/packages.yaml"
WAIVERS = f"{FOLDER}/waivers.yaml"

#: Ten thousand registry entries are 2 MB and 170,000 nodes.
_BOUNDS = Bounds(size=10_000_000, depth=12, nodes=1_000_000)
_SHOWN_FAULTS = 5

M = TypeVar("M", bound=BaseModel)


def read_document(tree: Tree, file: str) -> tuple[Document, dict[str, Any]]:
    """A policy file and its keys without `version`."""
    try:
        document = parse_yaml(tree.read(file, _BOUNDS.size), file, _BOUNDS)
        return document, versioned(document)
    except InputError as error:
        raise PolicyError(error.message, error.file, error.line) from error


def in_shape(model: type[M], data: object, document: Document) -> M:
    """`data` as `model`. Raises PolicyError that names the first faults, each with its line."""
    result = validated(model, data, document)
    if isinstance(result, list):
        raise _refused(document.file, result)
    return result


def refuse_misnamed(tree: Tree) -> None:
    """A policy file that only a spelling keeps from being read must not be overlooked in silence."""
    right = {path.rsplit(".", 1)[0]: path for path in (MATURITY, PACKAGES, WAIVERS)}
    for path in tree.entries():
        if path.count("/") != 1:  # no spelling of `policies/x.yaml`, and nearly all of a repository
            continue
        stem, _, extension = path.rpartition(".")
        meant = right.get(stem.casefold())
        if meant and path != meant and extension.casefold() in ("yaml", "yml"):
            raise PolicyError(f"is not read under this name: rename it to {meant}", path)


def _refused(file: str, faults: Sequence[Fault]) -> PolicyError:
    first, rest = faults[0], faults[1:_SHOWN_FAULTS]
    more = len(faults) - 1 - len(rest)
    words = [first.message, *(f"line {fault.line}: {fault.message}" for fault in rest)]
    return PolicyError("; ".join([*words, *([f"and {more} more"] if more else [])]), file, first.line)
