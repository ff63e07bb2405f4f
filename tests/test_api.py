"""The public names: what they accept, what they warn about, and which former names still work."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NotRequired

import pytest
from pydantic import BaseModel
from staged import MODEL, task, texts
from typing_extensions import TypedDict

import slmtasks as slm
from slmtasks import errors
from slmtasks.models import model as models
from slmtasks.schema.shapes import shape_of

TEXT = "Hollis Ltd, invoice of 3 March 2024, total 48.20."


def test_errors_are_also_the_builtin_ones() -> None:
    """A caller who knows Python's own errors catches ours by them, and they survive a pickle."""
    late, full = errors.TimedOut("too slow"), errors.OutOfMemory("too large")
    assert isinstance(late, TimeoutError)
    assert isinstance(full, MemoryError)
    assert str(pickle.loads(pickle.dumps(late))) == "too slow"  # noqa: S301
    assert str(pickle.loads(pickle.dumps(full))) == "too large"  # noqa: S301


def test_the_root_has_ten_errors_and_the_others_are_deprecated_there() -> None:
    """The bases and two more; every other error resolves from the root with a warning."""
    rooted = [name for name in errors.__all__ if name in slm.__all__]
    assert len(rooted) == 10
    for name in errors.__all__:
        if name in rooted:
            assert getattr(slm, name) is getattr(errors, name)
        else:
            with pytest.warns(DeprecationWarning, match=f"use slmtasks.errors.{name}"):
                assert getattr(slm, name) is getattr(errors, name)


def test_former_names_of_types_work_with_a_warning() -> None:
    """`Missing` and `Reading` are what they have become."""
    with pytest.warns(DeprecationWarning, match=r"use slmtasks\.SkippedPart") as told:
        assert slm.Missing is slm.SkippedPart
    assert told[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"use slmtasks\.ReadOptions"):
        assert slm.Reading is slm.ReadOptions


def test_former_keywords_work_with_a_warning(tmp_path: Path, random_model: slm.Model) -> None:
    """Each warns at the caller's line and does what the present one does; both are an error."""
    old: Any = slm.summarize
    with pytest.warns(DeprecationWarning, match="most= is deprecated; use max_items=") as told:
        made = old(TEXT, style="quotes", most=1, model=random_model)
    assert told[0].filename == __file__
    assert len(made.points) == 1
    with pytest.raises(TypeError, match="give max_items= alone"):
        old(TEXT, most=1, max_items=1)
    seen: list[slm.BatchReport] = []
    batch: Any = slm.batch
    with pytest.warns(DeprecationWarning, match="is deprecated; use") as told:
        batch(
            texts(1),
            task(),
            out=tmp_path / "run.jsonl",
            model=MODEL,
            existing="append",
            watch=lambda report, _: seen.append(report),
        )
    assert [str(w.message) for w in told] == [
        "existing= is deprecated; use if_exists=",
        "watch= is deprecated; use on_progress=",
    ]
    assert seen
    with pytest.warns(DeprecationWarning, match="use max_items="):
        bound = slm.bind(partial(old, most=2))
    assert bound.keywords == {"max_items": 2}


def test_only_public_names_are_listed(random_model: slm.Model) -> None:
    """`dir` and tab completion show the public names alone, all of them, of a model too."""
    assert dir(slm) == slm.__all__
    shown = [name for name in dir(random_model) if not name.startswith("_")]
    assert shown == ["close", "context", "count_tokens", "device", "folder", "name", "threads"]
    assert repr(random_model) == f"<Model 'random' on 'cpu', context {random_model.context}>"


@pytest.mark.parametrize("named", ["invoice.pdf", "notes.MD", "C:\\scans\\bill.docx"])
def test_a_text_that_names_a_file_is_refused(named: str) -> None:
    """Every task says that a path is given by `Path`, before any model is asked."""
    fields, product = "total: number", {"name": "Cable"}
    for call in (
        lambda: slm.extract(named, fields),
        lambda: slm.summarize(named),
        lambda: slm.social_post(named, platform="x"),
        lambda: slm.reply("When do you open?", facts=named),
        lambda: slm.Task("$document", fields)(named),
    ):
        with pytest.raises(ValueError, match=r"give Path\("):
            call()
    assert product


