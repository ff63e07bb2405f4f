"""Read a base model from a GGUF file: its weights as numbers, its tokenizer as JSON.

Llama's architecture with byte-level BPE, whose digits stand apart, as SmolLM2 has it.
Knows nothing about adapters and quantized layouts of ONNX.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, TokenType, dequantize
from numpy.typing import NDArray

from slmtasks.errors import ModelCorrupt

Matrix = NDArray[np.float32]

_HEADS = {"attn_q": "attention.head_count", "attn_k": "attention.head_count_kv"}


class Base:
    """An open GGUF file; raises ModelCorrupt where it is not one of this kind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._reader = GGUFReader(path)
        except (OSError, ValueError, LookupError) as error:
            raise ModelCorrupt(f"{path} cannot be read as GGUF ({error})") from error
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}

    def close(self) -> None:
        """Let go of the file, which Windows would not delete before."""
        self._tensors.clear()
        del self._reader

    def weights(self, name: str) -> Matrix:
        """A tensor in float32, the same to the bit on every machine.

        Rows are outputs. Those of queries and keys are put back from llama.cpp's order,
        in which the two halves of a head alternate, to that of transformers.
        """
        if name not in self._tensors:
            raise ModelCorrupt(f"{self._path} holds no tensor {name}")
        tensor = self._tensors[name]
        # A product of two short numbers and one sum: there is nothing to round differently.
        values: Matrix = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        heads = next((key for part, key in _HEADS.items() if f"{part}.weight" in name), None)
        if heads is None:
            return values
        split = values.reshape(self.setting(f"llama.{heads}"), -1, 2, values.shape[1])
        return split.swapaxes(1, 2).reshape(values.shape)

    def setting(self, key: str) -> Any:
        """A value of the file's metadata."""
        field = self._reader.get_field(key)
        if field is None:
            raise ModelCorrupt(f"{self._path} states no {key}")
        return field.contents()

    def tokenizer(self) -> dict[str, Any]:
        """The content of a tokenizer.json.

        The file names its pre-tokenizer ("smollm") without spelling it out.
        """
        kind = (self.setting("tokenizer.ggml.model"), self.setting("tokenizer.ggml.pre"))
        if kind != ("gpt2", "smollm"):
            raise ModelCorrupt(f"{self._path} has a tokenizer of another kind: {kind}")
        tokens: list[str] = self.setting("tokenizer.ggml.tokens")
        types: list[int] = self.setting("tokenizer.ggml.token_type")
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [
                {
                    "id": at,
                    "content": token,
                    "single_word": False,
                    "lstrip": False,
                    "rstrip": False,
                    "normalized": False,
                    "special": True,
                }
                for at, (token, type_) in enumerate(zip(tokens, types, strict=True))
                if type_ == TokenType.CONTROL
            ],
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "Digits", "individual_digits": True},
                    {**byte_level, "use_regex": True},
                ],
            },
            "post_processor": None,
            "decoder": {**byte_level, "use_regex": True},
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": None,
                "end_of_word_suffix": None,
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": {token: at for at, token in enumerate(tokens)},
                "merges": self.setting("tokenizer.ggml.merges"),
            },
        }
