from __future__ import annotations

import builtins
import io
import random
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from faults.malformed_pdfs import cut, flipped
from office_files import (
    DOCX_WORDS,
    PPTX_WORDS,
    XLSX_WORDS,
    changed,
    docx_file,
    mail_file,
    pptx_file,
    xlsx_file,
)

from slmtasks import Limits, errors, read

MAKERS = {"a.docx": docx_file, "a.pptx": pptx_file, "a.xlsx": xlsx_file}
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "' + b"ha" * 100 + b'">]>'


def test_a_docx_is_read_in_every_place_that_holds_text() -> None:
    """Tables, insertions, content controls, boxes, headers and notes; deleted text is not."""
    document = read(docx_file(), name="a.docx")
    assert [word for word in DOCX_WORDS if document.text.count(word) != 1] == []
    assert "Deleted" not in document.text
    assert "Cell11\t\n\tCell22" in document.text
    assert document.text.index("Headerword") < document.text.index("Bodyword\twith a tab")
    assert len(document.pages) == 1


def test_each_slide_is_a_page() -> None:
    """With its groups, tables, charts and notes."""
    document = read(pptx_file(), name="a.pptx")
    assert [word for word in PPTX_WORDS if word not in document.text] == []
    assert [document.page_at(document.text.index(f"Slide{n}")) for n in ("one", "two")] == [1, 2]


def test_each_sheet_is_a_page_with_its_values_as_they_are_shown() -> None:
    """Dates, amounts of money and shares; rows are lines and cells are parted by tabs."""
    document = read(xlsx_file(), name="a.xlsx")
    first, second = (document.text[page.start : page.end] for page in document.pages)
    assert first == "Sheetone\nVendorname\t2026-03-12\t£1536.00\t20%\tTRUE\t0.3"
    assert second == "Sheettwo\n\t\t\t\tLastcell"
    assert all(word in document.text for word in XLSX_WORDS)


@pytest.mark.parametrize("name", MAKERS)
def test_bytes_without_a_name_are_recognized(name: str) -> None:
    """By the parts that the archive holds."""
    assert read(MAKERS[name]()).text == read(MAKERS[name](), name=name).text


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """UnsupportedDocument, with the line that installs what is missing."""
    imports = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] in ("docx", "pptx", "openpyxl"):
            raise ImportError(name)
        return imports(name, *args, **kwargs)

    files = {name: make() for name, make in MAKERS.items()}
    monkeypatch.setattr(builtins, "__import__", without)
    for name, data in files.items():
        with pytest.raises(errors.UnsupportedDocument, match=r'pip install "slmtasks\[office\]"'):
            read(data, name=name)


