"""A long source made short enough for one prompt: parts answered, and their answers again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from slmtasks.documents.document import Document, Page
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import Parsed, Run
from slmtasks.errors import ContextExceeded
from slmtasks.grounding.tree import Leaf, Tree
from slmtasks.schema.nodes import Array, Member, Node, Object, Prose, Quote


def condensed(run: Run, document: Document, node: Object) -> tuple[Passage, int]:
    """What the last prompt of `run` reads: the document or the answers to its parts.

    Also says how many parts the document was read in. The texts of the answers, one a
    paragraph, are the new source, until one prompt holds it; each part is asked for a
    quarter of its length at most, in each further round for half as much, so that this
    ends whatever the model writes. A part that fails is reported by `run`; the others go
    on.
    """
    passages = run.parts(Passage.whole(document))
    chunks = len(passages)
    divisor = 4
    while len(passages) > 1:
        questions = [(passage, _shrunk(node, passage, divisor), None) for passage in passages]
        texts = _texts_of(run.ask_parts(questions))
        if not texts:
            return passages[0], chunks
        shorter = _joined(document, texts)
        if len(shorter.text) >= sum(len(passage.text) for passage in passages):
            raise ContextExceeded(
                f"{document.name}: its {chunks} parts do not get shorter by summarizing; take a "
                "model with a longer context or a shorter length",
                tokens=run.model.count_tokens(shorter.text),
                limit=run.budget,
            )
        passages = run.parts(shorter)
        divisor *= 2
    return passages[0], chunks


def quoted(run: Run, document: Document, most: int) -> tuple[list[str], int]:
    """The `most` sentences that the model picks from a document, in its order.

    Also says how many parts the document was read in. Parts share the number between
    them; where there are more parts than sentences are wanted, each gives one, and of
    these the model picks again.
    """
    passages = run.parts(Passage.whole(document))
    chunks = len(passages)
    while True:
        passages = _apart(passages)
        shares = _shares(most, [len(set(_texts(passage))) for passage in passages])
        questions = [
            (passage, Object((quotes(share, share),)), None)
            for passage, share in zip(passages, shares, strict=True)
            if share
        ]
        picked = _texts_of(run.ask_parts(questions))
        if len(picked) <= most:
            return picked, chunks
        if len(picked) == sum(len(set(_texts(passage))) for passage in passages):
            # Each part is one sentence: no two can be put to the model together.
            run.warnings.append(f"the sentences are too long to be compared: the first {most}")
            return picked[:most], chunks
        passages = run.parts(_joined(document, picked))


def _texts_of(answers: Sequence[Parsed | None]) -> list[str]:
    given = (answer.tree for answer in answers if answer)
    return [str(leaf.value) for tree in given for leaf in leaves(tree)]


def quotes(least: int, most: int) -> Member:
    """The field of an answer that holds quotes."""
    return Member("quotes", "quotes", Array(Quote(), least, most), False, False)


def _apart(passages: list[Passage]) -> list[Passage]:
    """The parts without the sentences of earlier ones, so that no two can give the same."""
    seen: set[str] = set()
    out = []
    for passage in passages:
        new = [span for span in passage.sentences if passage.text[slice(*span)] not in seen]
        seen.update(_texts(passage))
        out.append(replace(passage, known=tuple(new)))
    return out


def _texts(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in passage.sentences]


def _shares(most: int, sentences: list[int]) -> list[int]:
    """How many sentences each part gives: even, no more than it has, at least one of each."""
    shares = [0] * len(sentences)
    if len(sentences) > most:
        return [min(1, count) for count in sentences]
    while sum(shares) < min(most, sum(sentences)):
        open_ = [i for i, count in enumerate(sentences) if shares[i] < count]
        shares[min(open_, key=lambda i: shares[i])] += 1
    return shares


def _shrunk(node: Object, passage: Passage, divisor: int) -> Object:
    """The same answer, limited to a share of a part's length."""
    room = len(passage.text) // divisor
    members = [
        replace(member, node=_limited(member.node, room, passage)) for member in node.members
    ]
    return Object(tuple(members))


def _limited(node: Node, room: int, passage: Passage) -> Node:
    match node:
        case Prose(max_chars=most):
            return replace(node, max_chars=max(60, min(most, room)))
        case Array(item=Quote()):
            most = min(node.most, max(1, len(passage.sentences) // 2))
            return replace(node, least=min(node.least, most), most=most)
        case Array(item=Prose() as item):
            most = min(node.most, max(1, room // 60))
            limited = replace(item, max_chars=max(60, min(item.max_chars, room // most)))
            return Array(limited, min(node.least, most), most)
        case _:
            return node


def _joined(document: Document, texts: list[str]) -> Passage:
    """A passage of the distinct texts, one a paragraph, each a sentence of it."""
    texts = list(dict.fromkeys(texts))
    text = "\n\n".join(texts)
    ends = list(accumulate(len(part) + 2 for part in texts))
    spans = tuple((end - 2 - len(part), end - 2) for end, part in zip(ends, texts, strict=True))
    shorter = Document(
        name=document.name,
        text=text,
        pages=(Page(1, 0, len(text)),),
        failures=(),
        day_first=document.day_first,
        decimal=document.decimal,
    )
    return Passage(shorter, 0, len(text), known=spans)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The single values of a tree, in order."""
    if isinstance(tree, Leaf):
        yield tree
    elif isinstance(tree, dict):
        for branch in tree.values():
            yield from leaves(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from leaves(branch)
