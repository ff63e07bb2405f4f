"""A batch: one right record for each document, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from staged import MODEL, batch, breaking, see, steady, task, texts, written

import slmtasks as slm
from slmtasks.batching.inputs import found
from slmtasks.batching.records import Counts
from slmtasks.batching.signals import ECHO, StopSignals

EXAMPLES = Path(__file__).parents[1] / "examples"


class Bill(BaseModel):
    vendor: str
    total: float


def test_each_document_has_one_record_that_says_how_it_went(tmp_path: Path) -> None:
    """ok, partial or failed; the counts are those of the records and add up."""
    out = tmp_path / "run.jsonl"
    inputs = [("a", "whole"), ("b", "PARTIAL"), ("c", "RAISE"), ("d", "\n"), ("e", "more")]
    report = batch(inputs, out)
    records = {record.id: record for record in written(out)}
    assert {name: record.status for name, record in records.items()} == {
        "a": "ok",
        "b": "partial",
        "c": "failed",
        "d": "failed",
        "e": "ok",
    }
    assert records["a"].value == {"text": "whole"}
    assert records["a"].evidence["text"][0].quote == "whole"
    assert records["b"].coverage is not None
    assert records["b"].coverage.missing[0].page == 2
    assert records["c"].error is not None
    assert (records["c"].error.type, "raised" in records["c"].error.message) == ("KeyError", True)
    assert records["d"].error is not None
    assert records["d"].error.type == "EmptyDocument"
    assert report.done == Counts(ok=2, partial=1, failed=2)
    assert (report.inputs, report.left, report.all_ok) == (5, 0, False)
    assert report.usage.prompt_tokens == sum(len(text) for _, text in (inputs[0], *inputs[1::3]))


def test_a_rerun_does_nothing_twice_and_erases_nothing(tmp_path: Path) -> None:
    """What is recorded stays byte for byte; new and changed documents are done."""
    out = tmp_path / "run.jsonl"
    batch(texts(3), out)
    before = out.read_bytes()
    report = batch(texts(3), out)
    assert (report.before, report.done) == (Counts(ok=3), Counts())
    assert out.read_bytes() == before
    report = batch([*texts(4)[1:], ("0000", "changed")], out)
    assert (report.before, report.done) == (Counts(ok=2), Counts(ok=2))
    assert out.read_bytes().startswith(before)
    assert [record.id for record in written(out)] == ["0000", "0001", "0002", "0003", "0000"]


def test_two_names_of_one_content_have_a_record_each(tmp_path: Path) -> None:
    """One record for each input, and none is lost because another is like it."""
    out = tmp_path / "run.jsonl"
    inputs = [("a", "same"), ("b", "same")]
    assert batch(inputs, out).done == Counts(ok=2)
    assert batch(inputs, out).before == Counts(ok=2)


def test_other_settings_are_refused_unless_asked_for(tmp_path: Path) -> None:
    """Added with "append"; with "restart" the old file keeps its records under another name."""
    out = tmp_path / "run.jsonl"
    batch(texts(2), out)
    before = out.read_bytes()
    other = task(settings="see/2")
    with pytest.raises(slm.errors.SettingsChanged, match="2 records of another task"):
        batch(texts(2), out, task=other)
    assert out.read_bytes() == before
    assert batch(texts(2), out, task=other, if_exists="append").done == Counts(ok=2)
    assert batch(texts(2), out, task=other, if_exists="append").before == Counts(ok=2)
    report = batch(texts(2), out, task=other, if_exists="restart")
    assert report.aside is not None
    assert Path(report.aside).read_bytes().startswith(before)
    assert [record.settings_digest for record in written(out)] == [report.settings_digest] * 2


def test_failed_documents_are_done_once_more_on_request(tmp_path: Path) -> None:
    """Their old records stay; a rerun alone leaves them."""
    out = tmp_path / "run.jsonl"
    inputs = [("a", "fine"), ("b", "RAISE")]
    batch(inputs, out)
    assert batch(inputs, out).done == Counts()
    assert batch(inputs, out, if_exists="retry").done == Counts(failed=1)
    assert [record.id for record in written(out)] == ["a", "b", "b"]


def test_fail_fast_stops_at_the_first_failure(tmp_path: Path) -> None:
    """Its record is there, the rest is left, and the next run goes on behind it."""
    out = tmp_path / "run.jsonl"
    inputs = [("a", "fine"), ("b", "RAISE"), ("c", "fine")]
    report = batch(inputs, out, fail_fast=True)
    assert (report.ended, report.done, report.left) == ("fail-fast", Counts(ok=1, failed=1), 1)
    report = batch(inputs, out, fail_fast=True)
    assert (report.before, report.done) == (Counts(ok=1, failed=1), Counts(ok=1))


def test_a_foreign_line_is_refused(tmp_path: Path) -> None:
    """A batch adds to nothing that it does not understand."""
    out = tmp_path / "run.jsonl"
    out.write_text('{"id":"a","colour":"blue"}\n')
    with pytest.raises(slm.errors.OutputCorrupt, match="line 1"):
        batch(texts(1), out)
    assert out.read_text() == '{"id":"a","colour":"blue"}\n'
    assert batch(texts(1), out, if_exists="restart").done == Counts(ok=1)


def test_any_text_goes_through_a_record_and_back(tmp_path: Path) -> None:
    """Line ends of every kind, controls, scripts, emoji, and what looks like JSON."""
    naughty = [
        'a\nb\r\nc\x0bd\x0ce\x85f\u2028g\u2029h "quoted" \\ {"id":"x"}\n',
        "\ufeffmark \u202eright to left \u0000 nul \ud800 half \x1b[2J \x7f",
        "日本語 العربية हिन्दी ไทย 👩‍👩‍👧‍👦 🇳🇴 Z̵̢̛͓a̶l̷g̸o̷ ﷽ ",
        "𝕿𝖍𝖊 ＜script＞alert(1)＜/script＞ =cmd|' /C calc'!A0 ' OR 1=1 -- %s %00 $HOME NaN 1e999",
    ]
    out = tmp_path / "run.jsonl"
    batch([(text, text) for text in naughty], out)
    records = written(out)
    assert [record.value for record in records] == [{"text": slm.read(t).text} for t in naughty]
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(naughty)
    assert batch([(text, text) for text in naughty], out).before == Counts(ok=4)


def test_files_of_every_encoding_are_one_text(tmp_path: Path) -> None:
    """UTF-8, 16 and 32, with and without a mark where it can be told."""
    said = "Größe: 12 €, naïve café\n"
    for name in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        (tmp_path / f"{name}.txt").write_bytes(said.encode(name))
    for name, mark in (("utf-16-be", "\ufeff"), ("utf-32-be", "\ufeff"), ("utf-16-le", "\ufeff")):
        (tmp_path / f"{name}.txt").write_bytes((mark + said).encode(name))
    out = tmp_path / "run.jsonl"
    assert batch(tmp_path, out).done == Counts(ok=7)
    assert {record.value["text"] for record in written(out) if record.value} == {said}


def test_folders_and_globs_are_files_in_order_each_once(tmp_path: Path) -> None:
    """No hidden file, none of another kind, not the output; what is named itself always."""
    inbox = tmp_path / "inbox"
    (inbox / "b").mkdir(parents=True)
    (inbox / ".git").mkdir()
    for name in ("b/2.txt", "a.txt", "c.MD", ".hidden.txt", ".git/x.txt", "photo.heic", "d.log"):
        (inbox / name).write_text(name)
    suffixes = frozenset((".txt", ".md", ".log"))
    listed = found([inbox, str(inbox / "*.txt")], suffixes, but=[inbox / "d.log"])
    names = [Path(entry.id).relative_to(inbox).as_posix() for entry in listed.inputs]
    assert names == ["a.txt", "c.MD", "b/2.txt"]
    assert listed.said() == "left out, no documents of this task: 1 .heic, 1 .log"
    listed = found(str(inbox / "**" / "*.txt"), suffixes)
    assert [Path(entry.id).name for entry in listed.inputs] == ["a.txt", "2.txt"]
    assert len(found(inbox / "photo.heic", suffixes).inputs) == 1
    with pytest.raises(ValueError, match="two inputs are called"):
        found([("a", "1"), ("a", "2")], suffixes)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files here")
def test_a_pipe_in_a_folder_is_left_out(tmp_path: Path) -> None:
    """Reading it would wait for its time limit; one that is named itself is read."""
    (tmp_path / "a.txt").write_text("a")
    os.mkfifo(tmp_path / "b.txt")
    listed = found(tmp_path, frozenset({".txt"}))
    assert [entry.id for entry in listed.inputs] == [str(tmp_path / "a.txt")]
    assert listed.said() == "left out, no documents of this task: 1 .txt"
    assert len(found(tmp_path / "b.txt", frozenset({".txt"})).inputs) == 1


def test_a_file_that_is_not_there_is_one_record_over_runs(tmp_path: Path) -> None:
    """It has no content to be known by; once it is there, it is done."""
    out = tmp_path / "run.jsonl"
    path = tmp_path / "late.txt"
    assert batch(path, out).done == Counts(failed=1)
    assert batch(path, out).before == Counts(failed=1)
    path.write_text("here now")
    assert batch(path, out).done == Counts(ok=1)
    assert [record.status for record in written(out)] == ["failed", "ok"]


QUICK = slm.ReadOptions(limits=slm.Limits(seconds=30, memory_bytes=256 << 20))


@pytest.mark.parametrize(
    ("poison", "said"),
    [
        ("DIE", "ended the process (exit code 7), and it was tried 2 times"),
        ("EAT", "too much memory"),
        ("ROOM", "too much memory"),
    ],
)
def test_a_document_that_breaks_its_reader_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, poison: str, said: str
) -> None:
    """It has a typed error, is not read again by a rerun, and its neighbours are done."""
    breaking(monkeypatch)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, text in (("1.txt", "fine"), ("2.txt", poison), ("3.txt", "fine")):
        (inbox / name).write_text(text)
    out = tmp_path / "run.jsonl"
    assert batch(inbox, out, reading=QUICK).done == Counts(ok=2, failed=1)
    failure = written(out)[1].error
    assert failure is not None
    assert failure.type == "UnreadableDocument"
    assert said in failure.message
    assert batch(inbox, out, reading=QUICK).before == Counts(ok=2, failed=1)


def test_memory_that_another_document_took_is_no_fault_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs memory that the process has no more is read in a fresh one."""
    breaking(monkeypatch)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, text in (("1.txt", "LEAK"), ("2.txt", "LARGE"), ("3.txt", "LARGE")):
        (inbox / name).write_text(text)
    out = tmp_path / "run.jsonl"
    assert batch(inbox, out, reading=QUICK).done == Counts(ok=3)


