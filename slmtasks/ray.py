"""A batch over a Ray cluster: the same records, made by models in several processes.

Ray Data deals the documents out, starts the workers again that die, and tries again what
they had in hand; the caller's process alone writes the output. There is no scheduler here.
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

# A cluster that Ray starts tells its makers how it is used, unless this is set before.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

try:
    import ray
    import ray.data
except ImportError as error:
    raise BatchError('Ray is one package more: pip install "slmtasks[ray]"') from error

BLOCK = 4
"""Documents that go to a worker together, and that are lost together where it dies."""

TRIES = 2
"""How often Ray tries a block again; then its documents are left for the next run."""


@dataclass(frozen=True)
class Workers:
    """How many models there are, and what each may use of its machine.

    `model` and `device` are as for `load`; a folder must lie at one path on every machine,
    as must the documents, and each of `count` workers has `cpus` cores and `gpus` GPUs.
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

    The records, their digests and what a rerun does are the same; one that was begun on
    one machine goes on here, and the other way round. The cluster is the one that Ray is
    connected to, or else a local one. Documents of a block that Ray gave up are `left`.

    Raises as `slmtasks.batch`, BatchError where Ray does not start, and ModelError where a
    worker's model is another one.
    """
    workers, reading, bound = workers or Workers(), reading or ReadOptions(), bind(task)
    listed = found(inputs, bound.suffixes, but=[Path(out)]).inputs
    _connect()
    uses = {"num_cpus": workers.cpus, "num_gpus": workers.gpus}
    # Where a worker can run: the caller's own machine need not have room for the model.
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
                # Without it, a document that ends its worker is tried for ever.
                max_task_retries=TRIES,
                **uses,
            )
            yield from _until_stopped(iter(answered.iter_rows()), stops)

    begun = BatchReport(out=str(out), settings_digest=settings, inputs=len(listed))
    return recorded(begun, listed, answering, if_exists, fail_fast, on_progress)


def _connect() -> None:
    """Connect to a cluster as Ray does at its first call, but say where it cannot."""
    if ray.is_initialized():
        return
    try:
        ray.init()
    except Exception as error:
        # It is an Exception and nothing more where Ray's processes take over 30 s to begin.
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
    """Have Ray go on with the others where a block fails for good."""
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
    """A model, and a process that reads for it; Ray makes one for each worker."""

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
