"""The cases of an evaluation: the input of a task, and the gold to compare its answer with.

    {"task": "extract", "file": "bill.pdf", "schema": "vendor, total: number?",
     "gold": {"vendor": "Hollis Ltd", "total": null}}

Each class below is one task's case; its fields are the keys of such an object. A source
is `document` (text) or `file` (a path, relative to the folder of the case file).

Knows nothing about models, scores or the origin of cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from slmtasks.documents.document import Document
from slmtasks.documents.read import read
from slmtasks.options import Grounding, Length, PostTone, ProductTone, ReplyTone, Style
from slmtasks.schema import field_list
from slmtasks.schema.from_pydantic import describe
from slmtasks.schema.nodes import Array, Node, Object
from slmtasks.social.platforms import PlatformName
from slmtasks.tasks.describe_product import Product

_IN_FILE = re.compile(r"\.py:\w+$")


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text


Filled = Annotated[str, AfterValidator(_filled)]
"""A text that is not blank."""

Texts = Annotated[
    tuple[Filled, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""One text or several."""


class Case(BaseModel):
    """The fields that every case has; a case without `id` is named by its line."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: str = ""
    task: str

    def read(self, day_first: bool | None) -> Document | None:
        """Return the document that the task reads, if it reads one."""
        return None


class SourceCase(Case):
    """A case of a task that reads a document."""

    document: Filled | None = None
    file: Path | None = None
    day_first: bool | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> SourceCase:
        if (self.document is None) == (self.file is None):
            raise ValueError('give either "document" (text) or "file" (a path)')
        return self

    @field_validator("file")
    @classmethod
    def _from_the_cases(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        folder = (info.context or {}).get("folder", Path())
        return file and folder / file

    def read(self, day_first: bool | None) -> Document | None:
        """Return the document; `day_first` applies if the case does not set it.

        Raises DocumentError.
        """
        own = day_first if self.day_first is None else self.day_first
        if self.file is not None:
            return read(self.file, day_first=own)
        return read(self.document or "", name=self.id, day_first=own)


class ExtractCase(SourceCase):
    """Fields to extract from a document.

    `schema` is a line of fields as for `slmtasks extract --fields`, an object as
    `shorthand.build` takes it, FILE.py:Class, or in Python a pydantic model. `gold` holds
    for each field the document's text (also for numbers and dates) or the value itself, or
    null if it is absent; omitted fields are not judged. `evidence` gives the places of
    fields as [start, end] in the document's text; by default they are the places of the
    gold text.
    """

    task: Literal["extract"] = "extract"
    shape: type[BaseModel] = Field(alias="schema")
    gold: dict[str, Any]
    evidence: dict[str, list[tuple[int, int]]] = Field(default_factory=dict)
    instructions: str | None = None
    grounding: Grounding = "strict"

    @field_validator("shape", mode="before")
    @classmethod
    def _shaped(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, Mapping):
            given = field_list.build(given)
        elif isinstance(given, str) and _IN_FILE.search(given):
            path, _, name = given.rpartition(":")
            folder = (info.context or {}).get("folder", Path())
            given = field_list.load(f"{folder / path}:{name}")
        elif isinstance(given, str):
            given = field_list.parse(given)
        if isinstance(given, type) and issubclass(given, BaseModel):
            describe(given)
        return given

    @field_validator("gold")
    @classmethod
    def _by_name(cls, gold: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        shape = info.data.get("shape")
        named: dict[str, Any] = _named(describe(shape), gold, "") if shape else gold
        return named

    @model_validator(mode="after")
    def _places_of_gold(self) -> ExtractCase:
        for path in self.evidence:
            if re.split(r"[.\[]", path)[0] not in self.gold:
                raise ValueError(f"evidence has {path!r}, which the gold does not have")
        return self


class SummarizeCase(SourceCase):
    """A summary; `gold` holds texts to compare it with."""

    task: Literal["summarize"] = "summarize"
    style: Style = "key-points"
    length: Length = "medium"
    max_items: int | None = Field(default=None, validation_alias=AliasChoices("max_items", "most"))
    focus: str | None = None
    language: str | None = None
    gold: Texts = ()


class ProductCase(Case):
    """The copy of a product.

    Its slots are name, category, brand, audience, price and specs; `gold` maps a slot's
    name to other correct wordings of its value.
    """

    task: Literal["describe_product"] = "describe_product"
    product: Product
    tone: ProductTone = "neutral"
    length: Length = "medium"
    language: str | None = None
    gold: dict[str, Texts] = Field(default_factory=dict)

    @property
    def slots(self) -> dict[str, str]:
        """Return the slots that have a value."""
        named = {
            key: getattr(self.product, key)
            for key in ("name", "category", "brand", "audience", "price")
        }
        return {key: value for key, value in (named | dict(self.product.specs)).items() if value}

    @model_validator(mode="after")
    def _has_the_slots(self) -> ProductCase:
        if unknown := set(self.gold) - set(self.slots):
            raise ValueError(f"gold has {min(unknown)!r}, which is no slot of the product")
        return self


class PostCase(SourceCase):
    """A post about a document; `gold` holds texts to compare it with."""

    task: Literal["social_post"] = "social_post"
    platform: PlatformName
    tone: PostTone = "neutral"
    hashtags: int = 3
    link: str | None = None
    language: str | None = None
    gold: Texts = ()


class ReplyGold(BaseModel):
    """Whether the facts answer the message, and which sentences of the facts do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered: bool
    quotes: Texts = ()


class ReplyCase(SourceCase):
    """The answer to a message; the document holds the facts."""

    task: Literal["reply"] = "reply"
    message: Filled
    tone: ReplyTone = "friendly"
    language: str | None = None
    gold: ReplyGold | None = None


CLASSES: dict[str, type[Case]] = {
    "extract": ExtractCase,
    "summarize": SummarizeCase,
    "describe_product": ProductCase,
    "social_post": PostCase,
    "reply": ReplyCase,
}
"""The case class of each task."""


def _named(node: Node, gold: Any, path: str) -> Any:
    """Return the gold of a field with its aliases replaced by Python's field names.

    Raises ValueError if it does not match the schema.
    """
    if gold is None:
        return None
    where = path or "gold"
    match node:
        case Object(members=members):
            if not isinstance(gold, Mapping):
                raise ValueError(f"{where} is {gold!r}; give an object or null")
            names = {m.key: m for m in members} | {m.name: m for m in members}
            if unknown := [key for key in gold if key not in names]:
                raise ValueError(f"{where} has {unknown[0]!r}, which the schema does not have")
            return {
                names[key].name: _named(names[key].node, value, f"{where}.{key}")
                for key, value in gold.items()
            }
        case Array(item=item):
            if isinstance(gold, str) or not isinstance(gold, Sequence):
                raise ValueError(f"{where} is {gold!r}; give a list or null")
            return [_named(item, value, f"{where}[{i}]") for i, value in enumerate(gold)]
        case _:
            if not isinstance(gold, str | int | float) or gold == "":
                raise ValueError(f"{where} is {gold!r}; give a text, a number or null")
            return gold
