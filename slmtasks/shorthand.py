"""A schema from one line of text: "vendor, total: number, issued: date, paid: bool?"."""

from __future__ import annotations

import importlib.util
import sys
import types
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, create_model

from slmtasks.errors import SchemaError

TYPES: dict[str, Any] = {
    "text": str,
    "number": float,
    "decimal": Decimal,
    "integer": int,
    "bool": bool,
    "date": date,
    "datetime": datetime,
}
"""What may stand behind a colon; "list of X" and a closing "?" (may be absent) as well."""

_SYNONYMS = {"str": "text", "string": "text", "float": "number", "int": "integer"}


def parse(line: str) -> type[BaseModel]:
    """The pydantic model of a line of fields; raises SchemaError saying which field is wrong.

    Example:
        parse("company, issued: date?, tags: list of text")
    """
    fields: dict[str, Any] = {}
    for piece in line.split(","):
        label, colon, kind = piece.partition(":")
        label, kind = label.strip(), kind.strip() or ("" if colon else "text")
        if label.endswith("?") and not colon:
            label, kind = label[:-1].strip(), "text?"
        name = "_".join(label.split())
        if not name.isidentifier() or name.startswith("_"):
            raise SchemaError(f"{label!r} is not a field name; write 'vendor, total: number'")
        if hasattr(BaseModel, name):
            raise SchemaError(f"pydantic keeps the name {name!r} for itself; use another")
        if name in fields:
            raise SchemaError("the field stands twice", path=name)
        annotation, default = _annotation(kind, name)
        fields[name] = (annotation, default)
    return create_model("Fields", **fields)


def _annotation(kind: str, name: str) -> tuple[Any, Any]:
    optional = kind.endswith("?")
    kind = kind.removesuffix("?").strip().lower()
    many = kind.startswith("list of ")
    kind = kind.removeprefix("list of ").strip()
    kind = _SYNONYMS.get(kind, kind)
    if kind not in TYPES:
        raise SchemaError(
            f"the type {kind!r} is not known; use one of {', '.join(TYPES)}, 'list of ...', "
            "or one of these with '?'",
            path=name,
        )
    annotation: Any = types.GenericAlias(list, TYPES[kind]) if many else TYPES[kind]
    return (annotation | None, None) if optional else (annotation, Field())


def load(spec: str) -> type[BaseModel]:
    """The pydantic model named by "FILE.py:Class"; the file is run, as an import would."""
    path, colon, name = spec.rpartition(":")
    if not colon or not path.endswith(".py"):
        raise SchemaError(f"{spec!r} is not of the form FILE.py:Class")
    file = Path(path)
    if not file.is_file():
        raise SchemaError(f"there is no file {path}; give the schema as FILE.py:Class")
    module_spec = importlib.util.spec_from_file_location(f"slmtasks_schema_{file.stem}", file)
    if module_spec is None or module_spec.loader is None:
        raise SchemaError(f"{path} cannot be imported; give a Python file")
    module = importlib.util.module_from_spec(module_spec)
    # Annotations of the file are looked up in its module when pydantic resolves them.
    sys.modules[module_spec.name] = module
    try:
        module_spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise SchemaError(f"{path} fails when it is run: {error!r}") from error
    model = getattr(module, name, None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SchemaError(f"{path} holds no pydantic model {name!r}; name a BaseModel of it")
    return model
