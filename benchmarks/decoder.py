"""Seconds a document: this library's decoder beside the runtime's official pattern and llama.cpp.

    python -m benchmarks.decoder MODEL_FOLDER --out FOLDER [--gguf FILE]
        [--documents 20] [--levers 6] [--data FOLDER] [--systems NAME ...]

Over receipts, four fields each. So that systems on a model with arbitrary weights do the same
work, the answers are replayed: at each step the logits are replaced, in every system alike, by
ones that prefer the token with which the model's own tokenizer writes the wanted answer. All
systems take turns on each document. Quoted are medians, and medians of the ratios on the
documents that both did. Each measurement is kept in FOLDER/decoder.jsonl as soon as it is
made: the same command goes on where it was stopped, and writes table, JSON and plot (extra
"bench") from what is there.

Systems:
    default   one generator a document, JSON schema guidance, default settings
    threads   the same with all cores
    llama     llama.cpp with a JSON schema, all cores, its own prefix cache
    library   this library
    -drafts, -forced, -prefix   this library with that lever off
    limit     the prefill of the document's tokens alone

`synthetic_phi3.py` and `synthetic_gguf.py` make models of Phi-3-Mini's size to run it on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime_genai as og

import slmtasks as slm
from benchmarks import llama
from benchmarks.replay import Replaying, Script
from slmtasks import prompt_files
from slmtasks.decoding.request import DecodeRequest
from slmtasks.documents.passages import Passage
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse

DATA = Path(__file__).parents[2] / "shared" / "data" / "receipts"
FIELDS = "company, date: date, address, total: number"
KEYS = ("company", "date", "address", "total")
ROOM = 300
"""Tokens that an answer may have."""

SCHEMA = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in KEYS},
    "required": list(KEYS),
    "additionalProperties": False,
}
EVERY = ("library", "threads", "llama", "limit")
"""Systems of all documents; the others have `--levers` of them."""

SYSTEMS = ("default", "threads", "llama", "library", "-drafts", "-forced", "-prefix", "limit")
TARGETS = {"default": 2.8, "threads": 1.5, "llama": 1.25, "limit": 0.8}
"""What the times of other systems by the library's should be: at least so much."""


