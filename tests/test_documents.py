from __future__ import annotations

import logging
import os
import subprocess
import sys
import tracemalloc
import warnings
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import BLANK, BROKEN, IMAGE, encrypted, pdf

from slmtasks import errors
from slmtasks.documents import pdf as reader
from slmtasks.documents.document import Document, Page
from slmtasks.documents.read import read


@pytest.mark.parametrize("text", ["a\r\nb\rc\n", " x ", "Größe 5 € 日本 🎉", "a\fb\u2028c"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be"])
def test_text_files_are_decoded_and_otherwise_unchanged(
    tmp_path: Path, text: str, encoding: str
) -> None:
    """A text file's text is its content: newlines, blanks and all, without the mark."""
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    if encoding == "utf-16-be":
        path.write_bytes(b"\xfe\xff" + text.encode(encoding))
    assert read(path) == Document("a.txt", text, (Page(1, 0, len(text)),))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller GmbH, Rechnung über 12,50 €", "cp1252"),
        ("Café crème à 3 € près de l'église", "cp1252"),
        ("Счёт на сумму 1 234,50 руб. от 3 марта 2024 г.", "cp1251"),
        ("請求書 合計 12,000円 株式会社", "cp932"),
        ("发票总额人民币一千二百元整，请查收。", "gb18030"),
        ("Plain text\nwithout a mark", "utf-16-le"),
        ("Счёт 12", "utf-16-be"),
        ("請求書 12", "utf-16-le"),
        ("Rechnung", "utf-32-le"),
    ],
)
def test_legacy_encodings_are_recognized(text: str, encoding: str) -> None:
    """Text without a mark is read in the encoding that it is in."""
    assert read(text.encode(encoding), name="a.txt").text == text


def test_a_str_is_text_as_it_is() -> None:
    """A str is never taken for a file name, and keeps its characters."""
    assert read("invoice.pdf", name="note").text == "invoice.pdf"
    assert read("x").name == "text"


@pytest.mark.parametrize("bad", ["\ud83d", "\0"])
def test_what_no_tokenizer_takes_is_replaced_in_place(bad: str) -> None:
    """A lone surrogate and a NUL become U+FFFD, so that offsets hold and nothing crashes later."""
    document = read(f"a{bad}b")
    assert document.text == "a\ufffdb"
    assert document.text.encode()


def test_a_document_made_by_hand_is_made_usable() -> None:
    """As reading does: a page where none is given, U+FFFD for halves, EmptyDocument for none."""
    document = Document("mine", "a\ud83db\0")
    assert document.text == "a\ufffdb\ufffd"
    assert document.pages == (Page(1, 0, 4),)
    assert document.page_at(4) == 1
    assert document == read("a\ud83db\0", name="mine")
    for text in ("", " \n\u200b", "\ud83d"):
        with pytest.raises(errors.EmptyDocument, match="mine: it holds no text"):
            Document("mine", text)


def test_pages_of_a_pdf_keep_their_offsets() -> None:
    """Each page's span cuts its text out, and page_at finds it again."""
    document = read(pdf("First page\nTotal (net): 1,234.50", BLANK, "Third page"), name="a.pdf")
    assert [document.text[p.start : p.end].strip() for p in document.pages] == [
        "First page\nTotal (net): 1,234.50",
        "",
        "Third page",
    ]
    assert document.page_at(0) == 1
    assert document.page_at(document.text.index("1,234.50")) == 1
    assert document.page_at(document.text.index("Third")) == 3
    assert document.page_at(len(document.text)) == 3
    with pytest.raises(ValueError, match="outside"):
        document.page_at(len(document.text) + 1)


