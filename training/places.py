"""Where an answer's values and words stand in what was given: what a head should look at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from json.decoder import scanstring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.examples import Example
    from training.tokenizer import Encoder

_RUN = 4
"""As many tokens alike are a copy."""


def places(encoder: Encoder, example: Example) -> list[tuple[int, int]]:
    """Where each copy begins, if it stands only once in what is given.

    Pairs of positions in prompt and answer: of the token before a copy, and of the one that it
    copies. In an extraction copies are its values, and their place is also that of the colon
    before them; before a null that is the first position of all.
    """
    prompt, content = encoder.prompt(example.messages), example.messages[-1]["content"]
    given, made = encoder.spans(content), encoder.spans(example.answer)
    # The content is followed by its end and the tag of the answer.
    base = len(prompt) - 2 - len(given)
    if example.task == "extract":
        body = content.index("\n\nDocument:\n")
        found = _values(content, body, [begin for begin, _ in given], example.answer, made)
    else:
        found = _runs(
            [content[begin:end].strip() for begin, end in given],
            [example.answer[begin:end].strip() for begin, end in made],
        )
    return [(len(prompt) + at, 0 if to is None else base + to) for at, to in found]


def _values(
    content: str, body: int, begins: list[int], answer: str, made: list[tuple[int, int]]
) -> Iterator[tuple[int, int | None]]:
    for position, (begin, end) in enumerate(made):
        if answer[begin - 1 : end + 4] == '":null':
            yield position, None
        elif answer[begin:end] == '"' and answer[begin - 1] in ":[":
            value = scanstring(answer, end)[0]
            at = content.find(value, body)
            if at >= 0 and content.find(value, at + 1) < 0:
                for place in (position - 1, position):
                    yield place, bisect_right(begins, at) - 1


def _runs(given: list[str], made: list[str]) -> Iterator[tuple[int, int]]:
    stand: dict[tuple[str, ...], int] = {}
    for position in range(len(given) - _RUN + 1):
        run = tuple(given[position : position + _RUN])
        stand[run] = -1 if run in stand else position
    before = -1
    for position in range(len(made) - _RUN + 1):
        to = stand.get(tuple(made[position : position + _RUN]), -1)
        if to >= 0 and not 0 <= before == to - 1:
            yield position - 1, to
        before = to
