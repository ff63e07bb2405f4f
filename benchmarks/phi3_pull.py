"""A model of Phi-3-Mini's size from a hub on this machine to an answer: time and memory.

    python benchmarks/phi3_pull.py FOLDER

FOLDER is what synthetic_phi3.py made. It is served as phi-3-mini's repository, pulled,
verified again, loaded, and given one document; the weights are random, so that the answer
is nonsense within its grammar.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from hub import Hub, serve

ROOT = Path(__file__).parents[1]
NAME = "phi-3-mini"


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long the body takes, and the most memory that this process then held."""
    process, ended, peak = psutil.Process(), threading.Event(), [0]

    def watch() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun, used = time.perf_counter(), time.process_time()
    yield
    seconds, worked = time.perf_counter() - begun, time.process_time() - used
    ended.set()
    watcher.join()
    print(f"{what}: {seconds:.1f} s ({worked:.1f} s of processor), {peak[0] / 1e9:.2f} GB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        os.environ["SLMTASKS_MODELS"] = str(Path(place) / "models")
        os.environ["SLMTASKS_CATALOG"] = str(Path(place) / "catalog.toml")
        Path(place, "catalog.toml").write_text(
            f'[{NAME}]\ncontext = 4096\n[{NAME}.folders.cpu]\nrepository = "local/phi"\n',
            encoding="utf-8",
        )
        run(folder)


def run(folder: Path) -> None:
    import slmtasks as slm
    from slmtasks.models import manifest, store

    with serve(Hub("local/phi", folder)) as hub:
        with measured("the hub's own digests"):
            json.dumps(hub.described())
        with measured("pull and verify"):
            pulled = store.pull(NAME, source=hub.url)
    with measured(f"verify {pulled.manifest.size / 1e9:.2f} GB again"):
        manifest.verify(pulled.folder)
    with measured("load"):
        model = slm.load(NAME)
    with model, measured("one document"):
        made = slm.extract(ROOT / "examples" / "invoice.txt", fields(), model=model)
    print(f"{made.usage.prompt_tokens} tokens read, {made.usage.generated_tokens} written")
    print(made.value)


def fields() -> type:
    from slmtasks.schema import field_list

    return field_list.parse("vendor, invoice_number, issued: date, total: number")


if __name__ == "__main__":
    main()
