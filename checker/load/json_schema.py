"""The files a person writes, as JSON Schema (2020-12): an editor completes and checks them by it.

Made from the models that load the files. Where YAML reads a number and Proctor a text (`3.11`), both are
taken. What only code can tell (that a specifier is one, that a name is taken twice) is left to the loader.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from checker.load import presets
from checker.load.key_texts import TEXTS
from checker.load.policy_tests import PolicyTestsFile
from checker.load.schema import MaturityFile, PackagesFile, SkillFile, WaiversFile
from checker.load.validate import FILE_VERSION

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PYTHON = r"^3\.[0-9]{1,2}$"
#: What may be left out because the preset says it.
_PARTIAL = frozenset({"LevelSettings", "Limits", "LockSettings", "AdvisorySettings", "SandboxSettings"})
_APPROVAL = {
    "if": {"properties": {"status": {"const": "approved"}}, "required": ["status"]},
    "then": {"required": ["min_maturity", "reason"]},
}

#: By the name `proctor schema` takes.
FILES: dict[str, type[BaseModel]] = {
    "maturity": MaturityFile,
    "packages": PackagesFile,
    "waivers": WaiversFile,
    "skill": SkillFile,
    "policy-tests": PolicyTestsFile,
}


def file_schema(name: str) -> Schema:
    """The schema of one of `FILES`."""
    schema = FILES[name].model_json_schema(schema_generator=_Generator)
    definitions: dict[str, Schema] = schema.pop("$defs", {})
    for noun, part in {FILES[name].__name__: schema, **definitions}.items():
        _describe(noun, part)
    _adapt(name, schema, definitions)
    schema["properties"] = {"version": _version(), **schema["properties"]}
    schema["required"] = ["version", *schema.get("required", [])]
    head = {"$schema": _DIALECT, "$id": f"urn:proctor:{name}:{FILE_VERSION}"}
    return {**head, **schema, **({"$defs": definitions} if definitions else {})}


def _version() -> Schema:
    return {"description": TEXTS["version"], "enum": [FILE_VERSION, str(FILE_VERSION)]}


def _adapt(name: str, schema: Schema, definitions: dict[str, Schema]) -> None:
    """What holds for the file as it is written, and not for the model it becomes."""
    if name == "maturity":
        schema.pop("required")
        for noun in _PARTIAL:
            definitions[noun].pop("required", None)
        definitions["Severity"]["enum"] = ["low", "medium", "high", "critical"]
        extends = {"description": TEXTS["extends"], "enum": list(presets.names())}
        schema["properties"] = {"extends": extends, **schema["properties"]}
    elif name == "packages":
        definitions["PackageRow"].update(_APPROVAL)
    elif name == "skill":
        command = schema["properties"]["test"]
        command["anyOf"] = [{"type": "string", "minLength": 1}, *command["anyOf"]]


def _describe(noun: str, part: Schema) -> None:
    for key, value in part.get("properties", {}).items():
        text = TEXTS.get(f"{noun}.{key}") or TEXTS.get(key)
        if text:
            value["description"] = text


class _Generator(GenerateJsonSchema):
    """Without titles and defaults: the one repeats the key, the other is the preset's business."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])

    def str_schema(self, schema: Any) -> Schema:
        """A version of Python may be written without quotes: then YAML reads a number."""
        text = super().str_schema(schema)
        if text.get("pattern") != _PYTHON:
            return text
        return {"anyOf": [text, {"type": "number", "minimum": 3, "exclusiveMaximum": 4}]}

    def datetime_schema(self, schema: Any) -> Schema:
        """A day stands for its start."""
        del schema
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ].*)?$"}
