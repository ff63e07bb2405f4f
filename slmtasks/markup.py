"""HTML to text, by the standard library's parser.

Script, style, templates and the head apart from its title are dropped; blocks end
lines, paragraphs and tables leave an empty line, cells are parted by a tab, entities are
decoded, and white space is one space except in `pre`.

Knows nothing about files: text in, text out.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DROPPED = frozenset(("script", "style", "template", "head", "svg", "iframe", "object"))
_LINES = frozenset(
    "address article aside body br dd div dt fieldset figcaption figure footer form header html "
    "hr legend li main nav option section summary title tr".split()
)
_PARAGRAPHS = frozenset("blockquote details dl h1 h2 h3 h4 h5 h6 ol p pre table ul".split())
_CELLS = frozenset(("td", "th"))
_VOID = frozenset(("br", "hr"))
_CHARSET = re.compile(rb"<meta[^>]{0,500}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.I)
_LATIN = frozenset(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"))


def charset(data: bytes) -> str | None:
    """The encoding that a page declares in its first 1,024 bytes, as the HTML standard reads it."""
    match = _CHARSET.search(data[:1024])
    if match is None:
        return None
    label = match[1].decode("ascii", "replace").lower()
    if label in _LATIN:
        return "cp1252"
    # A page whose declaration can be read in ASCII is not in UTF-16.
    return None if label.startswith(("utf-16", "utf-32", "utf-7")) else label


def text_of(page: str) -> str:
    """The text of an HTML page."""
    parser = _Parser()
    # Outside SVG "<![" opens a comment, which the parser refuses to read as one.
    parser.feed(page.replace("<![", "<! ["))
    parser.close()
    return "".join(parser.pieces)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._open: list[str] = []
        self._title = False
        self._pre = 0
        self._cell = False
        self._gap = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._open.append(tag)
        elif tag == "body":
            # An unclosed head ends here.
            self._open.clear()
        elif tag == "title":
            self._title = self._open in ([], ["head"])
        elif tag == "pre":
            self._pre += 1
        self._border(tag, opening=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED or tag == "svg":
            self._border(tag, opening=True)
        else:
            # HTML ignores the slash of <script/>.
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[self._open.index(tag) :]
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        self._border(tag, opening=False)
        if tag == "title":
            self._title = False

    def handle_data(self, data: str) -> None:
        if self._open and not self._title:
            return
        if self._pre:
            self._write(data)
            return
        words = data.split()
        if not words or data[0].isspace():
            self._gap = self._gap or " "
        if words:
            self._write(" ".join(words))
            self._gap = " " if data[-1].isspace() else ""

    def _write(self, text: str) -> None:
        # What parts this text from the last one; nothing stands before the first.
        self.pieces += [self._gap, text] if self.pieces else [text.lstrip("\n")]
        self._gap = ""

    def _border(self, tag: str, *, opening: bool) -> None:
        if self._open and not self._title:
            return
        gap = self._gap.strip(" ")
        if tag in _PARAGRAPHS:
            self._gap = "\n\n"
        elif tag in _LINES:
            # Each <br> is a line; other borders that meet are one.
            self._gap = gap + "\n" if tag == "br" and opening and len(gap) < 2 else gap or "\n"
            self._gap = "\n" * max(1, self._gap.count("\n"))
        elif tag in _CELLS and opening and "\n" not in gap:
            self._gap = gap + "\t"
