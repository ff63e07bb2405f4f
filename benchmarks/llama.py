"""llama.cpp by its Python package, as a system of `decoder.py`; only where that is installed.

It has a JSON schema as its grammar, all cores, and its own cache: what a prompt shares with
the one before is not computed again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

CONTEXT = 2048


def missing(file: Path | None) -> str | None:
    """Why llama.cpp is left out; None where it is not."""
    if file is None:
        return "llama.cpp is left out: no --gguf was given (see synthetic_gguf.py)"
    if find_spec("llama_cpp") is None:
        return "llama.cpp is left out: the package llama-cpp-python is not installed"
    return None


class LlamaCpp:
    """A model in GGUF, loaded once; what one prompt leaves in its cache serves the next."""

    def __init__(self, file: Path, threads: int) -> None:
        import llama_cpp

        self._grammar = llama_cpp.LlamaGrammar.from_json_schema
        self._model = llama_cpp.Llama(
            str(file), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self._model.eval([1])  # Its weights are read from the disc before anything is timed.
        self._model.reset()

    def answer(
        self,
        prompt: Sequence[int],
        schema: dict[str, Any],
        logits: Callable[[bytes], np.ndarray],
        pieces: Sequence[bytes],
        wanted: bytes,
    ) -> bytes:
        """The answer, led by replayed logits, until it is the wanted one or ends."""
        written = bytearray()

        def replayed(_tokens: Any, _scores: Any) -> np.ndarray:
            return logits(bytes(written))

        grammar = self._grammar(json.dumps(schema), verbose=False)
        steps = self._model.generate(
            list(prompt), temp=0.0, logits_processor=[replayed], grammar=grammar
        )
        for token in steps:
            written += pieces[token]
            if written == wanted or not pieces[token]:
                break
        return bytes(written)
