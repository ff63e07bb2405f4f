"""An example before it is checked, and the check: what the library itself would let through."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from llguidance import LLMatcher, LLTokenizer

from slmtasks import prompt_files
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.errors import NothingToQuote
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.grammar.limits import TextLimits
from slmtasks.grounding import locate
from slmtasks.schema.nodes import Object

_KEY = re.compile(r'"(\w+)":')


@dataclass(frozen=True)
class Draft:
    """What is asked of a text and what the answer is; `node` says what may be answered."""

    task: str
    template: str
    kind: str
    passage: Passage
    variables: dict[str, Any]
    node: Object
    answer: Any

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation, as the library renders it."""
        variables = {**self.variables, "document": self.passage.text}
        return list(prompt_files.load(self.task).messages(variables))

    @property
    def written(self) -> str:
        """The answer as JSON without white space."""
        return json.dumps(self.answer, ensure_ascii=False, separators=(",", ":"))

    def fault(self) -> str:
        """The field at which the library would not have this answer, or ""."""
        if self.task == "extract":
            return _unread(self.node, self.answer, Source(self.passage))
        return self.barred()

    def barred(self) -> str:
        """The field at which the decoder's grammar would not let this answer through, or ""."""
        try:
            request = str(self.variables.get("message") or "")
            lark = build.build(self.node, Source(self.passage), request=request)
        except NothingToQuote:
            return "nothing to quote"
        matcher = LLMatcher(_bytes(), LLMatcher.grammar_from_lark(lark), log_level=0)
        written = self.written.encode()
        passed = matcher.try_consume_tokens(list(written))
        if passed == len(written) and matcher.is_accepting():
            too_long = TextLimits(self.node).endings(written)
            if not too_long:
                return ""
            passed = too_long[0][0]
        keys = _KEY.findall(written[:passed].decode(errors="ignore"))
        return keys[-1] if keys else "answer"


def _unread(node: Object, answer: dict[str, Any], source: Source) -> str:
    """The first field whose value is not found in the source; 20 times as fast as a grammar."""
    for member in node.members:
        try:
            locate.read(member.node, answer[member.key], source)
        except (IndexError, ValueError):
            return member.key
    return ""


def passage(text: str) -> Passage:
    """A document's text as the library shows it to a model."""
    whole = Passage.whole(Document("", text))
    return whole if whole.text == text else Passage.whole(Document("", whole.text))


@cache
def _bytes() -> LLTokenizer:
    return LLTokenizer("byte")
