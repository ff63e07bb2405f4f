"""The command line: output, exit codes, errors in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
INVOICE = str(EXAMPLES / "invoice.txt")
FIELDS = "vendor, invoice_number, issued: date, total: number"


def run(
    *arguments: str, model: Path | None = None, **options: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, its output piped."""
    environment = {**os.environ, "SLMTASKS_MODEL": str(model)} if model else dict(os.environ)
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "slmtasks.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "COLUMNS": "300", **options},
        check=False,
    )


def test_piped_output_is_json_with_the_results_fields(random_folder: Path) -> None:
    """The same fields as the Python object, the answer first, evidence that cuts its quotes."""
    done = run("extract", INVOICE, "--fields", FIELDS, model=random_folder)
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert list(record) == [
        "value",
        "evidence",
        "inferred",
        "confidence",
        "warnings",
        "usage",
        "coverage",
        "model",
        "prompt_version",
    ]
    text = Path(INVOICE).read_bytes().decode()
    for places in record["evidence"].values():
        assert all(text[p["start"] : p["end"]] == p["quote"] for p in places)


def test_several_files_are_one_object_a_line_and_a_broken_one_is_reported(
    random_folder: Path, tmp_path: Path
) -> None:
    """Exit code 3: the rest is done, the failure is a line of its own and one sentence."""
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    done = run("extract", INVOICE, str(broken), INVOICE, "--fields", "vendor", model=random_folder)
    assert done.returncode == 3
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["source"] for record in records] == [INVOICE, str(broken), INVOICE]
    assert records[1]["error"]["type"] == "MalformedDocument"
    assert "value" in records[2]
    assert done.stderr.startswith("error: broken.pdf: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["extract", "nowhere.pdf", "--fields", "a"], 1, "no file nowhere.pdf"),
        (["extract", INVOICE, "--fields", "a: colour"], 2, "'colour' is not known"),
        (["extract", INVOICE, "--fields", ""], 2, "not a field name"),
        (["extract", INVOICE, "--fields", "model_config"], 2, "'model_config' for itself"),
        (["extract", INVOICE, "--schema", ""], 2, "FILE.py:Class"),
        (["extract", INVOICE], 2, "either --fields or --schema"),
        (["extract", INVOICE, "--fields", "a", "--colour"], 2, "No such option"),
        (["extract", INVOICE, "--schema", "x.py"], 2, "FILE.py:Class"),
        (["extract", INVOICE, "--schema", "nowhere.py:A"], 2, "no file nowhere.py"),
        (["extract", INVOICE, "--fields", "a", "--model", "/nowhere"], 1, "neither 'nano' nor"),
        (["extract", INVOICE, "--fields", "a", "--device", "tpu"], 2, "'tpu' is not known"),
        (["extract", INVOICE, "--fields", "a", "--grounding", "x"], 2, "grounding"),
        (["post", INVOICE, "--platform", "myspace"], 2, "platform"),
        (["post", INVOICE, "--platform", "x", "--hashtags", "30"], 2, "fewer hashtags"),
        (["describe", INVOICE], 1, "is no product"),
        (["reply", INVOICE, "--facts", "nowhere.md"], 1, "no file nowhere.md"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_faults_are_one_sentence_and_an_exit_code(
    random_folder: Path, arguments: list[str], code: int, said: str
) -> None:
    """1 for what failed, 2 for wrong usage, never a traceback."""
    done = run(*arguments, model=random_folder)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_schema_file_is_used(random_folder: Path, tmp_path: Path) -> None:
    """A pydantic model of the user's own, by FILE.py:Class; its faults are told plainly."""
    schema = tmp_path / "bill.py"
    schema.write_text(
        "from __future__ import annotations\n"
        "from decimal import Decimal\nfrom pydantic import BaseModel\n\n"
        "class Line(BaseModel):\n    amount: Decimal\n\n"
        "class Bill(BaseModel):\n    vendor: str\n    lines: list[Line]\n"
    )
    done = run("extract", INVOICE, "--schema", f"{schema}:Bill", model=random_folder)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["value"]) == {"vendor", "lines"}
    done = run("extract", INVOICE, "--schema", f"{schema}:Nothing", model=random_folder)
    assert (done.returncode, "no pydantic model 'Nothing'" in done.stderr) == (2, True)
    schema.write_text("1 / 0")
    done = run("extract", INVOICE, "--schema", f"{schema}:Bill", model=random_folder)
    assert (done.returncode, "ZeroDivisionError" in done.stderr) == (2, True)


def test_what_a_schema_file_raises_is_one_sentence(random_folder: Path, tmp_path: Path) -> None:
    """Exit 2 where it cannot be run, else a failure of the document; the others go on."""
    schema = tmp_path / "bill.py"
    schema.write_text("import sys\nsys.exit(3)\n")
    done = run("extract", INVOICE, "--schema", f"{schema}:Bill", model=random_folder)
    assert (done.returncode, "SystemExit(3)" in done.stderr) == (2, True)
    schema.write_text(
        "from pydantic import BaseModel, field_validator\n\n"
        "class Bill(BaseModel):\n    vendor: str\n\n"
        "    @field_validator('vendor')\n    def known(cls, vendor):\n"
        "        if vendor in 'only this':\n            return vendor\n"
        "        return {}[vendor]\n"
    )
    done = run("extract", INVOICE, "--schema", f"{schema}:Bill", model=random_folder)
    assert done.returncode == 1
    assert "bill.py:Bill fails: KeyError(" in done.stderr
    assert "Traceback" not in done.stderr
    fitting = tmp_path / "fitting.txt"
    fitting.write_text("only this")
    files = [INVOICE, str(fitting)]
    done = run("extract", *files, "--schema", f"{schema}:Bill", model=random_folder)
    assert done.returncode == 3
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert "KeyError" in first["error"]["message"]
    assert second["value"]["vendor"] in fitting.read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["extract", INVOICE, "--fields", "a"], ["--version"], []])
