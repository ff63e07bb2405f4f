"""The results of an evaluation: frozen counts and shares, by task and field."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, computed_field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Frozen):
    """`hits` out of `of`; `share` is None if `of` is 0."""

    hits: int = 0
    of: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share(self) -> float | None:
        """The share of hits, 0 to 1."""
        return self.hits / self.of if self.of else None


class FieldScores(_Frozen):
    """The scores of one field, or of all fields together.

    Over the values that the gold has: `exact`; the mean token `f1`; `missed` (answered
    null); `evidence` that overlaps the gold's place, over those whose place is known; and
    `reachable`, those that the document holds, ignoring white space and case: the maximum
    of `exact` if only the document's text may be given.
    Over the values that the gold says are absent: `null` (answered null) and `hallucinated`
    (answered a value). A case without an answer is neither, so the two need not add up.
    `extra` counts list items beyond the gold's.

    `review` maps a required precision ("95%") to the number of values that a person has to
    check: those below the lowest confidence threshold above which the precision holds. The
    thresholds are optimal for these cases and may do worse on others.
    """

    exact: Share
    f1: float | None
    missed: Share
    null: Share
    hallucinated: Share
    evidence: Share
    reachable: Share
    extra: int
    review: dict[str, Share] = Field(default_factory=dict)


class SlotScores(_Frozen):
    """Product slots that a text missed or contradicted, and facts that it added.

    `error_rate` is their sum divided by the number of slots; it can exceed 1. The module
    `slots` defines what counts.
    """

    slots: int
    missing: int
    contradicted: int
    added: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def error_rate(self) -> float | None:
        """Errors per slot."""
        errors = self.missing + self.contradicted + self.added
        return errors / self.slots if self.slots else None


class Rouge(_Frozen):
    """Mean F1, 0 to 1."""

    rouge1: float
    rouge2: float
    rougeL: float  # noqa: N815


class RougeScores(_Frozen):
    """The ROUGE of the answers, of the source's first sentences, and their ratio.

    The baseline has as many first sentences as the case asks for, or one. `ratio` is None if
    the baseline has nothing in common with the gold.
    """

    answer: Rouge
    baseline: Rouge
    cases: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> dict[str, float | None]:
        """The answer's score divided by the baseline's, for each measure."""
        return {
            name: getattr(self.answer, name) / base if base else None
            for name, base in self.baseline.model_dump().items()
        }


class Seconds(_Frozen):
    """Seconds per answered case without loading the model; `p90` is the nearest rank."""

    median: float
    p90: float
    total: float


class TaskScores(_Frozen):
    """The scores of one task's cases; a failed case counts as missed in every measure.

    Extractions have `fields`, with "all" for all fields together; products have
    `copy_slots` (of the whole copy) and `description_slots` (of the description alone);
    cases with reference texts have `rouge`; replies have `decided` (whether the facts
    answer) and `evidence`. `limits` counts the cases that kept every limit.
    """

    cases: int
    answered: int
    seconds: Seconds | None
    limits: Share | None = None
    fields: dict[str, FieldScores] | None = None
    copy_slots: SlotScores | None = None
    description_slots: SlotScores | None = None
    rouge: RougeScores | None = None
    decided: Share | None = None
    evidence: Share | None = None


class CaseFailure(_Frozen):
    """A case without an answer: the type and message of its error."""

    case: str
    error: str
    message: str


class Miss(_Frozen):
    """An error in an answer: the field, slot or limit, the gold, and the value given."""

    case: str
    what: str
    gold: Any = None
    given: Any = None


class Evaluation(_Frozen):
    """The result of `evaluate`: scores by task, the cases that failed, and the misses."""

    name: str
    model: str
    cases: int
    answered: int
    tasks: dict[str, TaskScores]
    failures: tuple[CaseFailure, ...]
    misses: tuple[Miss, ...]
