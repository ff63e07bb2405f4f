"""A conversation as token ids, by the model's own chat template.

The template's text is encoded with its control tokens, what the turns hold without:
nothing that a document, a message or a schema holds can end a turn or begin one.

Knows nothing about the runtime: it is given the functions that render and encode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slmtasks.errors import ModelCorrupt
from slmtasks.prompt_files import Message

_MARK = "SLMTASKS-CONTENT-{}-"

Piece = list[int] | tuple[int, ...]
"""Ids of the template itself, or the indices of the turns whose text goes here."""


class ChatTemplate:
    """A chat template: `render` gives a conversation's text, `control` encodes template text."""

    def __init__(
        self, render: Callable[[list[Message]], str], control: Callable[[str], list[int]]
    ) -> None:
        self._render = render
        self._control = control
        self._pieces: dict[tuple[str, ...], list[Piece]] = {}

    def encode(self, messages: Sequence[Message], plain: Callable[[str], list[int]]) -> list[int]:
        """The ids of a conversation up to where the answer begins; `plain` encodes text as text."""
        roles = tuple(message["role"] for message in messages)
        if roles not in self._pieces:
            self._pieces[roles] = self._cut(roles)
        ids: list[int] = []
        for piece in self._pieces[roles]:
            if isinstance(piece, tuple):
                ids += plain("\n\n".join(messages[index]["content"] for index in piece))
            else:
                ids += piece
        return ids

    def _cut(self, roles: tuple[str, ...]) -> list[Piece]:
        turns: list[tuple[int, ...]] = [(index,) for index in range(len(roles))]
        text = self._marked(roles)
        if roles[0] == "system" and _MARK.format(0) not in text:
            # A template without a system turn: its text opens the user's.
            turns = [(0, 1), *turns[2:]]
            text = self._marked(roles[1:])
        pieces: list[Piece] = []
        for number, turn in enumerate(turns):
            before, mark, text = text.partition(_MARK.format(number))
            if not mark:
                raise ModelCorrupt(
                    f"the model's chat template drops a turn of {', '.join(roles)}; "
                    "take a folder with a template for these"
                )
            pieces += [self._control(before) if before else [], turn]
        return [*pieces, self._control(text) if text else []]

    def _marked(self, roles: Sequence[str]) -> str:
        return self._render(
            [{"role": role, "content": _MARK.format(i)} for i, role in enumerate(roles)]
        )
