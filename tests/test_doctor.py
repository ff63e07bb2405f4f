"""The doctor: what it sees here, and each wrong set-up with the command that mends it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from slmtasks.cli import main
from slmtasks.cli.doctor import _rows
from slmtasks.diagnostics import doctor, machine
from slmtasks.diagnostics.doctor import Report, memory_problem, set_up_problems
from slmtasks.models import devices, store

GOOD = {"onnxruntime": "1.32.0", "onnxruntime-genai": "0.18.0"}


def test_a_sound_set_up_has_no_problems() -> None:
    """Neither the CPU's packages alone nor a runtime in place of another, nor a plugin."""
    assert set_up_problems(GOOD) == []
    assert set_up_problems({"onnxruntime": "1.32.0", "onnxruntime-genai-cuda": "0.18.0"}) == []
    assert set_up_problems({"onnxruntime-webgpu": "1.27.0", "onnxruntime-genai": "0.18.0"}) == []
    assert set_up_problems(GOOD | {"onnxruntime-ep-webgpu": "0.4.0"}) == []


@pytest.mark.parametrize(
    ("packages", "what", "mend"),
    [
        (
            GOOD | {"onnxruntime-genai-cuda": "0.18.0"},
            "onnxruntime-genai and onnxruntime-genai-cuda overwrite",
            "pip uninstall -y onnxruntime-genai onnxruntime-genai-cuda && "
            "pip install onnxruntime-genai-cuda",
        ),
        (
            GOOD | {"onnxruntime-genai-directml": "0.18.0"},
            "onnxruntime-genai and onnxruntime-genai-directml overwrite",
            "pip install onnxruntime-genai-directml",
        ),
        (
            GOOD | {"onnxruntime-gpu": "1.32.0"},
            "onnxruntime and onnxruntime-gpu overwrite",
            "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu",
        ),
        (
            {"onnxruntime": "1.22.1", "onnxruntime-genai": "0.18.0"}
            | {"onnxruntime-ep-openvino": "1.8.1"},
            "onnxruntime-ep-openvino needs onnxruntime 1.23.0 and onnxruntime is 1.22.1",
            'pip install --upgrade "onnxruntime>=1.23.0"',
        ),
        ({"onnxruntime": "1.32.0"}, "no runtime", "pip install onnxruntime-genai"),
    ],
)
def test_a_wrong_set_up_gets_its_command(packages: dict[str, str], what: str, mend: str) -> None:
    """One problem each, with what is wrong and what to type."""
    (problem,) = set_up_problems(packages)
    assert what in problem.what
    assert mend in problem.mend


def test_too_little_memory_gets_a_smaller_context_or_model() -> None:
    """Phi-3-Mini's size and KV cache: it fits, fits with less context, or does not fit."""

    def said(total: float) -> str:
        problem = memory_problem("phi-3-mini", 2_720_000_000, 768 << 10, 4096, int(total))
        return problem.mend if problem else "fits"

    assert said(16e9) == "fits"
    assert said(4e9) == "slmtasks.load('phi-3-mini', context=1536)"
    assert "smaller" in said(2e9)


def test_a_device_that_does_not_load_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is installed says nothing: the device is tried, in another process."""
    monkeypatch.setattr(devices, "is_installed", lambda device: device.provider == "cuda")
    cuda, cpu = doctor.examine(measure=False).devices
    assert (cuda.name, cuda.loads, cpu.name, cpu.loads) == ("cuda", False, "cpu", True)
    assert "does not run on 'cuda'" in cuda.detail


def test_the_command_prints_what_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As JSON of the report's shape, with a measured speed, and 1 where something is wrong."""
    monkeypatch.setenv("SLMTASKS_MODELS", str(tmp_path / "none"))
    monkeypatch.delenv("SLMTASKS_MODEL", raising=False)
    monkeypatch.setattr(doctor, "_packages", lambda: GOOD)
    monkeypatch.setattr(sys, "argv", ["slmtasks", "doctor", "--json"])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    shown = json.loads(capsys.readouterr().out)
    report = Report.model_validate(shown)
    assert report.cores == devices.cores()
    assert report.memory > report.free_memory > 0
    assert report.speed
    assert report.speed.model == "nano"
    assert report.speed.documents_per_hour == pytest.approx(3600 / report.speed.seconds, rel=0.1)
    monkeypatch.setattr(doctor, "_packages", lambda: GOOD | {"onnxruntime-gpu": "1.32.0"})
    monkeypatch.setattr(sys, "argv", ["slmtasks", "doctor", "--no-measure"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1


def test_a_damaged_model_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pulled model is compared with its manifest, and pulling again is what mends it."""
    catalog = tmp_path / "catalog.toml"
    catalog.write_text('[tiny]\ncontext = 512\n[tiny.folders.cpu]\nrepository = "a/b"\n')
    monkeypatch.setenv("SLMTASKS_CATALOG", str(catalog))
    monkeypatch.setenv("SLMTASKS_MODELS", str(tmp_path / "models"))
    made = store.pull("tiny", source=str(store.NANO))
    assert doctor._model_problems(doctor._state(made)) == []
    (made.folder / "model.onnx").write_bytes(b"damaged")
    (problem,) = doctor._model_problems(doctor._state(made))
    assert problem.mend == "slmtasks models pull tiny"


def test_the_documentation_shows_what_the_command_prints() -> None:
    """What it shows depends on the machine; its rows do not."""
    text = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    block = text.partition("## What this machine can run")[2].split("```")[1]
    labels = re.findall(r"^(\S.*?)  ", block.removeprefix("text\n"), re.MULTILINE)
    report = doctor.examine()
    plain = report.model_copy(update={"devices": report.devices[-1:], "models": []})
    rows = _rows(plain.model_copy(update={"problems": []}))
    assert labels == [row[0] for row in rows]


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says")
def test_the_processor_is_read() -> None:
    """Its name and its instruction sets, from the system."""
    shown = Path("/proc/cpuinfo").read_text()
    assert machine.processor() in shown
    assert all(name in shown for name in machine.instructions())


@pytest.mark.skipif(sys.platform != "linux", reason="stages what Linux says")
def test_gpus_and_npus_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the vendors that the system names; NVIDIA's by their own tool, once; no outputs."""
    vendors = {"drm/card0": "0x10de", "drm/card1": "0x8086", "accel/accel0": "0x1022"}
    for name, vendor in vendors.items():
        (tmp_path / name / "device").mkdir(parents=True)
        (tmp_path / name / "device" / "vendor").write_text(f"{vendor}\n")
    (tmp_path / "drm" / "card0-HDMI-A-1").mkdir()
    monkeypatch.setattr(machine, "_CLASSES", tmp_path)
    told = {"nvidia-smi": "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-5)\n"}
    monkeypatch.setattr(machine, "_run", lambda *command: told.get(command[0], ""))
    assert machine.gpus() == ["GPU 0: NVIDIA H100 80GB HBM3", "Intel"]
    assert machine.npus() == ["AMD"]
    told.clear()
    assert machine.gpus() == ["NVIDIA", "Intel"]