def test_a_hang_is_ended_and_remembered_over_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tries of a run that was cut off count for the next one."""
    breaking(monkeypatch)
    path = tmp_path / "slow.txt"
    path.write_text("HANG")
    out = tmp_path / "run.jsonl"
    once = slm.ReadOptions(limits=slm.Limits(seconds=0.5), tries=1)
    assert batch(path, out, reading=once).done == Counts(failed=1)
    assert "more than 0.5 s" in str(written(out)[0].error)
    # As if it had been killed between the death and the record.
    out.unlink()
    since = time.monotonic()
    assert batch(path, out, reading=slm.ReadOptions(tries=1)).done == Counts(failed=1)
    assert time.monotonic() - since < 30
    assert "in an earlier run" in str(written(out)[0].error)


def test_a_reader_that_dies_once_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document is tried again and done."""
    breaking(monkeypatch)
    path = tmp_path / "a.txt"
    path.write_text("ONCE")
    assert batch(path, tmp_path / "run.jsonl").done == Counts(ok=1)


def test_memory_is_watched_where_the_system_sets_no_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows."""
    breaking(monkeypatch)
    monkeypatch.setenv("STAGED_UNLIMITED", "1")
    path = tmp_path / "a.txt"
    path.write_text("EAT")
    out = tmp_path / "run.jsonl"
    assert batch(
        path, out, reading=slm.ReadOptions(limits=slm.Limits(memory_bytes=256 << 20), tries=1)
    ).done == Counts(failed=1)
    assert "more than 256 MiB" in str(written(out)[0].error)


BATCH = """
import sys
from pathlib import Path
from staged import batch, task, texts
batch(texts(int(sys.argv[2])), Path(sys.argv[1]), task=task(float(sys.argv[3])))
"""


def running(out: Path, count: int, pause: float) -> subprocess.Popen[str]:
    """A batch in a process of its own."""
    return begun(BATCH, out, str(count), str(pause))


def begun(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Code in a process of its own."""
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code, *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def until_begun(out: Path, process: subprocess.Popen[str]) -> None:
    """Wait for the first record."""
    while not out.exists() or not out.stat().st_size:
        assert process.poll() is None
        time.sleep(0.01)


