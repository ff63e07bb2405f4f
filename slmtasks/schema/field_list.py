"""A schema in short: one line of text ("vendor, total: number, paid: bool?"), or an object."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from slmtasks import user_code
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
"""What may stand behind a colon; "list of X", a choice such as "paid | open", and a closing
"?" (may be absent) as well."""

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
        name = _field_name("_".join(label.split()), label, fields)
        annotation, optional = _annotation(kind, name)
        fields[name] = (annotation | None, None) if optional else (annotation, Field())
    return create_model("Fields", **fields)


def build(shape: Mapping[str, Any]) -> type[BaseModel]:
    """The pydantic model of an object that maps field names to types.

    A type is a text as in a line of fields, which a colon and a description may follow;
    an object, for a nested model; or a list of one of these. A name that ends in "?" may
    be absent. Raises SchemaError saying which field is wrong.

    Example:

        build({"total": "number: with tax", "lines": [{"text": "text", "amount": "number"}]})
    """
    return _built(shape, "")


def _built(shape: Mapping[str, Any], path: str) -> type[BaseModel]:
    if not shape:
        raise SchemaError("an object without fields; name at least one", path=path)
    fields: dict[str, Any] = {}
    for label, kind in shape.items():
        key = label.removesuffix("?").strip()
        name = _field_name(re.sub(r"\W+", "_", key), key, fields)
        where = f"{path}.{name}" if path else name
        annotation, optional, about = _described(kind, where)
        info: dict[str, Any] = {"description": about} if about else {}
        if name != key:
            info["alias"] = key
        if optional or label.endswith("?"):
            fields[name] = (annotation | None, Field(default=None, **info))
        else:
            fields[name] = (annotation, Field(**info))
    return create_model("Fields", **fields)


def _described(kind: Any, path: str) -> tuple[Any, bool, str]:
    """The annotation of a type, whether it may be absent, and its description."""
    match kind:
        case str():
            word, _, about = kind.partition(":")
            return *_annotation(word, path), about.strip()
        case Mapping():
            return _built(kind, path), False, ""
        case [item]:
            inner, optional, about = _described(item, path)
            if optional:
                raise SchemaError("items of a list cannot be absent; drop the '?'", path=path)
            return types.GenericAlias(list, inner), False, about
    raise SchemaError(
        f"{kind!r} is no type; give a text such as 'number?', an object of fields, or a list "
        "of one of these",
        path=path,
    )


def _field_name(name: str, label: str, taken: Mapping[str, Any]) -> str:
    if not name.isidentifier() or name.startswith("_"):
        raise SchemaError(f"{label!r} is not a field name; write 'vendor, total: number'")
    if hasattr(BaseModel, name):
        raise SchemaError(f"pydantic keeps the name {name!r} for itself; use another")
    if name in taken:
        raise SchemaError("the field stands twice", path=name)
    return name


def _annotation(kind: str, path: str) -> tuple[Any, bool]:
    """The annotation of a type's name, and whether it may be absent."""
    kind = kind.strip()
    optional = kind.endswith("?")
    kind = kind.removesuffix("?").strip()
    many = kind.lower().startswith("list of ")
    kind = kind[len("list of ") :].strip() if many else kind
    if "|" in kind:
        annotation: Any = Literal[tuple(word.strip() for word in kind.split("|"))]
    else:
        kind = _SYNONYMS.get(kind.lower(), kind.lower())
        if kind not in TYPES:
            raise SchemaError(
                f"the type {kind!r} is not known; use one of {', '.join(TYPES)}, 'list of ...', "
                "or one of these with '?'",
                path=path,
            )
        annotation = TYPES[kind]
    return (types.GenericAlias(list, annotation) if many else annotation), optional


def load(spec: str) -> type[BaseModel]:
    """The pydantic model named by "FILE.py:Class"; the file is run, as an import would."""
    path, colon, name = spec.rpartition(":")
    if not colon or not path.endswith(".py"):
        raise SchemaError(f"{spec!r} is not of the form FILE.py:Class")
    try:
        module = user_code.run(Path(path))
    except ValueError as error:
        raise SchemaError(str(error)) from error
    model = getattr(module, name, None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SchemaError(f"{path} holds no pydantic model {name!r}; name a BaseModel of it")
    return model
