"""Pulls over a hub that fails: at each request in turn, after each N bytes of its answer.

    python benchmarks/pull_faults.py [--step BYTES]

After every failed pull nothing may be found; the next pull must bring a verified model.
The server is the tests' own, on this machine. Prints how many pulls failed and were mended.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from hub import Faults, Hub, serve

SIZES = {"genai_config.json": 1200, "model.onnx": 12_000, "tokenizer.json": 6_000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--step", type=int, default=500, help="bytes from one break to the next")
    step = parser.parse_args().step
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, size in SIZES.items():
            (folder / "repository").mkdir(exist_ok=True)
            content = random.Random(size).randbytes(size)
            (folder / "repository" / name).write_bytes(content)
        catalog = folder / "catalog.toml"
        catalog.write_text(
            '[tiny]\ncontext = 4096\n[tiny.folders.cpu]\nrepository = "someone/tiny"\n'
        )
        os.environ["SLMTASKS_CATALOG"] = str(catalog)
        os.environ["SLMTASKS_MODELS"] = str(folder / "models")
        time.sleep = lambda _: None  # The library waits between its own tries.
        with serve(Hub("someone/tiny", folder / "repository")) as hub:
            loop(hub, step)


def loop(hub: Hub, step: int) -> None:
    from slmtasks import manifest, store
    from slmtasks.errors import ModelNotFound, PullFailed

    logging.disable()
    store.pull("tiny", source=hub.url)
    requests = len(hub.requests)
    store.remove("tiny")
    pulls = failed = 0
    for number in range(1, requests + 1):
        for after in range(0, max(SIZES.values()), step):
            hub.requests.clear()
            # The library tries again by itself; what breaks for good breaks every time.
            hub.faults = Faults(drop=dict.fromkeys(range(number, number + 50), after))
            pulls += 1
            try:
                store.pull("tiny", source=hub.url)
            except PullFailed:
                failed += 1
                try:
                    store.find("tiny")
                except ModelNotFound:
                    pass
                else:
                    raise SystemExit(f"half a model is found: request {number}, byte {after}")
            hub.faults = Faults()
            manifest.verify(store.pull("tiny", source=hub.url).folder)
            store.remove("tiny")
    print(f"{pulls} pulls, {failed} of them failed; each of the next was whole and verified")


if __name__ == "__main__":
    main()
