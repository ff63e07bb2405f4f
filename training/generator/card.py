"""The data card: what a run of the generator holds, counted over many examples."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

from training.generator.examples import Example, make
from training.trainer.tokenizer import Encoder

_SIZES = range(30, 630, 60)


def _values(answer: Any) -> Iterator[Any]:
    if isinstance(answer, dict | list):
        for inner in answer.values() if isinstance(answer, dict) else answer:
            yield from _values(inner)
    else:
        yield answer


def _kind(example: Example) -> str:
    if example.task == "summarize":
        return f"summarize {example.template.split(':')[2]}"
    return f"extract {example.kind}" if example.task == "extract" else example.task


def card(tokenizer: Path, seed: int, count: int) -> str:
    """Tables in Markdown: kinds, shares, lengths, absent fields, dropped and repeated examples."""
    encoder = Encoder(tokenizer)
    dropped: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    lengths: dict[str, list[int]] = {}
    nulls = asked = answers = 0
    seen: set[int] = set()
    began = time.process_time()
    for index in range(count):
        example = make(seed, index, _SIZES[index % len(_SIZES)], dropped=dropped)
        prompt, answer = encoder.pair(example.messages, example.answer)
        kind = _kind(example)
        kinds[kind] += 1
        lengths.setdefault(kind, []).append(len(prompt) + len(answer))
        answers += len(answer)
        seen.add(hash((example.document, example.answer, example.messages[-1]["content"])))
        if example.task == "extract":
            values = list(_values(json.loads(example.answer)))
            asked += len(values)
            nulls += values.count(None)
    seconds = time.process_time() - began
    tokens = sum(map(sum, lengths.values()))
    rows = ["| examples | share | tokens: 10%, half, 90% below |", "|---|---|---|"]
    for kind, number in sorted(kinds.items()):
        tenths = quantiles([*lengths[kind], lengths[kind][-1]], n=10)
        spread = ", ".join(f"{tenths[i]:.0f}" for i in (0, 4, 8))
        rows.append(f"| {kind} | {number / count:.1%} | {spread} |")
    tried = count + dropped.total()
    return "\n".join(
        [
            *rows,
            "",
            f"{count} examples from seed {seed}: {tokens} tokens, {answers / tokens:.0%} of them "
            f"answer; {nulls / max(1, asked):.0%} of {asked} values asked are absent. "
            f"{dropped.total() / tried:.2%} of the drafts were dropped "
            f"({', '.join(f'{k} {n}' for k, n in dropped.most_common(4))}); "
            f"{count - len(seen)} examples stand twice. "
            f"{tokens / seconds:,.0f} tokens a second of one core.",
        ]
    )
