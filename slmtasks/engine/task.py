"""A typed function made of a prompt and an output type.

`extract` is a `Task`; the tasks that treat a long source in their own way use `Run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, cast

from pydantic import ValidationError
from typing_extensions import TypeVar

from slmtasks import options, prompt_files
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import Listener, Parsed, Run, said, shown
from slmtasks.engine.sources import opened
from slmtasks.errors import AnswerError, InvalidAnswer
from slmtasks.grounding.tree import Reading, Tree, blank, flatten, merge
from slmtasks.models.model import Model
from slmtasks.options import Grounding
from slmtasks.prompt_files import Value
from slmtasks.results import Extraction
from slmtasks.schema import from_pydantic, nodes
from slmtasks.schema.shapes import Schema, Shape, shape_of

T = TypeVar("T", default=Any)


class Task(Generic[T]):
    """A typed function made of a prompt and an output type.

    `prompt` is the `Path` of a prompt file, the text of a prompt, or the name of a prompt of
    the library; the source takes the place of its `$document`. `output` is a schema as for
    `extract`; each `str` is copied from the source unless it is marked `Prose` or `Quote`.
    `grounding` and `retries` are as for `extract`.

    Example:

        headline = Task("Write a headline for this report.\n\n$document", Headline)
        headline(Path("report.pdf")).value
    """

    def __init__(
        self,
        prompt: str | Path,
        output: Schema[T],
        *,
        grounding: Grounding = "strict",
        retries: int = 2,
    ) -> None:
        options.check(grounding, Grounding, "grounding")
        self.prompt = prompt_files.load(prompt)
        self.output = output
        self.shape: Shape[T] = shape_of(output)
        self.grounding = grounding
        self.retries = retries
        self.node = from_pydantic.describe(self.shape.model, grounding)

    def __call__(
        self,
        source: str | Path | Document,
        variables: Mapping[str, Value] | None = None,
        *,
        model: Model | None = None,
        timeout: float | None = None,
        on_progress: Listener | None = None,
    ) -> Extraction[T]:
        """Run the task on text, a file or a `Document`; `variables` are the prompt's others.

        `timeout` is in seconds; parts of a long source that are not answered by then are
        missing in `coverage`. `on_progress` hears a `Progress` between two passes of the
        model; what it raises ends the call.

        Raises DocumentError, ModelError, PromptError, InvalidAnswer, NothingToQuote or
        TimedOut.
        """
        document = opened(source)
        run = Run(
            self.prompt,
            variables or {},
            model=model,
            retries=self.retries,
            timeout=timeout,
            on_progress=on_progress,
        )
        passages = run.parts(Passage.whole(document))
        if len(passages) == 1:
            parsed = run.ask(passages[0], self.node, self.shape.value)
            reading, value = parsed.reading, parsed.value
        else:
            reading, value = self._merged(run, passages)
        searched = self.grounding != "off"
        run.warnings += reading.warnings if searched else []
        return Extraction[T](
            value=value,
            evidence=reading.evidence if searched else {},
            inferred=tuple(reading.inferred),
            confidence=reading.confidence,
            **run.carried(document, len(passages)),
        )

    def _merged(self, run: Run, passages: list[Passage]) -> tuple[Reading, T]:
        """The answers of the parts as one, validated as a whole and tried again as a whole."""
        node = nodes.relaxed(self.node)
        earlier: dict[int, Parsed] = {}
        errors: list[str] = []
        for _ in range(self.retries + 1):
            run.missing.clear()
            told = {index: (parsed.raw, errors) for index, parsed in earlier.items()}
            questions = [(part, node, told.get(index)) for index, part in enumerate(passages)]
            answers = run.ask_parts(questions)
            earlier |= {index: answer for index, answer in enumerate(answers) if answer}
            # What a part gave only in a retry still stands at the part's place.
            given = [earlier[index].tree for index in sorted(earlier)]
            merged, disagreements = merge(self.node, given)
            self._fill(run, passages, merged)
            reading = flatten(self.node, merged)
            try:
                value = self.shape.value(reading.data)
            except ValidationError as error:
                errors = said(error)
                continue
            run.warnings += disagreements
            return reading, value
        raws = "\n".join(earlier[index].raw for index in sorted(earlier))
        prompt = shown(run.prompt.messages({**run.variables, "document": passages[0].text}))
        raise InvalidAnswer(prompt=prompt, raw=raws, attempts=self.retries + 1, errors=errors)

    def _fill(self, run: Run, passages: list[Passage], tree: Tree) -> None:
        """Ask for what must be filled and no part has given, where the text offers it."""
        found = cast(dict[str, Tree], tree)
        for member in self.node.members:
            if member.nullable or not blank(found[member.name]):
                continue
            for passage in passages:
                try:
                    parsed = run.ask(passage, nodes.Object((member,)))
                except AnswerError:
                    continue
                found[member.name] = cast(dict[str, Tree], parsed.tree)[member.name]
                break
