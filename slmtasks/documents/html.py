"""HTML to text, as a browser would show it without its styles.

Script, style, templates and the head except its title are dropped; blocks end lines,
paragraphs and tables leave an empty line, a tab separates cells, entities are decoded,
and white space is one space except in `pre`. Any text is accepted as HTML, in linear
time: the standard library's parser is quadratic on unclosed tags, and raises on "<![",
up to Python 3.13.

Knows nothing about files: text in, text out.
"""

from __future__ import annotations

import re
from html import unescape

from slmtasks.documents.superscripts import raised, with_fractions

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z][^\s/<>]*+)"
    r"(?:(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+|[^<>]*+)>",  # a quote that never ends is text
    re.IGNORECASE,
)
_RAW = frozenset(("script", "style", "iframe", "noframes", "title", "textarea"))
"""Elements whose content holds no tags."""

_DROPPED = frozenset(("script", "style", "iframe", "noframes", "template", "head", "svg"))
_LINES = frozenset(
    (
        *("address", "article", "aside", "body", "br", "dd", "div", "dt", "fieldset", "figcaption"),
        *("figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "nav"),
        *("option", "section", "summary", "title", "tr"),
    )
)
_PARAGRAPHS = frozenset(
    (
        *("blockquote", "details", "dl", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("ol", "p", "pre", "table", "ul"),
    )
)
_CELLS = frozenset(("td", "th"))
_MAX_DEPTH = 50  # of nested dropped elements; deeper ones are not distinguished
# int() refuses thousands of digits, and no code point has nine.
_OVERLONG = re.compile(r"&#(?=\d{9})")
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
    writer = _Writer()
    at = 0
    while (sign := page.find("<", at)) >= 0:
        writer.text(page[at:sign])
        if page.startswith("<!--", sign):
            at = _after(page, "-->", sign + 4)
        elif tag := _TAG.match(page, sign):
            at = _tag(page, tag, writer)
        elif page.startswith(("<!", "<?", "</"), sign):
            at = _after(page, ">", sign)
        else:
            writer.text("<")
            at = sign + 1
    writer.text(page[at:])
    return with_fractions("".join(writer.pieces))


def _after(page: str, mark: str, at: int) -> int:
    """The offset after `mark`; the end of the page where there is none."""
    end = page.find(mark, at)
    return len(page) if end < 0 else end + len(mark)


def _tag(page: str, tag: re.Match[str], writer: _Writer) -> int:
    """Write a tag and, if its element holds no tags, its content; returns where that ends."""
    name = tag["name"].lower()
    if tag["close"]:
        writer.close(name)
        return tag.end()
    writer.open(name, alone=tag[0].endswith("/>"))
    if name not in _RAW:
        return tag.end()
    closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(page, tag.end())
    end = closing.start() if closing else len(page)
    writer.text(page[tag.end() : end])
    return end


class _Writer:
    """Collects `pieces` of text, and the white space that is due before the next piece."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._dropped: list[str] = []
        self._in_title = False
        self._pre = 0
        self._raised = False
        self._gap = ""

    def open(self, name: str, *, alone: bool) -> None:
        if name in _DROPPED:
            # HTML ignores the slash of <script/>; SVG does not.
            if not (alone and name == "svg") and len(self._dropped) < _MAX_DEPTH:
                self._dropped.append(name)
        elif name == "body":
            # A head that was never closed ends here.
            self._dropped.clear()
        elif name == "title":
            self._in_title = self._dropped in ([], ["head"])
        elif name == "pre":
            self._pre += 1
        elif name == "sup":
            self._raised = True
        if name in _LINES | _PARAGRAPHS | _CELLS:
            # A `sup` that was never closed ends with its line.
            self._raised = False
        self._border(name, opening=True)

    def close(self, name: str) -> None:
        if name in self._dropped:
            del self._dropped[self._dropped.index(name) :]
        elif name == "pre":
            self._pre = max(0, self._pre - 1)
        elif name == "sup":
            self._raised = False
        self._border(name, opening=False)
        self._in_title = self._in_title and name != "title"

    def text(self, raw: str) -> None:
        if not raw or (self._dropped and not self._in_title):
            return
        text = unescape(_OVERLONG.sub("&amp;#", raw))
        if self._raised:
            text = raised(text)
        if self._pre:
            self._write(text)
            return
        words = text.split()
        if not words or text[0].isspace():
            self._gap = self._gap or " "
        if words:
            self._write(" ".join(words))
            self._gap = " " if text[-1].isspace() else ""

    def _write(self, text: str) -> None:
        # The first piece has nothing before it.
        self.pieces += [self._gap, text] if self.pieces else [text]
        self._gap = ""

    def _border(self, name: str, *, opening: bool) -> None:
        if self._dropped and not self._in_title:
            return
        lines = self._gap.count("\n")
        if name in _PARAGRAPHS:
            self._gap = "\n\n"
        elif name == "br":
            # Each `br` ends a line; two leave an empty line.
            self._gap = "\n" * min(2, lines + opening)
        elif name in _LINES:
            self._gap = "\n" * max(1, lines)
        elif name in _CELLS and opening and not lines:
            self._gap = self._gap.strip(" ") + "\t"
