"""What an evaluation returns: frozen counts and shares, by task and field."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, computed_field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Frozen):
    """`hits` of `of`; `share` is None of none."""

    hits: int = 0
    of: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share(self) -> float | None:
        """The part that was hit, 0 to 1."""
        return self.hits / self.of if self.of else None


class FieldScores(_Frozen):
    """How a field was filled, or all fields together.

    Of the values that the gold has: `exact`, the mean token `f1`, `missed` (answered
    null), `evidence` that overlaps the gold's place, of those whose place is known, and
    `reachable`, those that the document holds at all, white space and case apart: the
    most that can be exact where only its text may be given.
    Of those that the gold says are absent: answered `null`, and `hallucinated` (answered
    a value). A case without an answer is neither, so the two need not add up. `extra`
    counts items of lists beyond the gold's.

    `review` says, by the share of right values that is asked for ("95%"), how many of the
    values a person has to check: those whose confidence is below the lowest threshold above
    which so many are right. The thresholds are the best for these cases; on others they can
    do worse.
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
    """Slots of products that a text missed or contradicted, and facts that it added.

    `error_rate` is their sum for each slot; it can be above 1. What is counted is said
    in `slots`.
    """

    slots: int
    missing: int
    contradicted: int
    added: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def error_rate(self) -> float | None:
        """Errors for each slot."""
        errors = self.missing + self.contradicted + self.added
        return errors / self.slots if self.slots else None


class Rouge(_Frozen):
    """Mean F1, 0 to 1."""

    rouge1: float
    rouge2: float
    rougeL: float  # noqa: N815


class RougeScores(_Frozen):
    """The answers' ROUGE, that of the source's first sentences, and the one by the other.

    As many first sentences as were asked for, or one. `ratio` is None where the baseline
    has nothing in common with the gold.
    """

    answer: Rouge
    baseline: Rouge
    cases: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> dict[str, float | None]:
        """Answer by baseline, for each measure."""
        return {
            name: getattr(self.answer, name) / base if base else None
            for name, base in self.baseline.model_dump().items()
        }


class Seconds(_Frozen):
    """Seconds a case, the model loaded, of the cases that were answered; `p90` is nearest rank."""

    median: float
    p90: float
    total: float


class TaskScores(_Frozen):
    """The scores of one task's cases; a failed case counts as all missed.

    For extractions there are `fields`, with "all" for all together; for products
    `copy_slots` (of all that was written) and `description_slots` (of that text alone);
    `rouge` where there are texts to compare with; for replies `decided` (whether the
    facts answer) and `evidence`. `limits` counts the cases that kept every limit.
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
    """A case without an answer: the type of the error and what it says."""

    case: str
    error: str
    message: str


class Miss(_Frozen):
    """What was wrong in an answer: which field, slot or limit, the gold and what was given."""

    case: str
    what: str
    gold: Any = None
    given: Any = None


class Evaluation(_Frozen):
    """What `evaluate` returns: scores by task, the cases that failed, and what was missed."""

    name: str
    model: str
    cases: int
    answered: int
    tasks: dict[str, TaskScores]
    failures: tuple[CaseFailure, ...]
    misses: tuple[Miss, ...]
