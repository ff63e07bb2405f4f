"""Where the values of an answer stand in the document, by tokens: what a head should look at."""

from __future__ import annotations

from bisect import bisect_right
from json.decoder import scanstring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.examples import Example
    from training.tokenizer import Encoder


def places(encoder: Encoder, example: Example) -> list[tuple[int, int]]:
    """For an extraction's values that stand once in its document, and for what it lacks.

    Pairs of positions in prompt and answer: of the colon and the quotation mark that go before
    the value, and of the document's token with its first character; before a null, of the colon,
    and the first position of all.
    """
    if example.task != "extract":
        return []
    prompt, answer = encoder.prompt(example.messages), example.answer
    content = example.messages[-1]["content"]
    begins = [begin for begin, _ in encoder.spans(content)]
    # The content is followed by its end and the tag of the answer.
    base = len(prompt) - 2 - len(begins)
    body = content.index("\n\nDocument:\n")
    found = []
    for position, (begin, end) in enumerate(encoder.spans(answer), len(prompt)):
        if answer[begin - 1 : end + 4] == '":null':
            found.append((position, 0))
        elif answer[begin:end] == '"' and answer[begin - 1] in ":[":
            value = scanstring(answer, end)[0]
            at = content.find(value, body)
            if at >= 0 and content.find(value, at + 1) < 0:
                to = base + bisect_right(begins, at) - 1
                found += [(place, to) for place in (position - 1, position)]
    return found
