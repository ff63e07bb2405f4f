"""Loading: what is refused, and how it is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import onnx
import pytest

import slmtasks as slm
from slmtasks.decoding.request import DecodeRequest
from slmtasks.errors import (
    ContextExceeded,
    DeviceUnavailable,
    ModelCorrupt,
    ModelError,
    ModelNotFound,
    OutOfMemory,
)
from slmtasks.models import devices, model, store


@pytest.fixture
def folder(random_folder: Path, tmp_path: Path) -> Path:
    """A copy of the random model that a test may damage."""
    return Path(shutil.copytree(random_folder, tmp_path / "model"))


def test_what_is_no_model_is_not_found(tmp_path: Path) -> None:
    """A wrong name and a folder without configuration say what to give."""
    with pytest.raises(ModelNotFound, match="neither 'nano' nor a folder"):
        slm.load("phi-99")
    with pytest.raises(ModelNotFound, match=r"no genai_config\.json"):
        slm.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("genai_config.json", b"{"),
        ("genai_config.json", b'{"model": {}}'),
        ("genai_config.json", b"\xff\xfe\x00"),
        ("tokenizer.json", b"{"),
        ("tokenizer_config.json", b"{"),
        ("model.onnx", b"not a graph"),
        ("model.onnx", b""),
    ],
)
def test_a_corrupt_file_is_typed(folder: Path, name: str, content: bytes) -> None:
    """One sentence that names the folder or the file, and no traceback of the runtime's."""
    (folder / name).write_bytes(content)
    with pytest.raises(ModelCorrupt, match="fetch"):
        slm.load(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("eos_token_id", None),
        ("eos_token_id", []),
        ("eos_token_id", [99_999]),
        ("decoder", []),
        ("decoder", {"filename": 5}),
        ("vocab_size", "x"),
        ("vocab_size", -1),
        ("vocab_size", 99_999),
        ("context_length", None),
        ("context_length", 0),
    ],
)
def test_settings_that_cannot_be_are_typed(folder: Path, key: str, value: object) -> None:
    """Wrong types, and a vocabulary that is not the graph's: said at loading, not at a call."""
    path = folder / "genai_config.json"
    settings = json.loads(path.read_text())
    settings["model"][key] = value
    path.write_text(json.dumps(settings))
    with pytest.raises(ModelCorrupt, match="fetch"):
        slm.load(folder)


def test_the_settings_fault_is_named(folder: Path) -> None:
    """The message says where in the file it is, and what."""
    path = folder / "genai_config.json"
    path.write_text(path.read_text().replace('"vocab_size"', '"size"'))
    with pytest.raises(ModelCorrupt, match=r"genai_config\.json .*model\.vocab_size: Field req"):
        slm.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_typed(folder: Path, name: str) -> None:
    """What is missing is named."""
    (folder / name).unlink()
    with pytest.raises(ModelCorrupt, match=rf"{name}.* missing"):
        slm.load(folder)


def test_too_little_memory_is_said_before_it_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the model's files at loading, for the cache at the call."""
    with slm.load(folder) as loaded, monkeypatch.context() as patched:
        patched.setattr(devices, "free_memory", lambda: 1000)
        with pytest.raises(OutOfMemory, match="files are"):
            slm.load(folder)
        with pytest.raises(OutOfMemory, match="tokens need"):
            loaded.internals.answer(DecodeRequest([5], "start: /a+/", max_tokens=5, reserve=0))


def test_an_unknown_device_and_one_that_is_not_here(folder: Path) -> None:
    """A wrong name is a wrong argument; a known one that does not load names the way out."""
    with pytest.raises(ValueError, match="'tpu' is not known"):
        slm.load(folder, device="tpu")
    with pytest.raises(DeviceUnavailable, match="device='cpu'"):
        slm.load(folder, device="cuda")


def test_threads_and_context_are_checked(folder: Path) -> None:
    """Too few threads or tokens, or more tokens than the model has."""
    with pytest.raises(ValueError, match="threads is 0"):
        slm.load(folder, threads=0)
    with pytest.raises(ValueError, match="context is 10"):
        slm.load(folder, context=10)
    with pytest.raises(ContextExceeded, match="the model has"):
        slm.load(folder, context=1_000_000)
    with slm.load(folder, threads=1, context=1024) as loaded:
        assert (loaded.threads, loaded.context) == (1, 1024)


