"""Where an answer's values and words stand in what was given: what a head should look at."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from json.decoder import scanstring
from typing import TYPE_CHECKING, NamedTuple

from slmtasks.tasks.describe_product import words_of
from training.generator.tasks.products import sentence, upper

if TYPE_CHECKING:
    from training.generator.examples import Example
    from training.trainer.tokenizer import Encoder

_RUN = 4
"""As many tokens alike are the beginning of a copy, or go on with it."""
_BARE = re.compile(r"[^,\]}]+")
_BODY = "\n\nDocument:\n"
_ITEM = re.compile(r"^- (?P<all>(?P<key>.+?): (?P<value>.+)|.+)$", re.MULTILINE)
_FIELD = re.compile(r"^( *)(\S+) \(", re.MULTILINE)


class Shown(NamedTuple):
    """Where heads should look: pairs of positions in prompt and answer, of who looks and at what.

    Nothing to look at is the first position of all.
    """

    copies: list[tuple[int, int]]
    """From the token before one that is copied to where that stands, where it is sure where; and
    from where it is decided how to go on to what decides it."""
    fields: list[tuple[int, int]]
    """From each token of a document to the name of the field that it is a value of."""


def shown(encoder: Encoder, example: Example) -> Shown:
    """Where the copies of an answer stand, and which field each token of a document is of.

    In an extraction copies are its values, and the place of the first token is also that of the
    colon before it, or of the end of the item before it; its last token looks at what stands
    behind it. What ends a list, or goes before a null, has the first position of all for its place.
    Elsewhere copies are runs of tokens, and in product copy what each sentence says of its sheet.
    """
    prompt, content = encoder.prompt(example.messages), example.messages[-1]["content"]
    given, made = encoder.spans(content), encoder.spans(example.answer)
    begins = [*(begin for begin, _ in given), len(content)]
    # The content is followed by its end and the tag of the answer.
    base = len(prompt) - 2 - len(given)
    copies: Iterable[tuple[int, int | None]]
    fields: Iterable[tuple[int, int | None]] = ()
    if example.task == "extract":
        found = _Answer(example.answer)
        found.read(0)
        body = content.index(_BODY)
        _stand(content, body, found)
        copies = _copies(content, begins, found, [begin for begin, _ in made])
        fields = _fields(content, body, begins, found)
    else:
        runs = _runs(
            [content[begin:end].strip() for begin, end in given],
            [example.answer[begin:end].strip() for begin, end in made],
        )
        items = _items(content, begins, example.answer, [begin for begin, _ in made])
        copies = {**dict(runs), **dict(items)}.items()

    def at(position: int | None) -> int:
        return 0 if position is None else base + position

    return Shown(
        [(len(prompt) + by, at(to)) for by, to in copies],
        [(base + by, at(to)) for by, to in fields],
    )


@dataclass
class _Value:
    """A string of an answer: where it stands there, and in the document, by characters."""

    path: tuple[str, ...]
    text: str
    begin: int
    end: int
    there: list[int] = field(default_factory=list)
    place: int | None = None


@dataclass
class _Answer:
    """What an extraction answers, read from compact JSON."""

    text: str
    values: list[_Value] = field(default_factory=list)
    rows: list[list[_Value]] = field(default_factory=list)
    nothing: list[int] = field(default_factory=list)
    """Characters before a null or the end of a list."""
    items: list[tuple[int, int]] = field(default_factory=list)
    """Characters before an item of a list, and numbers of the first value behind them."""

    def read(self, at: int, path: tuple[str, ...] = (), inside: bool = False) -> int:
        """Read what stands at a character, `inside` a list or not; returns where it ends."""
        text = self.text
        if text[at] == '"':
            value, end = scanstring(text, at + 1)
            self.values.append(_Value(path, value, at + 1, end - 1))
            return end
        if text[at] not in "[{":
            end = _BARE.match(text, at).end()  # type: ignore[union-attr]
            self.nothing += [at - 1] * (text[at:end] == "null")
            return end
        many, first, at = text[at] == "[", len(self.values), at + 1
        while text[at] not in "]}":
            at += text[at] == ","
            if many:
                self.items.append((at - 1 - (text[at - 1] == ","), len(self.values)))
                at = self.read(at, path, inside=True)
            else:
                key, end = scanstring(text, at + 1)
                at = self.read(end + 1, (*path, key))
        if many:
            self.nothing.append(at - 1)
        elif inside:
            self.rows.append(self.values[first:])
        return at + 1


def _copies(
    content: str, given: list[int], found: _Answer, made: list[int]
) -> Iterator[tuple[int, int | None]]:
    answer = found.text

    def token(at: int) -> int:
        return bisect_right(made, at) - 1

    for at in found.nothing:
        yield token(at), None
    for at, number in found.items:
        if number < len(found.values) and (place := found.values[number].place) is not None:
            yield token(at), bisect_right(given, place) - 1
    for value in found.values:
        if value.place is None:
            continue
        if answer[value.begin - 2] == ":":
            yield token(value.begin - 2), bisect_right(given, value.place) - 1
        end = bisect_left(made, value.end)
        for position in range(bisect_left(made, value.begin), end):
            written = answer[value.begin : made[position]]
            there = value.place + len(written) - written.count("\\")
            if content[there] == answer[made[position]]:
                yield position - 1, bisect_right(given, there) - 1
        yield end - 1, bisect_right(given, value.place + len(value.text)) - 1


def _stand(content: str, body: int, found: _Answer) -> None:
    """Find where values stand, apart from other words and numbers: those that stand once first."""
    for value in found.values:
        if value.text:
            alone = re.compile(rf"(?<![\w.,]){re.escape(value.text)}(?!\w|[.,]\d)")
            value.there = [each.start() for each in alone.finditer(content, body)]
            if not value.there and content.count(value.text, body) == 1:
                value.there = [content.index(value.text, body)]
            if len(value.there) == 1:
                value.place = value.there[0]
    for row in found.rows:
        _beside(content, row)


def _beside(content: str, row: list[_Value]) -> None:
    """Of a row's values that stand in several places, take the one in a line of the others."""
    lines = {content.count("\n", 0, each.place) for each in row if each.place is not None}
    for value in row:
        if value.place is None:
            near = [at for at in value.there if content.count("\n", 0, at) in lines]
            value.place = near[0] if len(near) == 1 else None


