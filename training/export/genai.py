"""From a checkpoint to an ordinary GenAI folder, by the GenAI model builder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.trainer.presets import Preset
from training.trainer.tokenizer import SPECIALS

_KEPT = (
    "genai_config.json",
    "model.onnx",
    "model.onnx.data",
    "tokenizer.json",
    "tokenizer_config.json",
)


def to_hub_folder(run: Path, folder: Path) -> None:
    """Write a run's checkpoint as transformers keeps models."""
    import torch

    from training.trainer.tokenizer import Encoder
    from training.trainer.train import new_model

    stages = json.loads((run / "preset.json").read_text())
    preset = Preset(**{**stages, "stages": tuple(map(tuple, stages["stages"]))})
    model = new_model(preset, Encoder(run).size)
    model.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=True)["model"])
    model.to(torch.float32).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(run / name, folder / name)


def export(run: Path, out: Path, precision: str = "int8") -> None:
    """Write the GenAI folder of a run: "int4", "int8" or "fp32"."""
    with tempfile.TemporaryDirectory() as place:
        hub, built = Path(place) / "hub", Path(place) / "built"
        to_hub_folder(run, hub)
        options = ["int4_accuracy_level=4", "int4_block_size=32"] if precision == "int4" else []
        command = [
            sys.executable,
            "-m",
            "onnxruntime_genai.models.builder",
            "-m",
            str(hub),
            "-o",
            str(built),
            "-p",
            precision,
            "-e",
            "cpu",
            "-c",
            str(Path(place) / "cache"),
        ]
        command += ["--extra_options", *options] if options else []
        environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(
                f"the model builder failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
            )
        out.mkdir(parents=True, exist_ok=True)
        for name in _KEPT:
            source = run / name if name.startswith("tokenizer") else built / name
            shutil.copy(source, out / name)
    settle(out)
    if precision == "int8":
        compute_in_fp32(out / "model.onnx")


def compute_in_fp32(path: Path) -> None:
    """Have int8 weights multiplied in fp32, so that every processor gives the same answers.

    With 8-bit activations, the builder's choice, each kernel rounds in its own way, and
    choices that are nearly even go one way with VNNI and another without.
    """
    import onnx_ir

    model = onnx_ir.load(path)
    for node in model.graph:
        if "accuracy_level" in node.attributes:
            node.attributes["accuracy_level"] = onnx_ir.AttrInt64("accuracy_level", 1)
    # The weights stay where they are: only the graph is written.
    path.write_bytes(onnx_ir.to_proto(model).SerializeToString())


def settle(out: Path) -> None:
    """Set in genai_config.json what the builder guesses: the ids that end an answer."""
    path = out / "genai_config.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    ends = [SPECIALS.index("<|end|>"), SPECIALS.index("<|endoftext|>")]
    config["model"] |= {"bos_token_id": ends[1], "pad_token_id": ends[1], "eos_token_id": ends}
    config["search"] |= {"do_sample": False, "temperature": 1.0, "top_k": 1, "top_p": 1.0}
    path.write_text(json.dumps(config, indent=1), encoding="utf-8")
