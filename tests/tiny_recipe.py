"""A recipe like micro's with a tiny base: a wheel with a GGUF file, an adapter, a graph.

The graph in tests/tiny_graph/ is the model builder's, made once by
`python -m training.export.recipe`; everything else is made here from a seed.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import gguf
import numpy as np
from conftest import NANO
from gguf import GGMLQuantizationType as Type

from slmtasks import hashing
from training.export.recipe import pin

GRAPH = Path(__file__).with_name("tiny_graph")
NAME, WHEEL, MEMBER = "tiny-llm", "tiny_llm-1.0-py3-none-any.whl", "tiny_llm/tiny.Q4_1.gguf"
WIDTH, INNER, LAYERS, HEADS, KEYS, RANK = 64, 96, 2, 2, 1, 8
HEAD = WIDTH // HEADS
CONTEXT = 2048
CHATML = (
    "{% for message in messages %}{{'<|user|>' + message['role'] + '\n' + message['content'] + "
    "'<|end|>\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


def write_base(path: Path, seed: int = 0) -> None:
    """A GGUF file with random weights and the embedded model's tokenizer."""
    rng = np.random.default_rng(seed)
    file = gguf.GGUFWriter(path, "llama")
    file.add_block_count(LAYERS)
    file.add_context_length(CONTEXT)
    file.add_embedding_length(WIDTH)
    file.add_feed_forward_length(INNER)
    file.add_head_count(HEADS)
    file.add_head_count_kv(KEYS)
    file.add_rope_freq_base(10_000.0)
    file.add_rope_dimension_count(HEAD)
    file.add_layer_norm_rms_eps(1e-5)
    tokens = _write_tokenizer(file)

    def add(name: str, rows: int, columns: int, kind: Type = Type.Q4_1) -> None:
        values = (0.2 * rng.standard_normal((rows, columns))).astype(np.float32)
        file.add_tensor(name, gguf.quantize(values, kind), raw_dtype=kind)

    add("token_embd.weight", tokens, WIDTH, Type.Q8_0)
    file.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for number in range(LAYERS):
        place = f"blk.{number}"
        for norm in ("attn_norm", "ffn_norm"):
            values = (1 + 0.1 * rng.standard_normal(WIDTH)).astype(np.float32)
            file.add_tensor(f"{place}.{norm}.weight", values)
        add(f"{place}.attn_q.weight", WIDTH, WIDTH)
        add(f"{place}.attn_k.weight", KEYS * HEAD, WIDTH)
        add(f"{place}.attn_v.weight", KEYS * HEAD, WIDTH)
        add(f"{place}.attn_output.weight", WIDTH, WIDTH)
        add(f"{place}.ffn_gate.weight", INNER, WIDTH)
        add(f"{place}.ffn_up.weight", INNER, WIDTH)
        add(f"{place}.ffn_down.weight", WIDTH, INNER)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def _write_tokenizer(file: gguf.GGUFWriter) -> int:
    spec = json.loads((NANO / "tokenizer.json").read_text(encoding="utf-8"))
    tokens = sorted(spec["model"]["vocab"], key=spec["model"]["vocab"].__getitem__)
    control = {token["id"] for token in spec["added_tokens"]}
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("smollm")
    file.add_token_list(tokens)
    file.add_token_types(
        [
            gguf.TokenType.CONTROL if at in control else gguf.TokenType.NORMAL
            for at in range(len(tokens))
        ]
    )
    merges = spec["model"]["merges"]
    file.add_token_merges([each if isinstance(each, str) else " ".join(each) for each in merges])
    end = tokens.index("<|end|>")
    file.add_bos_token_id(0)
    file.add_eos_token_id(end)
    file.add_pad_token_id(end)
    file.add_unk_token_id(0)
    file.add_chat_template(CHATML)
    return len(tokens)


def write_adapter(path: Path, seed: int = 1) -> None:
    """Random factors in bfloat16, as safetensors keeps them."""
    rng = np.random.default_rng(seed)
    shapes = {
        "attn.qkv": (WIDTH + 2 * KEYS * HEAD, WIDTH),
        "attn.o": (WIDTH, WIDTH),
        "mlp.gate_up": (2 * INNER, WIDTH),
        "mlp.down": (WIDTH, INNER),
    }
    index: dict[str, object] = {"__metadata__": {"scale": "1.0"}}
    content = b""
    for number in range(LAYERS):
        for part, (rows, columns) in shapes.items():
            for factor, shape in (("A", (RANK, columns)), ("B", (rows, RANK))):
                values = (0.05 * rng.standard_normal(shape)).astype(np.float32)
                halves = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
                index[f"layers.{number}.{part}.{factor}"] = {
                    "dtype": "BF16",
                    "shape": shape,
                    "data_offsets": [len(content), len(content) + len(halves)],
                }
                content += halves
    head = json.dumps(index).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + content)


def write_wheel(folder: Path, base: Path) -> Path:
    """A wheel that pip takes, the same bytes each time."""
    about = "tiny_llm-1.0.dist-info"
    files = {
        MEMBER: base.read_bytes(),
        f"{about}/METADATA": b"Metadata-Version: 2.1\nName: tiny-llm\nVersion: 1.0\n",
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    path = folder / WHEEL
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return path


def write(folder: Path, *, pinned: bool = True) -> Path:
    """The recipe's folder, with the wheel beside it; returns the wheel."""
    recipe = folder / "recipe"
    recipe.mkdir(parents=True)
    if GRAPH.is_dir():
        shutil.copytree(GRAPH, recipe / "folder")
    write_adapter(recipe / "adapter.safetensors")
    write_base(folder / "base.gguf")
    wheel = write_wheel(folder, folder / "base.gguf")
    text = (
        'adapter = "adapter.safetensors"\nweights = 0\n\n[base]\n'
        f'package = "{NAME}"\nversion = "1.0"\nwheel = "{WHEEL}"\n'
        f'size = {wheel.stat().st_size}\nsha256 = "{hashing.of_file(wheel)}"\n'
        f'member = "{MEMBER}"\nmember_size = {(folder / "base.gguf").stat().st_size}\n\n[files]\n'
    )
    (recipe / "recipe.toml").write_text(text, encoding="utf-8")
    if pinned:
        pin(recipe, wheel)
    return wheel