def test_a_text_that_is_an_existing_file_is_refused(tmp_path: Path) -> None:
    """Whatever its name ends in; a text of several lines or words is a text."""
    file = tmp_path / "my notes"
    file.write_text("x")
    with pytest.raises(ValueError, match="names a file"):
        slm.summarize(str(file))
    for text in (f"{file}\n", "See report.pdf", "a.pdf\nb.pdf", "x" * 9000, "\0"):
        if text.strip() != str(file):
            from slmtasks.engine.sources import refuse_file_name

            refuse_file_name(text)


def test_day_first_decides_on_extract_too(random_model: slm.Model) -> None:
    """For a text as for a document that was read without it."""
    for source in ("Due 03/04/2024.", slm.read("Due 03/04/2024.")):
        made = slm.extract(source, "due: date", day_first=True, model=random_model)
        assert made.value.due == date(2024, 4, 3)
        assert made.warnings == ()


class Line(BaseModel):
    what: str
    amount: float | None


@dataclass
class Sheet:
    total: float
    lines: list[Line] = field(default_factory=list)


class Card(TypedDict):
    name: str
    phone: NotRequired[str]
    held: NotRequired[list[Line]]


JSON_SCHEMA = {
    "type": "object",
    "required": ["total-due", "lines"],
    "properties": {
        "total-due": {"type": "number", "minimum": 0, "description": "with tax"},
        "issued": {"type": ["string", "null"], "format": "date"},
        "state": {"enum": ["paid", "open"]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "maxItems": 3},
    },
    "$defs": {
        "line": {
            "type": "object",
            "required": ["what"],
            "properties": {"what": {"type": "string"}, "left": {"anyOf": [{"type": "integer"}]}},
        }
    },
}


@pytest.mark.parametrize(
    ("schema", "data", "value"),
    [
        (Line, {"what": "x", "amount": 1.0}, Line(what="x", amount=1.0)),
        (Sheet, {"total": 2.0}, Sheet(2.0)),
        (
            Sheet,
            {"total": 2.0, "lines": [{"what": "x", "amount": None}]},
            Sheet(2.0, [Line(what="x", amount=None)]),
        ),
        (Card, {"name": "Ann"}, {"name": "Ann"}),
        (list[Line], {"items": [{"what": "x", "amount": 1}]}, [Line(what="x", amount=1)]),
        (list[Sheet], {"items": [{"total": 1}]}, [Sheet(1)]),
        (
            JSON_SCHEMA,
            {"total-due": 3, "issued": "2024-03-04", "lines": [{"what": "x"}]},
            {
                "total-due": 3.0,
                "issued": "2024-03-04",
                "state": None,
                "lines": [{"what": "x", "left": None}],
            },
        ),
    ],
)
def test_every_form_of_a_schema_gives_its_own_type(schema: Any, data: Any, value: Any) -> None:
    """The data of an answer becomes what the caller named, and that serves as an example."""
    shape = shape_of(schema)
    assert shape.value(data) == value
    assert shape.example(value) == shape.model.model_validate(data)


def test_a_line_and_an_object_of_fields_are_schemas() -> None:
    """As on the command line, and as in the cases of an evaluation."""
    made = shape_of("vendor, total: number?").value({"vendor": "Hollis"})
    assert made.model_dump() == {"vendor": "Hollis", "total": None}
    assert shape_of({"total": "number: with tax"}).value({"total": 1}).total == 1.0


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (int, "is no schema"),
        ({"properties": {"a": {"type": "object"}}}, "a: this part of a JSON Schema"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "a: the reference '#/\\$defs/b'"),
        ({"properties": {"a": {"$ref": "#"}}}, "contains itself"),
        ("vendor: colour", "not known"),
    ],
)
def test_what_is_no_schema_is_said(schema: Any, said: str) -> None:
    """In one sentence that names the part."""
    with pytest.raises(errors.SchemaError, match=said):
        shape_of(schema)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("vendor, total: number", BaseModel),
        (Sheet, Sheet),
        (Card, dict),
        (list[Line], list),
        (JSON_SCHEMA, dict),
    ],
)
def test_extract_takes_every_form(
    random_model: slm.Model, tmp_path: Path, schema: Any, kind: type
) -> None:
    """By a call and in a batch, whose settings it belongs to; the result survives JSON."""
    made = slm.extract(TEXT, schema, model=random_model)
    assert isinstance(made.value, kind)
    again: Any = slm.Extraction[Any].model_validate_json(made.model_dump_json())
    assert again.evidence == made.evidence
    bound = partial(slm.extract, schema=schema)
    report = slm.batch([("a", TEXT)], bound, out=tmp_path / "run.jsonl", model=random_model)
    assert report.all_ok


