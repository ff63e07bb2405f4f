"""A document being written: its lines, and what stands in them for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from zlib import crc32


@dataclass
class Page:
    """Lines of text, and the facts that they hold, as they are written.

    `facts` maps a concept to its verbatim text, `bools` and `choices` to what must be
    inferred, `rows` are the lines of its table, whose `columns` are of those types (none: they are
    a bill's), `stamp` is a date with the time after it.
    `marks` are the layout choices made: they name the template.
    """

    kind: str
    r: Random
    lines: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    bools: dict[str, tuple[str, bool]] = field(default_factory=dict)
    choices: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    stamp: str = ""
    marks: list[str] = field(default_factory=list)

    def pick(self, name: str, options: list[str]) -> str:
        """One of several layouts; the choice becomes part of the template's name."""
        choice = self.r.choice(options)
        self.marks.append(f"{name}={choice}")
        return choice

    def add(self, *lines: str) -> None:
        """Append lines."""
        self.lines += lines

    def fact(self, concept: str, text: str) -> str:
        """Note that `text` is the document's value of `concept`, and give it back."""
        self.facts[concept] = text
        return text

    @property
    def text(self) -> str:
        """The document."""
        return "\n".join(self.lines)

    @property
    def template(self) -> str:
        """The template's name: its kind and its layout choices."""
        return f"{self.kind}:{','.join(self.marks)}"


def held_out(template: str) -> bool:
    """Whether a template is kept from training: about one in eight, by its name."""
    return crc32(template.encode()) % 8 == 0