def test_a_page_that_fails_is_reported_and_the_rest_is_read() -> None:
    """Broken and scanned pages are failures with a reason; the others keep their numbers."""
    document = read(pdf("One", BROKEN, IMAGE, "Four"), name="a.pdf")
    assert [page.number for page in document.pages] == [1, 4]
    assert document.text == "One\n\nFour"
    assert [failure.page for failure in document.failures] == [2, 3]
    assert "OCR" in document.failures[1].reason


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError(), KeyError("/F1")])
def test_whatever_a_page_raises_is_its_failure(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """No exception of pypdf's leaves read: RecursionError and MemoryError neither."""
    from pypdf import PageObject

    original = PageObject.extract_text

    def extract_text(page: PageObject) -> str:
        if "Two" in (text := original(page)):
            raise error
        return text

    monkeypatch.setattr(PageObject, "extract_text", extract_text)
    document = read(pdf("One", "Two"), name="a.pdf")
    assert [(f.page, bool(f.reason)) for f in document.failures] == [(2, True)]


def test_a_page_too_large_to_read_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's drawing commands are bounded, because pypdf takes minutes for huge ones."""
    monkeypatch.setattr(reader, "MAX_CONTENT", 100)
    document = read(pdf("One", "x" * 200), name="a.pdf")
    assert [failure.page for failure in document.failures] == [2]


ERRORS = [
    ("a.txt", b"", errors.EmptyDocument, "empty"),
    ("a.txt", b" \r\n\t\xef\xbb\xbf", errors.EmptyDocument, "no text"),
    ("a.html", b"<script>x</script>", errors.EmptyDocument, "no text"),
    ("a.pdf", pdf(BLANK), errors.EmptyDocument, "no text"),
    ("a.pdf", pdf(IMAGE, BLANK), errors.ScannedDocument, "OCR"),
    ("a.pdf", pdf(BROKEN), errors.MalformedDocument, "page 1"),
    ("a.pdf", b"hello", errors.MalformedDocument, "not a PDF"),
    ("a.pdf", b"%PDF-1.4\nrubbish", errors.MalformedDocument, "broken"),
    ("a.pdf", pdf("One")[:300], errors.MalformedDocument, "broken"),
    ("a.pdf", b"PK\x03\x04....", errors.MalformedDocument, "archive"),
    ("a.txt", pdf("One"), errors.MalformedDocument, "a PDF"),
    ("a.txt", b"PK\x03\x04...word/", errors.MalformedDocument, "Office"),
    ("a.txt", b"binary\0with\0NULs", errors.MalformedDocument, "not text"),
    ("a.txt", bytes(range(256)) * 4, errors.MalformedDocument, "not text"),
    ("a.txt", b"\xff\xfea", errors.MalformedDocument, "UTF-16"),
    ("a.docx", pdf("One"), errors.MalformedDocument, "a PDF"),
    ("a.docx", b"PK\x03\x04[Content_Types].xml", errors.MalformedDocument, "DOCX is broken"),
    ("a.xlsx", b"no zip", errors.MalformedDocument, "not an XLSX"),
    ("a.odt", b"PK\x03\x04opendocument", errors.UnsupportedDocument, "PDF or text"),
    ("a.eml", b"no mail", errors.MalformedDocument, "no headers"),
    ("a.png", b"\x89PNG\r\n\x1a\n", errors.UnsupportedDocument, "OCR"),
    ("a.zip", b"PK\x03\x04", errors.UnsupportedDocument, "unpack"),
    ("bytes", b"\xff\xd8\xff\xe0", errors.UnsupportedDocument, "image"),
    ("a.rtf", b"{\\rtf1}", errors.UnsupportedDocument, "PDF or text"),
    ("a.mp4", b"\0\0\0\x18ftypmp42", errors.UnsupportedDocument, "transcribe"),
    ("a.webp", b"RIFF\0\0\0\0WEBP", errors.UnsupportedDocument, "OCR"),
    ("a.doc", b"old", errors.UnsupportedDocument, "PDF or text"),
]


@pytest.mark.parametrize(("name", "data", "kind", "said"), ERRORS)
def test_what_cannot_be_read_has_its_own_error(
    tmp_path: Path, name: str, data: bytes, kind: type[errors.DocumentError], said: str
) -> None:
    """Each way to fail is one type, names the file and says what to do, for bytes and files."""
    (tmp_path / name).write_bytes(data)
    for source in (tmp_path / name, data):
        with pytest.raises(errors.DocumentError, match=said) as caught:
            read(source, name=name)
        assert type(caught.value) is kind
        assert caught.value.name == name


def test_a_missing_file_and_a_folder_are_said_in_one_sentence(tmp_path: Path) -> None:
    """What is no readable file is a DocumentError, never an OSError."""
    with pytest.raises(errors.DocumentError, match="no file"):
        read(tmp_path / "none.txt")
    with pytest.raises(errors.DocumentError, match="folder"):
        read(tmp_path)
    with pytest.raises(errors.DocumentError):
        read(Path("a\0b"))


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all"
)
def test_a_forbidden_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    """A file without read permission is a DocumentError."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(errors.DocumentError, match="permission"):
        read(path)


def test_a_wrong_type_is_a_type_error() -> None:
    """A source that is no text, bytes or Path is the caller's mistake."""
    with pytest.raises(TypeError, match="int"):
        read(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_an_encrypted_pdf_needs_its_password(algorithm: str) -> None:
    """Without a password, and with a wrong one, the error says which it is."""
    if algorithm.startswith("AES"):
        pytest.importorskip("cryptography")
    data = encrypted(pdf("Secret"), "pass", algorithm)
    with pytest.raises(errors.EncryptedDocument, match="needs a password"):
        read(data, name="a.pdf")
    with pytest.raises(errors.EncryptedDocument, match="wrong"):
        read(data, name="a.pdf", password="no")  # noqa: S106
    assert read(data, name="a.pdf", password="pass").text == "Secret"  # noqa: S106


def test_an_empty_password_opens_by_itself() -> None:
    """A PDF that only forbids printing or the like is read without asking."""
    assert read(encrypted(pdf("Open"), ""), name="a.pdf").text == "Open"


def test_aes_without_cryptography_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing optional package is a typed error, not pypdf's own."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    def decrypt(*_: object) -> int:
        raise DependencyError("cryptography>=3.1 is required for AES algorithm")

    monkeypatch.setattr(PdfReader, "decrypt", decrypt)
    with pytest.raises(errors.EncryptedDocument, match="pip install cryptography"):
        read(encrypted(pdf("Secret"), "pass"), name="a.pdf")


def test_an_unknown_encryption_is_said_to_be_one() -> None:
    """A handler that pypdf lacks is no broken file."""
    data = encrypted(pdf("Secret"), "pass").replace(b"/Filter /Standard", b"/Filter /Standerd")
    with pytest.raises(errors.EncryptedDocument, match="not supported"):
        read(data, name="a.pdf")


def test_pypdf_keeps_quiet(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What pypdf logs or warns of while it mends a file reaches no user."""
    data = pdf("One").replace(b"startxref\n", b"startxref\n9")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(data, name="a.pdf").text == "One"
    assert (capfd.readouterr(), caplog.records) == (("", ""), [])
    assert logging.getLogger("pypdf").propagate


PAGE = """<!DOCTYPE html><html><head><title>A &amp; B</title><meta charset="utf-8">
<style>x{}</style></head><body><h1>Head</h1><!-- no --><p>One <b>bo</b>ld,
 two<br>three</p><table><tr><th>a<th>b</tr><tr><td>1</td><td> 2 </td></tr></table>
<ul><li>x<li>y</ul><script>if (a<b) "<p>no"</script><pre>a
  b</pre>5 &lt; 6&nbsp;&euro; 1 < 2</body></html>"""


HTML_PIECES = (
    *("<p>", "</p", "<table><tr><td>", "</td", "<!--", "-->", "<script>", "</script>", "<pre>"),
    *("<svg/>", "<template>", "</head>", "<body", '="', "'", "&amp", "&#0;", "&#x110000;", "\0"),
    *("<![CDATA[", "]]>", "<?x", "\ufeff", "\x1b[2J", "é", "日本", "🎉", "\u202e", " ", "\r\n"),
)
CODECS = ("utf-8", "utf-16", "utf-32-be", "cp1252", "koi8-r", "shift_jis", "gb18030", "utf-7")


def test_html_becomes_the_text_that_it_shows() -> None:
    """Blocks end lines, cells are parted, entities decoded, and what is not shown is left out."""
    expected = (
        "A & B\n\nHead\n\nOne bold, two\nthree\n\na\tb\n1\t2\n\nx\ny\n\na\n  b\n\n5 < 6 € 1 < 2"
    )
    for name in ("a.html", "bytes"):
        assert read(PAGE.encode(), name=name).text == expected


def test_html_is_decoded_as_it_declares() -> None:
    """The encoding in a meta tag is used."""
    page = '<meta charset="windows-1251"><p>Счёт</p>'
    assert read(page.encode("cp1251"), name="a.htm").text == "Счёт"


def test_a_file_takes_the_memory_of_its_size_not_of_its_limit(tmp_path: Path) -> None:
    """A limit of 100 MB sets none of them aside for a few words."""
    path = tmp_path / "a.txt"
    path.write_text("a few words")
    tracemalloc.start()
    read(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000


@given(st.binary(max_size=300), st.sampled_from(["a.html", "a.txt", "a.eml", "a.md", "bytes"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_document_or_a_typed_error(data: bytes, name: str) -> None:
    """Whatever the bytes and the extension are."""
    with suppress(errors.DocumentError):
        assert read(data, name=name).text.encode()


@given(st.lists(st.sampled_from(HTML_PIECES), max_size=60), st.sampled_from(CODECS))
@settings(max_examples=150, deadline=None)
def test_any_pieces_of_html_in_any_encoding_are_read(pieces: list[str], codec: str) -> None:
    """Markup that is open, crossed, nested or nonsense gives a text or a typed error."""
    page = f'<html><meta charset="{codec}">ok' + "".join(pieces)
    try:
        document = read(page.encode(codec, "replace"), name="a.html")
    except errors.DocumentError as error:
        assert isinstance(error, errors.EmptyDocument | errors.MalformedDocument)  # noqa: PT017
    else:
        assert document.pages[-1].end == len(document.text)


def test_markdown_stands_as_it_is() -> None:
    """Markdown is text."""
    assert read(b"# A\n\n*b* <i>c</i>\n", name="a.md").text == "# A\n\n*b* <i>c</i>\n"


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<![x", "</", "&#1", '<a b="', "<svg>", "<script>", "<template></svg>"],
)
def test_hostile_html_takes_linear_time(piece: str) -> None:
    """100,000 characters of unclosed markup take well under a second."""
    start = perf_counter()
    read(("<html>ok" + piece * (100_000 // len(piece))).encode(), name="a.html")
    assert perf_counter() - start < 2


def test_overlong_references_are_text() -> None:
    """A character reference of thousands of digits does not stop the reading."""
    assert read(b"<html>&#" + b"1" * 5000, name="a.html").text.startswith("&#111")


def test_the_import_is_cheap() -> None:
    """Neither pypdf nor charset-normalizer is loaded before a file needs it."""
    heavy = {"pypdf", "charset_normalizer"}
    code = f"import sys, slmtasks.documents.read; print({heavy} & {{*sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout.strip() == "set()"
