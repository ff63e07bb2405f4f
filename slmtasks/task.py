"""One runner for every task: render, decode within the grammar, validate, try again.

`Task` makes a typed function of a prompt file and an output type; the library's own
tasks are made of it, or of `Run` where they work on a long source in their own way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from slmtasks import grammar, grounding, nodes, options, schema, templates
from slmtasks.documents import Document, read
from slmtasks.errors import AnswerError, ContextExceeded, InvalidAnswer
from slmtasks.grammar import Source
from slmtasks.grounding import Reading, Tree
from slmtasks.model import NANO, Model, default
from slmtasks.options import Grounding
from slmtasks.passages import Passage
from slmtasks.results import Coverage, Extraction, Missing, Usage
from slmtasks.templates import Prompt, Value

T = TypeVar("T", bound=BaseModel)

SHARE = 0.7
"""The part of the context left by a prompt's fixed text that a source may fill."""

FLOOR = 256
"""Tokens that every answer may have."""


def opened(source: str | Path | Document) -> Document:
    """The document that a task was given as text, a file or a `Document`."""
    if isinstance(source, Document):
        return source
    if isinstance(source, str | Path):
        return read(source)
    raise TypeError(
        f"a source is text (str), a file (Path) or a Document, not {type(source).__name__}"
    )


@dataclass(frozen=True)
class Parsed:
    """One accepted answer: its values with their places, flattened, and validated."""

    tree: Tree
    reading: Reading
    value: Any


