"""What the model may write: a node of `schema` and a passage of the source, as a grammar.

The grammar is Lark text for llguidance. Its language holds only compact JSON that fits
the node; text that must be in the source is offered as runs of the source's words,
numbers and dates as the source's own numbers and dates, free text without figures
and names that the source lacks. What a weak or random model writes is therefore still
true to these.

Knows nothing about models or tokens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from slmtasks.errors import NothingToQuote
from slmtasks.grammar.candidates import Source
from slmtasks.grammar.free_text import (
    LETTERS,
    LINKLESS,
    SENTENCE,
    SPACED,
    citing,
    escaped,
    naming,
)
from slmtasks.grammar.json_schema import number_schema
from slmtasks.grammar.patterns import searched
from slmtasks.schema.described import described
from slmtasks.schema.nodes import (
    Array,
    Choice,
    Copied,
    Date,
    Free,
    Letters,
    Member,
    Node,
    Number,
    Object,
    Prose,
    Quote,
)
from slmtasks.values.names import capitalises_nouns, names

_FREE = r'(?:[^"\\\x00-\x1F\x7F]|\\["\\nt])'
_ONE_CELL = r"[^ \\](?:(?:[^\\]|\\[^u])*(?:[^ \\]|\\[^nu]))?"
_NOT_EMPHASIS = r"(?:[^*]|\*[^*]).*[^*]|(?:[^*]|\*[^*]).*[^*]\*|[^*]|[^*]\*"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})"
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DATE = (
    r"(?:(?:19|20)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:19(?:0[48]|[2468][048]|[13579][26])|20(?:[02468][048]|[13579][26]))-02-29)"
)


def build(
    node: Object,
    source: Source,
    *,
    original: str | None = None,
    request: str = "",
    language: str = "",
    leading_space: bool = False,
) -> str:
    """The grammar of all answers to `node` from `source`, as Lark text.

    `original` is the text that the source sums up, where it is the model's own: a name must
    be in both. `request` is what was asked of the source: its names may be written too.
    `language` is what free text is written in, where that was asked for.
    `leading_space` lets the answer begin with a space, as a SentencePiece model's does.
    Raises NothingToQuote where a field that must be filled has no candidate.
    """
    builder = _Builder(source, original, request, language)
    body = builder.object(node, "")
    lead = 'start: " "? answer\n' if leading_space else "start: answer\n"
    return f"{lead}answer: {body}\n" + "\n".join(builder.rules.values()) + "\n"


def written(text: str) -> str:
    """Text as it is written inside an answer's strings."""
    return _json(text)[1:-1]


