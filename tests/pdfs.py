"""Small PDFs, written by hand, so that tests say what is in them."""

from __future__ import annotations

import zlib
from io import BytesIO

IMAGE = "<image>"
BLANK = ""
BROKEN = "<broken>"


def pdf(*pages: str) -> bytes:
    """A PDF of one page for each text; IMAGE, BLANK and BROKEN stand for such pages."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT, _PICTURE]
    kids = []
    for page in pages:
        number = len(objects) + 1
        objects.append(_content(page))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>"
            % (number, b"/XObject << /Im1 4 0 R >>" if page == IMAGE else b"")
        )
        kids.append(b"%d 0 R" % (number + 1))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return file(objects)


def encrypted(data: bytes, password: str, algorithm: str = "RC4-128") -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)  # noqa: S106
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_PICTURE = (
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
    b"/ColorSpace /DeviceGray /Length 1 >>\nstream\n\x80\nendstream"
)


def _content(page: str) -> bytes:
    if page == IMAGE:
        drawing = b"q 595 0 0 842 0 0 cm /Im1 Do Q"
    else:
        lines = [line.encode("cp1252") for line in page.splitlines()]
        shown = b" T* ".join(
            b"(%s) Tj" % line.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            for line in lines
        )
        drawing = b"BT /F1 12 Tf 14 TL 72 770 Td " + shown + b" ET"
    packed = zlib.compress(drawing)
    filters = b"/FlateDecode"
    if page == BROKEN:
        filters = b"/NoSuchFilter"
    return stream(packed, b"/Filter " + filters)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body, with whatever `entries` its dictionary has besides."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def file(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()
