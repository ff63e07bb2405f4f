"""Load a model folder and ask it.

With `decoding`, the only module that knows onnxruntime_genai.
"""

from __future__ import annotations

import json
import os
import threading
import time
import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from slmtasks import config, devices
from slmtasks.caches import Pool, Runtime, Stepping
from slmtasks.chat import ChatTemplate
from slmtasks.decoding import Answer, Asked, Decoder, Watch
from slmtasks.errors import (
    DeviceUnavailable,
    ModelCorrupt,
    ModelError,
    ModelNotFound,
    OutOfMemory,
    TimedOut,
)
from slmtasks.results import Usage
from slmtasks.templates import Message
from slmtasks.tokens import Tokenizer

if TYPE_CHECKING:
    import onnxruntime_genai as og

NANO = Path(__file__).resolve().parent / "nano"
"""The folder of the embedded model."""

SMALL_CACHE = 64 << 20
"""Bytes of KV cache that are not worth making anew for a longer prompt."""

PROBE = 16
"""Tokens of the KV cache that a model is tried with when it is loaded."""


class Model:
    """A loaded model: made by `load`, a context manager, safe to share between threads.

    `name` is what results carry, `folder` where it lies, `context` how many tokens a
    prompt and its answer may have together, `threads` the cores in use.
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
        self.device = device
        self.threads = threads
        settings = config.read(folder)
        self._stops = settings.stops
        self.context = settings.context(context)
        self._token_bytes = settings.decoder.bytes_per_token
        self._lock = threading.Lock()
        self.tokenizer = Tokenizer(folder, settings.vocab_size, self._stops)
        self._model: og.Model | None = _open(folder, device, threads, settings.decoder.filename)
        self._chat = _chat(self._model)
        self._decoder = Decoder(
            Pool(
                self._generator,
                context=self.context,
                budget=_budget(cache) // self._token_bytes,
                step=max(256, SMALL_CACHE // self._token_bytes),
            ),
            self.tokenizer,
            self._stops,
            self.context,
        )
        self._rewinds = self._decoder.levers.drafts = _rewinds(self._model)

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
        with self._lock:
            self._decoder.pool.clear()
            self._model = None

    def count_tokens(self, text: str) -> int:
        """How many tokens the model is fed for `text`, exactly."""
        return self.tokenizer.count(text)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """A conversation as the ids that the model is fed, by the folder's chat template.

        The control tokens are the template's alone: whatever a message holds is text.
        """
        return self._chat.encode(messages, self.tokenizer.encode)

    def answer(self, asked: Asked, watch: Watch | None = None) -> tuple[Answer, Usage]:
        """Decode an answer to a prompt, within its grammar; see `Decoder.decode`."""
        begun = time.perf_counter()
        left = -1 if asked.deadline is None else max(0.0, asked.deadline - time.monotonic())
        if not self._lock.acquire(timeout=left):
            raise TimedOut("another call kept the model until the time was over; give it more")
        try:
            answer = self._decoder.decode(asked, watch)
        finally:
            self._lock.release()
        return answer, Usage(
            prompt_tokens=answer.prompt_tokens,
            cached_tokens=answer.cached_tokens,
            generated_tokens=len(answer.tokens),
            seconds=time.perf_counter() - begun,
        )

    def _generator(self, length: int) -> Runtime:
        if self._model is None:
            raise ModelError("the model was closed; load it again")
        needed = length * self._token_bytes
        if needed > devices.free_memory():
            raise OutOfMemory(
                f"{length} tokens need {needed >> 20} MiB of memory and "
                f"{devices.free_memory() >> 20} are free; give the model less text, or load it "
                "with a smaller context"
            )
        generator = _generator(self._model, length)
        return generator if self._rewinds else Stepping(generator)


def load(
    name_or_folder: str | Path | None = None,
    *,
    device: str = "auto",
    threads: int | None = None,
    context: int | None = None,
    cache: int | None = None,
) -> Model:
    """Load a model: "nano" (the embedded one) or a folder with a genai_config.json.

    None takes the environment's SLMTASKS_MODEL, else "nano". `device` is "auto", which
    takes what the folder's own configuration names and else the CPU, or one of
    "cpu", "cuda", "directml", "webgpu", "openvino", "qnn". `threads` is all cores by
    default. `context` lowers the model's own limit of tokens, and so its memory. `cache` is
    how many bytes of KV caches may be kept for the prompts of later calls: by default a
    quarter of the memory that is free, at most 4 GiB. One call may need more than that.

    Raises ModelNotFound, ModelCorrupt, DeviceUnavailable or OutOfMemory.
    """
    devices.check(device)
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}; give at least 1")
    if context is not None and context < 256:
        raise ValueError(f"context is {context}; give at least 256 tokens")
    if cache is not None and cache < 0:
        raise ValueError(f"cache is {cache}; give a number of bytes, 0 or more")
    chosen = name_or_folder or os.environ.get("SLMTASKS_MODEL") or "nano"
    folder = NANO if chosen == "nano" else Path(chosen)
    if not folder.is_dir():
        raise ModelNotFound(
            f"no model {str(chosen)!r}: it is neither 'nano' nor a folder; give the path of a "
            "folder that holds a genai_config.json"
        )
    name = "nano" if folder == NANO else folder.resolve().name
    return Model(
        folder,
        name=name,
        device=device,
        threads=threads or devices.cores(),
        context=context,
        cache=cache,
    )


_default_lock = threading.Lock()


def default() -> Model:
    """The process-wide model of tasks that were given none, loaded at first use."""
    with _default_lock:
        return _default(os.environ.get("SLMTASKS_MODEL") or "nano")


@lru_cache(maxsize=1)
def _default(name: str) -> Model:
    if name == "nano":
        warnings.warn(
            "slmtasks uses its embedded model 'nano', a demonstration of a few million "
            "parameters; for real work load a larger one or set SLMTASKS_MODEL to its folder",
            stacklevel=5,
        )
    return load(name)


def _open(folder: Path, device: str, threads: int, filename: str) -> og.Model:
    # Before the import: the runtime reads it once.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime_genai as og

    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    if size > devices.free_memory():
        raise OutOfMemory(
            f"the model's files are {size >> 20} MiB and {devices.free_memory() >> 20} MiB of "
            "memory are free; close other programs or take a smaller model"
        )
    if not (folder / filename).is_file():
        raise ModelCorrupt(f"{folder / filename} is missing; fetch the folder again")
    try:
        setup = og.Config(str(folder))
        options = {"intra_op_num_threads": threads}
        setup.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
        if device != "auto":
            setup.clear_providers()
            if provider := devices.PROVIDERS[device]:
                setup.append_provider(provider)
        model = og.Model(setup)
        # One token shows that it runs, and that its logits are as wide as the folder says.
        _generator(model, PROBE).append_tokens(np.zeros(1, dtype=np.int32))
        return model
    except RuntimeError as error:
        if device not in ("auto", "cpu"):
            raise DeviceUnavailable(
                f"{folder.name} does not run on {device!r} here ({error}); use device='cpu', or "
                "install the runtime package of that device"
            ) from error
        raise ModelCorrupt(
            f"{folder} cannot be loaded ({error}); fetch the folder again"
        ) from error


def _budget(cache: int | None) -> int:
    return min(4 << 30, devices.free_memory() // 4) if cache is None else cache


def _rewinds(model: og.Model) -> bool:
    """Whether the provider can forget tokens, which guessing needs."""
    generator = _generator(model, PROBE)
    generator.append_tokens(np.zeros(2, dtype=np.int32))
    try:
        generator.rewind_to(1)
        generator.append_tokens(np.zeros(1, dtype=np.int32))
    except RuntimeError:
        return False
    return True


def _generator(model: og.Model, length: int) -> og.Generator:
    import onnxruntime_genai as og

    params = og.GeneratorParams(model)
    params.set_search_options(max_length=length, do_sample=False, num_beams=1)
    return og.Generator(model, params)


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