def test_a_full_disk_is_one_sentence(random_folder: Path, arguments: list[str]) -> None:
    """What cannot be printed is said on stderr, once."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "slmtasks.cli", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "SLMTASKS_MODEL": str(random_folder)},
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: a file or the output cannot be used: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_stop_is_said_and_has_its_exit_code() -> None:
    """Ctrl-C is a KeyboardInterrupt wherever the command is, on every system."""
    code = (
        "import sys\nfrom slmtasks.cli import main, print_results\n"
        "def stop(*_, **__):\n    raise KeyboardInterrupt\n"
        "print_results.load = stop\n"
        f"sys.argv = ['slmtasks', 'extract', {INVOICE!r}, '--fields', 'a']\n"
        "main()\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: stopped\n")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["summarize", str(EXAMPLES / "announcement.txt"), "--style", "headline"], "points"),
        (["post", str(EXAMPLES / "announcement.txt"), "--platform", "x"], "hashtags"),
        (
            ["reply", str(EXAMPLES / "customer-mail.txt"), "--facts", str(EXAMPLES / "facts.md")],
            "answered",
        ),
    ],
)
def test_every_command_runs(random_folder: Path, arguments: list[str], field: str) -> None:
    """On the sample documents."""
    done = run(*arguments, model=random_folder)
    assert done.returncode == 0, done.stderr
    assert field in json.loads(done.stdout)


def test_a_product_is_read_from_json(random_folder: Path, tmp_path: Path) -> None:
    """A misspelt field is named."""
    product = tmp_path / "product.json"
    product.write_text('{"name": "Trail 3", "features": ["light"]}')
    done = run("describe", str(product), model=random_folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["title"].startswith("Trail 3")
    product.write_text('{"name": "Trail 3", "feature": ["light"]}')
    done = run("describe", str(product), model=random_folder)
    assert (done.returncode, "feature: " in done.stderr) == (1, True)


def test_help_and_version_need_no_model() -> None:
    """`--help` names the commands and the exit codes."""
    helped = run("--help", SLMTASKS_MODEL="/nowhere")
    assert helped.returncode == 0
    for word in ("extract", "summarize", "describe", "post", "reply", "Exit codes", "130 stopped"):
        assert word in helped.stdout
    assert run("--version").stdout.startswith("slmtasks ")


def test_the_help_waits_for_no_module_that_runs_a_model() -> None:
    """The commands and their options are known before what they need is imported."""
    heavy = {
        "numpy",
        "onnxruntime_genai",
        "pypdf",
        "slmtasks.documents.read",
        "slmtasks.models.model",
    }
    code = (
        "import sys\nfrom slmtasks.cli import main\n"
        "sys.argv = ['slmtasks', 'batch', 'extract', '--help']\n"
        f"try:\n    main()\nfinally:\n    print(set(sys.modules) & {heavy!r}, file=sys.stderr)\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr == "set()\n"
    for word in ("slmtasks batch extract invoice.pdf", "--fields", "$SLMTASKS_MODEL"):
        assert word in done.stdout


def test_the_terminal_shows_values_with_their_places(random_model: object) -> None:
    """For people: a table, the quote inside its line, absent and inferred fields named."""
    import io

    from pydantic import BaseModel
    from rich.console import Console

    import slmtasks as slm
    from slmtasks.cli import display

    class Bill(BaseModel):
        total: float
        paid: bool
        note: str | None = None

    document = slm.read("Invoice\nTotal due: 9.50 EUR in all\n")
    place = slm.Evidence(page=1, start=19, end=23, quote="9.50")
    result = slm.Extraction(
        value=Bill(total=9.5, paid=True),
        evidence={"total": [place]},
        inferred=("paid",),
        warnings=("mind this",),
        usage=slm.Usage(),
        coverage=slm.Coverage(characters=35, read=35, pages=1, chunks=1),
        model="m",
        prompt_version="extract/1",
    )
    out = io.StringIO()
    display.show(result, document, Console(file=out, width=100))
    shown = out.getvalue()
    assert "Total due: 9.50 EUR in all" in shown
    assert "Invoice" not in shown
    assert "inferred" in shown
    assert "absent" in shown
    assert "note: mind this" in shown


def test_a_document_cannot_steer_the_terminal() -> None:
    """Escape sequences in a quote, a name or a warning are shown, not sent."""
    import io

    from pydantic import BaseModel
    from rich.console import Console

    import slmtasks as slm
    from slmtasks.cli import display

    class Bill(BaseModel):
        total: str

    text = "pay \x1b[2J\x1b]0;owned\x07 now"
    place = slm.Evidence(page=1, start=0, end=len(text), quote=text)
    result = slm.Extraction(
        value=Bill(total=text),
        evidence={"total": [place]},
        warnings=(text,),
        usage=slm.Usage(),
        coverage=slm.Coverage(characters=len(text), read=len(text), pages=1, chunks=1),
        model="m",
        prompt_version="extract/1",
    )
    out = io.StringIO()
    display.show(result, slm.read(text, name=text), Console(file=out, width=200))
    assert "\x1b" not in out.getvalue()
    assert "\x07" not in out.getvalue()
    assert "owned" in out.getvalue()


def test_confidence_is_shown_and_a_low_one_marked(random_folder: Path) -> None:
    """In the table with a question mark, in JSON by its path, and by exit code 3."""
    import io

    from pydantic import BaseModel
    from rich.console import Console

    import slmtasks as slm
    from slmtasks.cli import display

    arguments = ["extract", INVOICE, "--fields", "vendor", "--unsure-below", "1"]
    done = run(*arguments, model=random_folder)
    assert done.returncode == 3
    assert json.loads(done.stdout)["unsure"] == ["vendor"]
    document = slm.read("Hollis Ltd")

    class Bill(BaseModel):
        vendor: str
        total: float | None

    result = slm.Extraction[Bill](
        value=Bill(vendor="Hollis Ltd", total=None),
        evidence={},
        confidence={"vendor": 0.42, "total": 0.99},
        warnings=(),
        usage=slm.Usage(),
        coverage=slm.Coverage(characters=1, read=1, pages=1, chunks=1),
        model="m",
        prompt_version="p",
    )
    out = io.StringIO()
    display.show(result, document, Console(file=out, width=100), unsure=["vendor"])
    assert "42% ?" in out.getvalue()
    assert "99% " in out.getvalue()
    assert "99% ?" not in out.getvalue()
