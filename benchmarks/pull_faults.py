"""Pulls over a hub that fails: at each request in turn, after each N bytes of its answer.

    python benchmarks/pull_faults.py [--folder FOLDER] [--step BYTES]

The folder is a model's; without one a tiny one is made. At each place the connection
breaks once, and then for good: every later request is answered 503. After a pull that
failed nothing may be found; after one that did not, and after the next one, a verified
model must be there. The server is the tests' own, on this machine. Prints the figures.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import hub as server
from hub import Faults, Hub, serve

SIZES = {"genai_config.json": 120, "model.onnx": 700, "model.onnx.data": 900, "tokenizer.json": 80}
STATUSES = (404, 429, 500, 503)
LATER = 60
"""Requests after the broken one that are answered 503: more than a pull makes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="a model folder in place of a tiny one")
    parser.add_argument("--step", type=int, default=100, help="bytes from one break to the next")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        repository = arguments.folder or tiny(folder / "repository")
        catalog = folder / "catalog.toml"
        catalog.write_text(
            '[tiny]\ncontext = 4096\n[tiny.folders.cpu]\nrepository = "someone/tiny"\n'
        )
        os.environ["SLMTASKS_CATALOG"] = str(catalog)
        os.environ["SLMTASKS_MODELS"] = str(folder / "models")
        time.sleep = lambda _: None  # The library waits between its own tries.
        begun = time.perf_counter()
        with serve(Hub("someone/tiny", repository)) as hub:
            counts = loop(hub, arguments.step)
    print(
        f"{counts['places']} places in {counts['requests']} requests, {counts['pulls']} pulls: "
        f"{counts['failed']} failed and left nothing to be found, {counts['whole']} were whole "
        f"and verified; of the {counts['failed']} next ones all were. "
        f"{time.perf_counter() - begun:.0f} s"
    )


def tiny(folder: Path) -> Path:
    """A folder of some hundred bytes a file, of which the larger ones count as large."""
    server.LARGE = 800
    folder.mkdir()
    for name, size in SIZES.items():
        (folder / name).write_bytes(random.Random(size).randbytes(size))
    return folder


def loop(hub: Hub, step: int) -> Counter[str]:
    from slmtasks.models import store

    logging.disable()
    store.pull("tiny", source=hub.url)
    lengths = [_length(hub, request) for request in hub.requests]
    store.remove("tiny")
    counts = Counter(requests=len(lengths))
    for number, length in enumerate(lengths, 1):
        later = dict.fromkeys(range(number + 1, number + LATER), (503, {}))
        for after in range(0, length, step):
            counts["places"] += 1
            _try(hub, Faults(drop={number: after}), counts)
            _try(hub, Faults(drop={number: after}, status=later), counts)
        for status in STATUSES:
            counts["places"] += 1
            _try(hub, Faults(status={number: (status, {})}), counts)
            _try(hub, Faults(status={number: (status, {}), **later}), counts)
    return counts


def _try(hub: Hub, faults: Faults, counts: Counter[str]) -> None:
    """A pull with faults, and where it fails another one without."""
    from slmtasks.errors import ModelNotFound, PullFailed
    from slmtasks.models import manifest, store

    hub.requests.clear()
    hub.faults = faults
    counts["pulls"] += 1
    try:
        store.pull("tiny", source=hub.url)
        counts["whole"] += 1
    except PullFailed:
        counts["failed"] += 1
        try:
            store.find("tiny")
        except ModelNotFound:
            pass
        else:
            raise SystemExit(f"half a model is found: {faults}") from None
        hub.faults = Faults()
        store.pull("tiny", source=hub.url)
    manifest.verify(store.find("tiny"))
    store.remove("tiny")


def _length(hub: Hub, request: str) -> int:
    """The bytes of a request's answer."""
    method, path = request.split()
    if method == "HEAD":
        return 0
    if path.startswith("/api/"):
        return len(json.dumps(hub.described()))
    return hub.files[path.partition(f"/resolve/{hub.commit}/")[2]].stat().st_size


if __name__ == "__main__":
    main()
