"""What guessing costs where nothing can be guessed: answers whose words stand nowhere before.

    python -m benchmarks.unlike MODEL_FOLDER [--answers 6] [--under 3]

One prompt, whose cache is kept, and answers of made-up words that never come again, replayed
as in `decoder.py`; with drafts and without, in turn, from untaught habits on. With `--under`,
exit code 1 where the median of the ratios is above by more than so many percent.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from random import Random
from types import SimpleNamespace

import slmtasks as slm
from benchmarks.decoder import Systems
from slmtasks.decoding.speculation import Habits
from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.schema.nodes import Member, Object, Prose

TEXT = "The workshop repairs bicycles of every brand and lends others meanwhile."
SHAPE = Object((Member("text", "text", Prose(max_chars=600), nullable=False, has_default=False),))
WORDS = 45


def answer(rng: Random) -> bytes:
    """An object whose text is of words that were made up, each once."""
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3))] = None
    text = " ".join(words)
    return json.dumps({"text": f"{text.capitalize()}."}, separators=(",", ":")).encode()


def case(model: slm.Model, wanted: bytes) -> SimpleNamespace:
    """What `Systems` needs of a document."""
    passage = Passage.whole(Document("", TEXT))
    prompt = model.internals.encode(
        [{"role": "user", "content": f"Write about this text.\n{TEXT}"}]
    )
    lark = build.build(
        SHAPE, Source(passage), leading_space=model.internals.tokenizer.sentencepiece
    )
    return SimpleNamespace(prompt=prompt, keep=0, text=TEXT, grammar=lark, answer=wanted)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--answers", type=int, default=6)
    options.add_argument("--under", type=float, metavar="PERCENT")
    chosen = options.parse_args()
    systems, rng = Systems(chosen.model, None, {"library", "-drafts"}), Random(0)
    for name in ("library", "-drafts"):
        systems.run(name, case(systems.model, answer(rng)))
    systems.model.internals.decoder.habits = Habits()
    ratios = []
    for number in range(chosen.answers):
        each = case(systems.model, answer(rng))
        order = ("library", "-drafts") if number % 2 else ("-drafts", "library")
        told = {name: systems.run(name, each) for name in order}
        ratios.append(told["library"]["seconds"] / told["-drafts"]["seconds"])
        shown = {name: (round(t["seconds"], 2), t["passes"]) for name, t in told.items()}
        print(shown, f"{ratios[-1]:.3f}", flush=True)
    ratio = statistics.median(ratios)
    print(f"with drafts {ratio:.3f} of the time without ({min(ratios):.3f} to {max(ratios):.3f})")
    return int(chosen.under is not None and 100 * (ratio - 1) > chosen.under)


if __name__ == "__main__":
    sys.exit(main())