def test_a_killed_batch_goes_on_to_the_same_records(tmp_path: Path) -> None:
    """The full form is tests/faults/kill.py."""
    out = tmp_path / "run.jsonl"
    for _ in range(2):
        with running(out, 30, 0.05) as process:
            until_begun(out, process)
            process.kill()
    batch(texts(30), out)
    batch(texts(30), whole := tmp_path / "whole.jsonl")
    assert steady(written(out)) == steady(written(whole))


@pytest.mark.skipif(sys.platform == "win32", reason="no signals between processes")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_stops_within_seconds_and_the_rest_is_done_later(
    tmp_path: Path, number: str
) -> None:
    """The document in hand is dropped, not torn."""
    out = tmp_path / "run.jsonl"
    with running(out, 5, 0.5) as process:
        until_begun(out, process)
        since = time.monotonic()
        process.send_signal(getattr(signal, number))
        said = process.communicate(timeout=20)[1]
        assert time.monotonic() - since < 5
    assert "BatchStopped" in said
    assert 1 <= len(written(out)) < 5
    assert batch(texts(5), out).left == 0
    assert len(steady(written(out))) == 5


STUBBORN = """
import sys, time
from pathlib import Path
import slmtasks as slm
from staged import MODEL

def stubborn(document, *, model):
    Path(sys.argv[1] + ".begun").touch()
    for _ in range(2):
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            Path(sys.argv[1] + ".asked").touch()

slm.batch([("a", "text")], slm.bind(stubborn, "1"), out=sys.argv[1], model=MODEL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals between processes")
def test_a_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    """Whatever the document in hand makes of the first one; the exit code is 130."""
    out = tmp_path / "run.jsonl"
    with begun(STUBBORN, out) as process:
        for mark in (".begun", ".asked"):
            while not Path(f"{out}{mark}").exists():
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(2 * ECHO)
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 130
    assert batch(texts(1), out).done == Counts(ok=1)


def test_a_signal_that_is_sent_twice_is_one() -> None:
    """As `timeout` sends it: the process goes on to say what it did."""
    with StopSignals() as stops:
        with pytest.raises(KeyboardInterrupt), stops.breakable:
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert stops.asked


def test_a_stopped_batch_says_what_it_did(tmp_path: Path) -> None:
    """BatchStopped is a KeyboardInterrupt with a report."""

    def stop(report: slm.BatchReport, record: slm.Record | None) -> None:
        if report.done.total == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(slm.BatchStopped) as stopped:
        batch(texts(5), tmp_path / "run.jsonl", on_progress=stop)
    report = stopped.value.report
    assert (report.ended, report.done, report.left) == ("stopped", Counts(ok=2), 3)
    assert issubclass(slm.BatchStopped, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_time_left_is_that_of_what_is_left(tmp_path: Path) -> None:
    """What was done before does not make the pace look better."""
    out = tmp_path / "run.jsonl"
    batch(texts(20), out)
    seen: list[slm.BatchReport] = []
    batch(texts(25), out, task=task(0.1), on_progress=lambda report, _: seen.append(report))
    assert [report.seconds_left is None for report in seen] == [True] + [False] * 5
    assert seen[1].seconds > 0.1
    assert seen[1].seconds_left == pytest.approx(4 * seen[1].seconds)
    assert seen[-1].seconds_left == 0


def test_the_time_left_leaves_out_what_is_recorded(tmp_path: Path) -> None:
    """Wherever it stands among the inputs: only failed and changed documents take time."""
    out = tmp_path / "run.jsonl"
    mixed = [("bad", "RAISE"), *texts(20), ("worse", "RAISE"), ("changed", "once")]
    batch(mixed, out)
    seen: list[slm.BatchReport] = []
    mixed[-1] = ("changed", "twice")
    batch(mixed, out, if_exists="retry", on_progress=lambda report, _: seen.append(report))
    assert [(report.left, report.known) for report in seen] == [(23, 21), (22, 21), (1, 1), (0, 0)]
    assert [report.seconds_left for report in seen] == [None, seen[1].seconds, 0, 0]


def test_settings_are_told_apart(nano: slm.Model) -> None:
    """Each parameter, schema, prompt and the model's files; not the order they come in."""

    class Other(BaseModel):
        vendor: str
        total: float | None

    def digest(call: Any, **keywords: Any) -> str:
        return slm.bind(partial(call, **keywords)).digest(nano, slm.ReadOptions())

    task = slm.Task(EXAMPLES / "prompts" / "meeting_actions.md", Bill)
    some = [
        digest(slm.extract, schema=Bill),
        digest(slm.extract, schema=Other),
        digest(slm.extract, schema=Bill, instructions="x"),
        digest(slm.extract, schema=Bill, grounding="flag"),
        digest(slm.summarize, style="quotes"),
        digest(slm.summarize, style="tldr"),
        digest(task, variables={"team": "a"}),
        digest(task, variables={"team": "b"}),
        digest(slm.reply, facts="one"),
        digest(slm.reply, facts="two"),
        slm.bind(see, "1").digest(nano, slm.ReadOptions()),
        slm.bind(see, "2").digest(nano, slm.ReadOptions()),
        slm.bind(see, "2").digest(MODEL, slm.ReadOptions()),
    ]
    assert len(set(some)) == len(some)
    assert digest(slm.summarize, style="tldr", length="short") == digest(
        slm.summarize, length="short", style="tldr"
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: slm.bind(partial(slm.extract, "text")), "by keyword"),
        (lambda: slm.bind(slm.extract), "schema"),
        (lambda: slm.bind(partial(slm.extract, schema=Bill, colour=1)), "colour"),
        (lambda: slm.bind(partial(slm.extract, schema=Bill, model=None)), "to the batch"),
        (lambda: slm.bind(partial(slm.summarize, style="song")), "song"),
        (lambda: slm.bind(partial(slm.reply, facts=object())), "object"),
        (lambda: slm.bind(print), "settings="),
        (lambda: slm.bind(lambda document: document, "own/1"), "'model'"),
        (lambda: slm.ReadOptions(tries=0), "more than 0"),
    ],
)
def test_what_does_not_fit_is_said_before_any_document(call: Any, said: str) -> None:
    """A wrong argument is none of 2,000 failures."""
    with pytest.raises((TypeError, ValueError), match=said):
        call()


