"""Compare answers with their cases, and count.

A case that raises an error counts as missed in every measure and is listed; the other cases
continue. Knows nothing about models: the caller passes whatever answers.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from slmtasks.documents.document import Document
from slmtasks.evaluation import fields, limit_checks, rouge, slots
from slmtasks.evaluation.cases import (
    Case,
    ExtractCase,
    PostCase,
    ProductCase,
    ReplyCase,
    SummarizeCase,
)
from slmtasks.evaluation.scores import (
    CaseFailure,
    Evaluation,
    Miss,
    Rouge,
    Seconds,
    Share,
    TaskScores,
)
from slmtasks.results import Extraction, ProductDescription, Reply, Result

Answerer = Callable[[Case, Document | None], Result]
"""A function that answers a case: a model's task, or anything else to score in the same way."""


@dataclass
class _Judged:
    """A case with the judgement of its answer, or the error that it failed with.

    `rouge`, if present, holds the answer's scores and the baseline's.
    """

    case: Case
    seconds: float = 0.0
    error: Exception | None = None
    fields: list[fields.Judged] = field(default_factory=list)
    copy: slots.Errors | None = None
    description: slots.Errors | None = None
    rouge: tuple[Rouge, Rouge] | None = None
    broken: list[str] = field(default_factory=list)
    decided: bool | None = None
    evidence: bool | None = None


def score(
    name: str,
    cases: Sequence[Case],
    answers: Answerer,
    *,
    model: str,
    day_first: bool | None = None,
) -> Evaluation:
    """Score any answerer on the cases; `model` is the name that the scores carry."""
    if any(map(rouge.gold, cases)):
        rouge.require()
    known = slots.Slots(case for case in cases if isinstance(case, ProductCase))
    judged = [_judged(case, answers, known, day_first) for case in cases]
    by_task: dict[str, list[_Judged]] = {}
    for one in judged:
        by_task.setdefault(one.case.task, []).append(one)
    return Evaluation(
        name=name,
        model=model,
        cases=len(judged),
        answered=sum(one.error is None for one in judged),
        tasks={task: _scores(found) for task, found in by_task.items()},
        failures=tuple(
            CaseFailure(case=one.case.id, error=type(one.error).__name__, message=str(one.error))
            for one in judged
            if one.error is not None
        ),
        misses=tuple(miss for one in judged if one.error is None for miss in _misses(one)),
    )


def _judged(case: Case, answers: Answerer, known: slots.Slots, day_first: bool | None) -> _Judged:
    judged = _Judged(case)
    document: Document | None = None
    result: Result | None = None
    begun = time.perf_counter()
    try:
        document = case.read(day_first)
        result = answers(case, document)
    except Exception as error:  # noqa: BLE001
        # A user's own schema can raise anything; the other cases continue regardless.
        judged.error = error
    judged.seconds = time.perf_counter() - begun
    if result is not None:
        judged.broken = limit_checks.broken(case, result)
    match case:
        case ExtractCase():
            extraction = result if isinstance(result, Extraction) else None
            judged.fields = fields.judge(case, extraction, document)
        case ProductCase():
            copy = result if isinstance(result, ProductDescription) else None
            judged.copy = known.judge(case, _all_text(copy) if copy else None)
            judged.description = known.judge(case, copy.description if copy else None)
        case ReplyCase() if case.gold:
            _judge_reply(judged, case, result if isinstance(result, Reply) else None, document)
        case SummarizeCase() | PostCase() if case.gold:
            judged.rouge = _compared(case, case.gold, result, document)
    return judged


def _all_text(copy: ProductDescription) -> str:
    return "\n".join(
        [copy.title, copy.tagline, copy.description, *copy.bullets, copy.meta_description]
    )


def _compared(
    case: Case, gold: Sequence[str], result: Result | None, document: Document | None
) -> tuple[Rouge, Rouge]:
    """Return the ROUGE of an answer and of the source's first sentences; 0 if missing."""
    text = str(getattr(result, "text", ""))
    baseline = rouge.first_sentences(case, document) if document else ""
    return rouge.compare(text, gold), rouge.compare(baseline, gold)


def _judge_reply(
    judged: _Judged, case: ReplyCase, result: Reply | None, document: Document | None
) -> None:
    if case.gold is None:
        return
    judged.decided = result is not None and result.answered == case.gold.answered
    text = document.text if document else ""
    places = [place for quote in case.gold.quotes for place in fields.standing(quote, text)]
    if places:
        given = result.evidence.get("text", []) if result else []
        judged.evidence = fields.overlap(given, places)


def _scores(judged: list[_Judged]) -> TaskScores:
    answered = [one for one in judged if one.error is None]
    values = [value for one in judged for value in one.fields]
    copies = [one.copy for one in judged if one.copy]
    descriptions = [one.description for one in judged if one.description]
    limited = not isinstance(judged[0].case, ExtractCase)
    return TaskScores(
        cases=len(judged),
        answered=len(answered),
        seconds=_seconds([one.seconds for one in answered]),
        limits=_share([one.error is None and not one.broken for one in judged], limited),
        fields=fields.scores(values) if values else None,
        copy_slots=slots.scores(copies) if copies else None,
        description_slots=slots.scores(descriptions) if descriptions else None,
        rouge=rouge.scores([one.rouge for one in judged if one.rouge]),
        decided=_share([one.decided for one in judged if one.decided is not None]),
        evidence=_share([one.evidence for one in judged if one.evidence is not None]),
    )


def _share(hits: list[bool], defined: bool = True) -> Share | None:
    return Share(hits=sum(hits), of=len(hits)) if hits and defined else None


def _seconds(taken: list[float]) -> Seconds | None:
    if not taken:
        return None
    nearest = sorted(taken)[math.ceil(0.9 * len(taken)) - 1]
    return Seconds(median=statistics.median(taken), p90=nearest, total=sum(taken))


def _misses(judged: _Judged) -> Iterator[Miss]:
    case = judged.case
    for one in judged.fields:
        wrong = not one.exact if one.gold is not None else one.given is not None
        if wrong:
            yield Miss(case=case.id, what=one.path, gold=one.gold, given=one.given)
    if judged.copy and isinstance(case, ProductCase):
        for what in ("missing", "contradicted"):
            for key in getattr(judged.copy, what):
                yield Miss(case=case.id, what=f"{what} {key}", gold=case.slots[key])
        for fact in judged.copy.added:
            yield Miss(case=case.id, what="added", given=fact)
    for limit in judged.broken:
        yield Miss(case=case.id, what=f"limit of {limit}")
    if judged.decided is False and isinstance(case, ReplyCase) and case.gold:
        yield Miss(
            case=case.id,
            what="answered",
            gold=case.gold.answered,
            given=not case.gold.answered,
        )
