"""What a curated record holds, read from the JSON Lines files of `records/`.

GUIDE.md says how records are written. One record in twelve is held out from training, by
the digest of its text, so that the choice never depends on the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from slmtasks import hashing
from slmtasks.options import Length, PostTone, ProductTone, ReplyTone, Role
from slmtasks.social.platforms import PlatformName

FOLDER = Path(__file__).with_name("records")
HELD_OUT = 12
"""One record in so many is never trained on."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Part):
    """A field: its names, joined by "|"; `value` is verbatim, None where it is absent."""

    name: str
    value: str | bool | list[str] | None
    type: str = "text"
    about: str | None = None


class Rows(_Part):
    """A table of the document: its names, the type of each column, every row in order."""

    name: str
    columns: dict[str, str]
    values: list[dict[str, str | bool | None]]


class Turn(_Part):
    """One earlier message of a conversation."""

    role: Role
    text: str


class Question(_Part):
    """A message, the sentences that answer it (none where nothing does), and the reply."""

    message: str
    quotes: list[str]
    reply: str
    tone: ReplyTone = "friendly"
    history: list[Turn] = []


class Post(_Part):
    """A post; `paragraphs` is the same text with the breaks that its writer would set."""

    platform: PlatformName
    text: str
    tags: list[str]
    tone: PostTone = "neutral"
    paragraphs: list[str] = []


class Copy(_Part):
    """The copy of a product."""

    title: str
    tagline: str
    description: str
    bullets: list[str]
    meta_description: str
    tone: ProductTone = "neutral"
    length: Length = "medium"


class Record(_Part):
    """A document, or a product, with the right answers for it."""

    kind: str
    text: str = ""
    lang: str = "en"
    fields: list[Asked] = []
    rows: Rows | None = None
    tldr: dict[Literal["1", "2", "3"], list[str]] = {}
    points: list[str] = []
    headline: str = ""
    quotes: list[str] = []
    posts: list[Post] = []
    qa: list[Question] = []
    product: dict[str, Any] | None = None
    copies: list[Copy] = Field(default=[], alias="copy")

    @property
    def held_out(self) -> bool:
        """Whether the record is kept from training."""
        name = str(self.product["name"]) if self.product else ""
        return int(hashing.of_text(self.text or name)[:8], 16) % HELD_OUT == 0


def load(*paths: Path) -> list[Record]:
    """All records of the files, or of the whole corpus; raises ValueError with file and line."""
    return [record for _, record in numbered(*paths)]


def numbered(*paths: Path) -> Iterator[tuple[str, Record]]:
    """Each record with the place it stands at, FILE:LINE."""
    for path in paths or sorted(FOLDER.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            place = f"{path.name}:{number}"
            try:
                yield place, Record.model_validate_json(line)
            except ValidationError as error:
                raise ValueError(f"{place}: {error}") from error
