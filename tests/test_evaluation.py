"""What an evaluation counts, on cases and answers made by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

import slmtasks as slm
from slmtasks.evaluation import fields, limit_checks, rouge, scoring, slots
from slmtasks.evaluation.cases import Case, ExtractCase, PostCase, ProductCase
from slmtasks.evaluation.load_cases import checked, load
from slmtasks.evaluation.scores import Share

CARRIED: dict[str, Any] = {
    "warnings": (),
    "usage": slm.Usage(),
    "coverage": slm.Coverage(characters=1, read=1, pages=1, chunks=1),
    "model": "hand",
    "prompt_version": "hand/1",
}
BILL = "Hollis  & Sons Ltd\nOrder 12, bill 77\nDate: 03/04/2024\nTotal RM 9.00, paid 10.00\n"
PRODUCT = {"task": "describe_product", "product": {"name": "Zum Hirsch"}}


class Line(BaseModel):
    text: str
    amount: float | None = None


class Bill(BaseModel):
    vendor: str | None = None
    issued: date | None = None
    total: float | None = None
    customer: str | None = Field(default=None, alias="soldTo")
    paid: bool | None = None
    lines: list[Line] = []


def case(gold: dict[str, Any], **more: Any) -> ExtractCase:
    """A case of the bill, its dates read day first."""
    given = {"document": BILL, "schema": Bill, "gold": gold, "day_first": True, **more}
    (made,) = checked([{"task": "extract", **given}])
    assert isinstance(made, ExtractCase)
    return made


def judged(
    gold: dict[str, Any], evidence: dict[str, str] | None = None, places: Any = None, **value: Any
) -> dict[str, fields.FieldScores]:
    """The scores of an answer to the bill; `evidence` are quotes, at their first place."""
    made = case(gold, evidence=places or {})
    document = made.read(None)
    assert document is not None
    found = {
        path: [slm.Evidence(page=1, start=at, end=at + len(quote), quote=quote)]
        for path, quote in (evidence or {}).items()
        for at in [document.text.index(quote)]
    }
    result = slm.Extraction[Bill](value=Bill.model_validate(value), evidence=found, **CARRIED)
    return fields.scores(fields.judge(made, result, document))


@pytest.mark.parametrize(
    ("gold", "value", "exact"),
    [
        ({"vendor": "HOLLIS & SONS LTD"}, {"vendor": "Hollis  & Sons Ltd"}, 1),
        ({"vendor": "Hollis & Son Ltd"}, {"vendor": "Hollis  & Sons Ltd"}, 0),
        ({"total": "RM9"}, {"total": 9.0}, 1),
        ({"total": 9}, {"total": 9.0}, 1),
        ({"total": "9.00"}, {"total": 9.01}, 0),
        ({"issued": "2024-04-03"}, {"issued": date(2024, 4, 3)}, 1),
        ({"issued": "03/04/2024"}, {"issued": date(2024, 4, 3)}, 1),
        ({"issued": "03/04/2024"}, {"issued": date(2024, 3, 4)}, 0),
        ({"paid": True}, {"paid": True}, 1),
        ({"paid": True}, {"paid": False}, 0),
    ],
)
def test_exact_folds_text_and_compares_numbers_and_dates_by_value(
    gold: dict[str, Any], value: dict[str, Any], exact: int
) -> None:
    """Case and white space do not matter, nor how a number or date is written."""
    assert judged(gold, **value)["all"].exact == Share(hits=exact, of=1)


def test_token_f1_is_of_shared_words() -> None:
    """Two of three words given, two of two wanted: precision 2/3, recall 1."""
    assert fields.token_f1("Hollis Sons Ltd", "hollis sons") == pytest.approx(0.8)
    assert fields.token_f1("other", "hollis sons") == 0
    assert judged({"vendor": "hollis sons"}, vendor="Hollis Sons Ltd")["all"].f1 == pytest.approx(
        0.8
    )


def test_absent_missed_and_hallucinated_are_apart() -> None:
    """Gold null: null or a value; gold a value: missed where null; what has no gold: nothing."""
    gold = {"vendor": "Hollis & Sons Ltd", "total": None, "soldTo": None}
    scores = judged(gold, vendor=None, total=9.0, issued=date(2024, 4, 3))
    assert scores["all"].missed == Share(hits=1, of=1)
    assert scores["all"].null == Share(hits=1, of=2)
    assert scores["all"].hallucinated == Share(hits=1, of=2)
    assert scores["total"].hallucinated == Share(hits=1, of=1)
    assert scores["customer"].null == Share(hits=1, of=1)
    assert "issued" not in scores


def test_rows_are_compared_in_order_and_surplus_ones_are_counted() -> None:
    """The fields of rows have one name; a row beyond the gold's is extra, one too few missed."""
    gold = {"lines": [{"text": "Order 12", "amount": None}, {"text": "bill 77"}]}
    rows = [{"text": "Order 12", "amount": 3}, {"text": "Total"}, {"text": "Date"}]
    scores = judged(gold, lines=rows)
    assert scores["lines.text"].exact == Share(hits=1, of=2)
    assert scores["lines.amount"].hallucinated == Share(hits=1, of=1)
    assert scores["lines"].extra == 1
    assert judged(gold, lines=rows[:1])["lines.text"].missed == Share(hits=1, of=2)
    assert judged({"lines": []}, lines=rows)["lines"].hallucinated == Share(hits=1, of=1)