def test_the_models_own_answers_are_recorded(exact_model: slm.Model, tmp_path: Path) -> None:
    """As the function gives them, in fp32 whatever was asked before; after a resumption too."""
    bound = partial(slm.extract, schema=Bill)
    out = tmp_path / "run.jsonl"
    inbox = sorted((EXAMPLES / "inbox").glob("*"))
    slm.batch(inbox[:2], bound, out=out, model=exact_model)
    slm.batch(inbox, bound, out=out, model=exact_model)
    slm.batch(inbox, bound, out=tmp_path / "whole.jsonl", model=exact_model)
    assert steady(written(out)) == steady(written(tmp_path / "whole.jsonl"))
    for record, path in zip(written(out), inbox, strict=True):
        if record.status == "ok":
            result = slm.extract(path, Bill, model=exact_model)
            assert record.value == result.value.model_dump(mode="json")
            assert record.evidence == result.evidence
            assert record.confidence == pytest.approx(result.confidence, rel=1e-4)
            assert record.confidence.keys() == {"vendor", "total"}


def test_products_and_messages_are_documents_too(random_model: slm.Model, tmp_path: Path) -> None:
    """A product is JSON, a message any text."""
    bound = partial(slm.describe_product, length="short")
    product = json.dumps({"name": "Trail 3", "features": ["light"]})
    out = tmp_path / "products.jsonl"
    slm.batch([("a", product), ("b", "none")], bound, out=out, model=random_model)
    first, second = written(out)
    assert first.value is not None
    assert first.value["title"].startswith("Trail 3")
    assert second.error is not None
    assert second.error.type == "SchemaError"
    bound = partial(slm.reply, facts=EXAMPLES / "facts.md")
    out = tmp_path / "replies.jsonl"
    slm.batch([("a", "Do you ship to Norway?")], bound, out=out, model=random_model)
    assert written(out)[0].value is not None


class Minutes(BaseModel):
    headline: Annotated[str, slm.Prose(max_words=10)]
    held: date | None


def test_a_task_of_ones_own_runs_through_a_batch(nano: slm.Model, tmp_path: Path) -> None:
    """Its variables bound, it records what it answers by itself."""
    task, minutes = slm.Task(EXAMPLES / "prompts" / "meeting_actions.md", Minutes), "minutes.txt"
    out = tmp_path / "run.jsonl"
    bound = partial(task, variables={"team": "Joel, Priya"})
    report = slm.batch([EXAMPLES / minutes], bound, out=out, model=nano)
    assert report.done.ok == 1
    alone = task(EXAMPLES / minutes, {"team": "Joel, Priya"}, model=nano)
    (record,) = written(out)
    assert record.value == alone.value.model_dump(mode="json")
    assert record.value["headline"]
    assert record.warnings == alone.warnings
