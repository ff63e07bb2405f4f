"""ROUGE of answers and of the baseline that summaries have to beat: the first sentences.

By the package rouge-score, with stemming; of several texts to compare with, the best.
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
    """The texts that an answer is compared with."""
    return case.gold if isinstance(case, SummarizeCase | PostCase) else ()


def require() -> None:
    """Raise CaseError where the package is missing that texts are compared with."""
    try:
        _scorer()
    except ImportError as error:
        raise CaseError(
            "comparing with gold texts takes the package rouge-score; "
            "pip install 'slmtasks[eval]', or leave out \"gold\""
        ) from error


def compare(text: str, texts: Sequence[str]) -> Rouge:
    """F1 against the nearest of the texts, each measure for itself."""
    found = _scorer().score_multi(texts, text)
    return Rouge(**{name: found[name].fmeasure for name in NAMES})


def first_sentences(case: Case, document: Document) -> str:
    """As many sentences from the beginning of the source as the case asks for."""
    count = 1
    if isinstance(case, SummarizeCase) and case.style != "headline":
        count = case.max_items or MOST[case.style][case.length]
    whole = Passage.whole(document)
    return " ".join(whole.raw[start:end] for start, end in whole.sentences[:count])


def scores(pairs: Sequence[tuple[Rouge, Rouge]]) -> RougeScores | None:
    """The means of answers and baselines; None of none."""
    if not pairs:
        return None
    answers, baselines = zip(*pairs, strict=True)
    return RougeScores(answer=_mean(answers), baseline=_mean(baselines), cases=len(pairs))


def _mean(found: Sequence[Rouge]) -> Rouge:
    return Rouge(**{name: sum(getattr(one, name) for one in found) / len(found) for name in NAMES})


@cache
def _scorer() -> Any:
    # It brings a logger that keeps, and in the end closes, what it finds as stderr: of a
    # notebook or a test that would be the capture, the process's own it leaves open.
    with redirect_stderr(sys.__stderr__):
        from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(NAMES, use_stemmer=True)
