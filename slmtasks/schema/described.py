"""A field's type and limits in words, for errors and warnings."""

from __future__ import annotations

from slmtasks.schema.nodes import Copied, Date, Node, Number, Quote


def described(node: Node) -> str:
    """What a field holds, with its limits: "whole number that is at least 1000"."""
    limits: list[str] = []
    match node:
        case Number(integer=integer, bounds=bounds):
            kind = "whole number" if integer else "number"
            limits += map(str, bounds)
        case Date(time=time, bounds=bounds):
            kind = "date and time" if time else "date"
            limits += map(str, bounds)
        case Copied(pattern=pattern, min_chars=least):
            kind = "text"
            limits += [f"matches {pattern}"] if pattern else []
            limits += [f"has {least} characters or more"] if least > 1 else []
        case Quote():
            kind = "sentence"
        case _:
            kind = "text"
    return f"{kind} that {' and '.join(limits)}" if limits else kind
