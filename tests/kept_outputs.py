"""The outputs that the README, the documentation and the notebooks show, made with nano.

`python tests/kept_outputs.py` writes those that changed. The tests compare instead, but
for the seconds that something took. The README's first result and its picture are micro's:
they are made where SLMTASKS_MICRO names a folder of models that holds it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import nbformat
from nbclient import NotebookClient
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
PICTURE = EXAMPLES / "extract.svg"

MICRO = os.environ.get("SLMTASKS_MICRO")
"""The folder of models that holds micro, where there is one to show its answers."""

TERMINALS = sys.platform != "win32"
"""Whether commands can be run on a terminal of their own here."""

_BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>.*?) -->\n)?"
    r"```(?P<kind>python|bash)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_SECONDS = re.compile(
    r"\d+\.\d+(?=(?: |&#160;)s\b)|(?<=\"seconds\":)[\d.e-]+|(?<=seconds=)[\d.e-]+"
)
_EXIT = re.compile(r"# exits with (\d+)")
_END = "\x1e"
_INTERPRETER = f"""
import json, sys
for line in sys.stdin:
    exec(compile(json.loads(line), "block", "exec"), globals())
    print({_END!r}, flush=True)
"""
"""Runs one block a line, as JSON, all in its own namespace."""


@dataclass(frozen=True)
class Block:
    """A code block of a page; `shown` is the output under it, if any, at `span`.

    `reason` says why it is not run, where it is not.
    """

    kind: str
    code: str
    shown: str | None
    reason: str | None
    span: tuple[int, int]
    line: int

    @property
    def pulls_micro(self) -> bool:
        """Whether what it shows is micro's."""
        return "models pull micro &&" in self.code


def blocks(page: Path) -> list[Block]:
    """The python and bash blocks, in order; a text block right under one is its output."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            kind=match["kind"],
            code=match["code"],
            shown=match["shown"],
            reason=match["reason"],
            span=match.span("shown"),
            line=text.count("\n", 0, match.start()) + 1,
        )
        for match in _BLOCK.finditer(text)
    ]


def steady(text: str) -> str:
    """A text without what differs from run to run."""
    return _SECONDS.sub("0", text)


def commands(code: str) -> list[list[str]]:
    """The arguments of each `slmtasks` command of a bash block, and only of the last of a chain."""
    found = []
    for line in code.replace("\\\n", " ").splitlines():
        last = shlex.split(line.rpartition("&&")[2], comments=True)
        if last and last[0].rpartition("/")[2] == "slmtasks":
            found.append(last[1:])
    return found


def outputs(page: Path) -> list[str | None]:
    """The output of each block, run in order in a folder that holds a copy of `examples`.

    The python blocks share one process. None for a block that is not run: one with a
    reason, and commands where there is no terminal or no model to show them.
    """
    made: list[str | None] = []
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("*.ipynb"))
        with _interpreter(page, folder) as ask:
            for block in blocks(page):
                if block.reason:
                    made.append(None)
                elif block.kind == "python":
                    made.append(ask(block))
                elif TERMINALS and (MICRO or not block.pulls_micro):
                    made.append(_shell_output(block, folder))
                else:
                    made.append(None)
    return made


@contextmanager
def _interpreter(page: Path, folder: Path) -> Iterator[Callable[[Block], str]]:
    """A new Python in `folder`, as a function that runs a block and returns what it prints."""
    quiet = "ignore:slmtasks uses its embedded model:UserWarning"
    errors = folder / ".errors"
    with (
        errors.open("w", encoding="utf-8") as sink,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-W", "error", "-W", quiet, "-c", _INTERPRETER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            encoding="utf-8",
            cwd=folder,
            env=environment(),
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        listen, speak = process.stdout, process.stdin

        def ask(block: Block) -> str:
            speak.write(json.dumps(block.code) + "\n")
            speak.flush()
            printed = ""
            while not printed.endswith(f"{_END}\n"):
                line = listen.readline()
                if not line:
                    said = errors.read_text(encoding="utf-8")
                    raise RuntimeError(f"{page.name}:{block.line} fails:\n{said}")
                printed += line
            return printed.removesuffix(f"{_END}\n")

        yield ask
        speak.close()


def _shell_output(block: Block, folder: Path) -> str:
    expected = _EXIT.search(block.code)
    code = int(expected[1]) if expected else 0
    models = MICRO if block.pulls_micro else None
    return "".join(terminal_output(run, folder, code, models) for run in commands(block.code))


def terminal_output(
    arguments: list[str], folder: Path, code: int = 0, models: str | None = None
) -> str:
    """What `slmtasks ARGUMENTS` shows on a terminal of 80 columns without colours.

    It runs in `folder`, with the pulled models of the folder `models` if given;
    RuntimeError if it exits with another code than `code`.
    """
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "slmtasks.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment(models) | {"TERM": "dumb"},
    ) as process:
        os.close(theirs)
        shown = b"".join(_until_closed(ours))
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    if process.returncode != code:
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


def environment(models: str | None = None) -> dict[str, str]:
    """The environment of a new user, with the checkout's package; no models are pulled."""
    kept = {k: v for k, v in os.environ.items() if k not in ("SLMTASKS_MODEL", "COLUMNS")}
    kept["SLMTASKS_MODELS"] = models or str(ROOT / "tests" / "no-models")  # No such folder.
    path = [kept["PYTHONPATH"]] if "PYTHONPATH" in kept else []
    return kept | {"PYTHONPATH": os.pathsep.join([*path, str(ROOT)]), "PYTHONUTF8": "1"}


def picture() -> str:
    """The first result on a terminal with colours: the evidence is marked in its line."""
    import slmtasks as slm
    from slmtasks.cli import display
    from slmtasks.schema import field_list

    command = next(found[0] for block in blocks(README) if (found := commands(block.code)))
    document = slm.read(ROOT / command[1])
    with mock.patch.dict(os.environ, SLMTASKS_MODELS=str(MICRO)), slm.load("micro") as model:
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


def renew(page: Path) -> None:
    """Write the outputs of a page that changed."""
    text = page.read_text(encoding="utf-8")
    for block, made in reversed(list(zip(blocks(page), outputs(page), strict=True))):
        if block.shown is None or made is None or steady(block.shown) == steady(made):
            continue
        text = text[: block.span[0]] + made + text[block.span[1] :]
        print(f"{page.name}:{block.line} has a new output")
    page.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Write the outputs that changed into the pages, the picture and the notebooks."""
    for page in PAGES:
        renew(page)
    drawn = picture() if MICRO else PICTURE.read_text(encoding="utf-8")
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
