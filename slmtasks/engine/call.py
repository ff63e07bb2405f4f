"""One call of any task: render, decode within the grammar, validate, try again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from slmtasks import prompt_files
from slmtasks.decoding.request import Answer, DecodeRequest, Watch
from slmtasks.decoding.tokenizer import agreeing
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.engine.chunking import FLOOR, Parts
from slmtasks.errors import AnswerError, InvalidAnswer
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.grammar.limits import TextLimits
from slmtasks.grounding import confidence, locate
from slmtasks.grounding.tree import Reading, Tree, flatten
from slmtasks.models.model import Model, default
from slmtasks.models.store import NANO
from slmtasks.prompt_files import Prompt, Value
from slmtasks.results import Coverage, Progress, SkippedPart, Usage
from slmtasks.schema import nodes

SHARE = 0.7
"""The part of the context left by a prompt's fixed text that a source may fill."""

Listener = Callable[[Progress], None]
"""What hears how far a task is."""

Validate = Callable[[Any], Any]
"""Makes a value of the data of an answer; raises ValueError where the data does not fit."""


@dataclass(frozen=True)
class Parsed:
    """One accepted answer: its values with their places, flattened, validated, and as JSON."""

    tree: Tree
    reading: Reading
    value: Any
    raw: str


Rejection = tuple[str, list[str]]
"""An answer that was not accepted, as JSON, and what was wrong with it."""

Question = tuple[Passage, nodes.Object, Rejection | None]
"""A part of a source, what is asked of it, and an earlier answer that was not accepted."""

Position = tuple[int, int]
"""A part's number, counted from 1, and the number of parts."""


