"""`slmtasks batch TASK`: records, a summary that adds up, exit codes for cron."""

from __future__ import annotations

import csv
import json
import os
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from staged import batch, texts, written
from test_cli import EXAMPLES, INVOICE, run

import slmtasks as slm
from slmtasks import user_code
from slmtasks.batching import tables
from slmtasks.batching.records import Counts
from slmtasks.cli import display

INBOX = str(EXAMPLES / "inbox")


def test_a_folder_is_recorded_summed_up_and_resumed(random_folder: Path, tmp_path: Path) -> None:
    """Exit code 3 for a failed document, again where a rerun finds it done; a table beside."""
    out, table = tmp_path / "run.jsonl", tmp_path / "run.csv"
    asked = ["batch", "extract", INBOX, "--fields", "vendor, total: number", "--out", str(out)]
    done = run(*asked, "--json", "--csv", str(table), model=random_folder)
    assert done.returncode == 3, done.stderr
    report = slm.BatchReport.model_validate_json(done.stdout)
    assert (report.inputs, report.done) == (4, Counts(ok=3, failed=1))
    assert [record.status for record in written(out)] == ["ok", "ok", "ok", "failed"]
    rows = list(csv.DictReader(StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["status"] for row in rows] == ["ok", "ok", "ok", "failed"]
    assert rows[0]["value.vendor"]
    again = run(*asked, "--quiet", model=random_folder)
    assert (again.returncode, again.stdout, again.stderr) == (3, "", "")
    assert len(written(out)) == 4
    changed = run(*asked[:4], "vendor", *asked[5:], model=random_folder)
    assert (changed.returncode, changed.stdout) == (1, "")
    assert "--restart" in changed.stderr
    assert "Traceback" not in done.stderr + again.stderr + changed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["extract", INBOX, "--fields", "a"], 2, "Missing option '--out'"),
        (["extract", "{tmp}", "--fields", "a", "--out", "{tmp}/o"], 1, "no document: no file in"),
        (["extract", INBOX, "--out", "{tmp}/o"], 2, "either --fields or --schema"),
        (["post", INBOX, "--platform", "myspace", "--out", "{tmp}/o"], 2, "platform"),
        (["extract", "{tmp}/*.pdf", "--fields", "a", "--out", "{tmp}/o"], 1, "no file in"),
        (["extract", INBOX, "--fields", "a", "--out", "{tmp}/o", "--timeout", "0"], 2, "more than"),
        (["extract", INBOX, "--fields", "a", "--out", "{tmp}/o", "--csv", "{tmp}/o"], 2, "its own"),
        (["extract", INBOX, "--fields", "a", "--out", "{tmp}/o", "--csv", INVOICE], 2, "be lost"),
        (["reply", INBOX, "--facts", "no.md", "--out", "{tmp}/o"], 1, "no file no.md"),
        (
            ["extract", INBOX, "--fields", "a", "--out", "{tmp}/o", "--append", "--restart"],
            2,
            "give one of",
        ),
    ],
)
def test_what_cannot_run_is_one_sentence(
    random_folder: Path, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    """1 for what cannot run, 2 for wrong usage; no output is made."""
    given = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    done = run("batch", *given, model=random_folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_quiet_batch_says_what_failed_and_nothing_else(tmp_path: Path) -> None:
    """Once, by its path; the demonstration model is no news to cron."""
    asked = ["batch", "extract", INBOX, str(tmp_path / "*.pdf"), "--fields", "vendor"]
    out = str(tmp_path / "run.jsonl")
    done = run(*asked, "--out", out, "--quiet", SLMTASKS_MODEL="nano")
    assert (done.returncode, done.stdout) == (3, "")
    scan = Path(INBOX) / "scan-0007.pdf"
    assert done.stderr.startswith(f"error: {scan}: the PDF is broken")
    assert done.stderr.count("\n") == 1
    loud = run(*asked, "--out", out)
    assert f"no file in {tmp_path / '*.pdf'}" in loud.stderr


OWN = """
from functools import partial
from pathlib import Path

import slmtasks as slm
from shapes import Bill  # a neighbour

PROMPT = Path(r"{prompts}") / "meeting_actions.md"
unbound = slm.Task(PROMPT, Bill)
minutes = partial(unbound, variables={{"team": "Joel"}})
quotes = partial(slm.summarize, style="quotes", length="short")
wrong = partial(slm.summarize, style="song")


def call(document, *, model):
    return slm.summarize(document, style="quotes", model=model)


bound = slm.bind(call, "call/1")
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file of the user's with tasks, and one beside it that it imports."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "shapes.py").write_text(
        "from pydantic import BaseModel\n\nclass Bill(BaseModel):\n    vendor: str\n"
    )
    file = folder / "tasks.py"
    file.write_text(OWN.format(prompts=EXAMPLES / "prompts"), encoding="utf-8")
    return file


def test_a_task_of_ones_own_is_named_by_its_place(
    random_model: slm.Model, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file or a module; the records' settings are those of a batch from Python."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(own.parent)])
    path = os.pathsep.join(sys.path)
    for name in ("minutes", "quotes", "bound"):
        out = tmp_path / f"{name}.jsonl"
        asked = ["batch", f"{own}:{name}", INVOICE, "--out", str(out)]
        done = run(*asked, "--quiet", model=random_model.folder)
        assert (done.returncode, done.stderr) == (0, "")
        task = slm.bind(user_code.named(f"{own}:{name}"))
        (record,) = written(out)
        assert record.settings_digest == task.digest(random_model, slm.ReadOptions())
        asked[1] = f"tasks:{name}"
        done = run(*asked, "--json", model=random_model.folder, PYTHONPATH=path)
        assert slm.BatchReport.model_validate_json(done.stdout).before.ok == 1, done.stderr


def test_a_module_is_found_in_the_working_directory(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the script that runs is elsewhere; what is installed goes before."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(own.parent)
    own.rename("tasks_of_mine.py")
    (own.parent / "json.py").write_text("def dumps(): pass")
    assert user_code.named("tasks_of_mine:quotes").func is slm.summarize
    monkeypatch.delitem(sys.modules, "json")
    assert Path(user_code.named("json:__file__")).parent != own.parent


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{own}:none", "holds no 'none'"),
        ("{own}:Bill", "is no task but a class"),
        ("{own}:PROMPT", "is no task but a "),
        ("{own}:call", "slmtasks.bind(call, settings=...)"),
        ("{own}:wrong", "style is 'song'"),
        ("{own}:", "not of the form FILE.py:NAME or MODULE:NAME"),
        (r"C:\inbox", "not of the form"),
        (r"C:\nowhere\tasks.py:quotes", r"no file C:\nowhere\tasks.py"),
        ("nowhere.py:task", "no file nowhere.py"),
        ("nowhere.tasks:task", "no module nowhere.tasks"),
        ("slmtasks.nowhere:task", "no module slmtasks.nowhere"),
        ("{fails}:task", "ZeroDivisionError"),
        ("fails:task", "ZeroDivisionError"),
        ("lacks:task", "lacks fails when it is imported: ModuleNotFoundError"),
        ("{own}:bound --timeout 5", "cannot be given a timeout"),
    ],
)
def test_a_place_without_a_task_is_one_sentence(
    random_folder: Path, own: Path, tmp_path: Path, place: str, said: str
) -> None:
    """Exit code 2, and no output."""
    fails, lacks = own.with_name("fails.py"), own.with_name("lacks.py")
    fails.write_text("1 / 0")
    lacks.write_text("import nowhere_at_all")
    given = [part.format(own=own, fails=fails) for part in place.split()]
    out = tmp_path / "run.jsonl"
    path = os.pathsep.join([str(own.parent), *sys.path])
    asked = ["batch", *given, INVOICE, "--out", str(out)]
    done = run(*asked, model=random_folder, PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_the_summary_adds_up() -> None:
    """ok, partial, failed, those before and those left make the inputs."""
    report = slm.BatchReport(
        out="run.jsonl",
        settings_digest="",
        inputs=20,
        done=Counts(ok=5, partial=2, failed=1),
        before=Counts(ok=4, failed=3),
        ended="stopped",
        seconds=7200,
        slowest=(("[red]a.pdf\x1b", 3.5),),
    )
    assert report.left == 5
    out = StringIO()
    display.summary(report, Console(file=out, width=100))
    shown = [" ".join(line.strip("│ \n").split()) for line in out.getvalue().splitlines()]
    for line in ("ok 5 and 4 before", "partial 2", "failed 1 and 3 before", "inputs 20"):
        assert line in shown
    assert "left 5 the same command goes on" in shown
    assert any("4 documents an hour" in line for line in shown)
    assert "slowest: 3.5 s [red]a.pdf\ufffd" in shown


def test_a_table_runs_no_formula_and_has_each_document_once(tmp_path: Path) -> None:
    """Nested fields by their path, lists as JSON, numbers as they are; the last record counts."""
    value = {"who": {"name": "=1+1"}, "rows": [1, "é"], "total": "-12.50", "@x": "+49 (0)30"}
    records = [
        slm.Record(id="-a", status="failed", input_digest=None, settings_digest="s"),
        slm.Record(id="-a", status="ok", value=value, input_digest=None, settings_digest="s"),
        slm.Record(id="b", status="ok", value={"n": 1}, input_digest=None, settings_digest="s"),
        slm.Record(id="c", status="ok", value={"n": "x"}, input_digest=None, settings_digest="s"),
    ]
    lines = tmp_path / "run.jsonl"
    lines.write_bytes(b"".join(record.line() for record in records))
    table = tmp_path / "run.csv"
    tables.write(lines, table)
    rows = list(csv.DictReader(StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["id"] for row in rows] == ["'-a", "b", "c"]
    first = rows[0]
    assert first["value.who.name"] == "'=1+1"
    assert json.loads(first["value.rows"]) == [1, "é"]
    assert first["value.total"] == "-12.50"
    assert first["value.@x"] == "'+49 (0)30"
    parquet = pytest.importorskip("pyarrow.parquet")
    tables.write(lines, tmp_path / "run.parquet")
    read = parquet.read_table(tmp_path / "run.parquet").to_pylist()
    assert [row["id"] for row in read] == ["-a", "b", "c"]
    assert read[0]["value.who.name"] == "=1+1"
    assert [row["value.n"] for row in read] == [None, "1", "x"]


def test_a_table_replaces_a_table_alone(tmp_path: Path) -> None:
    """Whatever a spreadsheet made of it; never records or a document. Its folder is made."""
    lines = tmp_path / "run.jsonl"
    failed = slm.Record(id="a", status="failed", input_digest=None, settings_digest="s")
    lines.write_bytes(failed.line())
    table = tmp_path / "tables" / "run.csv"
    tables.write(lines, table)
    made = table.read_bytes()
    for saved in (b'"id";"status"\r\n', b"id\tstatus\terror", b"", made):
        table.write_bytes(saved)
        tables.write(lines, table)
        assert table.read_bytes() == made
    for kept in (failed.line(), b"idle;status\n", b"%PDF-1.7"):
        table.write_bytes(kept)
        with pytest.raises(ValueError, match="would be lost"):
            tables.write(lines, table)
        assert table.read_bytes() == kept


def test_parquet_without_its_package_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the package."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "run.jsonl").touch()
    with pytest.raises(slm.BatchError, match="pip install"):
        tables.check(tmp_path / "run.parquet")
    with pytest.raises(slm.BatchError, match="pip install"):
        tables.write(tmp_path / "run.jsonl", tmp_path / "run.parquet")


def record(name: str, value: dict[str, object], confidence: dict[str, float]) -> slm.Record:
    return slm.Record(
        id=name,
        status="ok",
        value=value,
        confidence=confidence,
        input_digest=None,
        settings_digest="s",
    )


def test_a_table_shows_confidence(tmp_path: Path) -> None:
    """The lowest of a row always, each value's if asked for, and what is below a threshold."""
    lines = tmp_path / "run.jsonl"
    sure = record("a", {"who": {"name": "x"}, "rows": [1, 2]}, {"who.name": 1.0, "rows[0]": 0.9})
    doubted = {"who.name": 0.5, "rows[0]": 0.9, "rows[1]": 0.25}
    unsure = record("b", {"who": {"name": "y"}, "rows": [1, 2]}, doubted)
    lines.write_bytes(sure.line() + unsure.line())
    table = tmp_path / "run.csv"
    tables.write(lines, table)
    rows = list(csv.DictReader(StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["confidence"] for row in rows] == ["0.9", "0.25"]
    assert "unsure" not in rows[0]
    tables.write(lines, table, confidence=True, unsure_below=0.9)
    rows = list(csv.DictReader(StringIO(table.read_text(encoding="utf-8-sig"))))
    assert list(rows[0])[5:] == [
        "unsure",
        "value.who.name",
        "confidence.who.name",
        "value.rows",
        "confidence.rows",
    ]
    assert [row["unsure"] for row in rows] == ["", "who.name rows[1]"]
    assert [row["confidence.who.name"] for row in rows] == ["1.0", "0.5"]
    assert [row["confidence.rows"] for row in rows] == ["0.9", "0.25"]
    parquet = pytest.importorskip("pyarrow.parquet")
    tables.write(lines, tmp_path / "run.parquet", confidence=True)
    read = parquet.read_table(tmp_path / "run.parquet").to_pylist()
    assert [row["confidence.rows"] for row in read] == [0.9, 0.25]


def test_unsure_values_have_an_exit_code(random_folder: Path, tmp_path: Path) -> None:
    """3 where a value is below --unsure-below, again in a rerun that finds all done."""
    asked = ["batch", "extract", INVOICE, "--fields", "vendor", "--out", str(tmp_path / "o")]
    assert run(*asked, model=random_folder).returncode == 0
    done = run(*asked, "--unsure-below", "1", model=random_folder)
    assert done.returncode == 3
    assert "1 of 1 documents have a value below 1" in done.stderr
    assert run(*asked, "--unsure-below", "0", model=random_folder).returncode == 0
    wrong = run(*asked, "--unsure-below", "2", model=random_folder)
    assert (wrong.returncode, "--unsure-below" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("option", ["--out", "--csv"])
def test_an_output_that_is_no_regular_file_is_refused(tmp_path: Path, option: str) -> None:
    """A folder or a device is neither opened nor read, on the command line or in Python."""
    asked = ["batch", "extract", INVOICE, "--fields", "a", "--out", str(tmp_path / "o")]
    for place in (tmp_path, Path("/dev/full")):
        if place.exists():
            done = run(*asked, option, str(place))
            assert (done.returncode, done.stdout) == (2, "")
            assert "is not a regular file" in done.stderr
            with pytest.raises(slm.errors.OutputFailed, match="Not a regular file"):
                batch(texts(1), place)
