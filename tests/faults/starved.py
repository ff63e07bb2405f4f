"""Documents read while the Nth allocation of their process fails, for many N.

    python tests/faults/starved.py FILE TIMES START

Reads FILE in this process as a batch's child does. Python's own test hook fails one
allocation of one reading; prints `N outcome` for each N: early ones one by one, later ones
further apart, to the last one that reading takes. The third argument is the N to go on
behind. It needs a Python that has its own test module.
"""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from slmtasks import Limits  # noqa: E402
from slmtasks.documents import sandbox_worker  # noqa: E402

SECONDS = 20.0
"""A reading that takes longer ends the process."""


def answer(path: Path, failing: int = 0) -> dict[str, Any]:
    """The child's answer where that allocation fails; none does for 0."""
    import _testcapi

    faulthandler.dump_traceback_later(SECONDS, exit=True)
    request = {"what": "read", "path": str(path)}
    request |= {"limits": {name: getattr(Limits(), name) for name in Limits.__slots__}}
    if failing:
        _testcapi.set_nomemory(failing - 1, failing)
    try:
        return sandbox_worker._answered(request)
    finally:
        _testcapi.remove_mem_hooks()
        faulthandler.cancel_dump_traceback_later()


def outcome(path: Path, failing: int, whole: dict[str, Any]) -> str:
    """What came of it; "whole" alone is not read again by a batch, in a fresh process."""
    try:
        found = answer(path, failing)
    except MemoryError:
        return "process ended"
    if found.get("document") == whole:
        return "whole"
    # Whatever else came of it, a document with a gap among it, says that memory ran out.
    assert found["out_of_memory"], found
    return "in part" if "document" in found else str(found["error"])


def allocations(path: Path, whole: dict[str, Any]) -> int:
    """About how many reading takes: beyond them, whichever is to fail, nothing does."""
    most, clean = 1024, 0
    while clean < 10:
        clean = clean + 1 if outcome(path, most, whole) == "whole" else 0
        most = most * 11 // 10
    return most


def numbers(last: int, times: int) -> Iterator[int]:
    """Which of them fail in turn: one by one at first, all the way to the last."""
    spread = {round(last ** (n / times)) for n in range(times + 1)}
    yield from sorted(spread | {1 + round(n * last / times) for n in range(times)})


def main() -> None:
    """Print the outcome for each N."""
    path, times, start = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    # What is imported at the first reading is there at the second.
    whole = answer(path)["document"]
    for number in numbers(allocations(path, whole), times):
        if number > start:
            print(number, flush=True, end=" ")
            print(outcome(path, number, whole), flush=True)


def run(path: Path, times: int) -> str:
    """What came of all of them; goes on behind one that ended the process, as a batch does."""
    kinds = Counter[str]()
    start, ended = 0, None
    while ended != 0:
        asked = [sys.executable, str(HERE), str(path), str(times), str(start)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert "AssertionError" not in done.stderr, done.stderr
        lines = [line.partition(" ") for line in done.stdout.splitlines()]
        assert lines, done.stderr
        kinds.update(said or "process killed" for _, _, said in lines)
        start, ended = int(lines[-1][0]), done.returncode
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"of {start} allocations {sum(kinds.values())} failed in turn: {said}, none changed"


if __name__ == "__main__":
    main()
