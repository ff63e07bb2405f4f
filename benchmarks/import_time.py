"""How long `import slmtasks` takes: python benchmarks/import_time.py [--under MS] [--by-module]

Each run is a fresh interpreter, timed inside it from just before the import to just after,
so that the interpreter's own start does not count. Prints the median of 11 runs in
milliseconds. With `--under`, exit status 1 says that it took longer; with `--by-module`,
the ten slowest modules of one run follow.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

RUNS = 11
CODE = (
    "import time; start = time.perf_counter(); import slmtasks; "
    "print((time.perf_counter() - start) * 1000)"
)


def once() -> float:
    """Milliseconds of one import in a fresh interpreter."""
    run = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    return float(run.stdout)


def slowest(count: int) -> list[tuple[float, str]]:
    """The modules whose import took longest, their own imports included, in milliseconds."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import slmtasks"],
        check=True,
        capture_output=True,
        text=True,
    )
    rows = []
    for line in run.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[1].strip().isdigit():
            rows.append((int(parts[1]) / 1000, parts[2].strip()))
    return sorted(rows, reverse=True)[:count]


def main() -> int:
    """Measure, print, and judge where a bound is given."""
    parser = argparse.ArgumentParser(description="How long `import slmtasks` takes.")
    parser.add_argument("--under", type=float, metavar="MS", help="fail where it takes longer")
    parser.add_argument("--by-module", action="store_true", help="show the ten slowest modules")
    options = parser.parse_args()
    once()  # The first run writes the bytecode and fills the disk cache.
    times = [once() for _ in range(RUNS)]
    median = statistics.median(times)
    print(
        f"import slmtasks: {median:.1f} ms, median of {RUNS} ({min(times):.1f} to {max(times):.1f})"
    )
    if options.by_module:
        for milliseconds, module in slowest(10):
            print(f"{milliseconds:8.1f} ms  {module}")
    return 1 if options.under is not None and median > options.under else 0


if __name__ == "__main__":
    sys.exit(main())
