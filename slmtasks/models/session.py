"""What runs a loaded model folder: it encodes prompts and decodes answers, one at a time.

With `providers`, the only module that knows onnxruntime_genai.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from slmtasks.decoding.chat_template import ChatTemplate
from slmtasks.decoding.context_plan import Plan
from slmtasks.decoding.kv_cache import Pool, Runtime, Stepping
from slmtasks.decoding.loop import Decoder
from slmtasks.decoding.request import Answer, DecodeRequest, Watch
from slmtasks.decoding.tokenizer import Tokenizer
from slmtasks.errors import ModelCorrupt, ModelError, OutOfMemory, TimedOut
from slmtasks.models import devices, genai_config, providers, store
from slmtasks.prompt_files import Message
from slmtasks.results import Usage

if TYPE_CHECKING:
    import onnxruntime_genai as og

SMALL_CACHE = 64 << 20
"""Bytes of KV cache that are not worth making anew for a longer prompt."""


class Session:
    """The runtime of a `Model`: for the engine, tests, benchmarks and training, no public API.

    `plan` holds the limits of its calls. `runtime` is None once the model is closed,
    `rewinds` says whether its provider can forget tokens, and the call that is being
    answered holds `lock`.
    """

    def __init__(
        self, folder: Path, *, device: str, threads: int, context: int | None, cache: int | None
    ) -> None:
        settings = genai_config.read(folder)
        settings.context(context)
        self.lock = threading.RLock()
        self._answering: int | None = None
        self.tokenizer = Tokenizer(folder, settings.vocab_size, settings.stops)
        self.runtime: og.Model | None
        self.runtime, self.device = providers.open_model(
            folder, settings, device=device, kind=store.kind(folder), threads=threads
        )
        self.context = settings.context(context, devices.context_limit(self.device))
        token_bytes = settings.decoder.bytes_per_token
        self.plan = Plan(self.context, settings.switch, token_bytes, 4 * settings.vocab_size)
        self._chat = _chat(self.runtime)
        pool = Pool(
            self._generator,
            plan=self.plan,
            budget=_budget(cache) // token_bytes,
            step=max(256, SMALL_CACHE // token_bytes),
        )
        self.decoder = Decoder(pool, self.tokenizer, settings.stops, self.plan)
        self.rewinds = providers.rewinds(self.runtime)
        self.decoder.options.drafts = self.rewinds and providers.verifies(self.runtime)

    def close(self) -> None:
        """Free the memory; decoding afterwards raises ModelError."""
        with self.lock:
            self.decoder.pool.clear()
            self.runtime = None

    def affordable(self) -> tuple[int, int]:
        """The most tokens of a call in the memory that is free now, or kept for prefixes.

        Below the RoPE switch, and beyond it, 0 where a call cannot be there; see `context_plan`.
        """
        kept = self.decoder.pool.tokens * self.plan.token_bytes
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
            if not self.lock.acquire(timeout=min(max(0.0, left), threading.TIMEOUT_MAX)):
                raise TimedOut("another call kept the model until the time was over; give it more")
            self._answering = me
            answer = self.decoder.decode(request, watch)
        finally:
            if self._answering == me:
                self._answering = None
            # Where a stop comes as the lock is given, nothing else says whose it is.
            with suppress(RuntimeError):
                self.lock.release()
        return answer, Usage(
            prompt_tokens=answer.prompt_tokens,
            cached_tokens=answer.cached_tokens,
            generated_tokens=len(answer.tokens),
            seconds=time.perf_counter() - begun,
        )

    def _generator(self, length: int) -> Runtime:
        runtime = self.runtime
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
        return generator if self.rewinds else Stepping(generator)


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
