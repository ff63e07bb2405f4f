"""A GGUF file of Phi-3-Mini's full size with random weights, for llama.cpp in `decoder.py`.

    python benchmarks/synthetic_gguf.py FILE --tokenizer FOLDER

The same shape and vocabulary as `synthetic_phi3.py`; every matrix in Q4_0, its blocks at
random, written one after the other. Needs the package `gguf`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np

LAYERS, WIDE, INNER, HEADS, VOCABULARY, CONTEXT = 32, 3072, 8192, 32, 32064, 4096
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""Thirty-two weights of Q4_0."""


def matrices() -> Iterator[tuple[str, int, int]]:
    """The names of the model's matrices, with rows and columns."""
    yield "token_embd.weight", VOCABULARY, WIDE
    for layer in range(LAYERS):
        yield f"blk.{layer}.attn_qkv.weight", 3 * WIDE, WIDE
        yield f"blk.{layer}.attn_output.weight", WIDE, WIDE
        yield f"blk.{layer}.ffn_up.weight", 2 * INNER, WIDE
        yield f"blk.{layer}.ffn_down.weight", WIDE, INNER
    yield "output.weight", VOCABULARY, WIDE


def norms() -> Iterator[str]:
    for layer in range(LAYERS):
        yield f"blk.{layer}.attn_norm.weight"
        yield f"blk.{layer}.ffn_norm.weight"
    yield "output_norm.weight"


def blocks(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A matrix in Q4_0: weights of about 0.02, as bytes."""
    made = np.empty((rows, columns // 32), BLOCK)
    made["scale"] = 0.004
    made["nibbles"] = rng.integers(0, 256, (*made.shape, 16), np.uint8)
    return made.view(np.uint8).reshape(rows, -1)


def vocabulary(tokenizer: Path) -> tuple[list[bytes], list[float], list[int]]:
    """Texts, scores and kinds of all tokens."""
    spec = json.loads((tokenizer / "tokenizer.json").read_text(encoding="utf-8"))
    texts = {rank: text for text, rank in spec["model"]["vocab"].items()}
    kinds = dict.fromkeys(texts, gguf.TokenType.NORMAL)
    for rank, text in texts.items():
        if text.startswith("<0x") and len(text) == 6:
            kinds[rank] = gguf.TokenType.BYTE
    for added in spec["added_tokens"]:
        texts[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL
    every = range(VOCABULARY)
    return (
        [texts.get(rank, f"<unused{rank}>").encode() for rank in every],
        [-float(rank) for rank in every],
        [int(kinds.get(rank, gguf.TokenType.UNUSED)) for rank in every],
    )


def write(path: Path, tokenizer: Path) -> None:
    writer = gguf.GGUFWriter(path, "phi3", use_temp_file=False)
    writer.add_context_length(CONTEXT)
    writer.add_rope_scaling_orig_ctx_len(CONTEXT)
    writer.add_embedding_length(WIDE)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDE // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    texts, scores, kinds = vocabulary(tokenizer)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(32000)
    q4 = gguf.GGMLQuantizationType.Q4_0
    for name, rows, columns in matrices():
        shape = (rows, columns // 32 * BLOCK.itemsize)
        writer.add_tensor_info(name, shape, np.dtype(np.uint8), int(np.prod(shape)), q4)
    for name in norms():
        writer.add_tensor_info(name, (WIDE,), np.dtype(np.float32), 4 * WIDE)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    rng = np.random.default_rng(0)
    for _, rows, columns in matrices():
        writer.write_tensor_data(blocks(rng, rows, columns))
    for _ in norms():
        writer.write_tensor_data(np.ones(WIDE, np.float32))
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="Phi-3-Mini's own, a folder")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    write(chosen.file, chosen.tokenizer)
    print(f"{chosen.file.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
