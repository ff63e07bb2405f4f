"""Small Office files and mails, with a word planted in each place where text may stand."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage
from io import BytesIO

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

DOCX_WORDS = (
    *("Heading Bodyword Cell11 Cell22 Headerword Footerword".split()),
    *("Inserted Controlled Boxed Linked Footnoted".split()),
)
PPTX_WORDS = "Slideone Bulletword Grouped Cellslide Notesword Charted Slidetwo".split()
XLSX_WORDS = "Sheetone Vendorname 2026-03-12 £1536.00 20% Sheettwo Lastcell".split()


def docx_file() -> bytes:
    """Text in a heading, a paragraph, a table, and where the library's own `text` looks not."""
    import docx
    from docx.oxml.parser import parse_xml

    document = docx.Document()
    document.add_heading("Heading")
    document.add_paragraph("Bodyword\twith a tab")
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = "Cell11", "Cell22"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Headerword"
    section.footer.paragraphs[0].text = "Footerword"
    run = "<w:r><w:t>{}</w:t></w:r>"
    inside = [
        f'<w:ins w:id="1" w:author="a">{run.format("Inserted")}</w:ins>',
        '<w:del w:id="2" w:author="a"><w:r><w:delText>Deleted</w:delText></w:r></w:del>',
        f"<w:sdt><w:sdtContent>{run.format('Controlled')}</w:sdtContent></w:sdt>",
        f'<w:hyperlink w:anchor="x">{run.format("Linked")}</w:hyperlink>',
        f"<w:r><w:pict><w:txbxContent><w:p>{run.format('Boxed')}</w:p></w:txbxContent></w:pict></w:r>",
    ]
    for xml in inside:
        paragraph = document.add_paragraph()._p
        paragraph.extend(parse_xml(f'<w:p xmlns:w="{W}">{xml}</w:p>'))
    return _with_footnote(_bytes(document))


def _with_footnote(data: bytes) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    note = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p><w:r><w:t>Footnoted</w:t></w:r>'
    return changed(
        data,
        add={"word/footnotes.xml": f"{note}</w:p></w:footnote></w:footnotes>".encode()},
        replace={
            "[Content_Types].xml": (
                b"</Types>",
                f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode(),
            ),
            "word/_rels/document.xml.rels": (
                b"</Relationships>",
                f'<Relationship Id="rId99" Type="{relation}" Target="footnotes.xml"/>'
                "</Relationships>".encode(),
            ),
        },
    )


def changed(
    data: bytes,
    *,
    add: Mapping[str, bytes] | None = None,
    replace: Mapping[str, tuple[bytes, bytes]] | None = None,
) -> bytes:
    """The package with parts added, and words of parts replaced."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            was, now = (replace or {}).get(part.filename, (b"", b""))
            new.writestr(part.filename, old.read(part).replace(was, now) if was else old.read(part))
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def pptx_file() -> bytes:
    """Two slides: bullets, a group, a table, a chart and notes."""
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Slideone", "Bulletword"
    box = slide.shapes.add_group_shape().shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "Grouped"
    table = slide.shapes.add_table(1, 2, 0, 0, Inches(2), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Cellslide", "7"
    chart = CategoryChartData()
    chart.categories = ["Charted"]
    chart.add_series("Sales", (12.5,))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), chart)
    slide.notes_slide.notes_text_frame.text = "Notesword"
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Slidetwo"
    return _bytes(deck)


def xlsx_file() -> bytes:
    """Two sheets: text, a date, an amount of money, a share, and a cell far away."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheetone"
    sheet.append(["Vendorname", date(2026, 3, 12), 1536, 0.2, True, 0.1 + 0.2])
    sheet["C1"].number_format, sheet["D1"].number_format = '"£"#,##0.00', "0%"
    book.create_sheet("Sheettwo")["E9"] = "Lastcell"
    return _bytes(book)


def mail_file() -> bytes:
    """A mail with an encoded subject, two alternatives, a file and a mail attached."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Jörg <joerg@example.org>", "sales@example.org"
    mail["Subject"] = "Rechnung für März"
    mail.set_content("Plain words: 12,50 €\n")
    mail.add_alternative("<p>Rich words</p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="Rechnung 7.pdf")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("Inner words")
    mail.add_attachment(inner)
    return mail.as_bytes()


def _bytes(document: object) -> bytes:
    out = BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()
