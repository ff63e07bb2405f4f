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
    """The progress of a task, passed to `on_progress` between two passes of the model.

    The model has read `read` of the prompt's `tokens`, in part `part` of `parts` of the
    source; `text` is the answer so far, as incomplete JSON.
    """

    read: int
    tokens: int
    part: int
    parts: int
    text: str

    @property
    def partial(self) -> dict[str, Any]:
        """Return the answer so far, by field; an unfinished text as far as it is written."""
        try:
            found = from_json(self.text, allow_partial="trailing-strings")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Usage(_Frozen):
    """The work of the model: tokens prefilled (of these, from its cache) and written; seconds."""

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

    @property
    def warning(self) -> str:
        """The warning that a result carries for this part."""
        if self.page is not None:
            return f"page {self.page} was not read: {self.reason}"
        return f"a part of the text gave no answer ({self.start} to {self.end}): {self.reason}"


class Coverage(_Frozen):
    """How much of the source the answer is based on.

    The model read `read` of the text's `characters`, in `chunks` parts; `missing` lists the
    other spans, and the pages without text.
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
    """The fields that every result carries besides its answer."""

    warnings: tuple[str, ...]
    usage: Usage
    coverage: Coverage
    model: str
    prompt_version: str


class Extraction(Result, Generic[T]):
    """The result of `extract`.

    `evidence` is keyed by field path ("total", "lines[0].amount") and lists the places of
    each value. `inferred` names the fields whose value a document cannot hold verbatim (an
    enum, a bool): they are the model's judgement. `confidence` maps the same paths to the
    probability that the model gave a value among those that the grammar allowed, from 0 to
    1; it is 1 if there was no choice.
    """

    value: T
    evidence: dict[str, list[Evidence]]
    inferred: tuple[str, ...] = ()
    confidence: dict[str, float] = Field(default_factory=dict)


def unsure(confidence: Mapping[str, float], below: float) -> tuple[str, ...]:
    """Return the paths of the fields whose confidence is below a threshold, in order."""
    return tuple(path for path, chance in confidence.items() if chance < below)


class Summary(Result):
    """The result of `summarize`: its `points` (or sentences, or quotes) and their joined `text`.

    `evidence` is keyed "points[0]", "points[1]", ...: the place that a quote was copied from,
    else the sentences that share the most words with the point.
    """

    text: str
    points: tuple[str, ...]
    evidence: dict[str, list[Evidence]]


class ProductDescription(Result):
    """The result of `describe_product`; `title` begins with the product's name verbatim."""

    title: str
    tagline: str
    description: str
    bullets: tuple[str, ...]
    meta_description: str


class SocialPost(Result):
    """The result of `social_post`: `text` is the whole post, hashtags and link included."""

    text: str
    hashtags: tuple[str, ...]
    platform: str
    characters: int
    limit: int


class Reply(Result):
    """The result of `reply`; `evidence` holds the sentences of the facts under "text"."""

    text: str
    answered: bool
    evidence: dict[str, list[Evidence]]
