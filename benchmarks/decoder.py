"""Documents an hour: this library's decoder beside the runtime's official pattern.

    python benchmarks/decoder.py MODEL_FOLDER [--documents 20] [--data FOLDER] [--out FOLDER]

Over receipts, four fields each. So that systems on a model with arbitrary weights do the same
work, the answers are replayed: at each step the logits are replaced, in every system
alike, by ones that prefer the longest token with which the wanted answer goes on. All
systems take turns on each document; quoted are medians and ratios of medians.

Systems:
    default   one generator a document, JSON schema guidance, default settings
    threads   the same with all cores
    library   this library
    -drafts, -forced, -prefix   this library with that lever off
    limit     the prefill of the document's tokens alone

`benchmarks/synthetic_phi3.py` makes a model of Phi-3-Mini's size to run it on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime_genai as og

import slmtasks as slm
from slmtasks import grammar, schema, templates
from slmtasks.decoding import Asked
from slmtasks.passages import Passage
from slmtasks.plans import PREFILL
from slmtasks.shorthand import parse
from slmtasks.source import Source

DATA = Path(__file__).parents[2] / "shared" / "data" / "receipts"
FIELDS = "company, date: date, address, total: number"
KEYS = ("company", "date", "address", "total")
ROOM = 300
"""Tokens that an answer may have."""


class Script:
    """The answer that is wanted, and the token with which it goes on from what is written."""

    def __init__(self, model: slm.Model) -> None:
        vocabulary = range(model.tokenizer.vocabulary)
        control = set(model.tokenizer.control.values())
        decode = model.tokenizer.grammar.decode_bytes
        self.pieces = [b"" if i in control else bytes(decode([i])) for i in vocabulary]
        self._ids = {piece: i for i, piece in enumerate(self.pieces) if piece}
        self._longest = max(map(len, self._ids))
        self._stop = model._stops[0]
        self.wanted = b""

    def logits(self, written: bytes) -> np.ndarray:
        """Those that prefer the longest token; where nothing is left, the end."""
        out = np.zeros(len(self.pieces), dtype=np.float32)
        rest = self.wanted[len(written) :] if self.wanted.startswith(written) else b""
        out[self._stop] = 1.0
        for size in range(1, min(len(rest), self._longest) + 1):
            if (token := self._ids.get(rest[:size])) is not None:
                out[token] = 10.0 + size
        return out


class Replaying:
    """A generator whose logits are the script's, behind the prompt."""

    def __init__(self, inner: Any, script: Script, prompt: Callable[[], int]) -> None:
        self._inner, self._script, self._prompt = inner, script, prompt
        self._fed: list[int] = []
        self._last = 0

    def append_tokens(self, tokens: Any) -> None:
        self._inner.append_tokens(tokens)
        self._fed += [int(token) for token in tokens]
        self._last = len(tokens)

    def rewind_to(self, length: int) -> None:
        self._inner.rewind_to(length)
        del self._fed[length:]

    def get_logits(self) -> Any:
        self._inner.get_logits()
        return self._at(len(self._fed))

    def get_output(self, name: str) -> Any:
        self._inner.get_output(name)
        end = len(self._fed)
        return np.stack([self._at(at) for at in range(end - self._last + 1, end + 1)])

    def _at(self, end: int) -> np.ndarray:
        written = (self._script.pieces[t] for t in self._fed[self._prompt() : end])
        return self._script.logits(b"".join(written))


