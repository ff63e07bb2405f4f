"""Examples of all tasks, made from a seed and checked before they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from training.generator.drafts import Draft
from training.generator.page import held_out
from training.generator.tasks import copywriting, extract, products, replies

_MAKERS: dict[str, tuple[float, Callable[[Random, int], Draft | None]]] = {
    "extract": (0.24, extract.example),
    # More answers for each token of the documents: finding a value is what is learnt slowest.
    "extract, all": (0.13, partial(extract.example, all_of_it=True)),
    # Rows are read worst, and few documents have some.
    "extract, rows": (0.14, partial(extract.example, rows=True)),
    "summarize": (0.09, copywriting.summarize),
    "describe_product": (0.22, products.describe),
    "social_post": (0.08, copywriting.social),
    "reply": (0.1, replies.reply),
}
_SHARES = [share for share, _ in _MAKERS.values()]


@dataclass(frozen=True)
class Example:
    """A conversation and its answer: compact JSON."""

    task: str
    template: str
    kind: str
    messages: list[dict[str, str]]
    answer: str
    document: str


def make(
    seed: int,
    index: int,
    size: int,
    held: bool = False,
    dropped: Counter[str] | None = None,
    task: str = "",
) -> Example:
    """Example number `index`: for training, or of a template that training never sees."""
    for attempt in range(10_000):
        r = Random(f"{seed}:{'held' if held else 'train'}:{index}:{size}:{attempt}:{task}")
        name = task or r.choices(list(_MAKERS), _SHARES)[0]
        draft = _MAKERS[name][1](r, size)
        if draft is None or held_out(draft.template) != held:
            continue
        if why := draft.fault():
            if dropped is not None:
                dropped[f"{name}: {why}"] += 1
            continue
        return Example(
            draft.task,
            draft.template,
            draft.kind,
            draft.messages,
            draft.written,
            draft.passage.text,
        )
    raise RuntimeError("no example passes the checks; the generator is broken")
