"""How well a checkpoint answers on templates kept from training: greedy, without a grammar."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from training.generator.examples import make
from training.trainer.tokenizer import Encoder


def answer(model: Any, encoder: Encoder, prompt: list[int], most: int = 320) -> str:
    """The model's own greedy answer to a prompt."""
    import torch

    out: list[int] = []
    past, ids = None, torch.tensor([prompt])
    with torch.no_grad():
        while len(out) < most:
            step = model(input_ids=ids, past_key_values=past, use_cache=True, logits_to_keep=1)
            token = int(step.logits[0, -1].argmax())
            if token == encoder.end:
                break
            out.append(token)
            past, ids = step.past_key_values, torch.tensor([[token]])
    return encoder.decode(out)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """The scalars of an answer by their path."""
    if isinstance(value, dict):
        return {
            k: v for key, inner in value.items() for k, v in leaves(inner, f"{path}.{key}").items()
        }
    if isinstance(value, list):
        return {
            k: v for i, inner in enumerate(value) for k, v in leaves(inner, f"{path}[{i}]").items()
        }
    return {path: value}


def score(gold: str, given: str, counts: Counter[str], task: str) -> bool:
    """Count the leaves met exactly; returns whether all are."""
    wanted = leaves(json.loads(gold))
    try:
        found = leaves(json.loads(given))
    except ValueError:
        found = {}
        counts[f"{task} unparsed"] += 1
    hits = sum(found.get(k, "\0") == v for k, v in wanted.items())
    counts[f"{task} leaves"] += len(wanted)
    counts[f"{task} exact"] += hits
    counts[f"{task} absent"] += sum(v is None for v in wanted.values())
    counts[f"{task} absent exact"] += sum(
        v is None and found.get(k, "\0") is None for k, v in wanted.items()
    )
    return hits == len(wanted)


def evaluate(
    run: Path, count: int, size: int, held: bool = True, task: str = "", show: int = 0
) -> Counter[str]:
    """Score a run's checkpoint on `count` examples of about `size` tokens."""
    import torch

    from training.trainer.presets import Preset
    from training.trainer.train import new_model

    torch.set_num_threads(1)
    kept = json.loads((run / "preset.json").read_text())
    encoder = Encoder(run)
    model = new_model(Preset(**{**kept, "stages": tuple(map(tuple, kept["stages"]))}), encoder.size)
    model.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=True)["model"])
    model.eval()
    counts: Counter[str] = Counter()
    for index in range(count):
        example = make(99, index, size, held, task=task)
        given = answer(model, encoder, encoder.prompt(example.messages))
        right = score(example.answer, given, counts, f"{example.task}")
        if not right and show > 0:
            show -= 1
            print(
                f"{example.template}\n{example.messages[-1]['content']}\n"
                f"  gold  {example.answer}\n  given {given}\n"
            )
    return counts


def report(run: Path, count: int) -> None:
    """Print the scores by task and length, on templates kept from training."""
    for size in (60, 150, 300, 500):
        counts = evaluate(run, count, size)
        for task in sorted({name.split()[0] for name in counts}):
            share = counts[f"{task} exact"] / max(1, counts[f"{task} leaves"])
            absent, met = counts[f"{task} absent"], counts[f"{task} absent exact"]
            print(
                f"size {size:4} {task:17} {share:6.1%} of {counts[f'{task} leaves']} values exact"
            )
            if absent:
                print(f"{'':27} {met / absent:6.1%} of {absent} absent ones null")
