"""Batches on a local Ray cluster of two workers: `python tests/on_ray.py MODEL FOLDER`.

In a process of its own, because Ray leaves processes behind that pytest would complain of.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import psutil
from pydantic import BaseModel

# Ray's processes meet by this machine's outer address, which the tests' guard refuses, but by
# 127.0.0.1 where Ray holds no cluster for possible, as it does on Windows and macOS.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

import ray
from staged import steady, written

import slmtasks as slm
import slmtasks.ray
from slmtasks.batching.records import Counts

INBOX = Path(__file__).parents[1] / "examples" / "inbox"


class Bill(BaseModel):
    vendor: str
    total: float


def alike(workers: slmtasks.ray.Workers, folder: Path) -> None:
    """The records of two workers are those of one process; each goes on where the other was."""
    bound = partial(slm.extract, schema=Bill)
    out, whole = folder / "ray.jsonl", folder / "whole.jsonl"
    report = slmtasks.ray.batch(INBOX, bound, out=out, workers=workers)
    assert report.done == Counts(ok=3, failed=1), report
    with slm.load(workers.model, threads=1) as model:
        assert slm.batch(INBOX, bound, out=whole, model=model).done == report.done
        assert steady(written(out)) == steady(written(whole))
        assert slm.batch(INBOX, bound, out=out, model=model).before == report.done
    whole.write_bytes(whole.read_bytes().split(b"\n")[0] + b"\n")
    report = slmtasks.ray.batch(INBOX, bound, out=whole, workers=workers)
    assert (report.before, report.done) == (Counts(ok=1), Counts(ok=2, failed=1)), report
    assert steady(written(out)) == steady(written(whole))


def dying(document: slm.Document, *, mark: str, model: slm.Model) -> slm.Result:
    """A task whose worker is killed in the middle of it, once."""
    if not Path(mark).exists():
        Path(mark).touch()
        psutil.Process().kill()
    return slm.summarize(document, style="quotes", model=model)


def replaced(workers: slmtasks.ray.Workers, folder: Path) -> None:
    """A worker that is killed is started again; each document has one record in the end."""
    inputs = [(f"{n}", f"Sentence number {n}.") for n in range(8)]
    mark = folder / "died"
    bound = slm.bind(partial(dying, mark=str(mark)), "dying/1")
    report = slmtasks.ray.batch(inputs, bound, out=folder / "run.jsonl", workers=workers)
    assert report.done == Counts(ok=8), report
    assert set(steady(written(folder / "run.jsonl"))) == {name for name, _ in inputs}
    assert mark.exists()


def main(model: str, folder: Path) -> None:
    """Both, on one cluster."""
    ray.init(
        num_cpus=2,
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}},
    )
    workers = slmtasks.ray.Workers(model=model, count=2)
    alike(workers, folder)
    replaced(workers, folder)
    print("alike, replaced")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
