"""A pydantic type as a tree of what the model may answer.

`describe(Model, grounding=...)` turns annotations into nodes; `fields(node)` writes
them out for the prompt. `grammar` builds what may be written from the nodes,
`grounding` reads the answer back along them.

Knows nothing about documents or models.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, RootModel
from pydantic.fields import FieldInfo

from slmtasks.errors import SchemaError
from slmtasks.options import Grounding
from slmtasks.schema import constraints
from slmtasks.schema.nodes import (
    MAX_CHARS,
    MOST_ROWS,
    Array,
    Choice,
    Copied,
    Date,
    Free,
    Letters,
    Member,
    Node,
    Number,
    Object,
    Prose,
    Quote,
    Scalar,
)

_MARKERS = (Prose, Quote, Letters)


@lru_cache(maxsize=256)
def describe(model: type[BaseModel], grounding: Grounding = "strict") -> Object:
    """The tree of a pydantic model; raises SchemaError naming a field it cannot serve."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SchemaError(f"{model!r} is not a pydantic model; give a subclass of BaseModel")
    return _object(model, grounding, "", ())


def _object(
    model: type[BaseModel], grounding: Grounding, path: str, above: tuple[type, ...]
) -> Object:
    if model in above:
        raise SchemaError("a model that contains itself has no bounded answer", path=path)
    if issubclass(model, RootModel):
        raise SchemaError("a RootModel has no named fields; wrap it in a BaseModel", path=path)
    if not model.model_fields:
        raise SchemaError(f"{model.__name__} has no fields to fill", path=path)
    members = []
    for name, field in model.model_fields.items():
        where = f"{path}.{name}" if path else name
        annotation, optional = _without_none(field.annotation)
        node = _node(annotation, tuple(field.metadata), grounding, where, (*above, model))
        members.append(
            Member(
                name=name,
                key=_key(name, field, model, where),
                node=node,
                # An empty list already says "absent".
                nullable=optional or not (field.is_required() or isinstance(node, Array)),
                has_default=not field.is_required(),
                description=" ".join((field.description or "").split()),
            )
        )
    keys = [member.key for member in members]
    for member in members:
        if keys.count(member.key) > 1:
            raise SchemaError(f"two fields have the name {member.key!r} in JSON", path=path)
    return Object(tuple(members))


def _key(name: str, field: FieldInfo, model: type[BaseModel], path: str) -> str:
    if model.model_config.get("validate_by_alias") is False:
        return name
    alias = field.validation_alias or field.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    if alias is None or isinstance(alias, str):
        return alias or name
    raise SchemaError("an AliasPath cannot be asked of a model; use a plain alias", path=path)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [a for a in get_args(annotation) if a is not type(None)]
        if len(rest) < len(get_args(annotation)):
            return (rest[0] if len(rest) == 1 else Union[tuple(rest)]), True  # noqa: UP007
    return annotation, False


def _node(
    annotation: Any,
    metadata: tuple[Any, ...],
    grounding: Grounding,
    path: str,
    above: tuple[type, ...],
) -> Node:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _node(inner, (*metadata, *more), grounding, path, above)
    origin = get_origin(annotation)
    if origin is list:
        return _array(annotation, metadata, grounding, path, above)
    if origin is Literal:
        return Choice(_values(get_args(annotation), path))
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return _object(annotation, grounding, path, above)
        if (scalar := _scalar(annotation, metadata, grounding, path)) is not None:
            return scalar
    name = getattr(annotation, "__name__", None) or str(annotation)
    raise SchemaError(
        f"the type {name} is not supported; use str, int, float, Decimal, bool, date, datetime, "
        "Literal, Enum, list[...], a nested model, or one of these with '| None'",
        path=path,
    )


def _scalar(
    kind: type, metadata: tuple[Any, ...], grounding: Grounding, path: str
) -> Scalar | None:
    strict = grounding == "strict"
    if issubclass(kind, enum.Enum):
        return Choice(_values(tuple(member.value for member in kind), path))
    if kind is bool:
        return Choice((True, False))
    if kind is int or kind is float or kind is Decimal:
        return Number(kind, strict, constraints.bounds(metadata))
    if kind is datetime or kind is date:
        return Date(kind is datetime, strict, constraints.bounds(metadata))
    if kind is str:
        for marker in metadata:
            if isinstance(marker, _MARKERS):
                return marker
        return _text(Copied if strict else Free, metadata, path)
    return None


def _text(node: type[Copied] | type[Free], metadata: tuple[Any, ...], path: str) -> Copied | Free:
    most = min([MAX_CHARS, *constraints.lengths(metadata, "max_length")])
    least = max([1, *constraints.lengths(metadata, "min_length")])
    if least > most:
        raise SchemaError(f"{least} characters are more than the {most} allowed", path=path)
    return node(most, least, constraints.pattern(metadata))


def _array(
    annotation: Any,
    metadata: tuple[Any, ...],
    grounding: Grounding,
    path: str,
    above: tuple[type, ...],
) -> Array:
    (item,) = get_args(annotation)
    inner, optional = _without_none(item)
    if optional:
        raise SchemaError("a list of optional items is ambiguous; drop '| None'", path=path)
    node = _node(inner, (), grounding, f"{path}[]", above)
    least = max([0, *constraints.lengths(metadata, "min_length")])
    most = min(constraints.lengths(metadata, "max_length"), default=MOST_ROWS)
    if least > most:
        raise SchemaError(f"{least} items are more than the {most} allowed", path=path)
    return Array(node, least, most)


def _values(values: tuple[Any, ...], path: str) -> tuple[str | int | bool | None, ...]:
    if not values:
        raise SchemaError("no value to choose from", path=path)
    for value in values:
        if not (value is None or isinstance(value, str | int)):
            raise SchemaError(f"{value!r} cannot be offered; use text or whole numbers", path=path)
    return values


def fields(node: Object) -> str:
    """The fields as the prompt lists them: one a line, nested ones indented by two spaces.

    Example:

        vendor (text): who issued the invoice
        issued (date or null)
        lines (list of):
          amount (number)
    """
    return "\n".join(_lines(node, ""))


def _lines(node: Object, indent: str) -> Iterator[str]:
    for member in node.members:
        kind, inner = _kind(member.node)
        kind += " or null" if member.nullable else ""
        yield f"{indent}{member.key} ({kind})" + (
            f": {member.description}" if member.description else ":" if inner else ""
        )
        if inner is not None:
            yield from _lines(inner, indent + "  ")


def _kind(node: Node) -> tuple[str, Object | None]:
    match node:
        case Object():
            return "object of", node
        case Array(item=item):
            kind, inner = _kind(item)
            return ("list of" if inner else f"list of {kind}"), inner
        case Choice(values=(True, False)):
            return "true or false", None
        case Choice(values=values):
            return " | ".join("null" if v is None else str(v) for v in values), None
        case Number(integer=integer):
            return ("whole number" if integer else "number"), None
        case Date(time=time):
            return ("date and time" if time else "date"), None
        case Quote():
            return "sentence", None
        case _:
            return "text", None
