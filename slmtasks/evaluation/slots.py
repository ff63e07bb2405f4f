"""Slot errors of product copy, as counted for data-to-text generation (E2E, RNNLG).

A product's slots are its name, category, brand, audience, price and specs. The errors are:

- missing: the text contains no wording of the slot's value. A value that another slot also
  has, in this case or another ("high"), must share a sentence with a word of the slot's
  name. A yes-or-no slot is expressed by the words of its name, with or without a negation
  in the sentence.
- contradicted: the value is missing, and the text contains one that the same slot has in
  another case; or the text states the opposite of a yes-or-no slot.
- added: the text contains another case's value of a slot, which the product data does not
  support; or a figure that the product data lacks.

The method does not see wordings other than the value's and the gold's, the writer's own
claims ("award-winning"), features, or which of two slots in a sentence a value refers to.
The more cases a file holds, the more added values are recognized.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from slmtasks.evaluation.cases import ProductCase
from slmtasks.evaluation.scores import SlotScores
from slmtasks.values.figures import invented

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NEGATION = re.compile(r"\b(?:no|not|non|never|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_YES, _NO = frozenset(("yes", "true")), frozenset(("no", "false"))


@dataclass
class Errors:
    """The number of slots of a text, the names of wrong ones, and the facts that it adds."""

    slots: int
    missing: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def scores(errors: Iterable[Errors]) -> SlotScores:
    """Add up the counts of several texts."""
    found = list(errors)
    return SlotScores(
        slots=sum(one.slots for one in found),
        missing=sum(len(one.missing) for one in found),
        contradicted=sum(len(one.contradicted) for one in found),
        added=sum(len(one.added) for one in found),
    )


class Slots:
    """The possible values of the slots in a set of cases; judges texts by them."""

    def __init__(self, cases: Iterable[ProductCase]) -> None:
        self.values: dict[str, dict[str, str]] = {}
        for case in cases:
            for key, value in case.slots.items():
                self.values.setdefault(key, {})[value.casefold()] = value

    def judge(self, case: ProductCase, text: str | None) -> Errors:
        """Return the slot errors of a text; if it is None, all slots are missing."""
        errors = Errors(len(case.slots))
        if text is None:
            errors.missing = list(case.slots)
            return errors
        sheet, sentences = _sheet(case), _SENTENCE.split(text)
        others = list(self._others(text, sheet))
        for key, value in case.slots.items():
            state = self._state(case, key, value, sentences)
            said = {other for slot, other in others if slot == key}
            if state == "missing" and said:
                state = "contradicted"
                others = [(slot, other) for slot, other in others if other not in said]
            if state:
                getattr(errors, state).append(key)
        errors.added = sorted({*(other for _, other in others), *invented(text, sheet)})
        return errors

    def _state(self, case: ProductCase, key: str, value: str, sentences: list[str]) -> str:
        """Return the error of a slot: "missing", "contradicted" or ""."""
        truth = value.casefold()
        if truth in _YES | _NO:
            wordings = case.gold.get(key) or (" ".join(_words(key)),)
            said = [bool(_NEGATION.search(s)) for s in sentences if _holds(s, wordings)]
            if not said:
                return "missing"
            return "" if (truth in _NO) in said else "contradicted"
        if key in case.gold and _holds("\n".join(sentences), case.gold[key]):
            return ""
        shared = self._shared(key, truth)
        given = any(
            _holds(sentence, (value,))
            and (not shared or any(_holds(sentence, (word,)) for word in _words(key)))
            for sentence in sentences
        )
        return "" if given else "missing"

    def _shared(self, key: str, truth: str) -> bool:
        """Whether another slot has the same value, in this case or in another."""
        return any(truth in values for other, values in self.values.items() if other != key)

    def _others(self, text: str, sheet: str) -> Iterator[tuple[str, str]]:
        """Find slots with other cases' values that the text contains."""
        for key, values in self.values.items():
            for truth, value in values.items():
                known = truth in _YES | _NO or _holds(sheet, (value,))
                if not known and _holds(text, (value,)):
                    yield key, value


def _sheet(case: ProductCase) -> str:
    """Return all product data as one text."""
    product = case.product
    wordings = (word for words in case.gold.values() for word in words)
    return "\n".join(
        [*case.slots, *case.slots.values(), *product.features, *product.keywords, *wordings]
    )


def _words(key: str) -> list[str]:
    return _HUMP.sub(" ", key).casefold().split()


def _holds(text: str, wordings: Iterable[str]) -> bool:
    return any(_pattern(wording).search(text) for wording in wordings)


@lru_cache(maxsize=4096)
def _pattern(wording: str) -> re.Pattern[str]:
    """Match the words of a wording in sequence, with any punctuation between them."""
    words = re.findall(r"\w+", wording)
    inner = r"[\W_]+".join(map(re.escape, words)) if words else re.escape(wording)
    return re.compile(rf"(?<!\w){inner}(?!\w)", re.IGNORECASE)
