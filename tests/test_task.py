"""The one runner: retries, validators, user-made tasks, long sources, coverage."""

from __future__ import annotations

from bisect import bisect
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, field_validator

import slmtasks as slm
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import Run
from slmtasks.errors import AnswerError, InvalidAnswer, NothingToQuote, TimedOut
from slmtasks.grammar.candidates import Source
from slmtasks.grounding import locate, tree
from slmtasks.models.session import Session
from slmtasks.results import SkippedPart
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse

TEXT = "ACME Ltd, invoice 12 of 3 March 2026, total 99.50 EUR, paid."


def rejecting(times: int) -> type[BaseModel]:
    """A schema whose validator rejects the first answers."""
    seen: list[str] = []

    class Picky(BaseModel):
        vendor: str

        @field_validator("vendor")
        @classmethod
        def check(cls, value: str) -> str:
            seen.append(value)
            if len(seen) <= times:
                raise ValueError(f"attempt {len(seen)} is not good enough")
            return value

    return Picky


def test_a_rejected_answer_is_told_and_tried_again(
    random_model: slm.Model, prompts: list[str]
) -> None:
    """The user's validator counts, and the model reads what it said."""
    result = slm.extract(TEXT, rejecting(2), retries=2, model=random_model)
    assert len(prompts) == 3
    assert "attempt 1 is not good enough" not in prompts[0]
    assert "attempt 1 is not good enough" in prompts[1]
    assert "attempt 2 is not good enough" in prompts[2]
    assert result.usage.prompt_tokens > 3 * random_model.count_tokens(TEXT)
    assert result.usage.cached_tokens > 0


def test_attempts_end_in_an_error_that_shows_everything(random_model: slm.Model) -> None:
    """Prompt, raw answer, attempts and errors are at hand."""
    with pytest.raises(InvalidAnswer, match="3 times") as caught:
        slm.extract(TEXT, rejecting(9), retries=2, model=random_model)
    error = caught.value
    assert error.attempts == 3
    assert TEXT in error.prompt
    assert error.raw.startswith('{"vendor":"')
    assert error.errors == ("vendor: Value error, attempt 3 is not good enough",)


def test_no_retries_means_one_attempt(random_model: slm.Model) -> None:
    """`retries=0` asks once; a negative number is a wrong argument."""
    with pytest.raises(InvalidAnswer, match="once"):
        slm.extract(TEXT, rejecting(1), retries=0, model=random_model)
    with pytest.raises(ValueError, match="retries is -1"):
        slm.extract(TEXT, rejecting(0), retries=-1, model=random_model)


class Notes(BaseModel):
    subject: Annotated[str, slm.Prose(max_words=6)]
    decisions: list[Annotated[str, slm.Quote()]] = Field(max_length=2)
    owner: str | None
    due: date | None


PROMPT = (
    "---\nversion: 7\n---\n# System\n\nTake notes.\n\n# User\n\n$tone\n$document\n\n"
    "# If tone\n\nBe $tone.\n\n# Retry\n\n$errors\n"
)


def test_a_prompt_file_and_a_type_make_a_task(random_model: slm.Model, tmp_path: Path) -> None:
    """A user's own task has evidence, limits and coverage like the library's."""
    (tmp_path / "notes.md").write_text(PROMPT, encoding="utf-8")
    text = "We met on 3 May 2026. We will buy the mill. Ann writes the offer by 9 May 2026."
    notes = slm.Task(tmp_path / "notes.md", Notes)
    result = notes(text, {"tone": "brief"}, model=random_model)
    assert result.prompt_version == "notes/7"
    assert len(result.value.subject.split()) <= 6
    assert all(decision in text for decision in result.value.decisions)
    for path, places in result.evidence.items():
        assert all(text[p.start : p.end] == p.quote for p in places), path
    assert "subject" not in result.evidence


