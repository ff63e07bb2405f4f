"""Load a model folder and ask it.

With `providers`, the only module that knows onnxruntime_genai.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from slmtasks import notices
from slmtasks.decoding.chat_template import ChatTemplate
from slmtasks.decoding.context_plan import Plan
from slmtasks.decoding.kv_cache import Pool, Runtime, Stepping
from slmtasks.decoding.loop import Answer, Decoder, DecodeRequest, Watch
from slmtasks.decoding.tokenizer import Tokenizer
from slmtasks.errors import ModelCorrupt, ModelError, OutOfMemory, TimedOut
from slmtasks.models import devices, genai_config, manifest, providers, store
from slmtasks.prompt_files import Message
from slmtasks.results import Usage

if TYPE_CHECKING:
    import onnxruntime_genai as og

SMALL_CACHE = 64 << 20
"""Bytes of KV cache that are not worth making anew for a longer prompt."""


@dataclass
class Internals:
    """What a model is made of, for tests, benchmarks and training; no part of the API.

    `runtime` is None once the model is closed, `rewinds` whether its provider can forget
    tokens, `lock` held by the call that is being answered.
    """

    runtime: og.Model | None
    decoder: Decoder
    rewinds: bool
    lock: threading.RLock = field(default_factory=threading.RLock)


class Model:
    """A loaded model: made by `load`, a context manager, safe to share between threads.

    `name` is what results carry, `folder` where it lies, `context` how many tokens a
    prompt and its answer may have together, `threads` the cores in use, `plan` the limits
    of its calls.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        device: str,
        threads: int,
        context: int | None,
        cache: int | None,
    ):
        self.name = name
        self.folder = folder
        self.threads = threads
        settings = genai_config.read(folder)
        settings.context(context)
        self._answering: int | None = None
        self.tokenizer = Tokenizer(folder, settings.vocab_size, settings.stops)
        runtime, self.device = providers.open_model(
            folder, settings, device=device, kind=store.kind(folder), threads=threads
        )
        self.context = settings.context(context, devices.context_limit(self.device))
        token_bytes = settings.decoder.bytes_per_token
        self.plan = Plan(self.context, settings.switch, token_bytes, 4 * settings.vocab_size)
        self._chat = _chat(runtime)
        pool = Pool(
            self._generator,
            plan=self.plan,
            budget=_budget(cache) // token_bytes,
            step=max(256, SMALL_CACHE // token_bytes),
        )
        decoder = Decoder(pool, self.tokenizer, settings.stops, self.plan)
        self.internals = Internals(runtime, decoder, providers.rewinds(runtime))
        decoder.options.drafts = self.internals.rewinds and providers.verifies(runtime)

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

    def close(self) -> None:
        """Give the model's memory back; asking it afterwards raises ModelError."""
        with self.internals.lock:
            self.internals.decoder.pool.clear()
            self.internals.runtime = None

    def count_tokens(self, text: str) -> int:
        """How many tokens the model is fed for `text`, exactly."""
        return self.tokenizer.count(text)

    def affordable(self) -> tuple[int, int]:
        """The most tokens of a call in the memory that is free now, or kept for prefixes.

        Below the RoPE switch, and beyond it, 0 where a call cannot be there; see `plans`.
        """
        kept = self.internals.decoder.pool.tokens * self.plan.token_bytes
        return self.plan.affordable(devices.free_memory() + kept)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """A conversation as the ids that the model is fed, by the folder's chat template.

        The control tokens are the template's alone: whatever a message holds is text.
        """
        return self._chat.encode(messages, self.tokenizer.encode)

    def answer(self, request: DecodeRequest, watch: Watch | None = None) -> tuple[Answer, Usage]:
        """Decode an answer to a prompt, within its grammar; see `Decoder.decode`.

        Raises ModelError where `watch` itself asks this model.
        """
        begun, me = time.perf_counter(), threading.get_ident()
        if self._answering == me:
            raise ModelError(
                "on_progress called its own model; call the model after the task returns"
            )
        left = math.inf if request.deadline is None else request.deadline - time.monotonic()
        try:
            if not self.internals.lock.acquire(timeout=min(max(0.0, left), threading.TIMEOUT_MAX)):
                raise TimedOut("another call kept the model until the time was over; give it more")
            self._answering = me
            answer = self.internals.decoder.decode(request, watch)
        finally:
            if self._answering == me:
                self._answering = None
            # Where a stop comes as the lock is given, nothing else says whose it is.
            with suppress(RuntimeError):
                self.internals.lock.release()
        return answer, Usage(
            prompt_tokens=answer.prompt_tokens,
            cached_tokens=answer.cached_tokens,
            generated_tokens=len(answer.tokens),
            seconds=time.perf_counter() - begun,
        )

    def _generator(self, length: int) -> Runtime:
        runtime = self.internals.runtime
        if runtime is None:
            raise ModelError("the model was closed; load it again")
        needed = self.plan.memory(length)
        if needed > devices.free_memory():
            raise OutOfMemory(
                f"{length} tokens need {needed >> 20} MiB of memory and "
                f"{devices.free_memory() >> 20} are free; give the model less text, or load it "
                "with a smaller context"
            )
        generator: Runtime = providers.generator(runtime, length)
        return generator if self.internals.rewinds else Stepping(generator)


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
    return Model(
        folder,
        name=name,
        device=device,
        threads=threads or devices.cores(),
        context=context,
        cache=cache,
    )


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


def _budget(cache: int | None) -> int:
    return min(4 << 30, devices.free_memory() // 4) if cache is None else cache


def _chat(model: og.Model) -> ChatTemplate:
    import onnxruntime_genai as og

    try:
        tokenizer = og.Tokenizer(model)
    except RuntimeError as error:
        raise ModelCorrupt(
            f"the model's tokenizer cannot be loaded ({error}); fetch the folder again"
        ) from error

    def render(turns: list[Message]) -> str:
        try:
            text: str = tokenizer.apply_chat_template(
                messages=json.dumps(turns), add_generation_prompt=True
            )
        except RuntimeError as error:
            raise ModelCorrupt(f"the model's chat template fails: {error}") from error
        return text

    return ChatTemplate(render, lambda text: [int(token) for token in tokenizer.encode(text)])
