"""Examples of all tasks, made from a seed and checked before they are used."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from training import copywriting, extract, products, replies
from training.page import held_out

_TASKS = [
    ("extract", 0.56, extract.example),
    ("summarize", 0.16, copywriting.summarize),
    ("describe_product", 0.1, products.describe),
    ("social_post", 0.08, copywriting.social),
    ("reply", 0.1, replies.reply),
]
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True)
class Example:
    """A conversation and its answer: compact JSON."""

    task: str
    template: str
    kind: str
    messages: list[dict[str, str]]
    answer: str
    document: str


def compact(answer: Any) -> str:
    """JSON without white space."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def fault(task: str, answer: Any, document: str, copied: list[str]) -> str:
    """Why an example must not be used, or ""."""
    for text in copied:
        if text != text.strip() or not text:
            return "blank"
        for found in re.finditer(re.escape(text), document):
            before, after = (
                document[max(0, found.start() - 1) : found.start()],
                document[found.end() : found.end() + 1],
            )
            if not (before.isalnum() and text[0].isalpha()) and not (
                after.isalnum() and text[-1].isalnum()
            ):
                break
        else:
            return "not verbatim"
    figures = set(_FIGURE.findall(document))
    for text in _strings(answer):
        if task != "extract" and not set(_FIGURE.findall(text)) <= figures:
            return "figure"
    if task == "summarize" and any(
        re.search(r"[.!?] ", t) for t in _strings(answer) if "quotes" not in answer
    ):
        return "two sentences"
    return ""


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
        name, _, maker = (
            next(t for t in _TASKS if t[0] == task)
            if task
            else r.choices(_TASKS, [t[1] for t in _TASKS])[0]
        )
        made = maker(r, size)
        if made is None:
            continue
        template, kind, messages, answer, document, copied = made
        if held_out(template) != held:
            continue
        if why := fault(name, answer, document, copied):
            if dropped is not None:
                dropped[f"{name}: {why}"] += 1
            continue
        return Example(name, template, kind, messages, compact(answer), document)
    raise RuntimeError("no example passes the checks; the generator is broken")