def test_retries_of_a_task_whose_prompt_has_no_retry_section(
    random_model: slm.Model, tmp_path: Path
) -> None:
    """The fault of the file is named."""
    (tmp_path / "bare.md").write_text("---\nversion: 1\n---\n# User\n\n$document\n")
    with pytest.raises(slm.PromptError, match="Retry"):
        slm.Task(tmp_path / "bare.md", rejecting(1))(TEXT, model=random_model)


class Row(BaseModel):
    name: str
    amount: Decimal


class Ledger(BaseModel):
    title: str
    closing: date | None = None
    rows: list[Row]


def ledger_pages(pages: int) -> str:
    return "\n\n".join(
        f"Ledger sheet {page}\n\n"
        + "\n".join(f"Item{page}x{i} costs {page}.{i:02}" for i in range(30))
        for page in range(1, pages + 1)
    )


def test_sixty_pages_are_read_to_the_end(random_model: slm.Model) -> None:
    """Every part is answered, rows are joined, offsets are the document's, nothing is left out."""
    text = ledger_pages(60)
    result = slm.extract(text, Ledger, model=random_model)
    coverage = result.coverage
    assert coverage.chunks > 10
    assert coverage.read == coverage.characters == len(text)
    assert coverage.complete
    assert len(result.value.rows) > coverage.chunks // 2
    places = [place for found in result.evidence.values() for place in found]
    assert all(text[p.start : p.end] == p.quote for p in places)
    assert max(place.start for place in places) > len(text) * 3 // 4


def test_parts_are_merged_field_by_field() -> None:
    """The first value counts and the others are named; rows are joined, single values kept once."""
    node = from_pydantic.describe(parse("title, total: number, tags: list of text"))
    text = "A 5 x y\nB 7 x z\nA 5 w"
    whole = Passage.whole(slm.read(text))
    parts = [Passage(whole.document, 0, 8), Passage(whole.document, 8, 16)]
    answers = [
        {"title": "A", "total": "5", "tags": ["x", "y"]},
        {"title": "B", "total": None, "tags": ["x", "z"]},
    ]
    read = [
        locate.read(node, answer, Source(part)) for answer, part in zip(answers, parts, strict=True)
    ]
    merged, said = tree.merge(node, read)
    reading = tree.flatten(node, merged)
    assert reading.data == {"title": "A", "total": 5, "tags": ["x", "y", "z"]}
    assert said == [
        "title: took 'A' (page 1), not 'B' (page 1)",
        "tags: 'x' came from 2 places; it is given once",
    ]
    assert reading.evidence["tags[2]"][0].start == text.index("z")


