"""PDFs made wrong on purpose, and a loop that reads them.

    python tests/faults/malformed_pdfs.py [COUNT] [FIRST_SEED]

Each seed makes one file: a good one cut, flipped, spliced or with other numbers, or one
whose structure is hostile (loops, depth, bombs, lies about lengths). Every one must end
as a Document or a DocumentError, within the seconds of its limits and those that one page
may go on for after them. The loop prints what came of them, the slowest, and the memory
held; it fails where one ends otherwise. The same seed makes the same file.
"""

from __future__ import annotations

import faulthandler
import gc
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from unittest import mock

import psutil

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from pdfs import encrypted, file, pdf, stream  # noqa: E402

from slmtasks import DocumentError, Limits, read  # noqa: E402

LIMITS = Limits(
    file_bytes=5_000_000,
    pages=500,
    page_characters=500_000,
    unpacked_bytes=10_000_000,
    seconds=5,
)
ONE_PAGE = 15.0
"""Seconds that the longest page takes: time is looked at between pages and forms."""

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
TEXT = b"BT /F1 12 Tf 72 720 Td (Total 12.50) Tj ET "
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 5 0 R >>"
TREE = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
RESOURCES = b"<< /Font << /F1 6 0 R >> >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
ODD = (b"0", b"-1", b"99999999", b"-2147483649", b"4294967296", b"1e309", b"null", b"[]", b"(x)")
WORDS = (
    *(b"BT ET Tj TJ Td TD Tm T* Tf TL ' \" q Q cm Do BI ID EI gs re f".split()),
    *(b"/F1 /X1 0 1 -7 1e99 (a) (\\) <41> <4 [ ] << >> [(a) -9 (b)] true null % R obj".split()),
    *(b"stream endstream endobj xref trailer startxref \\377 \\000 /#zz /#00".split()),
)


def one_page(**parts: bytes) -> list[bytes]:
    """The objects of a PDF of one page, with some of them replaced."""
    whole = {
        "catalog": CATALOG,
        "tree": TREE,
        "page": PAGE,
        "content": stream(TEXT),
        "resources": RESOURCES,
        "font": FONT,
    }
    return [parts.get(name, body) for name, body in whole.items()]


def good(rng: random.Random) -> bytes:
    """A file that is well made."""
    examples = sorted((HERE.parents[2] / "examples").glob("*.pdf"))
    kinds: list[Callable[[], bytes]] = [
        lambda: pdf("One", "Two (net)\nthree", "Four"),
        lambda: encrypted(pdf("Secret"), "", "RC4-128"),
        lambda: packed_objects(one_page()),
        lambda: file([*one_page(resources=RESOURCES[:-2] + b"/XObject << /X1 7 0 R >> >>"), FORM]),
        *[lambda path=path: path.read_bytes() for path in examples],
    ]
    return rng.choice(kinds)()


