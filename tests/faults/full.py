"""Faults of a batch in their full form; the suite has the short ones (test_batch, test_journal).

    python tests/faults/full.py kill|cut|disk|race|poison|stop|memory|text [--times N] [--seed N]

Each ends with what was done and exit status 0, or with the assertion that failed. All but
`stop` use a task without a model: what is tested are the records.
"""

from __future__ import annotations

import argparse
import errno
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from staged import MODEL, START, batch, broken, steady, texts, written  # noqa: E402
from test_batch import running  # noqa: E402
from test_journal import Failing  # noqa: E402

import slmtasks as slm  # noqa: E402
from slmtasks import batching, reader  # noqa: E402
from slmtasks.errors import BatchError  # noqa: E402
from slmtasks.journal import Journal  # noqa: E402

assert MODEL
assert broken


def kill(folder: Path, times: int) -> str:
    """kill -9 at random moments, then resume: the records of an undisturbed run."""
    out = folder / "run.jsonl"
    count = 3 * times + 5
    grown = Counter[int]()
    for _ in range(times):
        with running(out, count, 0.05) as process:
            begun = _size(out)
            if random.random() > 0.1:
                # Mostly while it works, which begins later under load.
                while process.poll() is None and _size(out) == begun:
                    time.sleep(0.002)
            time.sleep(random.uniform(0, 0.4))
            process.kill()
        lines = out.read_bytes().count(b"\n") if out.exists() else 0
        grown[lines] += 1
    batch(texts(count), out)
    batch(texts(count), folder / "whole.jsonl")
    assert steady(written(out)) == steady(written(folder / "whole.jsonl"))
    return f"{times} kills, at {len(grown)} different lengths of {count} records: no difference"


def _size(out: Path) -> int:
    return out.stat().st_size if out.exists() else 0


def cut(folder: Path, times: int) -> str:
    """The output cut at every byte, then resumed: the same records."""
    whole = folder / "whole.jsonl"
    batch(texts(times), whole)
    wanted = steady(written(whole))
    data = whole.read_bytes()
    out = folder / "run.jsonl"
    for size in range(len(data) + 1):
        out.write_bytes(data[:size])
        batch(texts(times), out)
        assert steady(written(out)) == wanted, size
        kept = data[:size].rpartition(b"\n")[0]
        assert out.read_bytes().startswith(kept), size
    return f"{times} records cut at each of {len(data) + 1} offsets: no difference"


def disk(folder: Path, times: int) -> str:
    """The Nth operation of the disc fails, for each N until none does; then a resumption."""
    done = 0
    for error in (errno.ENOSPC, errno.EIO):
        for torn in (False, True):
            for at in range(1, 10_000):
                out = folder / f"{error}-{torn}-{at}.jsonl"
                failing = Failing(at, error, torn=torn)
                batching.Journal = lambda path, failing=failing: Journal(path, failing)
                try:
                    batch(texts(times), out)
                except BatchError:
                    assert failing.left <= 0
                finally:
                    batching.Journal = Journal
                batch(texts(times), out)
                assert set(steady(written(out))) == {name for name, _ in texts(times)}
                done += 1
                if failing.left > 0:
                    break
    return f"{done} failing operations over {times} records: each resumed to one record each"


def race(folder: Path, times: int) -> str:
    """8 processes on one output, `times` times: one writes, the others are told so."""
    told = 0
    for number in range(times):
        out = folder / f"{number}.jsonl"
        racers = [running(out, 40, 0.02) for _ in range(8)]
        for racer in racers:
            said = racer.communicate(timeout=300)[1]
            assert racer.returncode == 0 or "OutputLocked" in said, said
            told += racer.returncode != 0
        assert len(steady(written(out))) == 40
    return f"{times} times 8 processes: one record each, {told} were told of the lock"


def poison(folder: Path, times: int) -> str:
    """A document that breaks its reader at each position of `times`."""
    reader._START = START
    inbox = folder / "inbox"
    inbox.mkdir()
    paths = [inbox / f"{n:03}.txt" for n in range(times)]
    for path in paths:
        path.write_text(f"fine {path.name}")
    limits = slm.Reading(limits=slm.Limits(seconds=2, memory_bytes=200 << 20))
    kinds = Counter[str]()
    for number, path in enumerate(paths):
        poisoned = "DIE" if number % 10 else random.choice(["HANG", "EAT"])
        path.write_text(poisoned)
        kinds[poisoned] += 1
        out = folder / f"{number}.jsonl"
        report = batch(inbox, out, reading=limits)
        assert (report.done.ok, report.done.failed) == (times - 1, 1), report
        bad = steady(written(out))[str(path)]
        assert bad.error is not None
        assert bad.error.type == "UnreadableDocument"
        path.write_text(f"fine {path.name}")
    return f"poison at each of {times} positions ({dict(kinds)}): all others done"