def test_sixty_pages_are_summarized_to_the_end(random_model: slm.Model) -> None:
    """Summaries of parts are summarized again, and quotes keep their places."""
    text = "\n\n".join(
        f"Page {i} says that unit {i} sold {i} boxes. It was fine." for i in range(600)
    )
    quotes = slm.summarize(text, style="quotes", length="short", model=random_model)
    assert len(quotes.points) == 3
    assert quotes.coverage.chunks > 5
    assert quotes.coverage.read == len(text)
    for index, point in enumerate(quotes.points):
        place = quotes.evidence[f"points[{index}]"][0]
        assert text[place.start : place.end] == place.quote == point
    points = slm.summarize(text[: len(text) // 4], style="key-points", model=random_model)
    assert 1 <= len(points.points) <= 5


def test_a_part_that_fails_is_reported_and_the_rest_is_used(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coverage names the span, a warning the reason; only if all fail is it an error."""
    text = ledger_pages(12)
    answer = Session.answer
    calls: list[int] = []

    def failing(self: Session, asked: Any, *args: Any) -> Any:
        calls.append(len(asked.prompt))
        if len(calls) == 2 or broken:
            raise AnswerError("staged fault")
        return answer(self, asked, *args)

    broken = False
    monkeypatch.setattr(Session, "answer", failing)
    result = slm.extract(text, Ledger, model=random_model)
    (missing,) = result.coverage.missing
    assert isinstance(missing, SkippedPart)
    assert missing.reason == "staged fault"
    assert result.coverage.read == len(text) - (missing.end - missing.start)
    assert not result.coverage.complete
    assert any("gave no answer" in warning for warning in result.warnings)
    broken = True
    with pytest.raises(AnswerError, match="staged fault"):
        slm.extract(text, Ledger, model=random_model)


def test_what_must_be_filled_is_asked_for_again_where_it_stands(random_model: slm.Model) -> None:
    """A required field that no part has given is found in the part that offers it."""

    class Bill(BaseModel):
        vendor: str
        total: Decimal

    text = "Invoice of Acme, total 5.00 EUR.\n\n" + "Nothing to see in this paragraph. " * 700
    result = slm.extract(text, Bill, model=random_model)
    assert result.coverage.chunks > 2
    assert result.value.total == 5
    assert result.evidence["total"][0].quote == "5.00"


def test_parts_are_asked_again_with_what_was_wrong(
    random_model: slm.Model, prompts: list[str]
) -> None:
    """Validators see the merged value, and each part hears of it."""
    text = "Some words of Acme stand in this paragraph. " * 150
    result = slm.extract(text, rejecting(1), model=random_model)
    told = [prompt for prompt in prompts if "attempt 1 is not good enough" in prompt]
    assert len(told) == result.coverage.chunks > 1
    with pytest.raises(InvalidAnswer, match="2 times") as caught:
        slm.extract(text, rejecting(9), retries=1, model=random_model)
    assert "Some words of Acme" in caught.value.prompt
    assert "$" not in caught.value.prompt


def test_a_part_that_fails_in_a_retry_keeps_its_earlier_answer(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts as read; one that answers only in the retry stands in its place, unwarned."""
    answer = Session.answer
    calls: list[int] = []
    parts = 3

    def failing(self: Session, asked: Any, *args: Any) -> Any:
        calls.append(len(asked.prompt))
        if len(calls) in (1, parts + 2):
            raise AnswerError("staged fault")
        return answer(self, asked, *args)

    monkeypatch.setattr(Session, "answer", failing)
    seen: list[Any] = []
    starts: set[int] = set()
    ask = Run.ask

    def noting(self: Run, passage: Any, *args: Any, **options: Any) -> Any:
        starts.add(passage.start)
        return ask(self, passage, *args, **options)

    monkeypatch.setattr(Run, "ask", noting)

    class Rows(BaseModel):
        rows: list[str]

        @field_validator("rows")
        @classmethod
        def check(cls, value: list[str]) -> list[str]:
            seen.append(value)
            if len(seen) == 1:
                raise ValueError("not good enough")
            return value

    text = "\n\n".join(f"Row {n} of this long list." for n in range(210))
    result = slm.extract(text, Rows, model=random_model)
    assert result.coverage.chunks == parts
    assert len(calls) == 2 * parts
    assert result.coverage.complete
    assert not [warning for warning in result.warnings if "gave no answer" in warning]
    rows = [result.evidence[f"rows[{index}]"][0].start for index in range(len(result.value.rows))]
    # Within a part they stand as the model wrote them.
    given = [bisect(sorted(starts), row) for row in rows]
    assert given == sorted(given)
    assert set(given) == {1, 2, 3}


def test_a_field_missing_from_all_parts_is_an_invalid_answer(random_model: slm.Model) -> None:
    """Required and absent everywhere: pydantic's word for it, not a crash."""

    class Dated(BaseModel):
        day: date

    with pytest.raises(InvalidAnswer, match="day"):
        slm.extract("no such thing here. " * 2000, Dated, model=random_model)
    with pytest.raises(NothingToQuote, match="day"):
        slm.extract("no such thing here.", Dated, model=random_model)


def test_failed_pages_are_in_the_coverage(random_model: slm.Model) -> None:
    """A page that gave no text is missing, and a warning says so."""
    from pdfs import BROKEN, pdf

    document = slm.read(pdf("Page one has 5 apples", BROKEN, "Page three has 7 pears"))
    result = slm.summarize(document, style="headline", model=random_model)
    assert [missing.page for missing in result.coverage.missing] == [2]
    assert result.coverage.pages == 3
    assert any(warning.startswith("page 2 was not read") for warning in result.warnings)


def test_results_are_frozen_and_dump_to_json(random_model: slm.Model) -> None:
    """Every result carries the same fields, and none can be changed."""
    result = slm.summarize("One thing is here. Another is there.", model=random_model)
    with pytest.raises(ValueError, match="frozen"):
        result.text = "other"  # type: ignore[misc]
    dumped = result.model_dump(mode="json")
    carried = {"warnings", "usage", "coverage", "model", "prompt_version"}
    assert carried <= set(dumped)
    assert set(dumped["usage"]) == {
        "prompt_tokens",
        "cached_tokens",
        "generated_tokens",
        "seconds",
    }


def test_a_wrong_source_is_a_type_error(random_model: slm.Model) -> None:
    """Neither bytes nor a list is taken for a document."""
    with pytest.raises(TypeError, match=r"text .str., a file .Path. or a Document, not bytes"):
        slm.extract(b"x", Ledger, model=random_model)  # type: ignore[arg-type]


def test_the_time_given_ends_a_task_and_the_model_answers_again(random_model: slm.Model) -> None:
    """One error where nothing was answered; at once usable."""
    with pytest.raises(TimedOut, match="time"):
        slm.extract(TEXT, parse("vendor"), model=random_model, timeout=1e-9)
    for none in (0, float("nan")):
        with pytest.raises(ValueError, match=f"timeout is {none}"):
            slm.extract(TEXT, parse("vendor"), model=random_model, timeout=none)
    for long in (600, float("inf")):
        assert slm.extract(TEXT, parse("vendor"), model=random_model, timeout=long).value.vendor


def test_parts_that_were_answered_in_time_are_kept(random_model: slm.Model) -> None:
    """The others are missing, with the reason."""
    text = ledger_pages(12)
    heard: list[slm.Progress] = []

    def slow(progress: slm.Progress) -> None:
        heard.append(progress)
        if progress.part == 2:
            run._deadline = 0.0

    run: Any = None
    make = Run.__init__

    def noting(self: Run, *args: Any, **options: Any) -> None:
        nonlocal run
        make(self, *args, **options)
        run = self

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Run, "__init__", noting)
        asked = parse("title?, entries: list of text")
        result = slm.extract(text, asked, model=random_model, timeout=600, on_progress=slow)
    assert heard[-1].parts == result.coverage.chunks > 2
    assert {missing.reason for missing in result.coverage.missing} == {
        "the time given for the answer is over; give it more, or less text"
    }
    assert len(result.coverage.missing) == result.coverage.chunks - 2


def test_progress_is_heard_while_it_reads_and_writes(random_model: slm.Model) -> None:
    """Tokens read rise to the prompt's; the answer so far is given as far as it parses."""
    heard: list[slm.Progress] = []
    random_model.internals.decoder.pool.clear()
    text = "Sold 12 of 40 boxes. " * 60
    result = slm.extract(text, parse("a, b, c"), model=random_model, on_progress=heard.append)
    read = [progress.read for progress in heard]
    assert read == sorted(read)
    assert (read[0], read[-1]) == (0, heard[0].tokens)
    assert heard[0].partial.keys() <= {"a"}
    whole = result.value.model_dump()
    for progress in heard:
        for name, value in progress.partial.items():
            assert value is None or str(whole[name]).startswith(str(value).rstrip())
    assert any(set(progress.partial) == {"a", "b"} for progress in heard)
