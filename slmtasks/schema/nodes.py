"""What the model may answer, as a tree of nodes.

`Prose`, `Quote` and `Letters` are also the marks that a `str` of a user's own output type
can carry.

Knows nothing about pydantic, documents or models.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

MAX_CHARS = 1000
"""A text field is at most this long; its `max_length` can make it shorter."""

MOST_ROWS = 1000
"""No list is longer than this; its `max_length` can make it shorter."""


@dataclass(frozen=True)
class Prose:
    """Marks a `str` that the model words itself: free text without invented figures and names.

    A figure (any run of Unicode digits) can be written only where the source holds it, and
    so can a capitalised word within a sentence. `max_chars` counts code points, `max_words`
    what white space divides. A text that exceeds a limit ends with its last whole sentence,
    clause or word. `sentence` holds it to one sentence. `opening` is text that it
    begins with, verbatim. Where `light` is a class of characters (as in "a-z"), one
    outside it counts as `heavy` characters; those of the class `barred` are not written,
    and with `linkless` nothing that a platform would take for a link.

    Example:

        class Note(BaseModel):
            subject: Annotated[str, Prose(max_words=8)]
    """

    max_chars: int = 600
    max_words: int | None = None
    sentence: bool = False
    opening: str = ""
    light: str = ""
    heavy: int = 2
    barred: str = ""
    linkless: bool = False

    def __post_init__(self) -> None:
        if self.max_chars < len(self.opening) + 8:
            raise ValueError(f"max_chars is {self.max_chars}; give 8 or more beside the opening")
        if self.max_words is not None and self.max_words <= len(self.opening.split()):
            raise ValueError(f"max_words is {self.max_words}; give 1 or more beside the opening")


@dataclass(frozen=True)
class Quote:
    """Marks a `str` that is one whole sentence of the source, verbatim.

    In a list, the sentences are distinct and stand in the order of the source.
    """


@dataclass(frozen=True)
class Copied:
    """Text copied from the source, any run of whole words of it.

    `pattern` is a regular expression that is searched in its value, "" for none.
    """

    max_chars: int = MAX_CHARS
    min_chars: int = 1
    pattern: str = ""


@dataclass(frozen=True)
class Free:
    """Any text; `pattern` as for `Copied`."""

    max_chars: int = MAX_CHARS
    min_chars: int = 1
    pattern: str = ""


@dataclass(frozen=True)
class Letters:
    """Marks a `str` of letters alone, of any common script: a hashtag without its sign.

    `light` and `heavy` are as for `Prose`.
    """

    max_chars: int = 20
    light: str = ""
    heavy: int = 1


BoundName = Literal["gt", "ge", "lt", "le", "multiple_of"]


@dataclass(frozen=True)
class Bound:
    """A limit of a number or a date, by the names of pydantic's `Field`: ("ge", 10)."""

    name: BoundName
    limit: Any

    def allows(self, value: Any) -> bool:
        """Whether a value keeps to the limit; what cannot be compared is left to pydantic."""
        try:
            return bool(_HOLDS[self.name](value, self.limit))
        except (TypeError, ArithmeticError):
            return True

    def __str__(self) -> str:
        return f"is {_WORDS[self.name]} {self.limit}"


_HOLDS: dict[BoundName, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "multiple_of": lambda value, step: bool(value % step == 0),
}
_WORDS = {
    "gt": "more than",
    "ge": "at least",
    "lt": "less than",
    "le": "at most",
    "multiple_of": "a multiple of",
}


@dataclass(frozen=True)
class Number:
    """A number: copied from the source where `copied`, else written as JSON.

    `type` is what validators of its field receive.
    """

    type: type[int] | type[float] | type[Decimal]
    copied: bool
    bounds: tuple[Bound, ...] = ()

    @property
    def integer(self) -> bool:
        """Whether only whole numbers fit."""
        return self.type is int

    def allows(self, value: Decimal) -> bool:
        """Whether a value fits."""
        whole = not self.integer or value == value.to_integral_value()
        return whole and all(bound.allows(value) for bound in self.bounds)


@dataclass(frozen=True)
class Date:
    """A date or, with `time`, a date and time: copied where `copied`, else ISO 8601."""

    time: bool
    copied: bool
    bounds: tuple[Bound, ...] = ()

    def allows(self, value: date) -> bool:
        """Whether a value fits."""
        return all(bound.allows(value) for bound in self.bounds)


@dataclass(frozen=True)
class Choice:
    """One of a few given values: a Literal, an Enum, a bool."""

    values: tuple[str | int | bool | None, ...]


@dataclass(frozen=True)
class Array:
    """A list of `item`, `least` to `most` long, and never longer than the source has words."""

    item: Node
    least: int = 0
    most: int = MOST_ROWS


@dataclass(frozen=True)
class Member:
    """A field: `name` in Python, `key` in JSON (its alias), what the prompt says of it.

    `nullable` where the answer may be null: it is optional, or has a default to take.
    """

    name: str
    key: str
    node: Node
    nullable: bool
    has_default: bool
    description: str = ""


@dataclass(frozen=True)
class Object:
    """A nested model and its fields in their order."""

    members: tuple[Member, ...]


Scalar = Prose | Quote | Copied | Free | Letters | Number | Date | Choice
Node = Scalar | Array | Object


def leaves(node: Node) -> int:
    """How many single values an answer holds at least, a list counting as one of its items."""
    match node:
        case Object(members=members):
            return sum(leaves(member.node) for member in members)
        case Array(item=item, least=least):
            return max(1, least) * leaves(item)
        case _:
            return 1


def key_characters(node: Node) -> int:
    """How many characters the names of an answer's fields take, a list counting as one item."""
    match node:
        case Object(members=members):
            return sum(len(member.key) + 4 + key_characters(member.node) for member in members)
        case Array(item=item, least=least):
            return max(1, least) * key_characters(item)
        case _:
            return 0


def characters(node: Node) -> int:
    """How many characters of free text an answer may hold."""
    match node:
        case Object(members=members):
            return sum(characters(member.node) for member in members)
        case Array(item=item, least=least, most=most):
            return min(most, max(least, 12)) * characters(item)
        case Prose(max_chars=most) | Free(max_chars=most) | Letters(max_chars=most):
            return most
        case _:
            return 0


def relaxed(node: Object) -> Object:
    """The same with every field optional, for a part of a document that may lack it."""
    members = []
    for member in node.members:
        inner = member.node
        if isinstance(inner, Object):
            inner = relaxed(inner)
        elif isinstance(inner, Array):
            inner = replace(inner, least=0)
        nullable = member.nullable or not isinstance(inner, Object | Array)
        members.append(replace(member, node=inner, nullable=nullable))
    return Object(tuple(members))
