"""The loop: prompt tokens and a grammar in, the answer's tokens out.

Greedy and deterministic. At each step the grammar says which tokens may follow and
the model's favourite among them is taken; what the grammar leaves no choice about is
appended without asking, and what its source suggests is guessed and checked in one pass.

Knows neither documents nor schemas.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from slmtasks.decoding.context_plan import Plan
from slmtasks.decoding.guided_text import Writing
from slmtasks.decoding.kv_cache import Cache, Logits, Pool
from slmtasks.decoding.request import Answer, DecodeOptions, DecodeRequest, Watch
from slmtasks.decoding.speculation import WIDEST, Drafter, Guess, Habits
from slmtasks.decoding.tokenizer import Tokenizer, agreeing
from slmtasks.errors import AnswerError, ContextExceeded, TimedOut


class Decoder:
    """Decodes answers on one loaded model, one after another.

    `stops` are the ids that end an answer; `plan` bounds prompt and answer together;
    `habits` are what earlier answers taught about guesses.
    """

    def __init__(self, pool: Pool, tokenizer: Tokenizer, stops: Sequence[int], plan: Plan) -> None:
        self.pool = pool
        self.plan = plan
        self.tokenizer = tokenizer
        self.stops = frozenset(stops)
        self.options = DecodeOptions()
        self.habits = Habits()

    def decode(self, request: DecodeRequest, watch: Watch | None = None) -> Answer:
        """The answer to a prompt in the language of its grammar.

        Raises ContextExceeded where prompt and answer do not fit, TimedOut past the deadline;
        whatever is raised, by `watch` too, the next call is not affected.
        """
        length, room = len(request.prompt) + request.max_tokens, self.plan.room(len(request.prompt))
        if length > room or request.max_tokens < 1:
            raise ContextExceeded(
                f"a prompt of {len(request.prompt)} tokens and an answer of up to "
                f"{request.max_tokens} exceed the model's context of {room}; give it "
                "less text or a model with more",
                tokens=length,
                limit=room,
            )
        writing = Writing(request.grammar, self.tokenizer, self.stops)
        if not self.options.prefix:
            self.pool.clear()
        call = _Call(self, request, writing, watch)
        call.begin()
        while not writing.ended:
            call.step()
        text = writing.text("replace")
        lead = len(text) - len(text.lstrip(" "))
        return Answer(
            text=text.lstrip(" "),
            tokens=tuple(writing.tokens),
            choices=tuple((at - lead, end - lead, log) for at, end, log in call.choices),
            prompt_tokens=len(request.prompt),
            cached_tokens=call.cached,
            passes=call.passes,
            finish="closed" if call.closed else "stop",
        )

    @cached_property
    def closers(self) -> dict[bool, list[int]]:
        """The tokens that bring an answer nearer to its end, the most effective first.

        By whether the answer ends inside a text. There only a quotation mark ends it, perhaps
        after a full stop, and null and brackets would be words. Elsewhere they are null, the
        stops, and what closes the most brackets, then the most quotes.
        """
        found: dict[bool, list[tuple[bool, int, int, int]]] = {False: [], True: []}
        for token in range(self.tokenizer.vocabulary):
            text = self.tokenizer.grammar.decode_bytes([token])
            if text != b"null" and (not text or text.strip(b'"]}.')):
                continue
            closed = text.count(b"]") + text.count(b"}")
            key = (text != b"null", -closed, -len(text.strip(b".")), token)
            found[False].append(key)
            if text.lstrip(b".")[:1] in (b"", b'"'):
                found[True].append(key)
        return {
            inside: [*self.stops, *(token for *_, token in sorted(keys))]
            for inside, keys in found.items()
        }


@dataclass
class _Call:
    """One answer in the making.

    `pending` are tokens that are decided and not yet computed.
    """

    decoder: Decoder
    request: DecodeRequest
    writing: Writing
    watch: Watch | None
    cache: Cache = field(init=False)
    cached: int = 0
    choices: list[tuple[int, int, float]] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    passes: int = 0
    closed: bool = False
    drafter: Drafter | None = None

    def begin(self) -> None:
        """Read the prompt but for its last pass, which gives the first logits."""
        self.cached = self._take(self.request.prompt)
        self.pending += self._forced()
        self._prefill()

    def step(self) -> None:
        """One pass, and all the tokens that it decides."""
        self._tell()
        most = self.request.max_tokens - self.request.reserve
        if not self.closed and len(self.writing.tokens) >= most:
            self.closed = True
            if self._went_back(now=True):
                return
        guesses = self._guess()
        draft = [guess.token for guess in guesses[: self._worth(guesses)]]
        rows = self._pass(draft)
        base = len(self.cache.held) - len(draft)
        right = 0
        while not self.writing.ended:
            decided = self._decide(rows[right])
            self._learn(guesses[right:], decided)
            if self._went_back():
                return
            agreed = agreeing(draft[right:], decided)
            right += agreed
            if agreed < len(decided):
                self.pending = decided[agreed:]
                break
        if right < len(draft):
            self.cache.rewind(base + right)

    def _went_back(self, *, now: bool = False) -> bool:
        """End a text that exceeds its limit where it fits; says whether there was such a text.

        A provider that cannot rewind reads the prompt and what is kept anew.
        """
        limits = self.request.limits
        endings = limits.endings(bytes(self.writing.data), now=now) if limits else None
        if endings is None:
            return False
        kept = self.writing.go_back(endings)
        if kept is None:
            if now:
                return False
            raise AnswerError("a text exceeds its limit and can end nowhere; report this as a bug")
        self.choices = [choice for choice in self.choices if choice[1] <= kept]
        self._forced()
        if not self.writing.ended:
            self._take([*self.request.prompt, *self.writing.tokens])
            self._prefill()
        return True

    def _take(self, tokens: Sequence[int]) -> int:
        """Have a cache hold the first of some tokens, the rest pending; says how many it holds."""
        length = len(self.request.prompt) + self.request.max_tokens
        self.cache, held = self.decoder.pool.take(tokens, length, self.request.keep)
        self.pending = list(tokens[held:])
        return held

    def _prefill(self) -> None:
        """Compute what is pending in several passes, but for the last."""
        plan = self.decoder.plan
        size = max(plan.prefill, plan.first(len(self.request.prompt)) - len(self.cache.held))
        while len(self.pending) > size:
            self._tell()
            self._compute(self.pending[:size])
            del self.pending[:size]
            size = plan.prefill

    def _pass(self, draft: list[int]) -> Logits:
        """Compute what is pending and a draft; the logits after that and after each guess."""
        tokens = self.pending + draft
        begun = time.perf_counter()
        self._compute(tokens)
        rows = self.cache.all_logits()[-1 - len(draft) :] if draft else self.cache.logits()[None]
        if len(tokens) <= 2 * WIDEST:
            self.decoder.habits.cost.saw(len(tokens), time.perf_counter() - begun)
        self.passes += 1
        self.pending = []
        return rows

    def _compute(self, tokens: list[int]) -> None:
        """One pass over tokens, if the answer has room for them."""
        room = self.cache.room
        if len(self.cache.held) + len(tokens) > room:
            raise AnswerError(
                f"prompt and answer did not end within {room} tokens; ask for fewer fields or "
                "rows, or give it less text"
            )
        self.cache.append(tokens)

    def _decide(self, logits: Logits) -> list[int]:
        """The next token by the model, and those that the grammar then forces."""
        token, log = self._chosen(logits)
        if token in self.decoder.stops:
            self.writing.ended = True
            return []
        begin = len(self.writing.data)
        self.writing.write([token])
        self.choices.append((begin, len(self.writing.data), log))
        return [token, *self._forced()]

    def _chosen(self, logits: Logits) -> tuple[int, float]:
        """The model's favourite, at the limit what ends the answer; and the log of its share."""
        allowed = self.writing.allowed
        values = logits[allowed]
        best = top = int(values.argmax())
        if self.closed:
            places = {token: at for at, token in enumerate(allowed.tolist())}
            closers = self.decoder.closers[self.writing.in_text]
            best = next((places[t] for t in closers if t in places), top)
        rest = float(np.exp(values - values[top]).sum())
        return int(allowed[best]), float(values[best] - values[top]) - math.log(rest)

    def _forced(self) -> list[int]:
        return self.writing.forced(ahead=self.decoder.options.forced)

    def _guess(self) -> list[Guess]:
        """What may go on, as far as the grammar allows it."""
        decoder, request = self.decoder, self.request
        if not decoder.options.drafts or self.closed:
            return []
        if self.drafter is None:
            # The latest place is tried first: there the source is spelled as an answer spells it.
            source = [*request.prompt, *decoder.tokenizer.encode(request.copied)]
            engine = decoder.tokenizer.grammar
            spells = decoder.options.forced
            self.drafter = Drafter(source, engine, decoder.habits, spells=spells)
        return self.drafter.guesses(self.writing.matcher, self.writing.tokens)

    def _worth(self, guesses: list[Guess]) -> int:
        """How many guesses a pass is to hold."""
        left = self.cache.room - len(self.cache.held) - len(self.pending)
        return self.drafter.worth(guesses[:left]) if guesses and self.drafter else 0

    def _learn(self, guesses: Sequence[Guess], decided: list[int]) -> None:
        """Hold what was decided against what would have been guessed."""
        habits = self.decoder.habits
        if decided and len(self.choices) == 1:
            habits.first = decided[0]
        if guesses and decided:
            habits.odds.saw(guesses[0].basis, decided[0] == guesses[0].token)

    def _tell(self) -> None:
        deadline = self.request.deadline
        if deadline is not None and time.monotonic() > deadline:
            raise TimedOut("the time given for the answer is over; give it more, or less text")
        if self.watch:
            self.watch(len(self.cache.held), self.writing.text("ignore"))
