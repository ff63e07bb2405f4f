"""Models for the tests: the embedded one, and the same with random weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from random_model import randomize

import slmtasks as slm
from slmtasks.models.session import Session

# Nano is the default, whatever was pulled on this machine: nothing is at that path.
os.environ["SLMTASKS_MODELS"] = str(Path(__file__).with_name("no-models"))
os.environ.pop("SLMTASKS_MODEL", None)

SHARED = Path(__file__).parents[2] / "shared"
EXAMPLES = Path(__file__).parents[1] / "examples"
NANO = Path(os.environ.get("SLMTASKS_TEST_BASE") or Path(slm.__file__).parent / "models" / "nano")


@pytest.fixture(scope="session")
def nano() -> Iterator[slm.Model]:
    """The embedded model."""
    with slm.load(NANO) as model:
        yield model


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the embedded model's architecture and random weights."""
    return randomize(NANO, tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="session")
def random_model(random_folder: Path) -> Iterator[slm.Model]:
    """The same with random weights, on one thread: as fast at this size, and quieter."""
    with slm.load(random_folder, threads=1) as model:
        yield model


@pytest.fixture(scope="session")
def exact_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights that are computed in fp32."""
    return randomize(NANO, tmp_path_factory.mktemp("models") / "exact", exact=True)


@pytest.fixture(scope="session")
def exact_model(exact_folder: Path) -> Iterator[slm.Model]:
    """Random weights that are computed in fp32."""
    with slm.load(exact_folder) as model:
        yield model


@pytest.fixture(scope="session")
def phi_tokenizer() -> Path:
    """The folder with Phi-3-Mini's tokenizer; skips where the shared data is absent."""
    folder = SHARED / "data" / "phi-3-mini-tokenizer"
    if not folder.is_dir():
        pytest.skip("shared data is not here")
    return folder


@pytest.fixture(scope="session")
def phi_model(phi_tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[slm.Model]:
    """Random weights with Phi-3-Mini's tokenizer and vocabulary."""
    out = tmp_path_factory.mktemp("models") / "phi"
    with slm.load(randomize(NANO, out, tokenizer=phi_tokenizer)) as model:
        yield model


@pytest.fixture(scope="session")
def receipts() -> list[Path]:
    """Real receipts; skips where the shared data is absent."""
    folder = SHARED / "data" / "receipts"
    if not folder.is_dir():
        pytest.skip("shared data is not here")
    return sorted(folder.glob("*.txt"))


@pytest.fixture
def prompts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prompts that models are asked while the test runs, as text, in order."""
    heard: list[str] = []
    answer = Session.answer

    def listening(self: Session, asked: Any, *args: Any) -> Any:
        heard.append(self.tokenizer.decode(asked.prompt))
        return answer(self, asked, *args)

    monkeypatch.setattr(Session, "answer", listening)
    return heard
