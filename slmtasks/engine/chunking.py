"""A source cut into the parts that a model reads one prompt each.

A part is as long as the model's context, its RoPE switch and the free memory allow beside
the prompt's fixed text and the answer. Knows neither grammars nor answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from slmtasks.documents.passages import Passage
from slmtasks.errors import ContextExceeded
from slmtasks.models.model import Model
from slmtasks.prompt_files import Prompt, Value

FLOOR = 256
"""Tokens that every answer may have."""


class Parts:
    """How sources are cut for a prompt; as much of them as `share` of what its text leaves.

    `variables` are the prompt's, without `document`. `bare` is the prompt without a
    source, `budget` how many tokens of one a part has at most, below the RoPE switch where
    the model has one. Raises ContextExceeded where the prompt alone is too long.
    """

    def __init__(
        self, prompt: Prompt, variables: Mapping[str, Value], model: Model, share: float
    ) -> None:
        self._prompt = prompt
        self._variables = variables
        self._model = model
        self.bare = model.internals.encode(prompt.messages({**variables, "document": ""}))
        fixed, whole = len(self.bare), model.internals.plan.room(0)
        if whole - fixed < 2 * FLOOR:
            raise ContextExceeded(
                f"the prompt {prompt.name} takes {fixed} tokens of the model's "
                f"{whole} before any source; shorten fields, examples or "
                "instructions, or take a model with a longer context",
                tokens=fixed,
                limit=whole,
            )
        below, beyond = model.internals.affordable()
        # Where not even a short call fits, it says itself how much memory is missing.
        self._below = below if below - fixed >= 2 * FLOOR else whole
        self._beyond = beyond
        self.budget = int((self._below - fixed) * share) - 16
        longer = int((beyond - fixed) * share) - 16
        self._longer = longer if model.internals.plan.beyond(fixed + longer) else 0

    def room(self, prompt: int) -> int:
        """The most tokens of a prompt of so many tokens and its answer, by the memory too."""
        return self._beyond if self._model.internals.plan.beyond(prompt) else self._below

    def cut(self, passage: Passage) -> list[Passage]:
        """The passage in parts that each fit into one prompt; mostly itself alone.

        What one prompt cannot hold below the switch goes beyond it where the model's
        context reaches there. A rest that would cross the switch with its answer is cut
        to lie below.
        """
        count = self._model.count_tokens
        if not self._longer or count(passage.text) <= self.budget:
            return passage.split(self.budget, count)
        parts = []
        for part in passage.split(self._longer, count):
            beyond = self._model.internals.plan.beyond(self._length(part))
            parts += [part] if beyond else part.split(self.budget, count)
        return parts

    def shortage(self) -> str | None:
        """What to say of parts that are shorter for want of memory; None where none are."""
        whole = self._model.internals.plan.room(0)
        if self._below == whole:
            return None
        return (
            f"memory for {self._below} tokens is free, not for the model's {whole}: the text "
            "was read in shorter parts"
        )

    def _length(self, part: Passage) -> int:
        messages = self._prompt.messages({**self._variables, "document": part.text})
        return len(self._model.internals.encode(messages))
