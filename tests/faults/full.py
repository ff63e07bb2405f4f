"""Faults of a batch in their full form; test_faults.py has each of them in a short one.

    python tests/faults/full.py [FAULT...] [--times N] [--seed N] [--log FILE]

Without a name all of them run, in less than an hour of one core. Each ends with one line that
says what was done, or the script ends with the assertion that failed. With --log the lines
are kept in a file, and a fault that has its line there is not run again. All but `stop` use
a task without a model: what is tested are the records. Faults of texts are in texts.py, and
malformed PDFs in malformed_pdfs.py.
"""

from __future__ import annotations

import argparse
import errno
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from faults import starved, texts  # noqa: E402
from staged import START, batch, steady, written  # noqa: E402
from staged import texts as documents  # noqa: E402
from test_batch import begun, running  # noqa: E402
from test_journal import Failing  # noqa: E402

import slmtasks as slm  # noqa: E402
from slmtasks.batching import run  # noqa: E402
from slmtasks.batching.journal import Journal  # noqa: E402
from slmtasks.documents import sandbox  # noqa: E402
from slmtasks.errors import BatchError  # noqa: E402


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
    batch(documents(count), out)
    batch(documents(count), folder / "whole.jsonl")
    assert steady(written(out)) == steady(written(folder / "whole.jsonl"))
    return f"{times} kills, at {len(grown)} different lengths of {count} records: no difference"


def _size(out: Path) -> int:
    return out.stat().st_size if out.exists() else 0


def cut(folder: Path, times: int) -> str:
    """The output cut at every byte, then resumed: the same records."""
    whole = folder / "whole.jsonl"
    batch(documents(times), whole)
    wanted = steady(written(whole))
    data = whole.read_bytes()
    out = folder / "run.jsonl"
    for size in range(len(data) + 1):
        out.write_bytes(data[:size])
        batch(documents(times), out)
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
                run.Journal = lambda path, failing=failing: Journal(path, failing)
                try:
                    batch(documents(times), out)
                except BatchError:
                    assert failing.left <= 0
                finally:
                    run.Journal = Journal
                batch(documents(times), out)
                assert set(steady(written(out))) == {name for name, _ in documents(times)}
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
    usual, sandbox._START = sandbox._START, START
    inbox = folder / "inbox"
    inbox.mkdir()
    paths = [inbox / f"{n:03}.txt" for n in range(times)]
    for path in paths:
        path.write_text(f"fine {path.name}")
    limits = slm.ReadOptions(limits=slm.Limits(seconds=2, memory_bytes=200 << 20))
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
    sandbox._START = usual
    return f"poison at each of {times} positions ({dict(kinds)}): all others done"


def memory(folder: Path, times: int) -> str:
    """The Nth allocation fails while a PDF is read; then a batch with ever larger limits."""
    pdf = TESTS.parent / "examples" / "quarterly-report.pdf"
    nth = starved.run(pdf, times) if find_spec("_testcapi") else "no hook for allocations"
    kinds = Counter[str]()
    limits = max(times // 50, 2)
    for number in range(1, limits + 1):
        reading = slm.ReadOptions(limits=slm.Limits(memory_bytes=number * (60 << 20) // limits))
        batch(pdf, folder / f"{number}.jsonl", reading=reading)
        (record,) = written(folder / f"{number}.jsonl")
        if record.error is None:
            assert record.value == {"text": slm.read(pdf).text}, number
        else:
            assert issubclass(getattr(slm, record.error.type), slm.DocumentError)
        kinds[record.error.type if record.error else record.status] += 1
    return f"{nth}; {limits} limits up to 60 MiB: {dict(kinds)}"


STOP = """
import sys
from functools import partial
from pathlib import Path
from pydantic import BaseModel
import slmtasks as slm
from slmtasks.decoding import kv_cache, loop
from slmtasks.documents import sandbox
from staged import START

class Bill(BaseModel):
    vendor: str
    total: float

out, where = Path(sys.argv[1]), sys.argv[2]

def tell(owner, name, of):
    method = getattr(owner, name)
    def told(*arguments, **keywords):
        if of == where and out.exists():
            Path(str(out) + ".reached").touch()
        return method(*arguments, **keywords)
    setattr(owner, name, told)

tell(kv_cache.Cache, "append", "prefill")
tell(loop._Call, "_chosen", "decode")
tell(sandbox.Reader, "read", "parse")
if where == "parse":
    sandbox._START = START
files = [Path(name) for name in sys.argv[3:]]
with slm.load("nano", threads=1) as model:
    slm.batch(files, partial(slm.extract, schema=Bill), out=out, model=model)
"""


class Bill(BaseModel):
    vendor: str
    total: float


def stop(folder: Path, times: int) -> str:
    """SIGTERM in prefill, decode and parse of nano, then resumed to what there would have been."""
    long, hang = folder / "long.txt", folder / "hang.txt"
    long.write_text("Invoice of Harbour Lane Ceramics Ltd, total 1,536.00 EUR.\n" * 60)
    hang.write_text("HANG, total 7")
    longest = dict.fromkeys(("prefill", "decode", "parse"), 0.0)
    with slm.load("nano", threads=1) as model:
        for where in longest:
            files = [hang, long] if where == "parse" else [long, hang]
            bound = partial(slm.extract, schema=Bill)
            whole = folder / f"{where}.jsonl"
            slm.batch(files, bound, out=whole, model=model)
            for number in range(times):
                out = folder / f"{where}{number}.jsonl"
                longest[where] = max(longest[where], _stopped(where, out, files))
                slm.batch(files, bound, out=out, model=model)
                assert steady(written(out)) == steady(written(whole)), out
    shown = ", ".join(f"{where} {taken:.2f} s" for where, taken in longest.items())
    return f"{times} SIGTERM in each, then resumed: no difference; at most {shown}"


def _stopped(where: str, out: Path, files: list[Path]) -> float:
    """The seconds from a SIGTERM, once `where` is reached, to the end of the process."""
    with begun(STOP, out, where, *files) as process:
        while not Path(f"{out}.reached").exists():
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.2))
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
        taken = time.monotonic() - since
    # What had come to its end before the signal is whole.
    assert "BatchStopped" in said or len(written(out)) == len(files), said
    assert taken < 5, (where, taken)
    return taken


Fault = Callable[[Path, int], str]
"""Stages it in a folder, so many times, and says what was done."""

TIMES: dict[Fault, int] = {
    kill: 200,
    cut: 10,
    disk: 20,
    race: 10,
    poison: 100,
    memory: 2000,
    stop: 10,
    texts.text: 4096,
    texts.encodings: 1,
    texts.naughty: 1,
}


def main() -> None:
    """Run those that are named, or all."""
    faults = {fault.__name__: fault for fault in TIMES}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(faults))
    parser.add_argument("--times", type=int, help="how often, in place of each one's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--list", type=Path, help="the big list of naughty strings as JSON")
    options = parser.parse_args()
    texts.LIST = options.list
    kept = options.log.read_text().splitlines() if options.log and options.log.exists() else []
    for name in options.faults or faults:
        if any(line.startswith(f"{name}: ") for line in kept):
            continue
        random.seed(options.seed)
        since = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            said = faults[name](Path(folder), options.times or TIMES[faults[name]])
        line = f"{name}: {said} ({time.monotonic() - since:.0f} s)"
        print(line, flush=True)
        if options.log:
            with options.log.open("a") as log:
                log.write(line + "\n")


if __name__ == "__main__":
    main()
