"""Run a batch on a Ray cluster: the same records, made by models in several processes.

Ray Data distributes the documents, restarts workers that die, and retries the documents that
they were working on; only the caller's process writes the output. There is no scheduler here.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slmtasks import notices
from slmtasks.batching.binding import Bound, bind
from slmtasks.batching.inputs import Inputs, found
from slmtasks.batching.read_ahead import CrashLog, Opener
from slmtasks.batching.records import BatchReport, Record
from slmtasks.batching.run import Answers, Done, IfExists, Listener, record, recorded
from slmtasks.batching.signals import StopSignals
from slmtasks.documents.sandbox import ReadOptions
from slmtasks.errors import BatchError, ModelError
from slmtasks.models.model import load

# A cluster that Ray starts reports usage statistics to its makers, unless this is set before.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

try:
    import ray
    import ray.data
except ImportError as error:
    raise BatchError('Ray is one package more: pip install "slmtasks[ray]"') from error

BLOCK = 4
"""The number of documents that a worker receives together, and loses together if it dies."""

TRIES = 2
"""How often Ray retries a block before it leaves its documents for the next run."""


@dataclass(frozen=True)
class Workers:
    """The number of models, and the resources of each.

    `model` and `device` are as for `load`; a model folder and the documents must have the
    same path on every machine. Each of `count` workers has `cpus` cores and `gpus` GPUs.
    """

    model: str | Path | None = None
    device: str = "auto"
    count: int = 2
    cpus: int = 1
    gpus: float = 0.0

    def __post_init__(self) -> None:
        if self.count < 1 or self.cpus < 1 or self.gpus < 0:
            raise ValueError("give at least one worker, with at least one CPU each")


@notices.renamed(existing="if_exists", watch="on_progress")
def batch(
    inputs: Inputs,
    task: Callable[..., Any] | Bound,
    *,
    out: str | Path,
    workers: Workers | None = None,
    if_exists: IfExists = "resume",
    reading: ReadOptions | None = None,
    fail_fast: bool = False,
    on_progress: Listener | None = None,
) -> BatchReport:
    """Run a task over documents as `slmtasks.batch` does, on `workers` of a Ray cluster.

    The records, their digests and the behavior of a rerun are the same; a batch begun on one
    machine can continue here, and vice versa. The cluster is the one that Ray is connected
    to, or else a local one. Documents of a block that Ray gives up on are `left`.

    Raises as `slmtasks.batch`, BatchError if Ray does not start, and ModelError if a worker
    has a different model.
    """
    workers, reading, bound = workers or Workers(), reading or ReadOptions(), bind(task)
    listed = found(inputs, bound.suffixes, but=[Path(out)]).inputs
    _connect()
    uses = {"num_cpus": workers.cpus, "num_gpus": workers.gpus}
    # Run on a worker: the caller's own machine may not have room for the model.
    settings = ray.get(ray.remote(**uses)(_settings).remote(bound, workers, reading))

    def answering(done: Done, crashes: CrashLog, stops: StopSignals) -> Answers:
        known: dict[str, Done] = {}
        for (name, digest), status in done.items():
            known.setdefault(name, {})[name, digest] = status
        rows = [{"asked": pickle.dumps((entry, known.get(entry.id, {})))} for entry in listed]
        if not rows:
            return
        blocks = max(-(-len(rows) // BLOCK), min(len(rows), workers.count))
        with _giving_up():
            answered = ray.data.from_items(rows, override_num_blocks=blocks).map(
                _Worker,
                fn_constructor_args=(bound, workers, reading, settings),
                compute=ray.data.ActorPoolStrategy(size=workers.count),
                # Without it, a document that kills its worker is retried forever.
                max_task_retries=TRIES,
                **uses,
            )
            yield from _until_stopped(iter(answered.iter_rows()), stops)

    begun = BatchReport(out=str(out), settings_digest=settings, inputs=len(listed))
    return recorded(begun, listed, answering, if_exists, fail_fast, on_progress)


def _connect() -> None:
    """Connect to a cluster as Ray does at its first call, but report a failure clearly."""
    if ray.is_initialized():
        return
    try:
        ray.init()
    except Exception as error:
        # Ray raises a plain Exception if its processes take over 30 s to start.
        said = str(error).partition("\n")[0].rstrip(".")
        raise BatchError(
            f"Ray does not start: {said}; it may on a less busy machine, or start a cluster by "
            "ray start --head first; its logs are in ray/session_latest/logs of the temporary "
            "folder"
        ) from error


def _until_stopped(rows: Iterator[dict[str, Any]], stops: StopSignals) -> Answers:
    while not stops.asked:
        try:
            with stops.breakable:
                row = next(rows, None)
        except KeyboardInterrupt:
            stops.asked = True
            return
        if row is None:
            return
        yield row["known"] or Record.model_validate_json(row["record"])


@contextmanager
def _giving_up() -> Iterator[None]:
    """Make Ray continue with other blocks if a block fails for good."""
    context = ray.data.DataContext.get_current()
    former = context.max_errored_blocks
    context.max_errored_blocks = -1
    try:
        yield
    finally:
        context.max_errored_blocks = former


def _settings(bound: Bound, workers: Workers, reading: ReadOptions) -> str:
    with load(workers.model, device=workers.device, threads=workers.cpus) as model:
        return bound.digest(model, reading)


class _Worker:
    """A model and its reading process; Ray creates one for each worker."""

    def __init__(self, bound: Bound, workers: Workers, reading: ReadOptions, settings: str) -> None:
        self._bound = bound
        self._settings = settings
        self._model = load(workers.model, device=workers.device, threads=workers.cpus)
        if bound.digest(self._model, reading) != settings:
            raise ModelError(
                f"{self._model.folder} holds another model on one machine than on the others; "
                "copy one folder to all of them"
            )
        self._done: Done = {}
        self._opener = Opener(reading, self._done, CrashLog())

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        entry, known = pickle.loads(row["asked"])  # noqa: S301
        self._done.update(known)
        opened = self._opener.open(entry)
        if opened.known is not None:
            return {"known": opened.known, "record": b""}
        made = record(opened, self._bound, self._model, self._settings)
        return {"known": "", "record": made.line()}
