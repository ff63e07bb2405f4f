from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import typer

from slmtasks import Limits, errors, read
from slmtasks.cli.options import limits_of
from slmtasks.evidence.highlight import AROUND, WHOLE
from slmtasks.evidence.page import evidence_page

HOSTILE = "</script><script>document.title='run'</script><img src=https://example.org/x.png> & 🎉"


def record(
    path: Path, name: str, value: Any, quotes: dict[str, str], **more: Any
) -> dict[str, Any]:
    """A record as a batch writes it, of a file with the given quotes in its text."""
    document = read(path)
    evidence = {}
    for field, quote in quotes.items():
        start = document.text.index(quote)
        place = {"page": document.page_at(start), "start": start, "end": start + len(quote)}
        evidence[field] = [{**place, "quote": quote}]
    return {
        "id": name,
        "status": "ok",
        "value": value,
        "evidence": evidence,
        "warnings": [],
        "error": None,
        "usage": {"prompt_tokens": 9, "generated_tokens": 3, "seconds": 0.5},
        "coverage": {"missing": []},
        "model": "nano",
        "input_digest": hashlib.sha256(path.read_bytes()).hexdigest(),
        **more,
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of several sorts and run.jsonl, the records of them."""
    folder = tmp_path_factory.mktemp("report")
    texts = {
        "a.txt": "🎉 Total: 12,50 €\nVendor: Müller & Söhne\n12,50 € again",
        "b.html": f"<p>{HOSTILE.replace('&', '&amp;').replace('<', '&lt;')} Total: 7",
        "changed.txt": "Total: 9",
        "long.txt": "filling " * 10_000 + "Total: 31 " + "filling " * 10_000,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    fields = {"total": "12,50", "lines[0].vendor": "Müller & Söhne", "both": "12,50 €"}
    value = {"total": 12.5, "lines": [{"vendor": "Müller & Söhne"}], "paid": True, "note": None}
    records = [
        record(folder / "a.txt", "a.txt", {**value, "both": "x"}, fields, inferred=["paid"]),
        record(
            folder / "b.html",
            "b.html",
            {HOSTILE: HOSTILE},
            {HOSTILE: "Total: 7"},
            warnings=[HOSTILE],
        ),
        record(folder / "changed.txt", "changed.txt", {"total": 9}, {"total": "9"}),
        record(
            folder / "long.txt",
            "long.txt",
            {"total": 31},
            {"total": "31"},
            status="partial",
            coverage={"missing": [{"page": 2, "reason": "broken"}]},
        ),
        {
            "id": f"{HOSTILE}.pdf",
            "status": "failed",
            "value": None,
            "error": {"type": "TooLarge", "message": f"{HOSTILE}: too large", "page": None},
        },
        {
            "id": "gone.txt",
            "status": "ok",
            "value": {"total": 5},
            "evidence": {"total": [{"page": 3, "start": 0, "end": 1, "quote": "5"}]},
        },
    ]
    (folder / "changed.txt").write_text("Total: 8", encoding="utf-8")
    lines = [json.dumps(one) for one in records]
    (folder / "run.jsonl").write_text("\n".join([*lines, '{"id": "torn']), encoding="utf-8")
    assert evidence_page(folder / "run.jsonl", folder / "report.html", folder=folder) == 6
    return folder


def shown(page: Path, number: int) -> dict[str, Any]:
    """What a page holds of a document."""
    text = page.read_text(encoding="utf-8")
    found = text.partition(f'id="document-{number}">')[2].partition("</script>")[0]
    data: dict[str, Any] = json.loads(found)
    return data


def test_each_value_is_marked_where_it_stands(run: Path) -> None:
    """Offsets count characters whatever they are, and places may overlap."""
    document = shown(run / "report.html", 0)
    assert [row[0] for row in document["rows"]] == [
        *("total", "lines[0].vendor", "paid", "note", "both"),
    ]
    assert [row[2] for row in document["rows"]] == ["", "", "inferred", "absent", ""]
    ((number, before, after, pieces),) = document["pages"]
    assert (number, before, after) == (1, False, False)
    assert pieces == [
        "🎉 Total: ",
        ["12,50", 0, 2],
        [" €", 2],
        "\nVendor: ",
        ["Müller & Söhne", 1],
        "\n12,50 € again",
    ]


def test_what_a_document_holds_stays_text(run: Path) -> None:
    """No name, value or text can begin or end an element of the page."""
    text = (run / "report.html").read_text(encoding="utf-8")
    assert text.count("</script>") == text.count("<script") == 8
    assert "<img" not in text
    assert "document.title=" in text
    assert shown(run / "report.html", 1)["rows"][0][1] == HOSTILE
    assert evidence_page(run / "run.jsonl", run / "<b>.html", folder=run) == 6


def test_a_file_that_changed_or_is_gone_shows_its_quotes_alone(run: Path) -> None:
    """And says why, in place of a text in which the offsets mean nothing."""
    changed, gone = (shown(run / "report.html", number) for number in (2, 5))
    assert "has changed since" in changed["gone"]
    assert "no file" in gone["gone"] or "cannot be read again" in gone["gone"]
    assert "pages" not in changed
    assert changed["rows"][0][3] == [[1, "9"]]


def test_of_a_long_text_only_what_is_near_the_evidence_is_in_the_page(run: Path) -> None:
    """So that thousands of long documents fit into one page."""
    ((_, before, after, pieces),) = shown(run / "report.html", 3)["pages"]
    assert (before, after) == (True, True)
    assert [len(pieces[0]), pieces[1], len(pieces[2])] == [AROUND, ["31", 0], AROUND]
    assert len((run / "long.txt").read_text(encoding="utf-8")) > WHOLE


def test_the_output_of_extract_is_taken_too(tmp_path: Path) -> None:
    """Its lines have `source`, no digest and no status."""
    (tmp_path / "a.txt").write_text("Total: 7", encoding="utf-8")
    place = {"page": 1, "start": 7, "end": 8, "quote": "7"}
    lines = [
        {"source": "a.txt", "value": {"total": 7}, "evidence": {"total": [place]}, "warnings": []},
        {"source": "b.txt", "error": {"type": "EmptyDocument", "message": "empty"}},
    ]
    path = tmp_path / "run.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert evidence_page(path, tmp_path / "out.html", folder=tmp_path) == 2
    assert shown(tmp_path / "out.html", 0)["pages"] == [[1, False, False, ["Total: ", ["7", 0]]]]
    assert shown(tmp_path / "out.html", 1)["notes"] == [["failed", "empty"]]


@pytest.mark.parametrize("content", ["", "no json\n{}", "[1]\n", '{"other": 1}\n'])
def test_what_is_no_run_is_said(tmp_path: Path, content: str) -> None:
    """A file without records is malformed; one that is not there cannot be read."""
    path = tmp_path / "run.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(errors.MalformedDocument, match="record"):
        evidence_page(path, tmp_path / "out.html")
    with pytest.raises(errors.DocumentError, match="cannot be read"):
        evidence_page(tmp_path / "none.jsonl", tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()


def test_a_page_replaces_a_page_alone(run: Path, tmp_path: Path) -> None:
    """Not the records that it is made of, nor a document."""
    records = (run / "run.jsonl").read_bytes()
    for out in (run / "run.jsonl", run / "b.html"):
        before = out.read_bytes()
        with pytest.raises(ValueError, match="would be lost"):
            evidence_page(run / "run.jsonl", out, folder=run)
        assert out.read_bytes() == before
    assert records
    page = tmp_path / "page.html"
    assert [evidence_page(run / "run.jsonl", page, folder=run) for _ in range(2)] == [6, 6]


def test_a_document_done_again_stands_once(run: Path, tmp_path: Path) -> None:
    """With its last record; records of other settings stand beside it."""
    file = run / "a.txt"
    done = record(file, "a.txt", {"total": 12}, {"total": "12,50"}, settings_digest="one")
    failed = {**done, "status": "failed", "value": None, "evidence": {}}
    lines = [failed, {**done, "settings_digest": "two"}, done]
    path = tmp_path / "run.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    page = tmp_path / "page.html"
    assert evidence_page(path, page, folder=run) == 2
    assert '"failed"' not in re.findall(r'id="index">(.*?)</script>', page.read_text("utf-8"))[0]


def test_the_command_writes_the_page(run: Path, tmp_path: Path) -> None:
    """`slmtasks report`, with its errors in one line."""
    command = [sys.executable, "-m", "slmtasks.cli", "report"]
    made = [
        *command,
        str(run / "run.jsonl"),
        "--out",
        str(tmp_path / "o.html"),
        "--folder",
        str(run),
    ]
    ran = subprocess.run(made, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, ran.stderr.rstrip()[-13:]) == (0, ": 6 documents"), ran.stderr
    assert (tmp_path / "o.html").read_bytes() == (run / "report.html").read_bytes()
    ran = subprocess.run(  # noqa: S603
        [*command, str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: none: the run cannot be read")


@pytest.mark.parametrize("given", ["pages", "size=3", "pages=x", "pages=0", "seconds=nan"])
def test_a_limit_that_is_none_is_a_wrong_usage(given: str) -> None:
    """On the command line, limits are given as NAME=NUMBER."""
    with pytest.raises(typer.BadParameter):
        limits_of([given])


def test_limits_are_given_by_name() -> None:
    """The others stay as they are."""
    assert limits_of(["pages=9", "seconds=0.5"]) == Limits(pages=9, seconds=0.5)
    assert limits_of(None) == Limits()


def test_two_thousand_documents_make_one_page(tmp_path: Path) -> None:
    """In seconds, and of a size that a browser opens."""
    (tmp_path / "a.txt").write_text("Total: 7\n" + "A line of an invoice.\n" * 200)
    one = record(tmp_path / "a.txt", "a.txt", {"total": 7}, {"total": "7"})
    path = tmp_path / "run.jsonl"
    lines = (json.dumps({**one, "settings_digest": number}) for number in range(2000))
    path.write_text("\n".join(lines))
    began = perf_counter()
    assert evidence_page(path, tmp_path / "out.html", folder=tmp_path) == 2000
    assert perf_counter() - began < 60
    assert (tmp_path / "out.html").stat().st_size < 2000 * 6_000


@contextmanager
def opened(page: Path) -> Iterator[Any]:
    """Chromium without a window, on a page; skips where it or its driver is absent."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    selenium = pytest.importorskip("selenium.webdriver")
    if not driver or not chromium:
        pytest.skip("no Chromium here")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        *("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-sync"),
        *("disable-background-networking", "disable-component-update", "disable-dev-shm-usage"),
        *("window-size=1400,900", "disable-default-apps", "metrics-recording-only"),
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    window = selenium.Chrome(options, selenium.ChromeService(driver))
    try:
        window.set_page_load_timeout(120)
        window.get(page.as_uri())
        yield window
    finally:
        window.quit()


@pytest.fixture(scope="module")
def browser(run: Path) -> Iterator[Any]:
    """Chromium on the page."""
    with opened(run / "report.html") as window:
        yield window


class Page:
    """The page as a test uses it: keys pressed, and what is to be seen then."""

    def __init__(self, window: Any) -> None:
        self.window = window

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.window).send_keys(*keys).perform()

    def see(self, script: str) -> Any:
        return self.window.execute_script(f"return {script}")

    def text(self, css: str) -> str:
        return str(self.see(f"document.querySelector({css!r})?.textContent ?? ''"))

    def here(self) -> list[str]:
        return list(self.see("[...document.querySelectorAll('mark.here')].map(m => m.textContent)"))

    def listed(self) -> list[str]:
        return list(self.see("[...document.querySelectorAll('nav bdi')].map(b => b.textContent)"))