def test_all_available_cores_are_used(folder: Path) -> None:
    """Not the runtime's default, which takes one of two."""
    with slm.load(folder) as loaded:
        assert loaded.threads == devices.cores() >= 1
    if hasattr(os, "sched_getaffinity"):
        assert devices.cores() == len(os.sched_getaffinity(0))


def test_long_rope_models_stay_below_their_switch(folder: Path) -> None:
    """A phi3 model of 128k tokens has 4,096, and more where they are asked for."""
    path = folder / "genai_config.json"
    settings = json.loads(path.read_text())
    settings["model"]["context_length"] = 131072
    path.write_text(json.dumps(settings))
    with slm.load(folder) as loaded:
        assert loaded.context == 4096
    with slm.load(folder, context=20_000) as loaded:
        assert loaded.context == 20_000


def test_a_closed_model_says_so(folder: Path) -> None:
    """After the context manager it has given its memory back."""
    with slm.load(folder) as loaded:
        pass
    with pytest.raises(ModelError, match="was closed"):
        slm.summarize("Some text is here.", model=loaded)


def test_a_stop_while_it_waits_for_its_turn_leaves_the_model_to_others(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C as the lock is given: it is given back. One that never came is not."""
    asked = DecodeRequest([5], "start: /a+/", max_tokens=5, reserve=5)
    free: list[bool] = []

    class Stopping:
        def __init__(self, lock: Any, given: bool) -> None:
            self.lock, self.given = lock, given
            self.release = lock.release

        def acquire(self, timeout: float) -> bool:
            if self.given:
                self.lock.acquire()
            raise KeyboardInterrupt

    internals = random_model.internals
    for given in (True, False):
        with monkeypatch.context() as patched:
            patched.setattr(internals, "lock", Stopping(internals.lock, given))
            with pytest.raises(KeyboardInterrupt):
                random_model.internals.answer(asked)
    other = threading.Thread(
        target=lambda: free.append(bool(random_model.internals.answer(asked)[0].text)), daemon=True
    )
    other.start()
    other.join(30)
    assert free == [True]


def test_what_hears_of_the_progress_cannot_ask_the_model(random_model: slm.Model) -> None:
    """An error in place of a wait without end; the model answers again."""
    asked = DecodeRequest([5], "start: /a+/", max_tokens=5, reserve=5)
    with pytest.raises(ModelError, match="after the task"):
        random_model.internals.answer(
            asked, lambda *_: random_model.internals.answer(asked) and None
        )
    assert random_model.internals.answer(asked)[0].text


def test_a_prompt_past_the_context_is_typed(random_model: slm.Model) -> None:
    """Instructions alone can exceed it; the message says what to shorten."""
    from slmtasks.schema.field_list import parse

    with pytest.raises(ContextExceeded, match="shorten fields"):
        slm.extract("x 5", parse("a"), instructions="word " * 9000, model=random_model)


def test_the_default_model_is_loaded_once_and_says_what_it_is(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """SLMTASKS_MODEL names it; the embedded one introduces itself, once."""
    model.forget_default()
    monkeypatch.setenv("SLMTASKS_MODEL", str(folder))
    assert model.default() is model.default()
    assert model.default().folder == folder
    monkeypatch.delenv("SLMTASKS_MODEL")
    with pytest.warns(UserWarning, match="demonstration"):
        assert model.default().name == "nano"
    assert model.default().name == "nano"
    model.forget_default()


def test_the_embedded_model_computes_in_fp32() -> None:
    """With 8-bit activations, near ties would turn with the processor's kernels."""
    graph = onnx.load(store.NANO / "model.onnx", load_external_data=False).graph
    levels = [a.i for node in graph.node for a in node.attribute if a.name == "accuracy_level"]
    assert len(levels) == 41
    assert set(levels) == {1}


def test_telemetry_is_off_before_the_runtime_is_imported(folder: Path) -> None:
    """The variable stands in the environment when the runtime's module begins to load."""
    code = (
        "import os, sys, builtins\n"
        "seen = []\n"
        "load = builtins.__import__\n"
        "def spy(name, *rest):\n"
        "    if name == 'onnxruntime_genai' and name not in sys.modules:\n"
        "        seen.append(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = spy\n"
        "import slmtasks\n"
        f"slmtasks.load({str(folder)!r}).close()\n"
        "print(seen)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == "['1']"
