"""The answer to a customer's message, from given facts only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slmtasks import options, prompt_files
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import Listener, Run
from slmtasks.engine.map_reduce import condensed, quotes
from slmtasks.engine.sources import opened
from slmtasks.grounding.locate import standing
from slmtasks.models.model import Model
from slmtasks.options import ReplyTone, Role
from slmtasks.results import Reply
from slmtasks.schema.nodes import Member, Object, Prose

_QUOTES = quotes(0, 2)
_TEXT = Member("text", "text", Prose(max_chars=600), nullable=False, has_default=False)


def reply(
    message: str,
    *,
    facts: str | Path | Document,
    history: Sequence[tuple[Role, str]] = (),
    tone: ReplyTone = "friendly",
    language: str | None = None,
    model: Model | None = None,
    timeout: float | None = None,
    on_progress: Listener | None = None,
) -> Reply:
    """Answer a message from `facts`: text (`str`), a file (`Path`) or a `Document`.

    The model first copies the sentences of the facts that answer the message, at most
    two; they are the evidence under "text". Where it finds none, `answered` is False and
    the text says so. The text has at most 600 characters, and no figure that the facts
    do not hold, not even one of the message. `history` is what was said before, as
    pairs of role and text, the oldest first.

    Raises DocumentError, ValueError, ModelError, InvalidAnswer or TimedOut.
    """
    if not isinstance(message, str):
        raise TypeError(f"the message is text (str), not {type(message).__name__}")
    if not message.strip():
        raise ValueError("the message is empty; give the customer's question")
    options.check(tone, ReplyTone, "tone")
    document = opened(facts)
    for role, _ in history:
        options.check(role, Role, "a role of history")
    variables: dict[str, prompt_files.Value] = {
        "message": message,
        "history": [{"role": role, "text": text} for role, text in history],
        "tone": tone,
        "language": language or "",
    }
    run = Run(
        prompt_files.load("reply"), variables, model=model, timeout=timeout, on_progress=on_progress
    )
    final, chunks = condensed(run, document, Object((_QUOTES,)))
    answer = run.ask(final, Object((_QUOTES, _TEXT))).reading.data
    whole = Passage.whole(document)
    places = [place for quote in answer["quotes"] for place in standing(quote, whole)]
    return Reply(
        text=answer["text"],
        answered=bool(places),
        evidence={"text": places} if places else {},
        **run.carried(document, chunks),
    )
