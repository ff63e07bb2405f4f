"""Count and cut by the model's own tokens, offline.

Text goes in as text: whatever a document holds, no control token comes out of
`Tokenizer.encode`. Byte-level BPE is run by a tiktoken `Encoding` built from the
folder's tokenizer.json (tiktoken's own vocabularies are never asked for, because
they are downloaded); SentencePiece by the tokenizers engine inside llguidance.

Knows nothing about prompts, chat templates or the runtime.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmtasks.errors import ModelCorrupt

if TYPE_CHECKING:
    from llguidance import LLTokenizer

_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
# The same after a split at every digit: every digit is a token and ends what is before it.
_GPT2_DIGITS_APART = r"'(?:[sdmt]|ll|ve|re)|\p{N}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+"


def agreeing(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


class Tokenizer:
    """The tokenizer of a model folder: text to ids and back.

    `vocabulary` is the width of the model's logits; `control` maps the texts of the
    control tokens to their ids; `sentencepiece` says that a text's first token
    carries a leading space.
    """

    def __init__(self, folder: Path, vocabulary: int, stops: Sequence[int]) -> None:
        path = folder / "tokenizer.json"
        try:
            spec: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            self._build(spec, vocabulary, stops)
        except FileNotFoundError as error:
            raise ModelCorrupt(f"{path} is missing; fetch the model folder again") from error
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise ModelCorrupt(f"{path} cannot be used ({error!r}); fetch it again") from error

    def _build(self, spec: dict[str, Any], vocabulary: int, stops: Sequence[int]) -> None:
        kind = spec["model"]["type"]
        if kind != "BPE":
            raise ValueError(f"it is a {kind} tokenizer, and only BPE is supported")
        self.vocabulary = vocabulary
        self.control: dict[str, int] = {t["content"]: t["id"] for t in _added(spec)}
        self.sentencepiece = bool(spec["model"].get("byte_fallback"))
        pattern = None if self.sentencepiece else _pattern(spec.get("pre_tokenizer"))
        self.grammar = _engine(spec, vocabulary, stops)
        self._encode: Callable[[str], list[int]] = (
            _tiktoken(spec, pattern) if pattern else _by_engine(spec, self.grammar)
        )

    def encode(self, text: str) -> list[int]:
        """The ids that the model is fed for `text`; control tokens in it stay plain text."""
        return self._encode(text) if text else []

    def count(self, text: str) -> int:
        """How many tokens the model is fed for `text`."""
        return len(self.encode(text))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer's ids; half a character becomes U+FFFD."""
        return bytes(self.grammar.decode_bytes(list(ids))).decode("utf-8", errors="replace")


def _engine(spec: dict[str, Any], vocabulary: int, stops: Sequence[int]) -> LLTokenizer:
    """The tokenizer inside llguidance, whose control tokens no text can spell."""
    from llguidance import LLTokenizer

    # It would take "<|end|>" in a text for the token: here the tokens have unknown names,
    # in the vocabulary too, because that is where the engine looks up their ids.
    secret = secrets.token_hex(16)
    names = {t["content"]: f"\x01{secret}{t['id']}\x01" for t in _added(spec)}
    added = [{**t, "content": names[t["content"]]} for t in _added(spec)]
    vocab = {names.get(token, token): rank for token, rank in spec["model"]["vocab"].items()}
    renamed = {**spec, "added_tokens": added, "model": {**spec["model"], "vocab": vocab}}
    text = json.dumps(renamed, ensure_ascii=False)
    if spec["model"].get("byte_fallback"):
        # SentencePiece writes a space as U+2581 and would read a text's own U+2581 as one.
        # Here NUL, which no text holds, is that mark, and U+2581 is written by its bytes.
        text = text.replace("\u2581", r"\u0000")
    return LLTokenizer(text, n_vocab=vocabulary, eos_token=list(stops))


def _by_engine(spec: dict[str, Any], engine: LLTokenizer) -> Callable[[str], list[int]]:
    # The engine leaves out the space that SentencePiece puts before a text.
    lead = " " if _prepends_space(spec) else ""
    return lambda text: list(engine.tokenize_str(lead + text.replace("\0", "\ufffd")))


def _added(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return spec.get("added_tokens") or []


def _prepends_space(spec: dict[str, Any]) -> bool:
    normalizer = spec.get("normalizer") or {}
    steps = normalizer.get("normalizers", [normalizer])
    if any(step.get("type") == "Prepend" for step in steps):
        return True
    before = spec.get("pre_tokenizer") or {}
    return before.get("type") == "Metaspace" and before.get("prepend_scheme") != "never"


def _pattern(before: dict[str, Any] | None) -> str | None:
    """The split expression of a byte-level pre-tokenizer; None where it is not known."""
    steps = (before or {}).get("pretokenizers", [before or {}])
    match [step.get("type") for step in steps], steps:
        case ["ByteLevel"], [level] if level.get("use_regex", True):
            return None if level.get("add_prefix_space") else _GPT2
        case ["Digits", "ByteLevel"], [digits, level] if level.get("use_regex", True):
            apart = digits.get("individual_digits") and not level.get("add_prefix_space")
            return _GPT2_DIGITS_APART if apart else None
        case ["Split", "ByteLevel"], [split, level] if not level.get("use_regex", True):
            pattern = split.get("pattern", {}).get("Regex")
            return pattern if isinstance(pattern, str) else None
    return None


def _tiktoken(spec: dict[str, Any], pattern: str) -> Callable[[str], list[int]]:
    import tiktoken

    symbols = _byte_symbols()
    control = {t["id"] for t in _added(spec)}
    ranks = {
        bytes(symbols[symbol] for symbol in token): rank
        for token, rank in spec["model"]["vocab"].items()
        if rank not in control
    }
    encoding = tiktoken.Encoding(
        name="slmtasks", pat_str=pattern, mergeable_ranks=ranks, special_tokens={}
    )
    return encoding.encode_ordinary


def _byte_symbols() -> dict[str, int]:
    """The printable characters by which byte-level BPE writes the 256 bytes."""
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in kept]
    symbols = {chr(byte): byte for byte in kept}
    return symbols | {chr(256 + index): byte for index, byte in enumerate(rest)}
