"""Whether several documents at once, by the runtime's `Engine`, beat one after another.

    python -m benchmarks.batching MODEL_FOLDER [--documents 20] [--tokens 60]

Static batching takes up to four requests of different lengths. No grammar and no replay: both
sides write the same number of tokens for the same prompts, so only the batching differs. The
engine is held against a generator a document, and against this library's kept prefix (the
constant part of the prompt is not computed again), without drafts and forced tokens.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import numpy as np
import onnxruntime_genai as og

import slmtasks as slm
from slmtasks import prompt_files
from slmtasks.decoding.tokenizer import agreeing
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse

DATA = Path(__file__).parents[2] / "shared" / "data" / "receipts"
FIELDS = "company, date: date, address, total: number"
ROUNDS = 3


def prompts(model: slm.Model, paths: Sequence[Path]) -> list[list[int]]:
    """Each receipt's prompt, as the model is fed it."""
    fields = from_pydantic.fields(from_pydantic.describe(parse(FIELDS)))
    prompt = prompt_files.load("extract")
    texts = [slm.read(path).text for path in paths]
    return [
        model.internals.encode(prompt.messages({"fields": fields, "document": t})) for t in texts
    ]


def params(model: Any, prompt: list[int], tokens: int) -> Any:
    """Greedy, and as long as it may be."""
    made = og.GeneratorParams(model)
    length = len(prompt) + tokens
    made.set_search_options(max_length=length, min_length=length, do_sample=False)
    return made


def engine(model: Any, asked: list[list[int]], tokens: int) -> None:
    """All prompts given to the engine, which takes as many at once as it can."""
    running = og.Engine(model)
    events = running.create_event_buffer(64)
    requests = []
    for prompt in asked:
        session = og.RequestOptions()
        session.set_max_session_tokens(len(prompt) + tokens)
        request = running.create_request(options=session)
        turn = og.TurnOptions(request)
        turn.set_do_sample(False)
        turn.set_min_generated_tokens(tokens)
        turn.set_max_generated_tokens(tokens)
        request.begin_turn(np.array(prompt, dtype=np.int32), turn)
        requests.append(request)
    while running.has_pending_requests():
        for event in running.run(events):
            if event.error_code != og.EngineErrorCode.NONE:
                raise RuntimeError(f"the engine failed: {event.error_code}")


def one_by_one(model: Any, asked: list[list[int]], tokens: int) -> None:
    """A generator a document."""
    for prompt in asked:
        generator = og.Generator(model, params(model, prompt, tokens))
        generator.append_tokens(np.array(prompt, dtype=np.int32))
        for _ in range(tokens):
            generator.generate_next_token()


def kept_prefix(model: Any, asked: list[list[int]], tokens: int) -> None:
    """One generator, rewound to what the next prompt shares with the last."""
    generator = og.Generator(model, params(model, max(asked, key=len), tokens))
    before: list[int] = []
    for prompt in asked:
        shared = agreeing(before, prompt)
        if before:
            generator.rewind_to(shared)
        generator.append_tokens(np.array(prompt[shared:], dtype=np.int32))
        for _ in range(tokens):
            token = int(np.asarray(generator.get_logits()).reshape(-1).argmax())
            generator.append_tokens(np.array([token], dtype=np.int32))
        before = prompt


def main() -> None:
    """Interleaved rounds; medians and ratios."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--documents", type=int, default=20)
    options.add_argument("--tokens", type=int, default=60)
    options.add_argument("--data", type=Path, default=DATA)
    chosen = options.parse_args()
    loaded = slm.load(chosen.model)
    asked = prompts(loaded, sorted(chosen.data.glob("*.txt"))[: chosen.documents])
    ways = {"engine": engine, "one by one": one_by_one, "kept prefix": kept_prefix}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.perf_counter()
            way(loaded.internals.runtime, asked, chosen.tokens)
            seconds[name].append(time.perf_counter() - begun)
    least = statistics.median(seconds["kept prefix"])
    print("| way | s a document | by the kept prefix's |\n|---|---|---|")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"| {name} | {median / len(asked):.3f} | {median / least:.2f} |")


if __name__ == "__main__":
    main()