def test_the_page_in_a_browser(run: Path, browser: Any) -> None:
    """Keys step, filters filter, a click marks, nothing is run or fetched that must not be."""
    page = Page(browser)
    names = ["a.txt", "b.html", "changed.txt", "long.txt", f"{HOSTILE}.pdf", "gone.txt"]

    # 1. The first document is open; keys step through its evidence and back.
    assert (page.listed(), page.text("h2")) == (names, "a.txt")
    page.press("n")
    assert page.here() == ["12,50"]
    assert page.text("tr.here th") == "total"
    page.press("n")
    assert page.here() == ["Müller & Söhne"]
    assert page.see("document.activeElement.textContent") == "Müller & Söhne"
    page.press("p", "p")
    assert page.here() == ["12,50", " €"]
    assert "page 1: 12,50 €" in page.text("[role=status]")

    # 2. A click on a page number marks the place; one on a mark finds the row.
    page.see("document.querySelectorAll('.place')[1].click()")
    assert page.here() == ["Müller & Söhne"]
    page.see("document.querySelector('mark').click()")
    assert page.text("tr.here th") == "total"

    # 3. Keys step through the documents, to the ends and no further.
    page.press("k")
    assert page.text("h2") == "a.txt"
    page.press("j")
    assert page.text("h2") == "b.html"
    assert page.text("tbody td") == HOSTILE
    assert HOSTILE.split(" &")[0] in page.text("#text")
    assert page.text("[aria-current] bdi") == "b.html"
    page.press("j", "j", "n")
    assert page.here() == ["31"]
    assert page.see("document.querySelector('#text').scrollTop") > 0
    page.press("j")
    assert page.text("h2") == f"{HOSTILE}.pdf"
    assert page.text("#notes") == f"{HOSTILE}: too large"
    page.press("j", "j", "j")
    assert page.text("h2") == "gone.txt"
    page.press("n")
    assert page.here() == ["5"]

    # 4. Filters, and the search by name, in which keys are letters.
    for name, left in (
        ("failed", names[4:5]),
        ("partial", names[3:4]),
        ("unsure", names[1:2]),
        ("all", names),
    ):
        page.see(f"document.querySelector('[data-filter={name}]').click()")
        assert page.listed() == left
        assert page.see("document.querySelector('[aria-pressed=true]').dataset.filter") == name
    page.press("/", "j", "k")
    assert page.listed() == []
    assert page.see("document.querySelector('#none').hidden") is False

    # 5. No script but the page's own ran, and nothing was asked for but the page.
    assert browser.title == "Evidence: run.jsonl"
    assert page.see("document.images.length") == 0
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {
        event["params"]["request"]["url"].partition("#")[0]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    }
    assert asked <= {(run / "report.html").as_uri()}
    assert browser.get_log("browser") == []
    page.see("document.head.append(Object.assign(document.createElement('script'), {text: 'x=1'}))")
    assert page.see("window.x") is None