class _Builder:
    def __init__(self, source: Source, original: str | None, request: str, language: str) -> None:
        self.source = source
        self._original = original
        self._request = request
        self._language = language
        self.rules: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def object(self, node: Object, path: str) -> str:
        """An object's members in their order."""
        parts = []
        for index, member in enumerate(node.members):
            opening = ("{" if index == 0 else ",") + f"{_json(member.key)}:"
            parts.append(f"{_literal(opening)} {self._member(member, path)}")
        return " ".join(parts) + f" {_literal('}')}"

    def _member(self, member: Member, path: str) -> str:
        where = f"{path}.{member.name}" if path else member.name
        try:
            body = self.node(member.node, where)
        except NothingToQuote:
            if not member.nullable:
                raise
            return _literal("null")
        return self._rule(f'{body} | "null"' if member.nullable else body)

    def node(self, node: Node, path: str) -> str:
        """The rule body of a node; raises NothingToQuote where the source offers nothing."""
        match node:
            case Object():
                return self.object(node, path)
            case Array():
                return self._array(node, path)
            case Choice(values=values):
                return " | ".join(_literal(_json(value)) for value in values)
            case Number(copied=False, integer=integer):
                if node.bounds:
                    return self._rule(f"%json {_json(number_schema(node))}")
                return self._terminal(_NUMBER if integer else _NUMBER + r"(?:\.[0-9]{1,6})?")
            case Date(copied=False, time=time):
                return self._terminal(f'"{_DATE}{_TIME if time else ""}"')
            case Free(max_chars=most, min_chars=least, pattern=pattern):
                matching = searched(pattern)
                return self._terminal(
                    rf'"{_FREE}{{{least},{most}}}"',
                    r'".*[^ "].*"',
                    *([f'"{matching}"'] if matching else []),
                )
            case Letters(max_chars=most, light=light, heavy=heavy):
                few = self._terminal(f'"[{LETTERS}]{{2,{most // heavy}}}"')
                many = (
                    self._terminal(f'"[{LETTERS}]{{2,{most}}}"', f'"[{light}]*"') if light else few
                )
                return f"{few} | {many}"
            case Prose():
                return self._prose(node)
        offered = self._offered(node)
        if offered is None:
            raise NothingToQuote(
                f"the source holds no {described(node)} and the field must be filled; "
                "make it optional",
                path=path,
            )
        return offered

    def _offered(self, node: Node) -> str | None:
        """What is copied from the source; None where it offers nothing."""
        source = self.source
        if not source.offers(node):
            return None
        match node:
            case Copied():
                if (runs := source.runs(node)) is not None:
                    return self._alternatives(runs)
                return f'"\\"" {self._copied(node)} "\\""'
            case Number() | Date():
                return self._alternatives(span.quote for span in source.fitting(node))
            case Quote():
                return self._alternatives(source.sentences)
        raise AssertionError(node)

    def _array(self, node: Array, path: str) -> str:
        most = max(node.least, min(node.most, self.source.rows))
        if isinstance(node.item, Quote):
            return self._ordered_quotes(node.least, most)
        if most == 0:
            return _literal("[]")
        try:
            item = self._rule(self.node(node.item, f"{path}[]"))
        except NothingToQuote:
            # Of what the source does not offer there can be no row.
            if node.least:
                raise
            return _literal("[]")
        least = max(1, node.least)
        more = "" if most <= 1 else f' ("," {item}){{{least - 1},{max(least, most) - 1}}}'
        some = f'"[" {item}{more} "]"'
        return some if node.least else f"{_literal('[]')} | {some}"

    def _ordered_quotes(self, least: int, most: int) -> str:
        """Distinct sentences in the order of the source: after each, only later ones.

        For two sentences "A" and "B", none to two of them (`pick_K_I`: the K-th quote is
        sentence I or a later one):

            "[]" | "[" pick_1_0
            pick_1_0: "A" "," pick_2_1 | "A" "]" | pick_1_1
            pick_1_1: "B" "]"
            pick_2_1: "B" "]"
        """
        sentences = [self._alternatives([sentence]) for sentence in self.source.sentences]
        total = len(sentences)
        most = min(most, total)
        least = min(least, total)
        if most == 0:
            return _literal("[]")
        pick = f"pick{len(self.rules)}"
        for picked in range(most, 0, -1):
            for index in range(total - 1, -1, -1):
                if total - index < least - picked + 1:
                    continue
                options = []
                if picked < most and index + 1 < total:
                    options.append(f'{sentences[index]} "," {pick}_{picked + 1}_{index + 1}')
                if picked >= least:
                    options.append(f'{sentences[index]} "]"')
                if index + 1 < total and total - index - 1 >= least - picked + 1:
                    options.append(f"{pick}_{picked}_{index + 1}")
                name = f"{pick}_{picked}_{index}"
                self.rules[name] = f"{name}: {' | '.join(options)}"
        some = f'"[" {pick}_1_0'
        return some if least else f"{_literal('[]')} | {some}"

    def _copied(self, node: Copied) -> str:
        """Whole words of one cell of the source, with a letter or digit, not blank at the ends."""
        if "WORDS" not in self.rules:
            chunks = [written(word) for word in self.source.words]
            spec = json.dumps({"substring_chunks": chunks}, ensure_ascii=False)
            self.rules["WORDS"] = f"WORDS: %regex {spec}"
        # \u is a BORDER, the only such escape; the last character is no escaped line break.
        conditions = [_ONE_CELL, r".*[\p{L}\p{N}].*"]
        if "**" in self.source.passage.text:
            conditions.append(_NOT_EMPHASIS)
        if node.min_chars > 1 or sum(map(len, map(written, self.source.words))) > node.max_chars:
            conditions.append(rf".{{{node.min_chars},{node.max_chars}}}")
        if matching := searched(node.pattern):
            conditions.append(matching)
        return self._terminal(*conditions, first="WORDS")

    def _prose(self, node: Prose) -> str:
        opening = written(node.opening)
        room = node.max_chars - len(node.opening)
        figures = [written(figure) for figure in self.source.figures]
        conditions = [citing([f for f in figures if len(f) <= room // 2], fresh=not opening)]
        if (known := self._names_of(node.opening)) is not None:
            conditions.append(naming(known, fresh=not opening))
        if node.max_words is not None:
            conditions.append(SPACED)
        if node.sentence:
            conditions.append(SENTENCE)
        if node.barred:
            conditions.append(f"[^{node.barred}]*")
        if node.linkless:
            conditions.append(LINKLESS)
        if opening:
            # What follows the opening is set off from it, so that the opening stays whole.
            conditions.append(r"(?: [-–—]|[:,])? .+")
        text = self._terminal(*conditions)
        if opening:
            return f'{_literal(chr(34) + opening)} {text}? "\\""'
        return f'"\\"" {text} "\\""'

    def _names_of(self, opening: str) -> frozenset[str] | None:
        """What free text may write with a capital; None where its language capitalises nouns."""
        text = self.source.passage.text
        if capitalises_nouns(self._language, text):
            return None
        known = names(opening, text, self._request)
        if self._original is None:
            return known
        return known & names(opening, self._original, self._request)

    def _alternatives(self, texts: Iterable[str]) -> str | None:
        options = [escaped(_json(text)) for text in dict.fromkeys(texts)]
        return self._terminal("|".join(options)) if options else None

    def _terminal(self, *expressions: str, first: str = "") -> str:
        """The name of a terminal that all the expressions, and the terminal `first`, match."""
        parts = [first] if first else []
        parts += ["/" + expression.replace("/", r"\/") + "/" for expression in expressions]
        return self._rule(" & ".join(parts), terminal=True)

    def _rule(self, body: str, *, terminal: bool = False) -> str:
        """A name for a body, the same for the same body."""
        key = ("T" if terminal else "r") + body
        if key not in self._names:
            name = f"T{len(self._names)}" if terminal else f"r{len(self._names)}"
            self._names[key] = name
            self.rules[name] = f"{name}: {body}"
        return self._names[key]


_json = json.JSONEncoder(ensure_ascii=False).encode


def _literal(text: str) -> str:
    """Text as a Lark string."""
    return json.dumps(text, ensure_ascii=False)
