"""The frozen types that the tasks return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

T = TypeVar("T")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Frozen):
    """A place in the source: `page` from 1; `Document.text[start:end] == quote`."""

    page: int
    start: int
    end: int
    quote: str


class Progress(_Frozen):
    """How far a task is: what `on_progress` hears, between two passes of the model.

    `read` of `tokens` of the prompt are read, in part `part` of `parts` of the source;
    `text` is the answer so far, as JSON that has not ended.
    """

    read: int
    tokens: int
    part: int
    parts: int
    text: str

    @property
    def partial(self) -> dict[str, Any]:
        """What the answer holds so far, by field; a text that is not ended as far as it is."""
        try:
            found = from_json(self.text, allow_partial="trailing-strings")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Usage(_Frozen):
    """What the model did: tokens prefilled, of them taken from its cache, and written; seconds."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            generated_tokens=self.generated_tokens + other.generated_tokens,
            seconds=self.seconds + other.seconds,
        )


class SkippedPart(_Frozen):
    """A part of the source that was not used: a page, or a span of the text, and why."""

    reason: str
    page: int | None = None
    start: int | None = None
    end: int | None = None


class Coverage(_Frozen):
    """How much of the source the answer rests on.

    `read` of `characters` of the text were put to the model, in `chunks` parts; they
    differ by the spans in `missing`. Pages that gave no text are in `missing` too.
    """

    characters: int
    read: int
    pages: int
    chunks: int
    missing: tuple[SkippedPart, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


class Result(_Frozen):
    """What every result carries beside its answer."""

    warnings: tuple[str, ...]
    usage: Usage
    coverage: Coverage
    model: str
    prompt_version: str


class Extraction(Result, Generic[T]):
    """What `extract` returns.

    `evidence` is keyed by field path ("total", "lines[0].amount"); each value lists the
    places where it stands. `inferred` names the fields whose value no document could
    hold verbatim (an enum, a bool): they are the model's judgement. `confidence` is, by
    the same paths, the probability that the model gave a value among those that the
    grammar allowed, from 0 to 1; 1 where there was no choice.
    """

    value: T
    evidence: dict[str, list[Evidence]]
    inferred: tuple[str, ...] = ()
    confidence: dict[str, float] = Field(default_factory=dict)


def unsure(confidence: Mapping[str, float], below: float) -> tuple[str, ...]:
    """The paths of the fields whose confidence is below a threshold, in their order."""
    return tuple(path for path, chance in confidence.items() if chance < below)


class Summary(Result):
    """What `summarize` returns: its `points` (or sentences, or quotes) and their joined `text`.

    `evidence` is keyed "points[0]", "points[1]", ...: for quotes the place that they
    were copied from, else the sentences that share the most words with the point.
    """

    text: str
    points: tuple[str, ...]
    evidence: dict[str, list[Evidence]]


class ProductDescription(Result):
    """What `describe_product` returns; `title` begins with the product's name verbatim."""

    title: str
    tagline: str
    description: str
    bullets: tuple[str, ...]
    meta_description: str


class SocialPost(Result):
    """What `social_post` returns: `text` is all of the post, its hashtags and link included."""

    text: str
    hashtags: tuple[str, ...]
    platform: str
    characters: int
    limit: int


class Reply(Result):
    """What `reply` returns; `evidence` holds the sentences of the facts under "text"."""

    text: str
    answered: bool
    evidence: dict[str, list[Evidence]]
