"""The sets of cases that the model card is made of, and its table."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import slmtasks as slm
from benchmarks import cases, decoder, heuristics, judges, llama, scores
from slmtasks.evaluation.cases import ExtractCase, ProductCase
from slmtasks.evaluation.load_cases import checked as load_checked
from slmtasks.evaluation.load_cases import load
from slmtasks.models import manifest
from slmtasks.results import Coverage, Extraction, Usage
from slmtasks.schema.from_pydantic import describe
from slmtasks.schema.nodes import Array
from training.corpus import records
from training.generator.page import held_out


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The case files by their sets' names; of public data those that there are."""
    paths = cases.write(tmp_path_factory.mktemp("cases"), each=12)
    return {path.stem: path for path in paths}


def test_held_out_cases_ask_what_the_generator_asks(written: dict[str, Path]) -> None:
    """Every case is read, and the answer's strings stand in its document."""
    for size in cases.SIZES:
        found = load(written[f"held-out-{size}"])
        assert len(found) == 12
        for case in found:
            assert isinstance(case, ExtractCase)
            document = case.read(None)
            assert document is not None
            for value in case.gold.values():
                assert not isinstance(value, str) or value in document.text or _chosen(case, value)


def _chosen(case: ExtractCase, value: str) -> bool:
    return value in str(case.shape.model_fields)


