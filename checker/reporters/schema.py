"""The published JSON Schema of the verdict, made from the model so that the two cannot part.

`python -m checker.reporters.schema > docs/schemas/verdict-1.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from checker.model.base import Frozen
from checker.model.verdict import VERDICT_VERSION, Verdict
from checker.reporters.json_ import FIXED

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def verdict_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what `--format json` writes. Unknown keys are allowed: the form may grow."""
    schema = Verdict.model_json_schema(schema_generator=_Generator)
    definitions = schema.pop("$defs")
    nouns = {noun.__name__: noun for noun in FIXED}
    for name, definition in {"Verdict": schema, **definitions}.items():
        definition.pop("additionalProperties", None)
        if name in nouns:
            definition["required"] = _required(nouns[name])
    head = {"$schema": _DIALECT, "$id": f"urn:proctor:verdict:{VERDICT_VERSION}"}
    return {**head, **schema, "$defs": definitions}


def schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(verdict_schema(), ensure_ascii=False, indent=2) + "\n"


class _Generator(GenerateJsonSchema):
    """Without a title for each field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _required(noun: type[Frozen]) -> list[str]:
    fields: dict[str, FieldInfo] = noun.model_fields
    return [name for name, field in fields.items() if name in FIXED[noun] or field.is_required()]


if __name__ == "__main__":
    sys.stdout.write(schema_text())