class Run:
    """One call of a task: it asks the model, counts, and gathers what is to be reported.

    `variables` are the prompt's, without `document`; `share` is the part of the context
    left by the prompt that a source may fill. Not thread-safe; made per call.
    """

    def __init__(
        self,
        prompt: Prompt,
        variables: Mapping[str, Value],
        *,
        model: Model | None,
        retries: int = 2,
        share: float = SHARE,
        timeout: float | None = None,
        on_progress: Listener | None = None,
    ) -> None:
        if timeout is not None and not timeout > 0:
            raise ValueError(f"timeout is {timeout}; give seconds, more than 0")
        if not isinstance(model, Model | None):
            raise TypeError(f"model is {model!r}; give what slmtasks.load returned, or None")
        if retries < 0:
            raise ValueError(f"retries is {retries}; give 0 or more")
        self.prompt = prompt
        self.variables = variables
        self.model = model or default()
        self.retries = retries
        self.usage = Usage()
        self.warnings: list[str] = []
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._on_progress = on_progress
        self.missing: list[SkippedPart] = []
        self._document: Document | None = None
        if variables.get("language") and self.model.folder == NANO:
            self.warnings.append("the embedded model writes English only; load a larger one")
        self._cut = Parts(prompt, variables, self.model, share)
        self.budget = self._cut.budget

    def parts(self, passage: Passage) -> list[Passage]:
        """The passage in parts that each fit into one prompt; mostly itself alone."""
        self._document = self._document or passage.document
        parts = self._cut.cut(passage)
        if len(parts) > 1 and (shortage := self._cut.shortage()):
            self.warnings.append(shortage)
        return parts

    def ask(
        self,
        passage: Passage,
        node: nodes.Object,
        output: Validate | None = None,
        *,
        told: Rejection | None = None,
        position: Position = (1, 1),
    ) -> Parsed:
        """The answer for one passage, made a value by `output` where it is given.

        `told` is an earlier answer that the model hears of first, `position` what progress
        says. Raises InvalidAnswer once `retries` further attempts have failed too.
        """
        source = Source(passage)
        lark = build.build(
            node,
            source,
            original=self._original(passage),
            request=str(self.variables.get("message") or ""),
            language=str(self.variables.get("language") or ""),
            leading_space=self.model.internals.tokenizer.sentencepiece,
        )
        messages = self.prompt.messages({**self.variables, "document": passage.text})
        plain = self.model.internals.encode(messages)
        room = self._cut.room(len(plain))
        for _ in range(self.retries + 1):
            turns, ids = messages, plain
            if told:
                turns = self.prompt.retry(messages, *told)
                ids = self.model.internals.encode(turns)
                if len(ids) + FLOOR > room:
                    # The earlier answer leaves no room for another one: ask without it.
                    turns, ids = messages, plain
            answer = self._answer(ids, lark, node, passage, room, position)
            parsed, errors = _parsed(answer, node, source, output)
            if parsed is not None:
                if answer.finish == "closed":
                    self.warnings.append(
                        f"the answer reached its limit of {len(answer.tokens)} tokens and was "
                        "closed early: values may be missing at its end"
                    )
                return parsed
            told = answer.text, errors
        raise InvalidAnswer(
            prompt=shown(turns), raw=answer.text, attempts=self.retries + 1, errors=errors
        )

    def _original(self, passage: Passage) -> str | None:
        """The text that a passage sums up; None where it is a part of that text itself."""
        whole = self._document
        return None if whole is None or whole is passage.document else whole.text

    def ask_parts(self, questions: Sequence[Question]) -> list[Parsed | None]:
        """The answers for several parts, in their order; None for a part that fails.

        A failure is reported as a skipped part, unless the part has an earlier answer, which
        `told` is about. Raises the last error where every part fails, and any error of a part
        that is no text of the document itself.
        """
        answers: list[Parsed | None] = []
        for index, question in enumerate(questions, start=1):
            passage, node, told = question
            try:
                answers.append(self.ask(passage, node, told=told, position=(index, len(questions))))
            except AnswerError as error:
                last = index == len(questions)
                if passage.document is not self._document or (last and not any(answers)):
                    raise
                answers.append(None)
                if told is None:
                    skipped = SkippedPart(reason=str(error), start=passage.start, end=passage.end)
                    self.missing.append(skipped)
        return answers

    def distinct(self, texts: Sequence[str]) -> list[str]:
        """The texts of a list, each once; what the model wrote again is reported."""
        kept = list(dict.fromkeys(texts))
        if len(kept) < len(texts):
            self.warnings.append("the model repeated itself in a list; each text is given once")
        return kept

    def coverage(self, document: Document, chunks: int) -> Coverage:
        """What was read of the document, its failed pages and parts counted as missing."""
        pages = [SkippedPart(reason=f.reason, page=f.page) for f in document.failures]
        unread = sum((m.end or 0) - (m.start or 0) for m in self.missing)
        self.warnings += [part.warning for part in (*pages, *self.missing)]
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
        self,
        ids: list[int],
        lark: str,
        node: nodes.Object,
        passage: Passage,
        room: int,
        position: Position,
    ) -> Answer:
        closing = 32 + 16 * nodes.leaves(node) + nodes.key_characters(node)
        # What is copied is seldom longer than the source: the cache is made for no more.
        copied = 2 * self.model.count_tokens(passage.text)
        wanted = FLOOR + closing + copied + nodes.characters(node) // 2
        most = min(room - len(ids), wanted)
        reserve = min(most // 2, closing)
        asked = DecodeRequest(
            ids,
            lark,
            max_tokens=most,
            reserve=reserve,
            keep=agreeing(ids, self._cut.bare),
            copied=build.written(passage.text),
            limits=TextLimits(node),
            deadline=self._deadline,
        )
        answer, usage = self.model.internals.answer(asked, self._watch(len(ids), position))
        self.usage += usage
        return answer

    def _watch(self, tokens: int, position: Position) -> Watch | None:
        hear, (part, parts) = self._on_progress, position
        if hear is None:
            return None
        return lambda read, text: hear(
            Progress(read=min(read, tokens), tokens=tokens, part=part, parts=parts, text=text)
        )


def _parsed(
    answer: Answer, node: nodes.Object, source: Source, output: Validate | None
) -> tuple[Parsed | None, list[str]]:
    """The answer, or what is wrong with it."""
    try:
        given, sure = confidence.parse(answer.text, answer.choices)
        tree = locate.read(node, given, source, sure)
        reading = flatten(node, tree)
        value = output(reading.data) if output else None
    except ValidationError as error:
        return None, said(error)
    except ValueError as error:
        return None, [str(error)]
    return Parsed(tree, reading, value, answer.text), []


def shown(turns: Sequence[prompt_files.Message]) -> str:
    """A conversation as the error of a refused answer shows it."""
    return "\n\n".join(turn["content"] for turn in turns)


def said(error: ValidationError) -> list[str]:
    """What pydantic found, one sentence a field."""
    return [
        f"{'.'.join(str(part) for part in entry['loc']) or 'answer'}: {entry['msg']}"
        for entry in error.errors(include_url=False, include_context=False)
    ]
