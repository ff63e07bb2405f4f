"""ROUGE of answers and of the baseline that summaries have to beat: the first sentences.

Computed by the package rouge-score, with stemming; the best of several reference texts counts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import cache
from typing import Any

from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.errors import CaseError
from slmtasks.evaluation.cases import Case, PostCase, SummarizeCase
from slmtasks.evaluation.scores import Rouge, RougeScores
from slmtasks.tasks.summarize import MOST

NAMES = ("rouge1", "rouge2", "rougeL")


def gold(case: Case) -> tuple[str, ...]:
    """Return the reference texts that an answer is compared with."""
    return case.gold if isinstance(case, SummarizeCase | PostCase) else ()


def require() -> None:
    """Raise CaseError if the package that computes ROUGE is missing."""
    try:
        _scorer()
    except ImportError as error:
        raise CaseError(
            "comparing with gold texts takes the package rouge-score; "
            "pip install 'slmtasks[eval]', or leave out \"gold\""
        ) from error


def compare(text: str, texts: Sequence[str]) -> Rouge:
    """Return the F1 against the closest of the texts, for each measure separately."""
    found = _scorer().score_multi(texts, text)
    return Rouge(**{name: found[name].fmeasure for name in NAMES})


def first_sentences(case: Case, document: Document) -> str:
    """Return as many sentences from the beginning of the source as the case asks for."""
    count = 1
    if isinstance(case, SummarizeCase) and case.style != "headline":
        count = case.max_items or MOST[case.style][case.length]
    whole = Passage.whole(document)
    return " ".join(whole.raw[start:end] for start, end in whole.sentences[:count])


def scores(pairs: Sequence[tuple[Rouge, Rouge]]) -> RougeScores | None:
    """Return the means of answers and baselines, or None if there are none."""
    if not pairs:
        return None
    answers, baselines = zip(*pairs, strict=True)
    return RougeScores(answer=_mean(answers), baseline=_mean(baselines), cases=len(pairs))


def _mean(found: Sequence[Rouge]) -> Rouge:
    return Rouge(**{name: sum(getattr(one, name) for one in found) / len(found) for name in NAMES})


@cache
def _scorer() -> Any:
    # Its import sets up a logger that keeps the current stderr and closes it at the end. In a
    # notebook or a test that is the capture; the process's own stderr stays open.
    with redirect_stderr(sys.__stderr__):
        from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(NAMES, use_stemmer=True)