def test_the_page_names_every_script_and_no_other() -> None:
    """With a link from its own folder."""
    folder = cases.ROOT / "benchmarks"
    named = re.findall(r"\((\w+\.py)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(p.name for p in folder.glob("*.py") if p.stem != "__init__")


def test_held_out_documents_are_of_held_out_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the templates that training sees."""
    made = []
    original = cases.make

    def kept(*arguments: object, **options: object) -> object:
        made.append(original(*arguments, **options))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(cases, "make", kept)
    list(cases.held_out(60, 5))
    assert len(made) == 5
    assert all(held_out(example.template) for example in made)


def test_no_case_file_is_written_into_the_repository() -> None:
    """They hold text that is not the project's."""
    with pytest.raises(SystemExit, match="outside it"):
        cases.write(cases.ROOT / "benchmarks" / "cases")


def test_the_heuristics_are_the_floor_under_the_receipts(written: dict[str, Path]) -> None:
    """First line, first date, largest amount: half of the fields, with no model."""
    if "receipts" not in written:
        pytest.skip("shared data is not here")
    total: Counter[str] = Counter()
    for case in load(written["receipts"]):
        document = case.read(None)
        found = heuristics.answer(case, document, "receipts")
        for measure, (hits, _) in judges.by_field(case, found, document).items():
            total[measure] += hits
    assert (total["fields exact"], total["date, exact"], total["total, exact"]) == (120, 60, 21)


def test_slots_and_abstracts_are_cases(written: dict[str, Path]) -> None:
    """All slots but the name are specs; of an abstract one sentence is asked."""
    if "e2e" not in written:
        pytest.skip("shared data is not here")
    inns = load(written["e2e"])
    assert len(inns) == 60
    assert all(isinstance(inn, ProductCase) and inn.product.specs for inn in inns)
    abstracts = [json.loads(line) for line in written["abstracts"].read_text("utf-8").splitlines()]
    assert {(one["style"], one["most"]) for one in abstracts} == {("quotes", 1)}


def test_the_table_shows_floor_target_and_interval_and_no_text(
    random_model: slm.Model, written: dict[str, Path]
) -> None:
    """Every set has rows, which say how many documents were asked; none of their text."""
    scored = [
        scores.score(path, random_model, "micro", 1, cases.DATA)
        for name, path in written.items()
        if name in ("held-out-60", "held-out-150", "receipts", "e2e", "curated-replies")
    ]
    table = scores.table(scores.rows(scored, "micro"), "micro")
    assert "| held-out synthetic, about 60 tokens: fields exact | 1 of 12 |" in table
    assert "| held-out synthetic, all lengths: fields exact | 2 of 24 |" in table
    questions = len(written["curated-replies"].read_text(encoding="utf-8").splitlines())
    assert questions > 400
    assert f"| curated questions, held out: `answered` right | 1 of {questions} |" in table
    assert re.search(r"\| ≥ 90% \| \d+\.\d% \(\d+ to \d+%\) of 1 \|", table)
    for one in scored:
        case = load(written[one.name])[
            [c.id for c in load(written[one.name])].index(one.documents[0].case)
        ]
        document = case.read(None)
        assert document is None or not any(
            len(line) > 12 and line in table for line in document.text.splitlines()
        )


def test_a_sample_is_the_same_every_time() -> None:
    """It has as many cases as asked for, in their order; all where there are no more."""
    found = load_checked([_reply(str(number), "Is it?", "It is.") for number in range(50)])
    drawn = [case.id for case in scores.sample(found, 7)]
    assert drawn == [case.id for case in scores.sample(found, 7)]
    assert len(set(drawn)) == 7
    assert drawn == sorted(drawn, key=int)
    assert scores.sample(found, 50) == scores.sample(found, None) == found


def test_an_interval_is_of_documents_drawn_anew() -> None:
    """Two documents of ten values each differ more than twenty of one value."""
    few = [{"exact": (10.0, 10.0)}, {"exact": (0.0, 10.0)}]
    many = [{"exact": (float(number % 2), 1.0)} for number in range(20)]
    value, low, high, of = scores.share(few, "exact")
    assert (value, low, high, of) == (0.5, 0.0, 1.0, 20.0)
    value, low, high, of = scores.share(many, "exact")
    assert (value, of) == (0.5, 20.0)
    assert 0.2 < low < 0.4 < 0.6 < high < 0.8
    assert scores.share([{"exact": (1.0, 1.0)}, {}], "exact")[0] == 1.0


def test_a_model_is_named_by_its_manifest(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And by its folder only where it has none."""
    assert scores.name_of(random_model) == random_model.name
    kept = manifest.Manifest(
        name="micro", kind="cpu", source="x", files={"a": manifest.File(size=1, sha256="0" * 64)}
    )
    monkeypatch.setattr(scores.manifest, "read", lambda _: kept)
    assert scores.name_of(random_model) == "micro"


def test_values_are_the_same_by_what_they_mean() -> None:
    """Numbers and dates by value, text by letters and digits; nothing only as nothing."""
    assert judges.same("Nike, Inc.", "NIKE INC")
    assert judges.same("$1,200.50", 1200.5)
    assert not judges.same("7.00", 700)
    assert judges.same("2017-02-10", date(2017, 2, 10))
    assert not judges.same("2017-02-10", date(2017, 10, 2))
    assert judges.same("03/04/2024", date(2024, 4, 3), "03/04/2024")
    assert not judges.same("a", None)
    assert not judges.same(None, "a")


def test_a_contract_is_judged_field_by_field_and_its_parties_as_a_set() -> None:
    """Order and wording of names do not matter; a party too many costs precision."""
    case = _case(
        "Ada Ltd. and Bo Inc., for two years",
        {
            "effective_date?": "date",
            "jurisdiction?": "text",
            "term?": "text",
            "parties": "list of text",
        },
        {
            "effective_date": None,
            "jurisdiction": "New York",
            "term": "2 years",
            "parties": ["Ada Ltd.", "Bo Inc."],
        },
    )
    given = _extraction(
        case,
        effective_date=None,
        jurisdiction="NEW YORK",
        term=None,
        parties=["Bo, Inc.", "Ada Ltd", "Cy LLC"],
    )
    assert judges.contract(case, given, None) == {
        "jurisdiction, exact": (True, 1),
        "term, exact": (False, 1),
        "parties, F1 of sets": (4, 5),
        "absent answered null": (1, 1),
    }
    assert judges.contract(case, None, None) == {
        "jurisdiction, exact": (False, 1),
        "term, exact": (False, 1),
        "parties, F1 of sets": (0, 2),
        "absent answered null": (0, 1),
    }


def test_a_photographed_receipt_is_met_by_any_box_and_its_items_in_any_order() -> None:
    """A value in two boxes counts whole or as either; a pair needs name and price."""
    case = _case(
        "a receipt",
        {
            "store?": "text",
            "total?": "number",
            "tax?": "number",
            "items": [{"item": "text", "price": "number"}],
        },
        {
            "store": "BLUE FERN",
            "total": "$4.50 4.50",
            "tax": None,
            "items": [{"item": "TEA", "price": "$2.00"}, {"item": "BUN", "price": "$2.50"}],
        },
    )
    row = case.shape.model_fields["items"].annotation.__args__[0]
    judge = judges.photographed({case.id: {"store": ["BLUE", "FERN"], "total": ["$4.50", "4.50"]}})
    given = _extraction(
        case,
        store="Fern",
        total=4.5,
        tax=0.5,
        items=[row(item="bun", price=2.5), row(item="tea", price=2.5)],
    )
    assert judge(case, given, None) == {
        "fields exact": (2, 2),
        "absent answered null": (0, 1),
        "items, F1 of name and price": (2, 4),
    }


def test_curated_rows_count_whole() -> None:
    """A row with one wrong cell is none; fields are counted apart from the rows."""
    case = _case(
        "Paid to Ada. tea 2.00 bun 2.50",
        {"payee?": "text", "tip?": "number", "lines": [{"item?": "text", "price?": "number"}]},
        {
            "payee": "Ada",
            "tip": None,
            "lines": [{"item": "tea", "price": "2.00"}, {"item": "bun", "price": None}],
        },
    )
    row = case.shape.model_fields["lines"].annotation.__args__[0]
    given = _extraction(
        case,
        payee="Ada",
        tip=None,
        lines=[row(item="tea", price=2.0), row(item="bun", price=2.5)],
    )
    assert judges.curated_fields(case, given, case.read(None)) == {
        "fields exact": (1, 1),
        "place of the value": (0, 1),
        "absent answered null": (1, 1),
        "rows, F1 of whole rows": (2, 4),
    }


def test_a_reply_is_judged_by_its_quotes_and_its_decision() -> None:
    """A gold answer within a quoted sentence, or a quoted sentence that answers."""
    facts = "We open at nine. Parking is free."
    (case,) = load_checked([_reply("a", "When do you open?", facts, "nine")])
    right = heuristics.answer(case, case.read(None))
    assert judges.question(case, right, None) == {
        "`answered` right": (True, 1),
        "answer in the quoted sentences": (True, 1),
    }
    wrong = right.model_copy(update={"answered": False, "evidence": {}})
    assert [hits for hits, _ in judges.question(case, wrong, None).values()] == [False, False]
    (whole,) = load_checked([_reply("a", "When do you open?", facts, "Parking is free.")])
    assert judges.curated_reply(whole, right, whole.read(None)) == {
        "`answered` right": (True, 1),
        "right sentence quoted": (False, 1),
    }
    (none,) = load_checked([_reply("a", "Do you sell bread?", facts)])
    assert judges.question(none, wrong, None) == {"`answered` right": (True, 1)}


def test_reciting_every_slot_makes_no_slot_error() -> None:
    """So the slot error rate says nothing about good prose, and is no target."""
    given = {"name": "Aro", "specs": {"customerRating": "high", "familyFriendly": "no"}}
    (case,) = load_checked([{"id": "a", "task": "describe_product", "product": given}])
    tally = judges.copy([case])(case, heuristics.answer(case, None), None)
    assert tally["slot errors, description alone"] == (0, 3)


def test_word_overlap_weighs_rare_words() -> None:
    """A word that one text alone has outweighs one that all have."""
    texts = [["the", "shop", "opens"], ["the", "refund", "comes"], ["the", "the", "shop"]]
    found = heuristics.bm25(["the", "refund"], texts)
    assert max(found) == found[1]
    assert found[2] > found[0]


def test_what_follows_a_label_is_the_floor_of_other_documents() -> None:
    """Else the first date and the largest amount; what has no label is null."""
    case = _case(
        "Order no: A-17\nOn 3 May 2024\nTea 2.00\nSum 12.50",
        {"order_no?": "text", "day?": "date", "amount?": "number", "carrier?": "text"},
        {"order_no": "A-17"},
    )
    found = heuristics.answer(case, case.read(None))
    assert vars(found.value) == {
        "order_no": "A-17",
        "day": date(2024, 5, 3),
        "amount": Decimal("12.50"),
        "carrier": None,
    }


def test_a_place_of_every_curated_case_is_of_a_held_out_record(written: dict[str, Path]) -> None:
    """Every field may be absent as far as the schema says."""
    held = {place for place, record in records.numbered() if record.held_out}
    found = load(written["curated-fields"])
    assert {case.id for case in found} <= held
    assert {case.id.partition("/")[0] for case in load(written["curated-replies"])} <= held
    for case in found:
        assert isinstance(case, ExtractCase)
        shape = describe(case.shape)
        assert all(member.nullable or isinstance(member.node, Array) for member in shape.members)


def _case(document: str, schema: dict[str, Any], gold: dict[str, Any]) -> ExtractCase:
    given = {"id": "a", "task": "extract", "document": document, "schema": schema, "gold": gold}
    (case,) = load_checked([given])
    assert isinstance(case, ExtractCase)
    return case


def _extraction(case: ExtractCase, **values: Any) -> Extraction[Any]:
    return Extraction[Any](
        value=case.shape.model_construct(**values),
        evidence={},
        warnings=(),
        usage=Usage(),
        coverage=Coverage(characters=0, read=0, pages=1, chunks=1),
        model="made-up",
        prompt_version="",
    )


def _reply(name: str, message: str, facts: str, *quotes: str) -> dict[str, Any]:
    gold = {"answered": bool(quotes), "quotes": quotes}
    return {"id": name, "task": "reply", "document": facts, "message": message, "gold": gold}


def test_only_what_stands_between_the_marks_is_rewritten(tmp_path: Path) -> None:
    """Twice gives the same card; a card without marks is said."""
    card = tmp_path / "card.md"
    card.write_text(f"before\n{scores.BEGIN}\nold\n{scores.END}\nafter\n", encoding="utf-8")
    scores.write(card, "| a\\1 |\n")
    once = card.read_text(encoding="utf-8")
    assert once == f"before\n{scores.BEGIN}\n\n| a\\1 |\n\n{scores.END}\nafter\n"
    scores.write(card, "| a\\1 |\n")
    assert card.read_text(encoding="utf-8") == once
    card.write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit, match="lacks the marks"):
        scores.write(card, "")
    for name in ("nano", "micro"):
        kept = (scores.CARDS / name / "README.md").read_text(encoding="utf-8")
        assert kept.count(scores.BEGIN) == 1


def test_ratios_are_of_documents_that_both_did(tmp_path: Path) -> None:
    """A system that did a few is held against the library on these; a torn line is left out."""
    file = tmp_path / "decoder.jsonl"
    times = {"library": (1.0, 2.0, 10.0), "default": (3.0, 5.0), "limit": (0.9, 1.6, 8.5)}
    records = [
        {"document": str(number), "system": system, "tokens": 9, "seconds": seconds}
        for system, some in times.items()
        for number, seconds in enumerate(some)
    ]
    text = "".join(json.dumps(record) + "\n" for record in records)
    file.write_text(text + '{"document": "2", "sys', encoding="utf-8")
    assert decoder.kept(file) == records
    rows = {row["system"]: row for row in decoder.summary(records)}
    assert list(rows) == ["default", "library", "limit"]
    assert (rows["default"]["seconds"], rows["default"]["ratio"]) == (4.0, 2.75)
    assert rows["limit"]["ratio"] == pytest.approx(0.85)
    decoder.report(records, tmp_path)
    assert (tmp_path / "decoder.md").read_text("utf-8").count("\n") == 5


def test_llama_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no file for it, or no package."""
    monkeypatch.setattr(llama, "find_spec", lambda _: None)
    assert "--gguf" in str(llama.missing(None))
    assert "not installed" in str(llama.missing(Path("model.gguf")))
