"""A summary of a document: sentences, key points, a headline or verbatim quotes."""

from __future__ import annotations

from pathlib import Path

from slmtasks import notices, options, prompt_files
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import SHARE, Listener, Run
from slmtasks.engine.map_reduce import condensed, leaves, quoted
from slmtasks.engine.sources import opened
from slmtasks.grounding.locate import standing, support
from slmtasks.models.model import Model
from slmtasks.options import Length, Style
from slmtasks.results import Summary
from slmtasks.schema.nodes import Array, Member, Object, Prose

MOST = {
    "tldr": {"short": 1, "medium": 2, "long": 3},
    "key-points": {"short": 3, "medium": 5, "long": 7},
    "headline": {"short": 12, "medium": 17, "long": 22},
    "quotes": {"short": 3, "medium": 5, "long": 7},
}
"""Sentences, points, words, or quotes, by style and length."""

MOST_ASKED = 50
"""No more sentences, points, words or quotes can be asked for."""


@notices.renamed(most="max_items")
def summarize(
    source: str | Path | Document,
    *,
    style: Style = "key-points",
    length: Length = "medium",
    max_items: int | None = None,
    focus: str | None = None,
    language: str | None = None,
    model: Model | None = None,
    timeout: float | None = None,
    on_progress: Listener | None = None,
) -> Summary:
    """Summarize text (`str`), a file (`Path`) or a `Document`.

    Styles, with what `length` short, medium or long allows: "tldr", exactly 1, 2 or 3
    sentences (fewer where the source has fewer); "key-points", at most 3, 5 or 7 points, all
    different; "headline", at most 12, 17 or 22 words; "quotes", exactly 3, 5 or 7 sentences (fewer
    where the source has fewer), each copied from the source, in its order. In no style
    can a figure be written that the source does not hold. A source longer than the model's
    context is summarized in parts and the parts' summaries again.

    `max_items` gives the number of sentences, points, words or quotes itself, in place of
    `length`'s; at most 50. `focus` says what to look for, `language` what to write in (a
    model writes only the languages that it was trained on; quotes stay as they are).

    Raises DocumentError, ValueError, ModelError, InvalidAnswer or TimedOut.
    """
    options.check(style, Style, "style")
    options.check(length, Length, "length")
    if max_items is None:
        most = MOST[style][length]
    elif 1 <= max_items <= MOST_ASKED:
        most = max_items
    else:
        raise ValueError(f"max_items is {max_items}; give 1 to {MOST_ASKED}")
    document = opened(source)
    whole = Passage.whole(document)
    variables = {
        style.replace("-", "_"): str(most),
        "focus": focus or "",
        "language": language or "",
    }
    # Quotes are as long as what they quote: the answer needs as much room as the source.
    share = 0.45 if style == "quotes" else SHARE
    run = Run(
        prompt_files.load("summarize"),
        variables,
        model=model,
        share=share,
        timeout=timeout,
        on_progress=on_progress,
    )
    if style == "quotes":
        points, chunks = quoted(run, document, most)
    else:
        shape = _shape(style, max(1, min(most, len(whole.sentences))) if style == "tldr" else most)
        final, chunks = condensed(run, document, shape)
        points = [str(leaf.value) for leaf in leaves(run.ask(final, shape).tree)]
        points = run.distinct(points) if style == "key-points" else points
    evidence = {}
    for index, point in enumerate(points):
        places = standing(point, whole) if style == "quotes" else support(point, whole)
        if places:
            evidence[f"points[{index}]"] = places
    return Summary(
        text="\n".join(points) if style in ("key-points", "quotes") else " ".join(points),
        points=tuple(points),
        evidence=evidence,
        **run.carried(document, chunks),
    )


def _shape(style: Style, most: int) -> Object:
    match style:
        case "tldr":
            return _object("sentences", Array(Prose(max_chars=300, sentence=True), most, most))
        case "headline":
            return _object("headline", Prose(max_chars=160, max_words=most))
        case _:
            return _object("points", Array(Prose(max_chars=200), 1, most))


def _object(key: str, node: Array | Prose) -> Object:
    return Object((Member(key, key, node, nullable=False, has_default=False),))