def memory(folder: Path, times: int) -> str:
    """Reading a PDF with ever more memory: a typed result each time, until it is read."""
    pdf = TESTS.parent / "examples" / "quarterly-report.pdf"
    kinds = Counter[str]()
    for number in range(1, times + 1):
        limits = slm.Reading(limits=slm.Limits(memory_bytes=number << 18), tries=1)
        batch(pdf, folder / f"{number}.jsonl", reading=limits)
        (record,) = written(folder / f"{number}.jsonl")
        assert record.error is None or issubclass(
            getattr(slm, record.error.type), slm.DocumentError
        )
        kinds[record.error.type if record.error else record.status] += 1
    return f"{times} limits from 0.25 MiB to {times / 4:g} MiB: {dict(kinds)}"


def text(folder: Path, times: int) -> str:
    """Every code point of Unicode through a record and back, `times` in a document."""
    inputs = []
    for start in range(0, 0x110000, times):
        said = "x" + "".join(map(chr, range(start, min(start + times, 0x110000))))
        inputs.append((f"{start:06x}", said))
    out = folder / "run.jsonl"
    batch(inputs, out)
    for record, (_, said) in zip(written(out), inputs, strict=True):
        assert record.value == {"text": slm.read(said).text}
    return f"{0x110000} code points in {len(inputs)} documents: all come back"


STOP = """
import os, sys, threading
from functools import partial
from pathlib import Path
from pydantic import BaseModel
import slmtasks as slm
from slmtasks import decoding, reader
from staged import START

class Bill(BaseModel):
    vendor: str
    total: float

out, where, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])

def tell(name, method):
    def told(*arguments, **keywords):
        if name == where:
            Path(str(out) + ".reached").touch()
        return method(*arguments, **keywords)
    return told

decoding.Decoder._append = tell("prefill", decoding.Decoder._append)
decoding.Decoder._choose = tell("decode", decoding.Decoder._choose)
reader.Reader.read = tell("parse", reader.Reader.read)
if where == "parse":
    reader._START = START
files = [Path(name) for name in sys.argv[4:]]
with slm.load("nano", threads=1) as model:
    slm.batch(files, partial(slm.extract, schema=Bill), out=out, model=model)
"""


def stop(folder: Path, times: int) -> str:
    """SIGTERM in prefill, decode and parse of nano, `times` each: the longest took so long."""
    long = folder / "long.txt"
    long.write_text("Invoice of Harbour Lane Ceramics Ltd, total 1,536.00 EUR.\n" * 60)
    hang = folder / "hang.txt"
    hang.write_text("HANG")
    longest = {}
    for where in ("prefill", "decode", "parse"):
        for number in range(times):
            out = folder / f"{where}{number}.jsonl"
            file = hang if where == "parse" else long
            with subprocess.Popen(
                [sys.executable, "-c", STOP, str(out), where, "0", str(file), str(long)],
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            ) as process:
                while not Path(f"{out}.reached").exists():
                    assert process.poll() is None
                    time.sleep(0.001)
                time.sleep(random.uniform(0, 0.2))
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                said = process.communicate(timeout=60)[1]
                taken = time.monotonic() - begun
            assert "BatchStopped" in said or process.returncode == 0, said
            assert taken < 5, (where, taken)
            written(out)
            longest[where] = max(longest.get(where, 0.0), taken)
    shown = ", ".join(f"{where} {taken:.2f} s" for where, taken in longest.items())
    return f"{times} SIGTERM in each: at most {shown}, the process's own end included"


TIMES = {
    kill: 200,
    cut: 10,
    disk: 20,
    race: 10,
    poison: 100,
    memory: 60,
    text: 4096,
    stop: 10,
}


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", choices=[fault.__name__ for fault in TIMES])
    parser.add_argument("--times", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    fault = next(fault for fault in TIMES if fault.__name__ == options.fault)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        said = fault(Path(folder), options.times or TIMES[fault])
    print(f"{options.fault}: {said} ({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