class Case:
    """A receipt as prompt, grammar and wanted answer."""

    def __init__(self, model: slm.Model, path: Path, answerer: slm.Model) -> None:
        document = slm.read(path, day_first=True)
        given = slm.extract(document, parse(FIELDS), model=answerer)
        values = {key: given.evidence[key][0].quote for key in KEYS}
        # As the grammar writes it: white space plain.
        self.answer = json.dumps(
            {key: " ".join(value.split(" ")) for key, value in values.items()},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        node = schema.describe(parse(FIELDS))
        variables = {"fields": schema.fields(node), "document": document.text}
        messages = templates.load("extract").messages(variables)
        bare = templates.load("extract").messages({**variables, "document": ""})
        self.prompt = model.encode(messages)
        bare_ids = model.encode(bare)
        pairs = zip(self.prompt, bare_ids, strict=False)
        self.keep = next(i for i, (a, b) in enumerate(pairs) if a != b)
        source = Source(Passage.whole(document))
        self.grammar = grammar.build(node, source, leading_space=model.tokenizer.sentencepiece)


def official(model: Any, case: Case, script: Script) -> tuple[int, bytes]:
    """A new generator a document, guided by a JSON schema, token by token."""
    params = og.GeneratorParams(model)
    params.set_search_options(max_length=len(case.prompt) + ROOM, do_sample=False)
    properties = {key: {"type": "string"} for key in KEYS}
    asked = {
        "type": "object",
        "properties": properties,
        "required": list(KEYS),
        "additionalProperties": False,
        "x-guidance": {"whitespace_flexible": False},
    }
    params.set_guidance("json_schema", json.dumps(asked))
    generator = og.Generator(model, params)
    generator.append_tokens(np.array(case.prompt, dtype=np.int32))
    written, count = b"", 0
    while not generator.is_done() and written != case.answer:
        logits = np.asarray(generator.get_logits())
        generator.set_logits(script.logits(written).reshape(logits.shape).astype(logits.dtype))
        generator.generate_next_token()
        written += script.pieces[int(generator.get_next_tokens()[0])]
        count += 1
    return count, written


def limit(model: Any, case: Case) -> None:
    """Prefill of the document's tokens alone."""
    params = og.GeneratorParams(model)
    params.set_search_options(max_length=len(case.prompt) + 8, do_sample=False)
    generator = og.Generator(model, params)
    generator.append_tokens(np.array(case.prompt[: case.keep], dtype=np.int32))
    begun = time.perf_counter()
    for start in range(case.keep, len(case.prompt), PREFILL):
        part = case.prompt[start : min(start + PREFILL, len(case.prompt))]
        generator.append_tokens(np.array(part, dtype=np.int32))
    generator.get_logits()
    case.limit = time.perf_counter() - begun  # type: ignore[attr-defined]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--documents", type=int, default=20)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--out", type=Path)
    options.add_argument("--systems", nargs="*")
    chosen = options.parse_args()
    model = slm.load(chosen.model)
    script = Script(model)
    with slm.load("nano") as answerer:
        paths = sorted(chosen.data.glob("*.txt"))
        cases = [Case(model, path, answerer) for path in paths[: chosen.documents]]
    # As its README has it: no setting touched.
    plain = og.Model(og.Config(str(chosen.model)))
    current: list[Case] = []
    start = model._decoder.pool._start
    model._decoder.pool._start = lambda n: Replaying(
        start(n), script, lambda: len(current[0].prompt)
    )
    passes: dict[str, list[int]] = {}

    def library(name: str, lever: str = "") -> Callable[[Case], bytes]:
        pool = type(model._decoder.pool)(
            model._decoder.pool._start, plan=model.plan, budget=model.context
        )

        def run(case: Case) -> bytes:
            decoder = model._decoder
            decoder.pool, current[:] = pool, [case]
            levers = decoder.levers
            levers.prefix = levers.forced = levers.drafts = True
            if lever:
                setattr(levers, lever, False)
            asked = Asked(case.prompt, case.grammar, ROOM, 0, keep=case.keep)
            answer, _ = model.answer(asked)
            passes.setdefault(name, []).append(answer.passes)
            return answer.text.encode()

        return run

    systems: dict[str, Callable[[Case], Any]] = {
        "default": lambda case: official(plain, case, script)[1],
        "threads": lambda case: official(model._model, case, script)[1],
        "library": library("library"),
        "-drafts": library("-drafts", "drafts"),
        "-forced": library("-forced", "forced"),
        "-prefix": library("-prefix", "prefix"),
        "limit": lambda case: limit(model._model, case),
    }
    systems = {k: v for k, v in systems.items() if not chosen.systems or k in chosen.systems}
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for number, case in enumerate(cases):
        script.wanted = case.answer
        # Each in turn goes first.
        names = list(systems)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            begun = time.perf_counter()
            wrote = systems[name](case)
            took = time.perf_counter() - begun
            if wrote is not None and wrote.strip() != case.answer:
                print(f"{name} wrote something else: {wrote!r} for {case.answer!r}")
            seconds[name].append(getattr(case, "limit", took) if name == "limit" else took)
        print(number, {name: round(values[-1], 2) for name, values in seconds.items()}, flush=True)
    report(cases, seconds, passes, chosen.out)


def report(
    cases: list[Case],
    seconds: dict[str, list[float]],
    passes: dict[str, list[int]],
    out: Path | None,
) -> None:
    """Medians, ratios to the library and passes; the first document, which warms up, apart."""
    medians = {name: statistics.median(values[1:] or values) for name, values in seconds.items()}
    tokens = statistics.median(len(case.prompt) - case.keep for case in cases)
    print(f"{len(cases)} documents, median {tokens} tokens behind the constant part")
    print("| system | median s a document | its time by the library's | passes |")
    print("|---|---|---|---|")
    for name, median in medians.items():
        runs = statistics.median(passes[name]) if name in passes else ""
        ratio = f"{median / medians['library']:.2f}" if "library" in medians else ""
        print(f"| {name} | {median:.3f} | {ratio} | {runs} |")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        record = {"seconds": seconds, "passes": passes, "medians": medians}
        (out / "decoder.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
