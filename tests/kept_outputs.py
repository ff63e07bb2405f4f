"""The outputs that README.md, its picture and the notebooks show, made anew with nano.

`python tests/kept_outputs.py` writes those that changed. The tests compare instead, but
for the seconds that something took.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
PICTURE = EXAMPLES / "extract.svg"

TERMINALS = sys.platform != "win32"
"""Whether commands can be run on a terminal of their own here."""

_BLOCK = re.compile(
    r"^```(?P<kind>python|bash)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_SECONDS = re.compile(
    r"\d+\.\d+(?=(?: |&#160;)s\b)|(?<=\"seconds\":)[\d.e-]+|(?<=seconds=)[\d.e-]+"
)
_END = "\x1e"


@dataclass(frozen=True)
class Block:
    """A code block of the README; `shown` is the output under it, if any, at `span`."""

    kind: str
    code: str
    shown: str | None
    span: tuple[int, int]
    line: int


def blocks(text: str) -> Iterator[Block]:
    """The python and bash blocks, in order; a text block right under one is its output."""
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["kind"], match["code"], match["shown"], match.span("shown"), line)


def steady(text: str) -> str:
    """A text without what differs from run to run."""
    return _SECONDS.sub("0", text)


def commands(code: str) -> list[list[str]]:
    """The arguments of each `slmtasks` command of a bash block; other commands are not run."""
    found = []
    for line in code.replace("\\\n", " ").splitlines():
        last = shlex.split(line.rpartition("&&")[2], comments=True)
        if last and last[0].rpartition("/")[2] == "slmtasks":
            found.append(last[1:])
    return found


def python_outputs(code: list[str]) -> list[str]:
    """What each python block prints; all run in one process, in order, in the root folder."""
    program = "".join(f"{block}\nprint({_END!r})\n" for block in code)
    quiet = "ignore:slmtasks uses its embedded model:UserWarning"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-W", quiet, "-"],
        input=program,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a python block of the README fails:\n{done.stderr}")
    return done.stdout.split(f"{_END}\n")[:-1]


def terminal_output(arguments: list[str]) -> str:
    """What `slmtasks ARGUMENTS` shows on a terminal of 80 columns without colours."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "slmtasks.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=environment() | {"TERM": "dumb"},
    ) as process:
        os.close(theirs)
        shown = b"".join(_until_closed(ours))
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    if process.returncode:
        raise RuntimeError(f"slmtasks {shlex.join(arguments)} exits {process.returncode}:\n{text}")
    return text


def _until_closed(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            # Linux says so where other systems say that nothing comes any more.
            return
        if not piece:
            return
        yield piece


def environment() -> dict[str, str]:
    """The environment of a new user, with the checkout's package."""
    kept = {k: v for k, v in os.environ.items() if k not in ("SLMTASKS_MODEL", "COLUMNS")}
    kept["SLMTASKS_MODELS"] = str(ROOT / "tests" / "no-models")  # Which is not there: nano it is.
    path = [kept["PYTHONPATH"]] if "PYTHONPATH" in kept else []
    return kept | {"PYTHONPATH": os.pathsep.join([*path, str(ROOT)]), "PYTHONUTF8": "1"}


def outputs(found: list[Block]) -> list[str | None]:
    """The output of each block; None for commands where there is no terminal to show them."""
    printed = iter(python_outputs([block.code for block in found if block.kind == "python"]))
    made: list[str | None] = []
    for block in found:
        if block.kind == "python":
            made.append(next(printed))
        else:
            runs = commands(block.code)
            made.append("".join(map(terminal_output, runs)) if TERMINALS else None)
    return made


def picture() -> str:
    """The first result as a terminal with colours shows it: the evidence marked in its line."""
    import slmtasks as slm
    from slmtasks.cli import display
    from slmtasks.schema import field_list

    command = next(
        found[0] for block in blocks(README.read_text("utf-8")) if (found := commands(block.code))
    )
    document = slm.read(ROOT / command[1])
    with slm.load("nano") as model:
        result = slm.extract(document, field_list.parse(command[3]), model=model)
    console = Console(
        record=True, width=80, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    display.show(result, document, console)
    drawn = console.export_svg(title="slmtasks extract", unique_id="extract")
    # The fonts that it names are on the network.
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


def executed(path: Path) -> Any:
    """A notebook run from top to bottom beside its files, without what varies in its metadata."""
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute(env=environment() | {"IPYTHONDIR": folder})
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def cell_outputs(notebook: Any) -> list[str]:
    """What the code cells of a notebook show, one text a cell."""
    return [
        "".join(
            output.get("text") or output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def main() -> None:
    """Write the outputs that changed into README.md, its picture and the notebooks."""
    text = README.read_text(encoding="utf-8")
    found = list(blocks(text))
    for block, made in reversed(list(zip(found, outputs(found), strict=True))):
        if None not in (block.shown, made) and steady(str(block.shown)) != steady(str(made)):
            text = text[: block.span[0]] + str(made) + text[block.span[1] :]
            print(f"README.md:{block.line} has a new output")
    README.write_text(text, encoding="utf-8", newline="\n")
    drawn = picture()
    if not PICTURE.exists() or steady(drawn) != steady(PICTURE.read_text(encoding="utf-8")):
        PICTURE.write_text(drawn, encoding="utf-8", newline="\n")
        print(f"{PICTURE.name} is a new picture")
    for path in NOTEBOOKS:
        notebook = executed(path)
        if _changed(notebook, nbformat.read(path, as_version=4)):
            path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
            print(f"{path.name} has new outputs")


def _changed(made: Any, kept: Any) -> bool:
    return made.metadata != kept.metadata or any(
        steady(a) != steady(b) for a, b in zip(cell_outputs(made), cell_outputs(kept), strict=True)
    )


if __name__ == "__main__":
    main()