class Case:
    """A receipt as prompt, grammar and wanted answer."""

    def __init__(self, model: slm.Model, path: Path, answerer: slm.Model) -> None:
        document = slm.read(path, day_first=True)
        self.text = document.text
        given = slm.extract(document, parse(FIELDS), model=answerer)
        values = {key: given.evidence[key][0].quote for key in KEYS}
        # As the grammar writes it: white space plain.
        self.answer = json.dumps(
            {key: " ".join(value.split(" ")) for key, value in values.items()},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        node = from_pydantic.describe(parse(FIELDS))
        variables = {"fields": from_pydantic.fields(node), "document": document.text}
        messages = prompt_files.load("extract").messages(variables)
        bare = prompt_files.load("extract").messages({**variables, "document": ""})
        self.prompt = model.internals.encode(messages)
        bare_ids = model.internals.encode(bare)
        pairs = zip(self.prompt, bare_ids, strict=False)
        self.keep = next(i for i, (a, b) in enumerate(pairs) if a != b)
        source = Source(Passage.whole(document))
        self.grammar = build.build(
            node, source, leading_space=model.internals.tokenizer.sentencepiece
        )


def official(model: Any, case: Case, script: Script) -> bytes:
    """A new generator a document, guided by a JSON schema, token by token."""
    params = og.GeneratorParams(model)
    params.set_search_options(max_length=len(case.prompt) + ROOM, do_sample=False)
    asked = {**SCHEMA, "x-guidance": {"whitespace_flexible": False}}
    params.set_guidance("json_schema", json.dumps(asked))
    generator = og.Generator(model, params)
    generator.append_tokens(np.array(case.prompt, dtype=np.int32))
    written = b""
    while not generator.is_done() and written != case.answer:
        logits = np.asarray(generator.get_logits())
        generator.set_logits(script.logits(written).reshape(logits.shape).astype(logits.dtype))
        generator.generate_next_token()
        written += script.pieces[int(generator.get_next_tokens()[0])]
    return written


def limit(model: slm.Model, case: Case) -> float:
    """Seconds of the prefill of the document's tokens alone."""
    params = og.GeneratorParams(model.internals.runtime)
    params.set_search_options(max_length=len(case.prompt) + 8, do_sample=False)
    generator = og.Generator(model.internals.runtime, params)
    generator.append_tokens(np.array(case.prompt[: case.keep], dtype=np.int32))
    most = model.internals.plan.prefill
    begun = time.perf_counter()
    for start in range(case.keep, len(case.prompt), most):
        part = case.prompt[start : start + most]
        generator.append_tokens(np.array(part, dtype=np.int32))
    generator.get_logits()
    return time.perf_counter() - begun


class Systems:
    """The systems, each model loaded where one of them needs it."""

    def __init__(self, folder: Path, gguf: Path | None, names: set[str]) -> None:
        self.model = slm.load(folder)
        self.script = Script(self.model)
        self._case: Case | None = None
        self._plain: Any = None
        if "default" in names:
            # As its README has it: no setting touched.
            self._plain = og.Model(og.Config(str(folder)))
            first = og.Generator(self._plain, og.GeneratorParams(self._plain))
            first.append_tokens(np.zeros(1, dtype=np.int32))
        self._llama = None
        if "llama" in names and gguf:
            self._llama = llama.LlamaCpp(gguf, self.model.threads)
        start = self.model.internals.decoder.pool.start
        pool = type(self.model.internals.decoder.pool)
        replaying = lambda n: Replaying(start(n), self.script, self._begin)  # noqa: E731
        self._pools = {
            name: pool(replaying, plan=self.model.internals.plan, budget=self.model.context)
            for name in ("library", "-drafts", "-forced", "-prefix")
        }

    def _begin(self) -> int:
        return len(self._case.prompt) if self._case else 0

    def run(self, name: str, case: Case) -> dict[str, Any]:
        """What one system's turn on one document took."""
        self._case = case
        self.script.want(case.answer)
        begun = time.perf_counter()
        found: dict[str, Any] = {}
        if name == "limit":
            return {"seconds": limit(self.model, case)}
        if name in self._pools:
            wrote, found["passes"] = self._library(name, case)
        elif name == "llama" and self._llama:
            pieces = self.script.pieces
            logits = self.script.logits
            wrote = self._llama.answer(case.prompt, SCHEMA, logits, pieces, case.answer)
        else:
            model = self._plain if name == "default" else self.model.internals.runtime
            wrote = official(model, case, self.script)
        found["seconds"] = time.perf_counter() - begun
        if wrote.strip() != case.answer:
            found["wrote"] = wrote.decode(errors="replace")
            print(f"{name} wrote something else: {wrote!r} for {case.answer!r}")
        return found

    def _library(self, name: str, case: Case) -> tuple[bytes, int]:
        decoder = self.model.internals.decoder
        decoder.pool = self._pools[name]
        for lever in ("prefix", "forced", "drafts"):
            setattr(decoder.options, lever, name != f"-{lever}")
        copied = build.written(case.text)
        asked = DecodeRequest(case.prompt, case.grammar, ROOM, 0, keep=case.keep, copied=copied)
        answer, _ = self.model.internals.answer(asked)
        return answer.text.encode(), answer.passes


def measure(chosen: argparse.Namespace, names: list[str], file: Path) -> None:
    """Measure what the file does not hold yet, and append it, a line a turn."""
    done = {(one["document"], one["system"]) for one in kept(file)}
    paths = sorted(chosen.data.glob("*.txt"))[: chosen.documents]
    todo = {
        path: [
            name
            # Each in turn goes first.
            for name in names[number % len(names) :] + names[: number % len(names)]
            if (path.stem, name) not in done and (name in EVERY or number < chosen.levers)
        ]
        for number, path in enumerate(paths)
    }
    if not any(todo.values()):
        return
    systems = Systems(chosen.model, chosen.gguf, {name for some in todo.values() for name in some})
    with slm.load("nano") as answerer, file.open("a", encoding="utf-8") as out:
        if file.stat().st_size and not file.read_bytes().endswith(b"\n"):
            out.write("\n")  # The last line was torn: it is measured again.
        for path, some in todo.items():
            case = Case(systems.model, path, answerer) if some else None
            for name in some if case else ():
                found = systems.run(name, case)
                tokens = len(case.prompt) - case.keep
                record = {"document": path.stem, "system": name, "tokens": tokens, **found}
                out.write(json.dumps(record) + "\n")
                out.flush()
                print(path.stem, name, round(found["seconds"], 2), flush=True)


def kept(file: Path) -> list[dict[str, Any]]:
    """What was measured so far."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def summary(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a system: medians, and its time by the library's on the documents that both did."""
    taken: dict[str, dict[str, float]] = {name: {} for name in SYSTEMS}
    for one in records:
        taken[one["system"]][one["document"]] = one["seconds"]
    library = taken["library"]
    rows = []
    for name, times in taken.items():
        ratios = [seconds / library[one] for one, seconds in times.items() if one in library]
        passes = [one["passes"] for one in records if one["system"] == name and "passes" in one]
        if times:
            row: dict[str, Any] = {"system": name, "documents": len(times)}
            row["seconds"] = statistics.median(times.values())
            row["ratio"] = statistics.median(ratios) if ratios else None
            row["passes"] = statistics.median(passes) if passes else None
            rows.append({**row, "target": TARGETS.get(name)})
    return rows


def report(records: list[dict[str, Any]], out: Path) -> None:
    """The table on the terminal; table, JSON and plot in the folder."""
    rows = summary(records)
    table = [
        "| system | documents | median s a document | by the library's | target | passes |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        cells = [row["system"], row["documents"], f"{row['seconds']:.2f}", ratio]
        cells += [row["target"] and f"≥ {row['target']}", row["passes"]]
        table.append("| " + " | ".join(str("" if c is None else c) for c in cells) + " |")
    print("\n".join(table))
    (out / "decoder.md").write_text("\n".join(table) + "\n", encoding="utf-8")
    (out / "decoder.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    plot(rows, out / "decoder.svg")


def plot(rows: list[dict[str, Any]], file: Path) -> None:
    """A bar a system."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: the extra 'bench' is not installed")
        return
    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 0.45 * len(rows) + 1.2))
    colours = ["tab:orange" if row["system"] == "library" else "tab:blue" for row in rows]
    bars = axes.barh([r["system"] for r in rows], [r["seconds"] for r in rows], color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("median seconds a document")
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--gguf", type=Path)
    options.add_argument("--documents", type=int, default=20)
    options.add_argument("--levers", type=int, default=6)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--systems", nargs="*", choices=SYSTEMS, default=SYSTEMS)
    chosen = options.parse_args()
    names = list(chosen.systems)
    if "llama" in names and (reason := llama.missing(chosen.gguf)):
        print(reason)
        names.remove("llama")
    chosen.out.mkdir(parents=True, exist_ok=True)
    file = chosen.out / "decoder.jsonl"
    measure(chosen, names, file)
    report(kept(file), chosen.out)


if __name__ == "__main__":
    main()