MAIN = {
    "a.docx": ("word/document.xml", b"<w:document"),
    "a.pptx": ("ppt/slides/slide1.xml", b"<p:sld"),
    "a.xlsx": ("xl/worksheets/sheet1.xml", b"<worksheet"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_entities_are_refused_in_any_encoding(name: str) -> None:
    """What could unfold to gigabytes reaches no XML parser."""
    part, root = MAIN[name]
    for doctype in (DOCTYPE, DOCTYPE.decode().encode("utf-16-le")):
        data = changed(MAKERS[name](), replace={part: (root, doctype + root)})
        with pytest.raises(errors.MalformedDocument, match="declares entities"):
            read(data, name=name)


@pytest.mark.parametrize("name", MAKERS)
def test_a_bomb_is_too_large_before_it_is_unpacked(name: str) -> None:
    """The sizes of all parts are added up, and the parts are counted."""
    limits = Limits(unpacked_bytes=2_000_000)
    bomb = {f"media/{n}.bin": b"\0" * 500_000 for n in range(5)}
    with pytest.raises(errors.TooLarge, match="unpacks to more than 2,000,000 bytes"):
        read(changed(MAKERS[name](), add=bomb), name=name, limits=limits)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for number in range(20_001):
            package.writestr(str(number), b"")
    with pytest.raises(errors.TooLarge, match="parts"):
        read(out.getvalue(), name=name)


def test_slides_sheets_and_their_text_are_limited() -> None:
    """As pages are; a cell far out costs no more than it is worth."""
    with pytest.raises(errors.TooLarge, match="more than 1 slides"):
        read(pptx_file(), name="a.pptx", limits=Limits(pages=1))
    with pytest.raises(errors.TooLarge, match="more than 1 sheets"):
        read(xlsx_file(), name="a.xlsx", limits=Limits(pages=1))
    with pytest.raises(errors.TooLarge, match="more than 20 characters"):
        read(docx_file(), name="a.docx", limits=Limits(page_characters=20))
    document = read(xlsx_file(), name="a.xlsx", limits=Limits(page_characters=30))
    assert document.text == "Sheettwo\n\t\t\t\tLastcell"
    assert [failure.page for failure in document.failures] == [1]
    row = b'<row r="9"><c r="XFD9"><v>1</v></c></row>'
    far = b"".join(row.replace(b"9", b"%d" % n) for n in range(9, 900))
    wide = changed(
        xlsx_file(), replace={"xl/worksheets/sheet2.xml": (b"</sheetData>", far + b"</sheetData>")}
    )
    assert [failure.page for failure in read(wide, name="a.xlsx").failures] == [2]


@pytest.mark.parametrize(
    ("name", "data", "kind", "said"),
    [
        ("a.docx", xlsx_file, errors.MalformedDocument, "it is an XLSX"),
        ("a.txt", docx_file, errors.MalformedDocument, "it is a DOCX"),
        ("a.docx", lambda: docx_file()[:-60], errors.MalformedDocument, "DOCX is broken"),
        (
            "a.xlsx",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            errors.EncryptedDocument,
            "password",
        ),
        ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", errors.MalformedDocument, "Office"),
    ],
)
def test_what_is_no_such_file_is_said(
    name: str, data: Callable[[], bytes], kind: type[errors.DocumentError], said: str
) -> None:
    """Another format, a cut file, a password: each is its own error."""
    with pytest.raises(errors.DocumentError, match=said) as caught:
        read(data(), name=name)
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", [*MAKERS, "a.eml"])
def test_damaged_files_end_in_a_typed_result(name: str) -> None:
    """Cut or flipped, packed and unpacked: a Document or a DocumentError."""
    good = (MAKERS | {"a.eml": mail_file})[name]()
    part, _ = MAIN.get(name, ("", b""))
    ended = set()
    for seed in range(30):
        rng = random.Random(seed)
        mutation = rng.choice([cut, flipped])
        data = mutation(rng, good)
        if part and seed % 2:
            with zipfile.ZipFile(io.BytesIO(good)) as package:
                content = package.read(part)
            data = changed(good, replace={part: (content, mutation(rng, content))})
        try:
            ended.add(type(read(data, name=name)).__name__)
        except errors.DocumentError as error:
            ended.add(type(error).__name__)
    assert ended & {"MalformedDocument", "Document"}


def test_a_mail_is_its_headers_and_words() -> None:
    """Plain text rather than HTML; attached files are named, attached mails read."""
    assert read(mail_file(), name="a.eml").text.splitlines() == [
        "From: Jörg <joerg@example.org>",
        "To: sales@example.org",
        "Subject: Rechnung für März",
        "",
        "Plain words: 12,50 €",
        "",
        "Attachment: Rechnung 7.pdf",
        "",
        "Subject: Inner",
        "",
        "Inner words",
    ]


def test_a_mail_of_html_alone_is_read_as_html() -> None:
    """And in the encoding that the part declares."""
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("<p>Счёт <b>12</b></p>", subtype="html", charset="koi8-r")
    assert read(mail.as_bytes(), name="a.eml").text == "Subject: x\n\nСчёт 12"


def test_a_hostile_mail_ends() -> None:
    """Parts within parts without end, and headers of a megabyte."""
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    with pytest.raises(errors.MalformedDocument, match="nested"):
        read(b"Subject: x\n" + deep, name="a.eml")
    long = b"Subject: " + b"=?utf-8?q?=41?= " * 70_000 + b"\n\nbody"
    assert read(long, name="a.eml").text.endswith("body")