class Run:
    """One call of a task: it asks the model, counts, and gathers what is to be reported.

    `variables` are the prompt's, without `document`. Not thread-safe; made per call.
    """

    def __init__(
        self,
        prompt: Prompt,
        variables: Mapping[str, Value],
        *,
        model: Model | None,
        retries: int = 2,
    ) -> None:
        if retries < 0:
            raise ValueError(f"retries is {retries}; give 0 or more")
        self.prompt = prompt
        self.variables = variables
        self.model = model or default()
        self.retries = retries
        self.usage = Usage()
        self.warnings: list[str] = []
        if variables.get("language") and self.model.folder == NANO:
            self.warnings.append("the embedded model writes English only; load a larger one")
        self.missing: list[Missing] = []
        self._fixed = len(self.model.encode(prompt.messages({**variables, "document": ""})))
        if self.model.context - self._fixed < 2 * FLOOR:
            raise ContextExceeded(
                f"the prompt {prompt.name} takes {self._fixed} tokens of the model's "
                f"{self.model.context} before any source; shorten fields, examples or "
                "instructions, or take a model with a longer context",
                tokens=self._fixed,
                limit=self.model.context,
            )

    @property
    def budget(self) -> int:
        """Tokens of a source that fit into one prompt."""
        return int((self.model.context - self._fixed) * SHARE) - 16

    def parts(self, document: Document) -> list[Passage]:
        """The document in parts that each fit into one prompt; mostly one."""
        return Passage.whole(document).split(self.budget, self.model.count_tokens)

    def ask(
        self,
        passage: Passage,
        node: nodes.Object,
        output: type[BaseModel] | None = None,
    ) -> Parsed:
        """The answer for one passage, validated against `output` where one is given.

        Raises InvalidAnswer once `retries` further attempts have failed too.
        """
        source = Source(passage)
        lark = grammar.build(node, source, leading_space=self.model.tokenizer.sentencepiece)
        messages = self.prompt.messages({**self.variables, "document": passage.text})
        turns = messages
        attempt = 0
        while True:
            attempt += 1
            raw, spoken = self._answer(turns, lark, node, passage)
            parsed, errors = _parsed(raw, node, source, output)
            if parsed is not None:
                if spoken:
                    self.warnings.append(spoken)
                return parsed
            turns = self.prompt.retry(messages, raw, errors)
            if attempt > self.retries or not self._fits(turns):
                raise InvalidAnswer(
                    prompt="\n\n".join(m["content"] for m in messages),
                    raw=raw,
                    attempts=attempt,
                    errors=errors,
                )

    def answer_parts(
        self, passages: list[Passage], node: nodes.Object
    ) -> Iterator[tuple[Passage, Parsed]]:
        """The answers of several passages; one that fails is reported and the others go on.

        Raises the last error where no passage has an answer.
        """
        failed = 0
        for index, passage in enumerate(passages, start=1):
            try:
                yield passage, self.ask(passage, node)
            except AnswerError as error:
                failed += 1
                if failed == len(passages):
                    raise
                self.warnings.append(f"part {index} of {len(passages)} gave no answer: {error}")
                self.missing.append(
                    Missing(reason=str(error), start=passage.start, end=passage.end)
                )

    def coverage(self, document: Document, chunks: int) -> Coverage:
        """What was read of the document, its failed pages and parts counted as missing."""
        pages = [Missing(reason=f.reason, page=f.page) for f in document.failures]
        unread = sum((m.end or 0) - (m.start or 0) for m in self.missing)
        self.warnings += [f"page {f.page} was not read: {f.reason}" for f in document.failures]
        return Coverage(
            characters=len(document.text),
            read=len(document.text) - unread,
            pages=len(document.pages) + len(document.failures),
            chunks=chunks,
            missing=(*pages, *self.missing),
        )

    def carried(self, document: Document, chunks: int) -> dict[str, Any]:
        """The fields that every result has."""
        coverage = self.coverage(document, chunks)
        return {
            "warnings": tuple(dict.fromkeys(self.warnings)),
            "usage": self.usage,
            "coverage": coverage,
            "model": self.model.name,
            "prompt_version": self.prompt.label,
        }

    def _answer(
        self, turns: list[templates.Message], lark: str, node: nodes.Object, passage: Passage
    ) -> tuple[str, str]:
        ids = self.model.encode(turns)
        closing = 32 + 24 * nodes.leaves(node)
        # What is copied is seldom longer than the source: the cache is made for no more.
        copied = 2 * self.model.count_tokens(passage.text)
        wanted = FLOOR + closing + copied + nodes.characters(node) // 2
        most = min(self.model.context - len(ids), wanted)
        reserve = min(most // 2, closing)
        answer, usage = self.model.answer(ids, lark, max_tokens=most, reserve=reserve)
        self.usage += usage
        closed = (
            f"the answer reached its limit of {most} tokens and was closed early: "
            "values may be missing at its end"
        )
        return answer.text.lstrip(" "), closed if answer.finish == "closed" else ""

    def _fits(self, turns: list[templates.Message]) -> bool:
        return len(self.model.encode(turns)) + FLOOR <= self.model.context


def _parsed(
    raw: str, node: nodes.Object, source: Source, output: type[BaseModel] | None
) -> tuple[Parsed | None, list[str]]:
    """The answer, or what is wrong with it."""
    try:
        tree = grounding.read(node, json.loads(raw, parse_float=Decimal), source)
        reading = grounding.flatten(node, tree)
        value = output.model_validate(reading.data, strict=False) if output else None
    except ValidationError as error:
        return None, said(error)
    except ValueError as error:
        return None, [str(error)]
    return Parsed(tree, reading, value), []


def said(error: ValidationError) -> list[str]:
    """What pydantic found, one sentence a field."""
    return [
        f"{'.'.join(str(part) for part in entry['loc']) or 'answer'}: {entry['msg']}"
        for entry in error.errors(include_url=False, include_context=False)
    ]


class Task(Generic[T]):
    """A typed function made of a prompt file and an output type.

    `prompt` is the `Path` of a prompt file (its `$document` is the source) or the name of
    one of the library's; `output` a pydantic model, each `str` of which is copied from the
    source unless it is marked `Prose` or `Quote`. `grounding` and `retries` are as for
    `extract`.

    Example:
        headline = Task(Path("headline.md"), Headline)
        headline(Path("report.pdf")).value
    """

    def __init__(
        self,
        prompt: str | Path,
        output: type[T],
        *,
        grounding: Grounding = "strict",
        retries: int = 2,
    ) -> None:
        options.check(grounding, Grounding, "grounding")
        self.prompt = templates.load(prompt)
        self.output = output
        self.grounding = grounding
        self.retries = retries
        self.node = schema.describe(output, grounding)

    def __call__(
        self,
        source: str | Path | Document,
        variables: Mapping[str, Value] | None = None,
        *,
        model: Model | None = None,
    ) -> Extraction[T]:
        """Run the task on text, a file or a `Document`; `variables` are the prompt's others.

        Raises DocumentError, ModelError, PromptError, InvalidAnswer or NothingToQuote.
        """
        document = opened(source)
        run = Run(self.prompt, variables or {}, model=model, retries=self.retries)
        passages = run.parts(document)
        if len(passages) == 1:
            parsed = run.ask(passages[0], self.node, self.output)
            reading, value = parsed.reading, parsed.value
        else:
            reading, value = self._merged(run, passages)
        searched = self.grounding != "off"
        run.warnings += reading.warnings if searched else []
        return Extraction[T](
            value=value,
            evidence=reading.evidence if searched else {},
            inferred=tuple(reading.inferred),
            **run.carried(document, len(passages)),
        )

    def _merged(self, run: Run, passages: list[Passage]) -> tuple[Reading, T]:
        """The answers of the parts as one, validated as a whole."""
        answers = run.answer_parts(passages, nodes.relaxed(self.node))
        tree, disagreements = grounding.merge(self.node, [parsed.tree for _, parsed in answers])
        run.warnings += disagreements
        reading = grounding.flatten(self.node, tree)
        try:
            return reading, self.output.model_validate(reading.data, strict=False)
        except ValidationError as error:
            raise InvalidAnswer(
                prompt=run.prompt.sections["User"],
                raw=str(reading.data),
                attempts=1,
                errors=said(error),
            ) from error
