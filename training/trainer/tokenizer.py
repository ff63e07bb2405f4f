"""A byte-level BPE tokenizer in which a word's tokens depend little on where it stands.

Words are merged without their space, and a space joins only the first piece of a word,
by merges of the lowest rank: `Acme Krostein` is `Ac me ĠK ro ste in`, at the beginning
of an answer's value as in the document, up to the space of its first piece. Quotation
marks and changes of case are never merged, so what the grammar forces is tokenised the
same whatever follows. White space is not merged with itself: the runtime splits runs of
it before digits otherwise than `tokenizers` does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

SPECIALS = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
_TURN = "{{'<|ROLE|>\\n' + message['content'] + '<|end|>\\n'}}"
_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    + _TURN.replace("ROLE", "system")
    + "{% elif message['role'] == 'user' %}"
    + _TURN.replace("ROLE", "user")
    + "{% elif message['role'] == 'assistant' %}"
    + _TURN.replace("ROLE", "assistant")
    + "{% endif %}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}"
)
_SPACED = 0.4
"""The share of the vocabulary that is pieces with their space."""


def train(texts: Iterable[str], size: int, folder: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json of about `size` tokens to `folder`."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    corpus = list(texts)
    base = Tokenizer(models.BPE())
    base.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.Split(" ", "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size + 300, initial_alphabet=alphabet, special_tokens=[], show_progress=False
    )
    base.train_from_iterator(corpus, trainer)
    found = [
        tuple(m) if isinstance(m, list) else tuple(m.split(" "))
        for m in json.loads(base.to_str())["model"]["merges"]
    ]
    vocab = {t: i for i, t in enumerate(SPECIALS)}
    for byte in sorted(alphabet):
        vocab[byte] = len(vocab)
    merges: list[tuple[str, str]] = []

    def add(a: str, b: str) -> None:
        if a in vocab and b in vocab and a + b not in vocab and len(vocab) < size:
            vocab[a + b] = len(vocab)
            merges.append((a, b))

    for a, b in found:
        text = a + b
        mixed = any(x.islower() and y.isupper() for x, y in pairwise(text))
        if (
            not mixed
            and '"' not in text
            and "\\" not in text
            and not {"Ġ", "Ċ"} & {*text}
            and len(vocab) < size * (1 - _SPACED)
        ):
            add(a, b)
    for piece, _ in _after_space(corpus, vocab, merges).most_common():
        if piece not in "0123456789ĠĊĉč" and not {'"', "\\"} & {*piece}:
            add("Ġ", piece)
    write(vocab, merges, folder)


def _after_space(
    corpus: list[str], vocab: dict[str, int], merges: list[tuple[str, str]]
) -> Counter[str]:
    """How often each token follows a space."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    spaceless = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    spaceless.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    counts: Counter[str] = Counter()
    for text in corpus:
        tokens = spaceless.encode(text).tokens
        counts.update(b for a, b in pairwise(tokens) if a == "Ġ")
    return counts


def write(vocab: dict[str, int], merges: list[tuple[str, str]], folder: Path) -> None:
    """Write the files of a tokenizer."""
    added = [
        {
            "id": i,
            "content": t,
            "single_word": False,
            "lstrip": False,
            "rstrip": t != SPECIALS[0],
            "normalized": False,
            "special": True,
        }
        for i, t in enumerate(SPECIALS)
    ]
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": True,
    }
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level],
        },
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": vocab,
            "merges": [list(m) for m in merges],
        },
    }
    config = {
        "add_bos_token": False,
        "add_eos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": {
            str(a["id"]): {k: v for k, v in a.items() if k != "id"} for a in added
        },
        "bos_token": SPECIALS[0],
        "eos_token": SPECIALS[0],
        "pad_token": SPECIALS[0],
        "unk_token": SPECIALS[0],
        "chat_template": _TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1536,
        "tokenizer_class": "GPT2Tokenizer",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(
        json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    (folder / "tokenizer_config.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1), encoding="utf-8"
    )


class Encoder:
    """Conversations to ids; document text never becomes a control token."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        data["added_tokens"] = []
        self._plain = Tokenizer.from_str(json.dumps(data))
        self.end, self.assistant = SPECIALS.index("<|end|>"), SPECIALS.index("<|assistant|>")
        self.size = len(data["model"]["vocab"])

    def text(self, text: str) -> list[int]:
        """The ids of plain text."""
        return list(self._plain.encode(text).ids)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The characters of each token of plain text, from where to where."""
        return list(self._plain.encode(text).offsets)

    def decode(self, ids: list[int]) -> str:
        """The text of ids; control tokens are left out."""
        return str(self._plain.decode([i for i in ids if i >= len(SPECIALS)]))

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        """The ids of a conversation, up to where the answer begins."""
        ids: list[int] = []
        for message in messages:
            ids += [
                SPECIALS.index(f"<|{message['role']}|>"),
                *self.text(message["content"]),
                self.end,
            ]
        return [*ids, self.assistant]

    def pair(self, messages: list[dict[str, str]], answer: str) -> tuple[list[int], list[int]]:
        """Prompt and answer, the answer ended."""
        return self.prompt(messages), [*self.text(answer), self.end]
