"""Numbers that the model words itself, as the JSON Schema that the grammar's engine takes."""

from __future__ import annotations

from typing import Any

from slmtasks.schema.nodes import Number

_NAMES = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
}


def number_schema(node: Number) -> dict[str, Any]:
    """A number's limits as JSON Schema."""
    kind = "integer" if node.integer else "number"
    limits = {
        _NAMES[b.name]: int(b.limit) if b.limit == int(b.limit) else float(b.limit)
        for b in node.bounds
    }
    return {"type": kind, **limits}
