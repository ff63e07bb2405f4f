"""Load a model, and the process-wide model of tasks that name none."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from slmtasks import notices
from slmtasks.models import devices, manifest, store
from slmtasks.models.session import Session


class Model:
    """A loaded model: made by `load`, a context manager, safe to share between threads.

    Results carry its `name`; `folder` holds its files. `device` is what it runs on,
    `threads` the number of cores that it uses, `context` the most tokens that a prompt and
    its answer have together. `internals` are no part of the API.
    """

    def __init__(self, session: Session, *, name: str, folder: Path, threads: int) -> None:
        self.internals = session
        self.name = name
        self.folder = folder
        self.device = session.device
        self.threads = threads
        self.context = session.context

    def __repr__(self) -> str:
        return f"<Model {self.name!r} on {self.device!r}, context {self.context}>"

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name != "internals"]

    def close(self) -> None:
        """Free the model's memory; a task that uses it afterwards raises ModelError."""
        self.internals.close()

    def count_tokens(self, text: str) -> int:
        """How many tokens the model reads for `text`, exactly."""
        return self.internals.tokenizer.count(text)


def load(
    name_or_folder: str | Path | None = None,
    *,
    device: str = "auto",
    threads: int | None = None,
    context: int | None = None,
    cache: int | None = None,
    verify: bool = False,
) -> Model:
    """Load a model: "nano" (the embedded one), one that was pulled, or a folder's path.

    None takes the environment's SLMTASKS_MODEL, else "micro" or "phi-3-mini", whichever is
    pulled, else "nano". `device` is a word of `slmtasks.models.devices.KNOWN`; "auto" keeps a
    provider that the folder names itself, else takes the best that loads, and warns where a
    better one that is installed did not. A path may be of a folder with one model below it, as
    Olive and Foundry Local make them. `threads` is all cores by default. `context` lowers the
    model's own limit of tokens, and so its memory; for a model with two sets of RoPE factors,
    which is used up to where they switch, it opens what lies beyond (docs/devices.md says at
    what cost). `cache` is how many bytes of KV caches may be kept for the prompts of later
    calls: by default a quarter of the memory that is free, at most 4 GiB. One call may need
    more than that. `verify` first compares a pulled model's files with its manifest, byte by
    byte.

    Raises ModelNotFound, ModelCorrupt, CatalogError, DeviceUnavailable or OutOfMemory.
    """
    devices.check(device)
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}; give at least 1")
    if context is not None and context < 256:
        raise ValueError(f"context is {context}; give at least 256 tokens")
    if cache is not None and cache < 0:
        raise ValueError(f"cache is {cache}; give a number of bytes, 0 or more")
    name, folder = store.resolve(name_or_folder or store.default(), device)
    if name == store.EMBEDDED and device == "auto":
        device = "cpu"  # So small that any other device is slower.
    if verify:
        manifest.verify(folder)
    threads = threads or devices.cores()
    session = Session(folder, device=device, threads=threads, context=context, cache=cache)
    return Model(session, name=name, folder=folder, threads=threads)


_default_lock = threading.Lock()
_default: dict[str, Model] = {}


def default() -> Model:
    """The process-wide model of tasks that were given none, loaded at first use."""
    with _default_lock:
        name = store.default()
        if name not in _default:
            forget_default()
            if name == store.EMBEDDED:
                notices.warn(_INTRODUCTION)
            _default[name] = load(name)
        return _default[name]


def forget_default() -> None:
    """Let go of the process-wide model: the next call that names none loads it anew."""
    _default.clear()


_INTRODUCTION = (
    "slmtasks uses its embedded model 'nano', a demonstration of a few million parameters; "
    "for real work: slmtasks models pull micro"
)