def test_what_the_model_was_not_sure_of_is_unsure(tmp_path: Path) -> None:
    """Warnings, and values under one half."""
    record = {
        "id": "a.txt",
        "status": "ok",
        "value": {"vendor": "Acme", "total": 5},
        "warnings": ["a warning"],
        "confidence": {"vendor": 0.31, "total": 0.97},
    }
    run, out = tmp_path / "run.jsonl", tmp_path / "report.html"
    run.write_text(json.dumps(record), encoding="utf-8")
    assert evidence_page(run, out) == 1
    page = out.read_text(encoding="utf-8")
    assert "vendor: the model was 31% sure of it" in page
    assert "a warning" in page
    assert "total: the model was" not in page


def test_a_page_that_was_not_read_is_said_once(tmp_path: Path) -> None:
    """As a note of what is missing; its warning makes no value unsure."""
    missing = [{"page": 2, "reason": "broken"}]
    warnings = ["page 2 was not read: broken", "the date is ambiguous"]
    record = {"id": "a", "status": "partial", "value": {"total": 5}, "warnings": warnings}
    path = tmp_path / "run.jsonl"
    path.write_text(json.dumps({**record, "coverage": {"missing": missing}}), encoding="utf-8")
    evidence_page(path, tmp_path / "out.html")
    assert shown(tmp_path / "out.html", 0)["notes"] == [
        ["partial", "not read, page 2: broken"],
        ["unsure", "the date is ambiguous"],
    ]
