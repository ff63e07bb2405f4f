"""The trainer: Phi-3's architecture from nothing, on a CPU or a GPU, resumable at any time.

Knows nothing about documents: it asks `examples` for them, by number.
"""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import torch
from transformers import Phi3Config, Phi3ForCausalLM

from training.copying.places import Shown, shown
from training.copying.swaps import Swaps
from training.generator.examples import make
from training.trainer import fused
from training.trainer.machine import crew, keep_memory, matrix_type
from training.trainer.muon import Muon
from training.trainer.presets import Preset
from training.trainer.tokenizer import SPECIALS, Encoder

PROMPT_WEIGHT, PROMPT_SHARE = 0.1, 0.05
_POINTING, _MARKING = 4.0, 2.0
"""The weights of missing a copy's place, and the field that a token of a document is of: shared
among all tokens, beside their mean loss."""
_POINTER, _MARKER = 2, 4
"""The heads that are shown these: in all layers of the upper half, and in three of the middle."""
_POOL = 16
# The bytes come right after the control tags, "!" first.
_QUOTE, _COLON, _BACKSLASH, *_REST = (len(SPECIALS) + ord(c) - ord("!") for c in '":\\[{,')
_MARKS = {_COLON, *_REST}
_OPENERS = {_COLON, _REST[0]}
_OBJECT_END = len(SPECIALS) + ord("}") - ord("!")
Pair = tuple[list[int], list[int], Shown]


def new_model(preset: Preset, vocabulary: int) -> Any:
    """A model of the preset's size, with random weights."""
    config = Phi3Config(
        vocab_size=vocabulary,
        hidden_size=preset.hidden,
        intermediate_size=preset.inner,
        num_hidden_layers=preset.layers,
        num_attention_heads=preset.heads,
        num_key_value_heads=preset.heads,
        max_position_embeddings=preset.context,
        original_max_position_embeddings=preset.context,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=SPECIALS.index("<|end|>"),
        attention_dropout=0.0,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        sliding_window=None,
    )
    return Phi3ForCausalLM(config)


def make_optimizers(
    model: Any,
    preset: Preset,
    precision: torch.dtype,
    spread: Callable[..., Iterable[None]] = map,
) -> list[Any]:
    """Muon, in `precision`, for the matrices inside; AdamW for embeddings and norms."""
    inner = [
        p
        for n, p in model.named_parameters()
        if p.dim() > 1 and "embed" not in n and "lm_head" not in n
    ]
    rest = [
        p for n, p in model.named_parameters() if p.dim() <= 1 or "embed" in n or "lm_head" in n
    ]
    return [
        Muon(inner, lr=preset.matrix_rate, weight_decay=0.02, precision=precision, spread=spread),
        torch.optim.AdamW(rest, lr=preset.rate, weight_decay=0.0, betas=(0.9, 0.98), fused=True),
    ]


def _feed(folder: str, seed: int, start: int, preset: Preset, queue: Any) -> None:
    """Make parts of batches, of like length, for ever: a process of its own."""
    os.nice(5)
    torch.set_num_threads(1)
    encoder, index = Encoder(Path(folder)), start
    swapped = Swaps(encoder)
    r = Random(f"{seed}:{start}")
    seen, part = _tokens_at(Path(folder)), preset.batch // preset.parts
    while True:
        longest = preset.longest(min(1.0, seen / preset.tokens))
        pairs: list[Pair] = []
        want = preset.batch * _POOL
        while want > 0:
            index += preset.feeders
            size = 25 + round((max(60, longest - 150) - 25) * r.random() ** 1.4)
            # Copying is learnt first, and from extraction.
            task = "extract" if r.random() < (0.7 if longest <= 320 else 0.1) else ""
            example = make(seed, index, size, task=task)
            prompt, answer = encoder.pair(example.messages, example.answer)
            if len(prompt) + len(answer) <= longest:
                look = shown(encoder, example)
                pairs.append((*swapped(r, example, prompt, answer, look), look))
                want -= len(prompt) + len(answer)
        pairs.sort(key=lambda p: len(p[0]) + len(p[1]))
        batches: list[list[Pair]] = [[]]
        for pair in pairs:
            length = len(pair[0]) + len(pair[1])
            if batches[-1] and (len(batches[-1]) + 1) * length > part * 1.1:
                batches.append([])
            batches[-1].append(pair)
        r.shuffle(batches)
        for batch in batches:
            queue.put((index, batch))
        seen += preset.batch * _POOL * preset.feeders