def test_evidence_has_to_overlap_the_golds_place() -> None:
    """Its place is where its text or value stands, or where the case says; else none is judged."""
    right = judged({"total": 9}, {"total": "9.00"}, total=9.0)
    assert right["total"].evidence == Share(hits=1, of=1)
    wrong = judged({"total": 9}, {"total": "10.00"}, total=10.0)
    assert wrong["total"].evidence == Share(hits=0, of=1)
    start = BILL.index("10.00")
    told = judged({"total": 9}, {"total": "9.00"}, {"total": [[start, start + 5]]}, total=9.0)
    assert told["total"].evidence == Share(hits=0, of=1)
    nowhere = judged({"vendor": "Kestrel"}, {"vendor": "Order 12"}, vendor="Order 12")
    assert nowhere["vendor"].evidence == Share(hits=0, of=0)


def test_reachable_is_what_the_document_holds() -> None:
    """White space and case apart, or by value: the most that strict grounding can reach."""
    assert judged({"vendor": "hollis&sons ltd", "total": 9})["all"].reachable.hits == 2
    assert judged({"vendor": "Kestrel", "total": 8})["all"].reachable == Share(hits=0, of=2)


def test_a_case_without_an_answer_counts_as_all_missed() -> None:
    """Neither exact nor null, and neither missed nor hallucinated."""
    made = case({"vendor": "Hollis", "total": None})
    scores = fields.scores(fields.judge(made, None, None))["all"]
    assert scores.exact == Share(hits=0, of=1)
    assert scores.null == scores.hallucinated == Share(hits=0, of=1)


def inns(*specs: dict[str, str], gold: Any = None) -> list[ProductCase]:
    """Products with the given specs."""
    return [
        ProductCase.model_validate(
            {"product": {"name": "Zum Hirsch", "specs": one}, "gold": gold or {}}
        )
        for one in specs
    ]


def slot_errors(text: str, *specs: dict[str, str], gold: Any = None) -> tuple[list[str], ...]:
    """Missing, contradicted and added of a text about the first of the products."""
    cases = inns(*specs, gold=gold)
    errors = slots.Slots(cases).judge(cases[0], text)
    return errors.missing, errors.contradicted, errors.added


def test_slots_are_missing_contradicted_or_added() -> None:
    """A value is looked for in the text; the other cases' values show what else could be said."""
    first, other = {"food": "Thai", "area": "old town"}, {"food": "Greek", "view": "the lake"}
    assert slot_errors("Zum Hirsch serves thai food, old-town.", first, other) == ([], [], [])
    assert slot_errors("Zum Hirsch: Thai food.", first, other) == (["area"], [], [])
    assert slot_errors("Zum Hirsch, Greek, old town.", first, other) == ([], ["food"], [])
    text = "Zum Hirsch, Thai, old town, with 70 seats and a view of the lake."
    assert slot_errors(text, first, other) == ([], [], ["70", "the lake"])
    assert slots.Slots([]).judge(inns(first)[0], None).missing == ["name", "food", "area"]


def test_a_value_of_two_slots_needs_its_slots_name() -> None:
    """ "High" is a price or a rating; in a sentence with "rating" it is no price."""
    both = {"priceRange": "high", "customer rating": "high"}
    text = "Zum Hirsch has a high rating."
    assert slot_errors(text, both) == (["priceRange"], [], [])
    assert slot_errors(f"{text} Its price is high.", both) == ([], [], [])


