"""Where an answer's values and words stand in what was given: what a head should look at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from json.decoder import scanstring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.examples import Example
    from training.tokenizer import Encoder

_RUN = 4
"""As many tokens alike are the beginning of a copy, or go on with it."""


def places(encoder: Encoder, example: Example) -> list[tuple[int, int]]:
    """Where each token of a copy stands, if the copy stands only once in what is given.

    Pairs of positions in prompt and answer: of the token before, and of the one that is copied.
    In an extraction copies are its values, and the place of the first token is also that of the
    colon before it; before a null that is the first position of all.
    """
    prompt, content = encoder.prompt(example.messages), example.messages[-1]["content"]
    given, made = encoder.spans(content), encoder.spans(example.answer)
    # The content is followed by its end and the tag of the answer.
    base = len(prompt) - 2 - len(given)
    if example.task == "extract":
        begins = [begin for begin, _ in given]
        found = _values(content, begins, example.answer, [begin for begin, _ in made])
    else:
        found = _runs(
            [content[begin:end].strip() for begin, end in given],
            [example.answer[begin:end].strip() for begin, end in made],
        )
    return [(len(prompt) + at, 0 if to is None else base + to) for at, to in found]


def _values(
    content: str, given: list[int], answer: str, made: list[int]
) -> Iterator[tuple[int, int | None]]:
    body = content.index("\n\nDocument:\n")
    for position, begin in enumerate(made):
        if answer.startswith('":null', begin - 1):
            yield position, None
        elif answer[begin] == '"' and answer[begin - 1] in ":[":
            value, stop = scanstring(answer, begin + 1)
            at = content.find(value, body)
            if at < 0 or content.find(value, at + 1) >= 0:
                continue
            first = bisect_right(given, at) - 1
            yield position - 1, first
            yield position, first
            for place in range(position + 2, bisect_left(made, stop - 1)):
                written = answer[begin + 1 : made[place]]
                there = at + len(written) - written.count("\\")
                if content[there] == answer[made[place]]:
                    yield place - 1, bisect_right(given, there) - 1


def _runs(given: list[str], made: list[str]) -> Iterator[tuple[int, int]]:
    stand: dict[tuple[str, ...], int] = {}
    for position in range(len(given) - _RUN + 1):
        run = tuple(given[position : position + _RUN])
        stand[run] = -1 if run in stand else position
    for position in range(len(made) - _RUN + 1):
        to = stand.get(tuple(made[position : position + _RUN]), -1)
        if to >= 0:
            yield position - 1, to