def _part(queue: Any, feeders: list[Any]) -> tuple[int, list[Pair]]:
    """The next part of a batch, and the number of its last example."""
    while True:
        try:
            made: tuple[int, list[Pair]] = queue.get(timeout=5)
        except Empty:
            if all(feeder.is_alive() for feeder in feeders):
                continue
            raise RuntimeError(
                "a process that makes examples ended; its error stands above"
            ) from None
        return made


def _tokens_at(folder: Path) -> int:
    try:
        return int(json.loads((folder / "state.json").read_text())["tokens"])
    except (OSError, KeyError, ValueError):
        return 0


def tensors(batch: list[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
    """Padded ids, and the loss weight of each of them as a target."""
    longest = max(len(p) + len(a) for p, a, _ in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    weight = torch.zeros(len(batch), longest)
    for row, (prompt, answer, _) in enumerate(batch):
        n, m = len(prompt), len(prompt) + len(answer)
        ids[row, :m] = torch.tensor(prompt + answer)
        weight[row, 1:n] = PROMPT_WEIGHT
        weight[row, n:m] = torch.tensor([1.0, *map(_choice, answer, [0, *answer], answer[1:])])
    return ids, weight


def looks(batch: list[Pair], layers: int, device: Any = "cpu") -> list[fused.Look]:
    """What the heads of a model of so many layers are shown of a batch."""
    half = layers // 2
    pointers, markers = range(half, layers), range(max(0, half - 1), min(half + 2, layers))

    def look(head: int, where: range, places: Iterable[list[tuple[int, int]]]) -> fused.Look:
        found = [(row, *place) for row, each in enumerate(places) for place in each]
        rows, at, to = torch.tensor(found, dtype=torch.long, device=device).view(-1, 3).T
        return fused.Look(head, where, (rows, at, to))

    return [
        look(_POINTER, pointers, (shown.copies for *_, shown in batch)),
        look(_MARKER, markers, (shown.fields for *_, shown in batch)),
    ]


def _choice(before: int, earlier: int, token: int) -> float:
    """The weight of a token of the answer: most where a value or a row begins and ends."""
    if before == _COLON:
        return 3.0
    if before == _QUOTE and earlier in _OPENERS:
        return 5.0
    if before == _OBJECT_END:
        return 5.0
    # A value of several lines ends at one of its line breaks, or does not.
    return 5.0 if token == _BACKSLASH or (token == _QUOTE and before not in _MARKS) else 1.0


def losses(model: Any, batch: list[Pair], precision: torch.dtype) -> tuple[torch.Tensor, float]:
    """The weighted loss, and the plain loss on the answers; matrices multiply in `precision`."""
    ids, weight = tensors(batch)
    ids, weight = ids.to(model.device), weight[:, 1:].to(model.device)
    wanted = (weight >= 1.0) | ((weight > 0) & (torch.rand_like(weight) < PROMPT_SHARE))
    weight, targets = weight[wanted], ids[:, 1:][wanted]
    shown = looks(batch, model.config.num_hidden_layers, ids.device)
    states, (copies, fields) = fused.hidden(model, ids, precision, shown)
    loss, each = fused.loss(model, states[:, :-1][wanted], targets, weight / weight.sum())
    missed = (_POINTING * copies + _MARKING * fields) / ids.numel()
    return loss + missed, each[weight >= 1.0].mean().item()


def gradients(
    model: Any, precision: torch.dtype, batch: list[Pair]
) -> tuple[tuple[torch.Tensor, ...], float, float]:
    """The gradient of each parameter, the weighted loss, and the plain loss on the answers."""
    loss, answer = losses(model, batch, precision)
    return torch.autograd.grad(loss, list(model.parameters())), loss.item(), answer


def save(folder: Path, model: Any, optimizers: list[Any], state: dict[str, Any]) -> None:
    """Write a checkpoint; an interruption leaves the last one whole."""
    torch.save(
        {
            "model": model.state_dict(),
            "optimizers": [o.state_dict() for o in optimizers],
            "state": state,
        },
        folder / "checkpoint.tmp",
    )
    (folder / "checkpoint.tmp").replace(folder / "checkpoint.pt")
    (folder / "state.json").write_text(json.dumps(state))


def train(preset: Preset, folder: Path, seed: int, minutes: float | None = None) -> None:
    """Train until the preset's tokens are seen, from the folder's checkpoint where there is one."""
    keep_memory()
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = matrix_type(device)
    encoder = Encoder(folder)
    model = new_model(preset, encoder.size).to(device)
    workers = crew(preset.threads)
    optimizers = make_optimizers(model, preset, precision, workers.map)
    state: dict[str, Any] = {"tokens": 0, "step": 0, "index": 0, "seconds": 0.0}
    if (folder / "checkpoint.pt").exists():
        kept = torch.load(folder / "checkpoint.pt", weights_only=True, map_location=device)
        model.load_state_dict(kept["model"])
        for optimizer, values in zip(optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(values)
        state = kept["state"]
    (folder / "preset.json").write_text(json.dumps(asdict(preset)))
    (folder / "state.json").write_text(json.dumps(state))
    context = get_context("spawn")
    queue = context.Queue(maxsize=2 * _POOL * preset.parts)
    feeders = [
        context.Process(
            target=_feed, args=(str(folder), seed, state["index"] + k, preset, queue), daemon=True
        )
        for k in range(preset.feeders)
    ]
    for feeder in feeders:
        feeder.start()
    try:
        fetch = partial(_part, queue, feeders)
        _loop(preset, folder, model, optimizers, precision, state, fetch, workers, minutes, asked)
    finally:
        for feeder in feeders:
            feeder.kill()
        workers.shutdown()


def schedule(share: float) -> float:
    """The learning rate: by cosine from 1 to 0.4 over 80% of the tokens, then a line to 0.02."""
    if share < 0.8:
        return 0.4 + 0.3 * (1 + math.cos(math.pi * share / 0.8))
    return max(0.02, 2 * (1 - share))


def _loop(
    preset: Preset,
    folder: Path,
    model: Any,
    optimizers: list[Any],
    precision: torch.dtype,
    state: dict[str, Any],
    fetch: Callable[[], tuple[int, list[Pair]]],
    workers: Executor,
    minutes: float | None,
    stop: list[int],
) -> None:
    began = mark = saved = time.monotonic()
    since, answers, waited = 0, [], 0.0
    one = partial(gradients, model, precision)
    log = (folder / "log.jsonl").open("a")
    while (
        not stop
        and state["tokens"] < preset.tokens
        and (minutes is None or time.monotonic() - began < 60 * minutes)
    ):
        share = state["tokens"] / preset.tokens
        rate = min(1.0, (state["step"] + 1) / preset.warmup) * schedule(share)
        for optimizer, most in zip(optimizers, (preset.matrix_rate, preset.rate), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * most
        asked = time.monotonic()
        indices, batch = zip(*(fetch() for _ in range(preset.parts)), strict=True)
        state["index"] = max(state["index"], *indices)
        waited += time.monotonic() - asked
        found, weighted, plain = zip(*workers.map(one, batch), strict=True)
        for p, *each in zip(model.parameters(), *found, strict=True):
            p.grad = sum(each) / len(each)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        count = sum(len(p) + len(a) for part in batch for p, a, _ in part)
        state["tokens"] += count
        state["step"] += 1
        since += count
        answers.extend(plain)
        now = time.monotonic()
        if now - mark > 30:
            line = {
                "tokens": state["tokens"],
                "step": state["step"],
                "loss": round(sum(answers) / len(answers), 4),
                "all": round(sum(weighted) / len(weighted), 4),
                "rate": round(rate, 4),
                "longest": preset.longest(share),
                "per_second": round(since / (now - mark)),
                "waited": round(waited, 1),
                "at": time.strftime("%H:%M:%S"),
            }
            state["seconds"] += now - mark
            print(json.dumps(line), flush=True)
            log.write(json.dumps(line) + "\n")
            log.flush()
            mark, since, answers, waited = now, 0, [], 0.0
        if now - saved > 150:
            save(folder, model, optimizers, state)
            saved = now
    save(folder, model, optimizers, state)
    log.close()
