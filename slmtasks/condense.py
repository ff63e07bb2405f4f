"""A long source made short enough for one prompt: parts answered, and their answers again."""

from __future__ import annotations

from collections.abc import Iterator

from slmtasks.documents import Document, Page
from slmtasks.errors import ContextExceeded
from slmtasks.grounding import Leaf, Tree
from slmtasks.nodes import Object
from slmtasks.passages import Passage
from slmtasks.task import Run


def condensed(run: Run, document: Document, node: Object) -> tuple[Passage, int]:
    """What the last prompt of `run` reads: the document or the answers to its parts.

    Also says how many parts the document was read in. The texts of the answers, one a
    paragraph, are the new source, until one prompt holds it. A part that fails is
    reported by `run`; the others go on.
    """
    passages = run.parts(document)
    chunks = len(passages)
    while len(passages) > 1:
        if document.name.endswith(_SHORTENED):
            trees = [run.ask(passage, node).tree for passage in passages]
        else:
            trees = [parsed.tree for _, parsed in run.answer_parts(passages, node)]
        texts = [str(leaf.value) for tree in trees for leaf in leaves(tree)]
        if not texts:
            return passages[0], chunks
        shorter = _joined(document, texts)
        if len(shorter.text) >= len(document.text):
            raise ContextExceeded(
                f"{document.name}: its {chunks} parts do not get shorter by summarizing; take a "
                "model with a longer context or a shorter length",
                tokens=run.model.count_tokens(shorter.text),
                limit=run.budget,
            )
        document = shorter
        passages = run.parts(document)
    return passages[0], chunks


_SHORTENED = " (shortened)"


def _joined(document: Document, texts: list[str]) -> Document:
    """A document of the distinct texts, one a paragraph."""
    text = "\n\n".join(dict.fromkeys(texts))
    return Document(
        name=document.name.removesuffix(_SHORTENED) + _SHORTENED,
        text=text,
        pages=(Page(1, 0, len(text)),),
        failures=(),
        day_first=document.day_first,
    )


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
