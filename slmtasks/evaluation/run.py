"""Score a model: run the task functions on every case of a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slmtasks.documents.document import Document
from slmtasks.evaluation.cases import (
    Case,
    ExtractCase,
    PostCase,
    ProductCase,
    ReplyCase,
    SummarizeCase,
)
from slmtasks.evaluation.load_cases import checked, load
from slmtasks.evaluation.scores import Evaluation
from slmtasks.evaluation.scoring import score
from slmtasks.models.model import Model, default
from slmtasks.results import Result
from slmtasks.tasks.describe_product import describe_product
from slmtasks.tasks.extract import extract
from slmtasks.tasks.reply import reply
from slmtasks.tasks.social_post import social_post
from slmtasks.tasks.summarize import summarize


def evaluate(
    cases: Path | Iterable[Case | Mapping[str, Any]],
    *,
    day_first: bool | None = None,
    limit: int | None = None,
    model: Model | None = None,
) -> Evaluation:
    """Score a model on cases: a JSONL file (`Path`), or the same as objects.

    `evaluation.cases` defines the fields of a case, `evaluation.scores` the counts. A case
    that raises an error counts as a miss and is listed in `failures`. `day_first` decides
    how an ambiguous date is read if the case does not; `limit` takes only the first cases.

    Raises CaseError if a case cannot be read, before the model is asked anything, and
    ModelError if there is no model.

    Example:

        scores = evaluate(Path("bills.jsonl"), model=model)
        scores.tasks["extract"].fields["all"].exact.share
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit is {limit}; give 1 or more, or None")
    found = load(cases) if isinstance(cases, Path) else checked(cases)
    name = cases.stem if isinstance(cases, Path) else "cases"
    loaded = model or default()
    return score(
        name,
        found[:limit],
        lambda case, document: answer(case, document, loaded),
        model=loaded.name,
        day_first=day_first,
    )


def answer(case: Case, document: Document | None, model: Model) -> Result:
    """Run the task of a case on it."""
    match case, document:
        case ExtractCase(), Document():
            return extract(
                document,
                case.shape,
                instructions=case.instructions,
                grounding=case.grounding,
                model=model,
            )
        case SummarizeCase(), Document():
            return summarize(
                document, model=model, **_options(case, "style length max_items focus")
            )
        case PostCase(), Document():
            return social_post(
                document, model=model, **_options(case, "platform hashtags tone link")
            )
        case ReplyCase(), Document():
            return reply(case.message, facts=document, model=model, **_options(case, "tone"))
        case ProductCase(), _:
            return describe_product(case.product, model=model, **_options(case, "tone length"))
    raise TypeError(f"no task for a {type(case).__name__}")


def _options(case: Case, names: str) -> dict[str, Any]:
    return {name: getattr(case, name) for name in (*names.split(), "language")}