@pytest.mark.parametrize(
    ("value", "text", "state"),
    [
        ("yes", "It is family-friendly.", 0),
        ("yes", "It isn't family friendly.", 2),
        ("no", "It is not family friendly.", 0),
        ("no", "It is family friendly. There is no car park.", 2),
        ("no", "There is no car park.", 1),
    ],
)
def test_a_slot_of_yes_or_no_is_its_name_with_or_without_negation(
    value: str, text: str, state: int
) -> None:
    """In the same sentence."""
    missing, contradicted, _ = slot_errors(f"Zum Hirsch. {text}", {"familyFriendly": value})
    assert (len(missing), len(contradicted)) == ((0, 0), (1, 0), (0, 1))[state]


def test_the_gold_gives_other_wordings_of_a_slot() -> None:
    """Wordings that are right too, also of yes and no."""
    specs = {"rating": "5 out of 5", "familyFriendly": "yes"}
    gold = {"rating": "five stars", "familyFriendly": ["families"]}
    text = "Zum Hirsch has five stars. Families like it."
    assert slot_errors(text, specs, gold=gold) == ([], [], [])
    assert slot_errors(text, specs)[0] == ["rating", "familyFriendly"]


def test_the_error_rate_is_errors_by_slots() -> None:
    """Over all texts together."""
    errors = [slots.Errors(3, missing=["a"], added=["b"]), slots.Errors(5, contradicted=["c"])]
    assert slots.scores(errors).error_rate == pytest.approx(3 / 8)


def test_rouge_is_the_best_of_the_golds_and_stands_beside_the_first_sentences() -> None:
    """Two of four words, both wanted: F1 2/3. The baseline has what was asked for."""
    assert rouge.compare("one two three four", ["none", "one two"]).rouge1 == pytest.approx(2 / 3)
    text = "Cats sleep all day. Dogs run about. Birds sing."
    made = checked([{"task": "summarize", "document": text, "style": "quotes", "most": 2}])
    document = made[0].read(None)
    assert document is not None
    assert rouge.first_sentences(made[0], document) == "Cats sleep all day. Dogs run about."