FORM = stream(TEXT, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R")


def packed_objects(objects: list[bytes], *, inside: int | None = None) -> bytes:
    """A PDF whose objects stand in an object stream; `inside`: which it says it stands in."""
    numbers = range(1, len(objects) + 1)
    offsets, body = b"", b""
    streams = [number for number in numbers if b"stream" in objects[number - 1]]
    for number in numbers:
        if number not in streams:
            offsets += b"%d %d " % (number, len(body))
            body += objects[number - 1] + b" "
    holder = len(objects) + 1
    count = len(objects) - len(streams)
    whole = zlib.compress(offsets + body)
    entries = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (count, len(offsets))
    out, places = b"%PDF-1.5\n", {}
    for number in [*streams, holder]:
        places[number] = len(out)
        told = stream(whole, entries) if number == holder else objects[number - 1]
        out += b"%d 0 obj\n%s\nendobj\n" % (number, told)
    rows = b"\0" * 7
    index = 0
    for number in numbers:
        if number in streams:
            rows += b"\1" + places[number].to_bytes(4, "big") + b"\0\0"
        else:
            rows += b"\2" + (inside or holder).to_bytes(4, "big") + index.to_bytes(2, "big")
            index += 1
    rows += b"\1" + places[holder].to_bytes(4, "big") + b"\0\0"
    start = len(out)
    table = stream(rows, b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R" % (holder + 1))
    return out + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (holder + 1, table, start)


def cut(rng: random.Random, data: bytes) -> bytes:
    """Its beginning, its end, or both without the middle."""
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    return rng.choice([data[:a], data[:8] + data[a:], data[:a] + data[b:]])


def flipped(rng: random.Random, data: bytes) -> bytes:
    """Some bytes are others."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 5, 50, 500])):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def spliced(rng: random.Random, data: bytes) -> bytes:
    """A piece of it, or of another, stands once more somewhere."""
    other = rng.choice([data, good(rng)])
    start = rng.randrange(len(other))
    piece = other[start : start + rng.choice([1, 20, 300, 5000])] * rng.choice([1, 2, 200])
    at = rng.randrange(len(data))
    return data[:at] + piece + data[at:]


def renumbered(rng: random.Random, data: bytes) -> bytes:
    """Some numbers are odd ones."""
    share = rng.choice([0.02, 0.1, 0.5])

    def other(match: re.Match[bytes]) -> bytes:
        near = b"%d" % (int(match[0][:9]) + rng.choice([-1, 1]))
        return rng.choice([*ODD, near, near]) if rng.random() < share else match[0]

    return re.sub(rb"\d+", other, data)


def renamed(rng: random.Random, data: bytes) -> bytes:
    """Some names have changed places."""
    names = sorted(set(re.findall(rb"/[A-Za-z]\w+", data)))
    return re.sub(
        rb"/[A-Za-z]\w+",
        lambda match: rng.choice(names) if rng.random() < 0.1 else match[0],
        data,
    )


def looping_pages(rng: random.Random) -> bytes:
    """A page tree that holds itself, at some depth, or each node many times."""
    depth, width = rng.choice([(1, 1), (3, 2), (12, 8), (90, 2), (3000, 1), (2, 3000)])
    objects = one_page()
    first = len(objects) + 1
    for level in range(depth):
        below = first + level + 1 if level + 1 < depth else rng.choice([2, 3, first])
        kids = b"%d 0 R " % below * width
        objects.append(b"<< /Type /Pages /Count 9 /Parent 2 0 R /Kids [%s] >>" % kids)
    objects[1] = b"<< /Type /Pages /Count 1 /Kids [%d 0 R 3 0 R] /Parent 2 0 R >>" % first
    return file(objects)


def huge_boxes(rng: random.Random) -> bytes:
    """Boxes, rotations and matrices beyond any paper."""
    number = rng.choice([b"1e308", b"-9" * 50, b"9" * 400, b"0", b".", b"/x", b"1" * 5000])
    box = b" ".join([number] * rng.choice([0, 1, 4, 4, 4, 5, 4000]))
    page = PAGE.replace(b"0 0 595 842", box)
    page = page.replace(b"/Contents", b"/Rotate %s /UserUnit %s /Contents" % (number, number))
    content = b"BT /F1 %s Tf %s 0 0 %s 0 0 Tm (x) Tj ET" % (number, number, number)
    return file(one_page(page=page, content=stream(content)))


def deep(rng: random.Random) -> bytes:
    """Things within things, thousands deep, closed or not."""
    depth = rng.choice([100, 900, 1100, 20_000, 200_000])
    opened, closed = rng.choice([(b"[", b"]"), (b"<< /a ", b" >>"), (b"(", b")"), (b"q ", b"Q ")])
    nest = opened * depth + rng.choice([b"1", b""]) + closed * rng.choice([depth, 0, depth // 2])
    name = rng.choice(["catalog", "tree", "page", "content", "resources", "font"])
    if name == "content":
        return file(one_page(content=stream(nest + TEXT)))
    good_one = dict(
        zip(("catalog", "tree", "page", "x", "resources", "font"), one_page(), strict=1)
    )
    return file(one_page(**{name: good_one[name][:-2] + b"/Deep " + nest + b" >>"}))


def bombs(rng: random.Random) -> bytes:
    """A little that unpacks to much: once, in rows, drawn often, or within itself."""
    size = rng.choice([1_000_000, 30_000_000, 100_000_000])
    filling = rng.choice([b"\0", b" ", b"q ", b"(a) Tj ", TEXT])
    packed = zlib.compress(filling * (size // len(filling)), 9)
    times = rng.choice([1, 2, 3, 20])
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    filters = b"/Filter [%s]" % (b"/FlateDecode " * times)
    kind = rng.choice(["once", "row", "pages", "forms", "objects"])
    bomb = stream(packed, filters)
    if kind == "row":
        row = b"[%s]" % (b"4 0 R " * 9000)
        return file(one_page(page=PAGE.replace(b"4 0 R", row), content=bomb))
    if kind == "pages":
        tree = b"<< /Type /Pages /Count 400 /Kids [%s] >>" % (b"3 0 R " * 400)
        return file(one_page(tree=tree, content=bomb))
    if kind == "forms":
        resources = RESOURCES[:-2] + b"/XObject << /X1 7 0 R >> >>"
        form = stream(packed, FORM.partition(b"/Type")[1] + b" /XObject /Subtype /Form " + filters)
        return file([*one_page(resources=resources, content=stream(b"/X1 Do " * 4000)), form])
    if kind == "objects":
        return packed_objects(one_page(page=PAGE[:-2] + b"/Bomb (%s) >>" % (b"a" * 3_000_000)))
    return file(one_page(content=bomb))


def lying_streams(rng: random.Random) -> bytes:
    """Lengths, filters and their parameters that are not so."""
    length = rng.choice([*ODD, b"4 0 R", b"3 0 R", b"77 0 R"])
    kind = rng.choice(b"Flate LZW RunLength ASCII85 ASCIIHex CCITTFax DCT JPX JBIG2 Crypt".split())
    filters = b"/Filter [%s]" % (b"/%sDecode " % kind * rng.choice([1, 2, 9, 300]))
    columns = rng.choice([b"1", b"0", b"-1", b"249999", b"99999999"])
    predictor = rng.choice([b"2", b"10", b"12", b"15", b"99"])
    parameters = b"/DecodeParms [<< /Predictor %s /Columns %s /Colors 9 >>]" % (predictor, columns)
    data = rng.choice([rng.randbytes(50_000), zlib.compress(rng.randbytes(20_000)), TEXT * 3000])
    body = stream(data, filters + rng.choice([b"", parameters]))
    if rng.random() < 0.5:
        body = re.sub(rb"/Length \d+", b"/Length " + length, body)
    return file(one_page(content=body))


def looping_forms(rng: random.Random) -> bytes:
    """Forms that draw themselves or each other, many times."""
    count, times = rng.choice([(1, 1), (1, 5000), (2, 50), (12, 10), (500, 2)])
    names = b" ".join(b"/X%d %d 0 R" % (i, 7 + i) for i in range(count))
    resources = b"<< /Font << /F1 6 0 R >> /XObject << %s >> >>" % names
    forms = []
    for index in range(count):
        below = rng.choice([(index + 1) % count, min(index + 1, count - 1), 0])
        drawing = b"/X%d Do " % below * times + rng.choice([TEXT, b""])
        forms.append(stream(drawing, b"/Subtype /Form /BBox [0 0 1 1] /Resources 5 0 R"))
    return file([*one_page(resources=resources, content=stream(b"/X0 Do " * times)), *forms])


def hostile_fonts(rng: random.Random) -> bytes:
    """Fonts whose tables are endless, refer to themselves or map a letter to a book."""
    maps = rng.choice(
        [
            b"1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange",
            b"1 beginbfchar <41> <%s> endbfchar" % (b"0041" * 100),
            b"1 beginbfrange <00> <FF> [%s] endbfrange" % (b"<0041> " * 5000),
            b"beginbfchar <41> " * 20_000,
            b"9999999 begincodespacerange <00> <FF>" * 1000,
        ]
    )
    widths = rng.choice(
        [b"[0 99999999 500]", b"[%s]" % (b"500 " * 150_000), b"6 0 R", b"[[[[1]]]]"]
    )
    first = rng.choice(ODD)
    font = (
        b"<< /Type /Font /Subtype %s /BaseFont /A /FirstChar %s /LastChar %s /Widths %s /W %s "
        b"/Encoding << /Differences [%s /A %s /B] >> /ToUnicode 7 0 R /FontDescriptor 6 0 R "
        b"/DescendantFonts [6 0 R] >>"
    ) % (rng.choice([b"/Type0", b"/Type1", b"/TrueType", b"/Type3"]), *(first,) * 2, *(widths,) * 2,
         first, first)  # fmt: skip
    shown = b"BT /F1 12 Tf (%s) Tj ET" % (b"A" * rng.choice([10, 20_000]))
    return file([*one_page(font=font, content=stream(shown)), stream(maps)])


def looping_references(rng: random.Random) -> bytes:
    """Objects that are references to themselves or each other; outlines without an end."""
    objects = one_page()
    objects[0] = CATALOG[:-2] + b"/Outlines 7 0 R /Names 7 0 R /AcroForm 7 0 R /Pages 2 0 R >>"
    objects.append(
        b"<< /First 7 0 R /Last 7 0 R /Next 7 0 R /Prev 7 0 R /Parent 7 0 R /Kids [7 0 R] "
        b"/Title (x) /Count 99999999 /Fields [7 0 R] >>"
    )
    for _ in range(rng.choice([1, 2, 4])):
        victim = rng.randrange(len(objects))
        whole = b"%d 0 R" % rng.randrange(1, 10)
        within = re.sub(rb"\d+ 0 R", lambda _: b"%d 0 R" % rng.randrange(1, 10), objects[victim])
        objects[victim] = rng.choice([whole, within, within])
    return file(objects)


def bad_xref(rng: random.Random) -> bytes:
    """A cross-reference table that lies, loops, is missing or is endless."""
    data = rng.choice([file(one_page()), packed_objects(one_page()), good(rng)])
    kind = rng.randrange(6)
    if kind == 0:
        return re.sub(rb"\d{10} 00000 n", lambda _: b"%010d 00000 n" % rng.randrange(3000), data)
    if kind == 1:
        return re.sub(rb"startxref\n\d+", b"startxref\n" + rng.choice(ODD), data)
    if kind == 2:
        start = (re.findall(rb"startxref\n(\d+)", data) or [b"0"])[-1]
        return data.replace(b"/Root", b"/Prev %s /XRefStm %s /Root" % (start, start))
    if kind == 3:
        return re.sub(rb"/Size \d+", b"/Size " + rng.choice(ODD), data)
    if kind == 4:
        return re.sub(rb"xref\n0 \d+", b"xref\n0 " + rng.choice(ODD), data)
    return packed_objects(one_page(), inside=rng.randrange(1, 8))


def soup(rng: random.Random) -> bytes:
    """A page drawn by whatever words PDF has, in any order."""
    words = b" ".join(rng.choices(WORDS, k=rng.choice([50, 3000, 60_000])))
    return file(one_page(content=stream(words)))


def inline_images(rng: random.Random) -> bytes:
    """Pictures within the drawing that say they are larger than they are, or never end."""
    settings = b"/W %s /H %s /BPC 8 /CS /RGB" % (rng.choice(ODD), rng.choice(ODD))
    filters = rng.choice([b"", b"/F /AHx", b"/F /A85", b"/F /RL", b"/F /DCT", b"/F [/A85 /Fl]"])
    picture = b"BI %s %s ID %s " % (settings, filters, rng.randbytes(rng.choice([9, 9000])))
    content = (picture + rng.choice([b"EI ", b"", b"E"])) * rng.choice([1, 40]) + TEXT
    return file(one_page(content=stream(content)))


def odd_encryption(rng: random.Random) -> bytes:
    """Encryption whose parameters are not so."""
    data = encrypted(pdf("Secret"), rng.choice(["", "pass"]), "RC4-128")
    key = rng.choice([b"/V", b"/R", b"/Length", b"/P", b"/O", b"/U", b"/Filter", b"/ID"])
    return re.sub(key + rb" ?(?:-?\d+|<\w+>|/\w+)", lambda _: key + b" " + rng.choice(ODD), data)


MUTATIONS = (cut, flipped, spliced, renumbered, renamed)
STRUCTURES = (
    *(looping_pages, huge_boxes, deep, bombs, lying_streams, looping_forms, hostile_fonts),
    *(looping_references, bad_xref, soup, inline_images, odd_encryption),
)


def malformed(seed: int) -> tuple[str, bytes]:
    """What was done to it, and the file."""
    rng = random.Random(seed)
    with mock.patch("secrets.token_bytes", rng.randbytes):  # an encrypted file's identifier
        return _malformed(rng)


def _malformed(rng: random.Random) -> tuple[str, bytes]:
    if rng.random() < 0.4:
        names, data = ["good"], good(rng)
    else:
        structure = rng.choice(STRUCTURES)
        names, data = [structure.__name__], structure(rng)
    for mutation in rng.sample(MUTATIONS, rng.choice([0, 1, 2]) or (names == ["good"])):
        names.append(mutation.__name__)
        data = mutation(rng, data or b"%PDF-1.4\n")
    return "+".join(names), data


def outcome(data: bytes) -> str:
    """What came of reading a file: what it gave, or the name of its error."""
    try:
        document = read(data, name="malformed.pdf", limits=LIMITS)
    except DocumentError as error:
        return type(error).__name__
    return "Document, in part" if document.failures else "Document"


def main() -> None:
    count, first = map(int, (sys.argv[1:] + ["1000", "0"][len(sys.argv) - 1 :])[:2])
    ended: Counter[str] = Counter()
    slowest: list[tuple[float, int, str]] = []
    held: list[int] = []
    process = psutil.Process()
    for seed in range(first, first + count):
        name, data = malformed(seed)
        faulthandler.dump_traceback_later(120, exit=True)
        began = perf_counter()
        ended[outcome(data)] += 1
        slowest = sorted([*slowest, (perf_counter() - began, seed, name)], reverse=True)[:8]
        if (seed - first) % 50 == 49:
            gc.collect()
            held.append(process.memory_info().rss >> 20)
    faulthandler.cancel_dump_traceback_later()
    print(f"{count} files from seed {first}:", *(f"{n} {what}" for what, n in ended.most_common()))
    print(
        "slowest:",
        *(f"{took:.1f} s seed {seed} {name}" for took, seed, name in slowest),
        sep="\n  ",
    )
    print("MiB held after each 50:", *held)
    assert slowest[0][0] < LIMITS.seconds + ONE_PAGE, "one was too slow"
    assert held[-1] < held[0] + 200, "memory grows"


if __name__ == "__main__":
    main()
