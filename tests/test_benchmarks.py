"""The sets of cases that the model card is made of, and its table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import slmtasks as slm
from benchmarks import cases, decoder, heuristics, llama, scores
from slmtasks.evaluation.cases import ExtractCase, ProductCase
from slmtasks.evaluation.fields import folded
from slmtasks.evaluation.load_cases import load
from slmtasks.evaluation.scoring import score
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
    found = score("receipts", load(written["receipts"]), heuristics.answer, model="heuristics")
    fields = found.tasks["extract"].fields or {}
    assert {name: one.exact.hits for name, one in fields.items()} == {
        "all": 120,
        "company": 39,
        "date": 60,
        "address": 0,
        "total": 21,
    }


def test_slots_and_abstracts_are_cases(written: dict[str, Path]) -> None:
    """All slots but the name are specs; of an abstract one sentence is asked."""
    if "e2e" not in written:
        pytest.skip("shared data is not here")
    inns = load(written["e2e"])
    assert len(inns) == 60
    assert all(isinstance(inn, ProductCase) and inn.product.specs for inn in inns)
    abstracts = [json.loads(line) for line in written["abstracts"].read_text("utf-8").splitlines()]
    assert {(one["style"], one["most"]) for one in abstracts} == {("quotes", 1)}


def test_the_table_shows_target_and_reached_and_no_text(
    random_model: slm.Model, written: dict[str, Path]
) -> None:
    """Each target of the issue has a row; nothing of a document stands in the table."""
    held = [path for name, path in written.items() if name == "held-out-60"]
    paths = [written[name] for name in ("receipts", "e2e", "abstracts") if name in written]
    scored, trivial = scores.scores(held + paths, random_model, 1)
    table = scores.table(scores.rows(scored, trivial), "random")
    targets = [line.split("|")[2].strip() for line in table.splitlines() if line.startswith("| ")]
    assert [target for target in targets if target][:3] == ["target", "≥ 95%", "≥ 95%"]
    if paths:
        assert {"≥ 70%", "≤ 0.5", "≤ 8%", "≥ 1.05"} <= set(targets)
    for path in held + paths:
        for miss in scored[path.stem].misses:
            assert len(str(miss.gold)) < 6 or folded(str(miss.gold)) not in folded(table)


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
