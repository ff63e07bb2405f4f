"""How fast numbers and dates are found in 1 MB of text, here and in another checkout.

    python -m benchmarks.values [--beside FOLDER] [--rounds 5]

The two take turns, each in a process of its own; the medians are printed in seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

SIZE = 1_000_000

_TIMED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from slmtasks.values import dates, numbers
find_dates = getattr(dates, "find_dates", None) or dates.dates
find_numbers = getattr(numbers, "find_numbers", None) or numbers.numbers
piece = sys.stdin.read()
text = (piece * (int(sys.argv[2]) // len(piece) + 1))[: int(sys.argv[2])]
find_dates(piece, time=True)
for find in (find_numbers, find_dates):
    start = time.perf_counter()
    find(text)
    print(time.perf_counter() - start)
"""

PIECE = (
    "Invoice 12 dated 14 May 2024, customer 4471, due 23/04/2024 at 10:00.\n"
    "Widget A4 (blue)\t3\t1,044.50\t3,133.50\nShipping\t1\t12.00\t12.00\nVAT 20 %\t629.10\n"
    "The parties agree that the work is to be done with due care, and that nothing in this\n"
    "agreement is to be read as a waiver of any right of either of them. Section 3.2 applies.\n"
    "Total USD 3,774.60 of a budget of 4.7 million, paid on March 3, 2024, 8:15 PM.\n\n"
)


def timed(folder: Path) -> list[float]:
    """The seconds for numbers and for dates, in a new process."""
    command = [sys.executable, "-c", _TIMED, str(folder), str(SIZE)]
    done = subprocess.run(command, input=PIECE, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def main() -> None:
    """Print the medians of both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    folders = [Path(__file__).parents[1], *([given.beside] if given.beside else [])]
    taken: dict[Path, list[list[float]]] = {folder: [] for folder in folders}
    for _ in range(given.rounds):
        for folder in folders:
            taken[folder].append(timed(folder))
    for folder, rounds in taken.items():
        figures, days = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{folder}: numbers {figures:.2f} s, dates {days:.2f} s")


if __name__ == "__main__":
    main()
