"""A JSON Schema as a pydantic model, where its parts are those that fields can have.

Knows nothing about documents or language models.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from slmtasks.errors import SchemaError

_SCALARS: dict[Any, Any] = {"string": str, "number": float, "integer": int, "boolean": bool}
_FORMATS: dict[Any, Any] = {"date": date, "date-time": datetime}
_CONSTRAINTS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "pattern": "pattern",
}
"""The keywords of JSON Schema that constrain a field, by pydantic's names."""


def model_of(schema: Mapping[str, Any]) -> type[BaseModel]:
    """The pydantic model of a JSON Schema; raises SchemaError naming the part that has none.

    Example:

        model_of({"type": "object", "properties": {"total": {"type": "number"}}})
    """
    reader = _Reader(schema)
    return reader.object(reader.resolved(schema, ""), "", ())


class _Reader:
    """Reads the parts of a schema; resolves references inside it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema

    def object(
        self, schema: Mapping[str, Any], path: str, above: tuple[int, ...]
    ) -> type[BaseModel]:
        """The model of an object with properties; `above` are the objects that hold it."""
        if id(schema) in above:
            raise SchemaError("a schema that contains itself has no bounded answer", path=path)
        fields: dict[str, Any] = {}
        for key, given in schema["properties"].items():
            where = f"{path}.{key}" if path else key
            entry = self.resolved(given, where)
            annotation, nullable = self._annotation(entry, where, (*above, id(schema)))
            limits = ((name, entry[word]) for word, name in _CONSTRAINTS.items() if word in entry)
            info: dict[str, Any] = dict(limits)
            name = re.sub(r"\W+", "_", key).strip("_")
            if not name.isidentifier() or hasattr(BaseModel, name):
                name = f"field_{name}"
            if name != key:
                info["alias"] = key
            if entry.get("description"):
                info["description"] = entry["description"]
            required = key in schema.get("required", ()) and not nullable
            default: dict[str, Any] = {} if required else {"default": entry.get("default")}
            fields[name] = (annotation if required else annotation | None, Field(**info, **default))
        return create_model(schema.get("title", "Fields"), **fields)

    def _annotation(
        self, schema: Mapping[str, Any], path: str, above: tuple[int, ...]
    ) -> tuple[Any, bool]:
        """The type of an entry, and whether it may be null."""
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            rest = [entry for entry in choices if entry.get("type") != "null"]
            if len(rest) == 1:
                inner, _ = self._annotation(self.resolved(rest[0], path), path, above)
                return inner, len(rest) < len(choices)
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            return Literal[tuple(v for v in values if v is not None)], None in values
        kind = schema.get("type")
        kinds = [kind] if isinstance(kind, str) else list(kind or ())
        named = [word for word in kinds if word != "null"]
        nullable = len(named) < len(kinds)
        match named:
            case ["string"]:
                return _FORMATS.get(schema.get("format"), str), nullable
            case [("number" | "integer" | "boolean") as word]:
                return _SCALARS[word], nullable
            case ["array"]:
                item = self.resolved(schema.get("items", {}), f"{path}[]")
                inner, _ = self._annotation(item, f"{path}[]", above)
                return types.GenericAlias(list, inner), nullable
        if "properties" in schema:
            return self.object(schema, path, above), nullable
        raise SchemaError(
            "this part of a JSON Schema is not supported; use string, number, integer, boolean, "
            "enum, array, or object with properties",
            path=path,
        )

    def resolved(self, schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        """The schema that a reference leads to, or the schema itself."""
        seen = 0
        while isinstance(reference := schema.get("$ref"), str):
            target: Any = self._root
            for part in reference.removeprefix("#").split("/")[1:]:
                target = target.get(part) if isinstance(target, Mapping) else None
            seen += 1
            if not reference.startswith("#") or not isinstance(target, Mapping) or seen > 99:
                raise SchemaError(f"the reference {reference!r} leads nowhere", path=path)
            schema = target
        return schema