def test_rouge_leaves_a_captured_stderr_open() -> None:
    """What stands for stderr when the package is loaded is not closed with its logger."""
    code = (
        "import io, logging, sys\n"
        "captured = sys.stderr = io.StringIO()\n"
        "from slmtasks.evaluation import rouge\n"
        "rouge.require()\n"
        "sys.stderr = sys.__stderr__\n"
        "logging.shutdown()\n"
        "assert 'absl' in sys.modules and not captured.closed\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


def summary(text: str, points: int = 1) -> slm.Summary:
    return slm.Summary(text=text, points=(text,) * points, evidence={}, **CARRIED)


def test_scores_of_summaries_by_task() -> None:
    """ROUGE of answer and baseline with their ratio, limits kept, and one that fails."""
    shape = {"task": "summarize", "document": "Cats sleep. Dogs run.", "most": 1, "style": "quotes"}
    cases = checked([shape | {"gold": "dogs run"}, shape | {"gold": "dogs run"}, shape])
    answers = iter([summary("Dogs run."), summary("Cats sleep."), summary("Dogs run.", points=2)])
    found = scoring.score("set", cases, lambda *_: next(answers), model="hand")
    scores = found.tasks["summarize"]
    assert scores.rouge is not None
    assert (scores.rouge.cases, scores.rouge.answer.rouge1) == (2, 0.5)
    assert scores.rouge.baseline.rouge1 == 0
    assert scores.rouge.ratio["rouge1"] is None
    assert scores.limits == Share(hits=2, of=3)
    assert [miss.what for miss in found.misses] == ["limit of points: 2 of 1"]


def test_a_post_over_its_limit_is_seen() -> None:
    """Counted by the platform's own counting, whatever the result says of itself."""
    case = PostCase.model_validate({"document": "x", "platform": "x", "hashtags": 1})
    kept = {"hashtags": ("a",), "platform": "x", "characters": 1, "limit": 280, **CARRIED}
    assert limit_checks.broken(case, slm.SocialPost(text="a" * 280, **kept)) == []
    over = slm.SocialPost(text="a" * 281, **{**kept, "hashtags": ("a", "b")})
    assert limit_checks.broken(case, over) == ["characters: 281 of 280", "hashtags: 2 of 1"]


def test_replies_are_judged_by_whether_and_from_where() -> None:
    """`answered` against the gold's, the evidence against the place of its quotes."""
    shape = {"task": "reply", "document": "We ship to Norway. We close at 6.", "message": "Norway?"}
    cases = checked([shape | {"gold": {"answered": True, "quotes": "We ship to Norway."}}] * 2)

    def answer(start: int, answered: bool) -> slm.Reply:
        place = slm.Evidence(page=1, start=start, end=start + 5, quote="")
        return slm.Reply(text="", answered=answered, evidence={"text": [place]}, **CARRIED)

    answers = iter([answer(0, True), answer(20, False)])
    found = scoring.score("set", cases, lambda *_: next(answers), model="hand")
    assert found.tasks["reply"].decided == Share(hits=1, of=2)
    assert found.tasks["reply"].evidence == Share(hits=1, of=2)
    assert [miss.what for miss in found.misses] == ["answered"]


@pytest.mark.parametrize(
    "error",
    [slm.errors.NothingToQuote("no date", path="issued"), ZeroDivisionError("a validator's")],
)
def test_an_error_of_one_case_leaves_the_others(error: Exception) -> None:
    """Whatever it is, the case is listed with it and counts as all missed."""
    cases = [case({"vendor": "Hollis & Sons Ltd"}, id=name) for name in ("a", "b", "c")]

    def answer(one: Case, _: object) -> slm.Extraction[Bill]:
        if one.id == "b":
            raise error
        return slm.Extraction[Bill](value=Bill(vendor="Hollis & sons Ltd"), evidence={}, **CARRIED)

    found = scoring.score("set", cases, answer, model="hand")
    assert (found.cases, found.answered) == (3, 2)
    assert [(f.case, f.error) for f in found.failures] == [("b", type(error).__name__)]
    scores = (found.tasks["extract"].fields or {})["vendor"]
    assert scores.exact == Share(hits=2, of=3)


def test_seconds_are_of_the_answered_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The median, and the nearest rank of nine in ten."""
    clock = iter([0.0, 1.0, 0.0, 2.0, 0.0, 30.0])
    monkeypatch.setattr(scoring.time, "perf_counter", lambda: next(clock))
    result = slm.Extraction[Bill](value=Bill(), evidence={}, **CARRIED)
    found = scoring.score("set", [case({"total": None})] * 3, lambda *_: result, model="hand")
    seconds = found.tasks["extract"].seconds
    assert seconds is not None
    assert (seconds.median, seconds.p90, seconds.total) == (2, 30, 33)


def write(path: Path, *lines: Any) -> Path:
    """A file of cases; what is no text is written as JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


GOOD = {"task": "extract", "document": "Total 9", "schema": "total: number", "gold": {"total": 9}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "it is not JSON"),
        ("[]", '"task" is one of extract, summarize'),
        ({"task": "translate"}, '"task" is one of extract, summarize'),
        (GOOD | {"file": "a.txt"}, 'either "document" (text) or "file" (a path)'),
        (GOOD | {"document": " "}, "document: Value error, the text is empty"),
        (GOOD | {"schema": "total: money"}, "schema: total: the type 'money' is not known"),
        (GOOD | {"schema": {"total": 3}}, "schema: total: 3 is no type"),
        (GOOD | {"schema": "nowhere.py:Bill"}, "there is no file"),
        (GOOD | {"schema": 7}, "schema: "),
        (GOOD | {"gold": {"sum": 9}}, "gold has 'sum', which the schema does not have"),
        (GOOD | {"gold": {"total": [9]}}, "gold.total is [9]; give a text, a number or null"),
        (GOOD | {"gold": {"total": ""}}, "gold.total is ''; give a text, a number or null"),
        (GOOD | {"evidence": {"sum": [[0, 1]]}}, "evidence has 'sum'"),
        (GOOD | {"grounding": "loose"}, "grounding: "),
        (GOOD | {"golds": {}}, "golds: Extra inputs"),
        (PRODUCT | {"gold": {"colour": "red"}}, "gold has 'colour', which is no slot"),
        (PRODUCT | {"product": {}}, "product.name: Field required"),
        ({"task": "social_post", "document": "x", "platform": "myspace"}, "platform: "),
    ],
)
def test_a_wrong_case_is_named_by_its_line(tmp_path: Path, line: Any, said: str) -> None:
    """One sentence: the file, the line, what is wrong there."""
    path = write(tmp_path / "cases.jsonl", GOOD, "", line)
    with pytest.raises(slm.CaseError) as caught:
        load(path)
    assert str(caught.value).startswith("cases.jsonl, line 3: ")
    assert said in str(caught.value)
    assert caught.value.line == 3
    assert "\n" not in str(caught.value)


