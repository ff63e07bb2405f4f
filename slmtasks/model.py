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
from typing import TYPE_CHECKING, Any

from slmtasks import devices
from slmtasks.chat import ChatTemplate
from slmtasks.decoding import Answer, Decoder
from slmtasks.errors import (
    ContextExceeded,
    DeviceUnavailable,
    ModelCorrupt,
    ModelError,
    ModelNotFound,
    OutOfMemory,
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

LONG_ROPE = 4096
"""Where models with two sets of RoPE factors switch; no generation may cross it."""


class Model:
    """A loaded model: made by `load`, a context manager, safe to share between threads.

    `name` is what results carry, `folder` where it lies, `context` how many tokens a
    prompt and its answer may have together, `threads` the cores in use.
    """

    def __init__(self, folder: Path, *, name: str, device: str, threads: int, context: int | None):
        self.name = name
        self.folder = folder
        self.device = device
        self.threads = threads
        settings = _settings(folder)
        model = settings["model"]
        stops = model["eos_token_id"]
        self._stops: list[int] = [stops] if isinstance(stops, int) else list(stops)
        self.context = _context(model, context)
        self._token_bytes = _bytes_per_token(model)
        self._lock = threading.Lock()
        self.tokenizer = Tokenizer(folder, int(model["vocab_size"]), self._stops)
        self._model: og.Model | None = _open(folder, device, threads, settings)
        self._chat = _chat(self._model)
        step = max(256, SMALL_CACHE // self._token_bytes)
        self._decoder = Decoder(self._generator, self.tokenizer, self._stops, self.context, step)

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
            self._decoder.release()
            self._model = None

    def count_tokens(self, text: str) -> int:
        """How many tokens the model is fed for `text`, exactly."""
        return self.tokenizer.count(text)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """A conversation as the ids that the model is fed, by the folder's chat template.

        The control tokens are the template's alone: whatever a message holds is text.
        """
        return self._chat.encode(messages, self.tokenizer.encode)

    def answer(
        self, prompt: Sequence[int], grammar: str, *, max_tokens: int, reserve: int
    ) -> tuple[Answer, Usage]:
        """Decode an answer to the ids of a prompt, within the grammar; see `Decoder.decode`."""
        begun = time.perf_counter()
        with self._lock:
            answer = self._decoder.decode(prompt, grammar, max_tokens=max_tokens, reserve=reserve)
        return answer, Usage(
            prompt_tokens=answer.prompt_tokens,
            cached_tokens=answer.cached_tokens,
            generated_tokens=len(answer.tokens),
            seconds=time.perf_counter() - begun,
        )

    def _generator(self, length: int) -> Any:
        import onnxruntime_genai as og

        if self._model is None:
            raise ModelError("the model was closed; load it again")
        needed = length * self._token_bytes
        if needed > devices.free_memory():
            raise OutOfMemory(
                f"{length} tokens need {needed >> 20} MiB of memory and "
                f"{devices.free_memory() >> 20} are free; give the model less text, or load it "
                "with a smaller context"
            )
        params = og.GeneratorParams(self._model)
        params.set_search_options(max_length=length, do_sample=False, num_beams=1)
        return og.Generator(self._model, params)


def load(
    name_or_folder: str | Path | None = None,
    *,
    device: str = "auto",
    threads: int | None = None,
    context: int | None = None,
) -> Model:
    """Load a model: "nano" (the embedded one) or a folder with a genai_config.json.

    None takes the environment's SLMTASKS_MODEL, else "nano". `device` is "auto", which
    takes what the folder's own configuration names and else the CPU, or one of
    "cpu", "cuda", "directml", "webgpu", "openvino", "qnn". `threads` is all cores by
    default. `context` lowers the model's own limit of tokens, and so its memory.

    Raises ModelNotFound, ModelCorrupt, DeviceUnavailable or OutOfMemory.
    """
    devices.check(device)
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}; give at least 1")
    if context is not None and context < 256:
        raise ValueError(f"context is {context}; give at least 256 tokens")
    chosen = name_or_folder or os.environ.get("SLMTASKS_MODEL") or "nano"
    folder = NANO if chosen == "nano" else Path(chosen)
    if not folder.is_dir():
        raise ModelNotFound(
            f"no model {str(chosen)!r}: it is neither 'nano' nor a folder; give the path of a "
            "folder that holds a genai_config.json"
        )
    name = "nano" if folder == NANO else folder.resolve().name
    return Model(
        folder, name=name, device=device, threads=threads or devices.cores(), context=context
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


def _settings(folder: Path) -> dict[str, Any]:
    path = folder / "genai_config.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        for key in ("context_length", "eos_token_id", "vocab_size", "decoder"):
            settings["model"][key]
    except FileNotFoundError as error:
        raise ModelNotFound(f"{folder} holds no genai_config.json; give a GenAI folder") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelCorrupt(f"{path} cannot be used ({error!r}); fetch the folder again") from error
    found: dict[str, Any] = settings
    return found


def _context(model: dict[str, Any], wanted: int | None) -> int:
    own = int(model["context_length"])
    # A generation of these types that crosses the switch is silently corrupt.
    if str(model.get("type", "")).startswith("phi3") and own > LONG_ROPE:
        own = LONG_ROPE
    if wanted is not None and wanted > own:
        raise ContextExceeded(
            f"a context of {wanted} tokens was asked for and the model has {own}; ask for less",
            tokens=wanted,
            limit=own,
        )
    return wanted or own


def _bytes_per_token(model: dict[str, Any]) -> int:
    """KV cache of one token in fp32: keys and values of every layer."""
    decoder = model["decoder"]
    heads = decoder.get("num_key_value_heads", 1) * decoder.get("head_size", 1)
    return 2 * 4 * int(decoder.get("num_hidden_layers", 1)) * int(heads)


def _open(folder: Path, device: str, threads: int, settings: dict[str, Any]) -> og.Model:
    # Before the import: the runtime reads it once.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime_genai as og

    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    if size > devices.free_memory():
        raise OutOfMemory(
            f"the model's files are {size >> 20} MiB and {devices.free_memory() >> 20} MiB of "
            "memory are free; close other programs or take a smaller model"
        )
    filename = settings["model"]["decoder"].get("filename", "model.onnx")
    if not (folder / filename).is_file():
        raise ModelCorrupt(f"{folder / filename} is missing; fetch the folder again")
    try:
        config = og.Config(str(folder))
        options = {"intra_op_num_threads": threads}
        config.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
        if device != "auto":
            config.clear_providers()
            if provider := devices.PROVIDERS[device]:
                config.append_provider(provider)
        return og.Model(config)
    except RuntimeError as error:
        if device not in ("auto", "cpu"):
            raise DeviceUnavailable(
                f"{folder.name} does not run on {device!r} here ({error}); use device='cpu', or "
                "install the runtime package of that device"
            ) from error
        raise ModelCorrupt(
            f"{folder} cannot be loaded ({error}); fetch the folder again"
        ) from error


def _chat(model: og.Model) -> ChatTemplate:
    import onnxruntime_genai as og

    tokenizer = og.Tokenizer(model)

    def render(turns: list[Message]) -> str:
        try:
            text: str = tokenizer.apply_chat_template(
                messages=json.dumps(turns), add_generation_prompt=True
            )
        except RuntimeError as error:
            raise ModelCorrupt(f"the model's chat template fails: {error}") from error
        return text

    return ChatTemplate(render, lambda text: [int(token) for token in tokenizer.encode(text)])