def test_a_task_takes_the_text_of_a_prompt(random_model: slm.Model, prompts: list[str]) -> None:
    """It is the user's turn, or a whole prompt file; its version is its digest, or its own."""
    short = slm.Task("Who issued this?\n\n$document", "vendor")
    made = short(TEXT, model=random_model)
    assert "Who issued this?" in prompts[-1]
    assert made.prompt_version.startswith("text/")
    whole = slm.Task("---\nversion: 7\n---\n# System\n\nBe exact.\n\n# User\n\n$document", "vendor")
    assert whole(TEXT, model=random_model).prompt_version == "text/7"
    assert "Be exact." in prompts[-1]
    with pytest.raises(errors.PromptError, match="no place for document"):
        slm.Task("There is no place for it.", "vendor")(TEXT, model=random_model)


def test_a_product_takes_lists_and_a_dict(random_model: slm.Model) -> None:
    """Any sequence of texts is kept as a tuple; a text is no sequence of texts."""
    given = {"name": "Cable", "features": ["long", "red"], "specs": {"length": "2 m"}}
    assert slm.Product(**given).features == ("long", "red")
    assert slm.describe_product(given, model=random_model).title.startswith("Cable")
    with pytest.raises(ValueError, match="features"):
        slm.describe_product({"name": "Cable", "features": "long"}, model=random_model)
    with pytest.raises(TypeError, match="a Product or a dict"):
        slm.describe_product("Cable", model=random_model)  # type: ignore[arg-type]


TYPED = """
from dataclasses import dataclass
from pathlib import Path
from pydantic import BaseModel
import slmtasks as slm

class Invoice(BaseModel):
    total: float

@dataclass
class Sheet:
    total: float

product = slm.Product(name="Cable", features=["a"], keywords=["b"], specs={"c": "d"})
slm.describe_product(product)
slm.describe_product({"name": "Cable", "features": ["a"]})
one: float = slm.extract(Path("a.pdf"), Invoice).value.total
two: float = slm.extract(Path("a.pdf"), Sheet, day_first=True).value.total
many: list[Invoice] = slm.extract(Path("a.pdf"), list[Invoice]).value
line = slm.extract(Path("a.pdf"), "vendor, total: number")
text: str = line.value.vendor
points: tuple[str, ...] = slm.summarize(Path("a.pdf"), max_items=3).points
task = slm.Task("$document", Invoice)
three: float = task("text").value.total
"""


def test_the_public_face_type_checks(tmp_path: Path) -> None:
    """Strict mypy accepts what the documentation shows."""
    file = tmp_path / "user.py"
    file.write_text(TYPED)
    config = Path(__file__).parents[1] / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.stdout.startswith("Success"), run.stdout


CALLER = """
import slmtasks as slm

def inner():
    return slm.summarize("Cats sleep. Dogs run.", style="quotes")  # line 5

def outer():
    return inner()

headline = slm.Task("$document", "text")

def by_task():
    return headline("Cats sleep.")  # line 13
"""


@pytest.mark.parametrize(("name", "line"), [("outer", 5), ("by_task", 13)])
def test_the_warning_of_the_embedded_model_points_at_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: int
) -> None:
    """At the line that calls the library, however deep that is and by whichever way."""
    monkeypatch.setenv("SLMTASKS_MODEL", "nano")
    models.forget_default()
    file = tmp_path / "caller.py"
    file.write_text(CALLER)
    space: dict[str, Any] = {"__name__": "caller"}
    exec(compile(CALLER, str(file), "exec"), space)  # noqa: S102
    with pytest.warns(UserWarning, match="embedded model") as told:
        space[name]()
    assert [(w.filename, w.lineno) for w in told] == [(str(file), line)]


def test_annotated_fields_of_a_dataclass_keep_their_marks() -> None:
    """`Prose` on a field of a dataclass is seen."""

    @dataclass
    class Note:
        subject: Annotated[str, slm.Prose(max_words=3)]

    marks = shape_of(Note).model.model_fields["subject"].metadata
    assert marks == [slm.Prose(max_words=3)]