def test_a_file_without_cases_is_an_error(tmp_path: Path) -> None:
    """Absent, empty, or not UTF-8."""
    with pytest.raises(slm.CaseError, match="there is no file"):
        load(tmp_path / "nowhere.jsonl")
    with pytest.raises(slm.CaseError, match="holds no case"):
        load(write(tmp_path / "empty.jsonl", ""))
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(slm.CaseError, match="not UTF-8"):
        load(tmp_path / "latin.jsonl")
    with pytest.raises(slm.CaseError, match="at least one"):
        checked([])


def test_paths_are_from_the_folder_of_the_cases(tmp_path: Path) -> None:
    """Of documents and of schemas in Python files; aliases and names are both the gold's keys."""
    (tmp_path / "bill.txt").write_text("Total 9")
    (tmp_path / "bill.py").write_text(
        "from pydantic import BaseModel, Field\n\nclass Bill(BaseModel):\n"
        "    total: float = Field(alias='grandTotal')\n"
    )
    line = {"task": "extract", "file": "bill.txt", "schema": "bill.py:Bill"}
    golds = [{"grandTotal": 9}, {"total": 9}]
    found = load(write(tmp_path / "cases.jsonl", *(line | {"gold": gold} for gold in golds)))
    for one in found:
        assert isinstance(one, ExtractCase)
        assert one.gold == {"total": 9}
        document = one.read(None)
        assert document is not None
        assert document.text == "Total 9"


def test_the_package_for_rouge_is_asked_for_before_a_model_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only where there are texts to compare with, in one sentence."""
    monkeypatch.setitem(sys.modules, "rouge_score", None)
    monkeypatch.setitem(sys.modules, "rouge_score.rouge_scorer", None)
    rouge._scorer.cache_clear()
    shape = {"task": "summarize", "document": "Cats sleep. Dogs run."}

    def answer(*_: object) -> slm.Summary:
        return summary("Dogs run.")

    assert scoring.score("set", checked([shape]), answer, model="hand").answered == 1
    with pytest.raises(slm.CaseError, match=r"pip install 'slmtasks\[eval\]'"):
        scoring.score("set", checked([shape | {"gold": "x"}]), pytest.fail, model="hand")


def test_a_model_is_evaluated_on_every_task(random_model: slm.Model, tmp_path: Path) -> None:
    """Every case is asked by its task's function, and every limit is kept by the grammar."""
    text = "Total 9. The shop ships to Norway. It opens at 10 on 3 May 2024."
    cases = [
        GOOD | {"document": text},
        {"task": "summarize", "document": text, "style": "quotes", "most": 1, "gold": text},
        PRODUCT | {"length": "short"},
        {"task": "social_post", "document": text, "platform": "bluesky", "hashtags": 1},
        {"task": "reply", "document": text, "message": "Norway?", "gold": {"answered": True}},
    ]
    found = slm.evaluate(cases, model=random_model)
    assert found.failures == ()
    assert list(found.tasks) == [
        "extract",
        "summarize",
        "describe_product",
        "social_post",
        "reply",
    ]
    assert all(one.limits is None or one.limits.share == 1 for one in found.tasks.values())
    assert found.tasks["extract"].limits is None
    path = write(tmp_path / "mine.jsonl", *cases)
    limited = slm.evaluate(path, limit=2, model=random_model)
    assert (limited.name, limited.cases) == ("mine", 2)
    with pytest.raises(ValueError, match="limit is 0"):
        slm.evaluate(cases, limit=0, model=random_model)


def test_the_share_sent_to_a_person_keeps_the_precision_asked_for() -> None:
    """The surest values are kept as long as so many are right; equal confidences together."""
    sure = [fields.Judged("a", "a", "x", "x", True, confidence=0.9)] * 19
    wrong = fields.Judged("a", "a", "x", "y", confidence=0.9)
    late = fields.Judged("a", "a", "x", "x", True, confidence=0.5)
    unknown = fields.Judged("a", "a", "x", "x", True)
    review = fields.scores([*sure, wrong, late, unknown])["all"].review
    assert {goal: (share.hits, share.of) for goal, share in review.items()} == {
        "95%": (0, 21),
        "98%": (21, 21),
        "99%": (21, 21),
    }
    wrong = fields.Judged("a", "a", None, "y", confidence=0.4)
    review = fields.scores([*sure, late, wrong])["all"].review
    assert [share.hits for share in review.values()] == [0, 1, 1]
    assert fields.scores([unknown])["all"].review["95%"].share is None