def _fields(
    content: str, body: int, given: list[int], found: _Answer
) -> Iterator[tuple[int, int | None]]:
    """The last token of the field's name, or none; what may be a value is left out."""
    names: dict[tuple[str, ...], int] = {}
    path: tuple[str, ...] = ()
    for field_ in _FIELD.finditer(content, 0, body):
        path = (*path[: len(field_[1]) // 2], field_[2])
        names.setdefault(path, bisect_right(given, field_.end(2) - 1) - 1)
    sure: dict[int, set[int | None]] = {}
    doubtful: set[int] = set()
    for value in found.values:
        for place in value.there:
            first = bisect_right(given, place) - 1
            tokens = range(first, bisect_left(given, place + len(value.text)))
            if place != value.place:
                doubtful.update(tokens)
                continue
            for token in tokens:
                sure.setdefault(token, set()).add(names.get(value.path))
    for token in range(bisect_left(given, body + len(_BODY)), len(given)):
        if token not in sure:
            if token not in doubtful:
                yield token, None
        elif len(sure[token]) == 1:
            yield token, next(iter(sure[token]))


def _runs(given: list[str], made: list[str]) -> Iterator[tuple[int, int]]:
    """Each token of a run that is copied, the longest from where it begins, if that stands once."""
    stand: dict[tuple[str, ...], list[int]] = {}
    for position in range(len(given) - _RUN + 1):
        stand.setdefault(tuple(given[position : position + _RUN]), []).append(position)
    position = 0
    while position <= len(made) - _RUN:
        places = stand.get(tuple(made[position : position + _RUN]), [])
        lengths = [_alike(given, to, made, position) for to in places]
        length = max(lengths, default=1)
        if lengths.count(length) == 1:
            to = places[lengths.index(length)]
            yield from ((position + k - 1, to + k) for k in range(length))
        position += length


def _alike(given: list[str], to: int, made: list[str], position: int) -> int:
    """How many tokens are alike from there on."""
    rest = zip(given[to:], made[position:], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))


def _items(
    content: str, given: list[int], answer: str, made: list[int]
) -> Iterator[tuple[int, int]]:
    """Of a sentence that says a feature, each character; of one that says a specification, the
    end of its line, which knows how it is said, then the key, then the value."""
    for item in _ITEM.finditer(content):
        text, key, value = item.groups()
        if key is None:
            said = f"{upper(text).removesuffix('.')}."
            steps = [(k, item.start("all") + k) for k in range(len(said) - 1)]
        else:
            said, name = sentence(key, value), words_of(key)
            # What follows the last line of all is the end of the prompt.
            steps = [(0, item.end()), (said.index(name), item.start("key"))]
            if said.endswith(f" {value}."):
                begin = len(said) - 1 - len(value)
                steps += [(begin + k, item.start("value") + k) for k in range(len(value))]
        for found in re.finditer(re.escape(said), answer):
            last = -1
            for step, there in steps:
                token = bisect_right(made, found.start() + step) - 1
                if token != last:
                    yield token - 1, bisect_right(given, there) - 1
                last = token
