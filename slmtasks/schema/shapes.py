"""Every form that a schema can have, as a pydantic model and the way back to the caller's type.

A pydantic model stays itself. A line of fields, a dataclass, a TypedDict, `list[Model]` and a
JSON Schema become a model with the same fields, and the answer becomes an instance of that
model, of the dataclass, a `dict`, or a list.

Knows nothing about documents or language models.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_
from typing import (
    Annotated,
    Any,
    Generic,
    NotRequired,
    Required,
    TypeAlias,
    cast,
    get_args,
    get_origin,
)

from pydantic import BaseModel, Field, PydanticUserError, TypeAdapter, create_model
from typing_extensions import TypeVar, get_type_hints, is_typeddict

from slmtasks.errors import SchemaError
from slmtasks.schema import field_list, json_schema

T = TypeVar("T", default=Any)

Schema: TypeAlias = type[T] | str | Mapping[str, Any]
"""A pydantic model, a dataclass, a TypedDict, `list[Model]`; a line of fields; a JSON Schema."""

ITEMS = "items"
"""The field that holds the rows where the schema is a list."""


@dataclass(frozen=True)
class Shape(Generic[T]):
    """A schema as the `model` that is asked for, and `value`, which validates its data."""

    model: type[BaseModel]
    value: Callable[[Any], T]

    def example(self, value: T) -> BaseModel:
        """A value of the caller's type, or its fields as a `dict`, as the model."""
        if isinstance(value, self.model):
            return value
        data = {ITEMS: value} if isinstance(value, list) else value
        return self.model.model_validate(data, from_attributes=True)


def shape_of(schema: Schema[T]) -> Shape[T]:
    """The shape of a schema in any form; raises SchemaError where it has none."""
    if isinstance(schema, str):
        return cast(Shape[T], _of_line(schema))
    if isinstance(schema, Mapping):
        return cast(Shape[T], _of_mapping(schema))
    if isinstance(schema, type) and not get_origin(schema) and issubclass(schema, BaseModel):
        return Shape(schema, lambda data: schema.model_validate(data, strict=False))
    if get_origin(schema) is list:
        return _of_list(schema)
    if _has_fields(schema):
        return Shape(_modelled(cast(type, schema)), _adapter(schema).validate_python)
    raise SchemaError(
        f"{schema!r} is no schema; give a pydantic model, a dataclass, a TypedDict, a list of one "
        "of these, a line such as 'vendor, total: number', or a JSON Schema"
    )


@lru_cache(maxsize=256)
def _of_line(line: str) -> Shape[BaseModel]:
    return shape_of(field_list.parse(line))


def _of_mapping(schema: Mapping[str, Any]) -> Shape[Any]:
    if "properties" not in schema and "$ref" not in schema:
        return shape_of(field_list.build(schema))
    model = json_schema.model_of(schema)
    return Shape(
        model, lambda data: model.model_validate(data).model_dump(mode="json", by_alias=True)
    )


def _of_list(schema: Any) -> Shape[Any]:
    fields: dict[str, Any] = {ITEMS: (_replaced(schema), Field())}
    model = create_model("Rows", **fields)
    adapter = _adapter(schema)
    return Shape(model, lambda data: adapter.validate_python(data[ITEMS]))


def _adapter(kind: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(kind)
    except PydanticUserError as error:
        # Before Python 3.12 typing's own TypedDict does not say which keys are required.
        raise SchemaError(f"{kind!r}: {error.message}") from error


def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or is_typeddict(kind))


@cache
def _modelled(kind: type) -> type[BaseModel]:
    """A pydantic model with the fields of a dataclass or TypedDict."""
    fields: dict[str, Any] = {}
    hints = get_type_hints(kind, include_extras=True)
    if dataclasses.is_dataclass(kind):
        for field in dataclasses.fields(kind):
            default: Any = Field()
            if field.default is not dataclasses.MISSING:
                default = field.default
            elif field.default_factory is not dataclasses.MISSING:
                default = Field(default_factory=field.default_factory)
            fields[field.name] = (_replaced(hints[field.name]), default)
    else:
        for name, hint in hints.items():
            marked: Any = get_origin(hint)
            inner = get_args(hint)[0] if marked in (Required, NotRequired) else hint
            # Where annotations are postponed, only the marks say what may be absent.
            unmarked = marked is not Required and name not in kind.__required_keys__  # type: ignore[attr-defined]
            optional = marked is NotRequired or unmarked
            annotation = _replaced(inner)
            fields[name] = (annotation | None, None) if optional else (annotation, Field())
    return create_model(kind.__name__, __doc__=kind.__doc__, **fields)


def _replaced(annotation: Any) -> Any:
    """The annotation with a model in place of each dataclass and TypedDict."""
    if _has_fields(annotation):
        return _modelled(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_replaced(args[0]), *args[1:])]
    if origin is list:
        return types.GenericAlias(list, tuple(map(_replaced, args)))
    if origin is not None and type(None) in args:
        return reduce(or_, map(_replaced, args))
    return annotation
