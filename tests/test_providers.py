"""Opening a model on a device: what is tried, what is taken, how a failure is said."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import onnx
import onnxruntime_genai as og
import pytest

import slmtasks as slm
from slmtasks.errors import DeviceUnavailable, ModelCorrupt, OutOfMemory
from slmtasks.models import devices, genai_config, providers
from slmtasks.schema.field_list import parse


@pytest.fixture
def folder(random_folder: Path, tmp_path: Path) -> Path:
    """A copy of the random model that a test may change."""
    return Path(shutil.copytree(random_folder, tmp_path / "model"))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has packages appear installed."""

    def appear(*packages: str) -> None:
        monkeypatch.setattr(
            devices, "installed_version", lambda name: "9.9" if name in packages else None
        )

    return appear


def name_provider(folder: Path, provider: str, options: dict[str, str]) -> None:
    path = folder / "genai_config.json"
    settings = json.loads(path.read_text())
    session = settings["model"]["decoder"]["session_options"]
    session["provider_options"] = [{provider: options}]
    path.write_text(json.dumps(settings))


def test_each_name_stands_for_what_is_installed(installed: Callable[..., None]) -> None:
    """One by its own name is always meant; a group holds what could work, the best first."""
    installed()
    assert devices.candidates("auto") == ("cpu",)
    assert devices.candidates("gpu") == devices.candidates("npu") == ()
    assert devices.candidates("openvino:npu") == ("openvino:npu",)
    installed("onnxruntime-ep-webgpu", "onnxruntime-openvino", "onnxruntime-genai-cuda")
    assert devices.candidates("auto") == ("cuda", "openvino:gpu", "webgpu", "openvino:npu", "cpu")
    assert devices.candidates("gpu") == ("cuda", "openvino:gpu", "webgpu")
    assert devices.kinds("gpu") == ("cuda", "gpu", "cpu")
    with pytest.raises(ValueError, match="'tpu' is not known"):
        devices.candidates("tpu")


def test_auto_takes_what_loads_and_says_why_not_the_other(
    folder: Path, installed: Callable[..., None]
) -> None:
    """A package that is installed and does not load is named, in one line, with its reason."""
    installed("onnxruntime-genai-cuda")
    with (
        pytest.warns(UserWarning, match=r"^device 'auto' took cpu \(cuda not: .*Cuda.*\)$"),
        slm.load(folder) as model,
    ):
        assert model.device == "cpu"


def test_auto_is_silent_where_nothing_better_is_installed(folder: Path) -> None:
    """Warnings are errors here, and there is none."""
    with slm.load(folder) as model:
        assert model.device == "cpu"


def test_a_group_with_nothing_installed_says_so(
    folder: Path, installed: Callable[..., None]
) -> None:
    """Asking for a GPU is not answered by the CPU."""
    installed()
    with pytest.raises(DeviceUnavailable, match=r"nothing here runs model on 'gpu'.*doctor"):
        slm.load(folder, device="gpu")


def test_a_folder_that_names_its_provider_keeps_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its providers are not cleared, its session is not touched, and a failure is no damage."""
    name_provider(folder, "cuda", {})
    changed: list[str] = []
    setup = SimpleNamespace(
        clear_providers=lambda: changed.append("cleared"), overlay=changed.append
    )
    monkeypatch.setattr(og, "Config", lambda _: setup)
    monkeypatch.setattr(og, "Model", lambda _: (_ for _ in ()).throw(RuntimeError("no GPU")))
    with pytest.raises(DeviceUnavailable, match=r"names its own provider.*no GPU"):
        slm.load(folder)
    assert changed == []


def test_threads_that_wait_leave_the_processor_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is told how many threads it has, and not to spin: benchmarks/busy.py."""
    given: list[str] = []
    monkeypatch.setattr(og.Config, "overlay", lambda self, text: given.append(text))
    with slm.load(folder, threads=1):
        pass
    options = json.loads(given[0])["model"]["decoder"]["session_options"]
    assert options == {"intra_op_num_threads": 1, "session.intra_op.allow_spinning": "0"}


def test_only_its_own_folders_run_on_a_qualcomm_npu(folder: Path) -> None:
    """An ordinary folder is refused before the runtime sees it."""
    with pytest.raises(DeviceUnavailable, match="only a folder made for qnn"):
        slm.load(folder, device="qnn")


def test_a_plugin_is_registered_once_under_its_name(
    monkeypatch: pytest.MonkeyPatch, installed: Callable[..., None]
) -> None:
    """The library that the plugin's module names, where the package is installed."""
    made: list[tuple[str, str]] = []
    monkeypatch.setattr(og, "register_execution_provider_library", lambda *a: made.append(a))
    plugin = SimpleNamespace(get_library_path=lambda: "/there/plugin.so")
    monkeypatch.setitem(sys.modules, "onnxruntime_ep_webgpu", plugin)
    monkeypatch.setattr(providers, "registered", set())
    installed()
    providers.register(devices.TABLE["webgpu"])
    assert made == []
    installed("onnxruntime-ep-webgpu")
    providers.register(devices.TABLE["webgpu"])
    providers.register(devices.TABLE["webgpu"])
    assert made == [("WebGpuExecutionProvider", "/there/plugin.so")]


@pytest.mark.parametrize(
    "error", [RuntimeError("std::bad_alloc"), RuntimeError("Failed to allocate memory"),
              MemoryError()],
)  # fmt: skip
def test_memory_that_runs_out_inside_the_runtime_is_no_damaged_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """OutOfMemory, not ModelCorrupt: fetching the folder again would not help."""

    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(og, "Model", fail)
    with pytest.raises(OutOfMemory, match="does not fit into memory on 'cpu'"):
        slm.load(folder)
    monkeypatch.setattr(og, "Model", lambda _: (_ for _ in ()).throw(RuntimeError("bad file")))
    with pytest.raises(ModelCorrupt, match="bad file"):
        slm.load(folder)


@pytest.mark.parametrize("length", ['"768"', "768"])
def test_the_prompt_limit_of_an_npu_folder_is_its_context(folder: Path, length: str) -> None:
    """What the folder was compiled for is all that tasks plan with."""
    before = genai_config.read(folder).context(None)
    name_provider(folder, "OpenVINO", {"load_config": f'{{"NPU": {{"MAX_PROMPT_LEN": {length}}}}}'})
    assert genai_config.read(folder).context(None) == 768 < before


def test_a_device_of_static_shapes_limits_the_context(folder: Path) -> None:
    """Intel's NPU is compiled for one length; what the model could hold does not matter."""
    limit = devices.context_limit("openvino:npu")
    assert limit == devices.NPU_TOKENS
    assert str(limit) in devices.TABLE["openvino:npu"].options["load_config"]
    assert genai_config.read(folder).context(None, 512) == 512
    assert devices.context_limit("cpu") is None


def test_every_extra_is_a_plugin_of_the_table() -> None:
    """What pyproject.toml offers beside the CPU runtime is what the table registers."""
    import tomllib

    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    for name, device in devices.TABLE.items():
        if device.plugin:
            (needed,) = extras[name.partition(":")[0]]
            assert needed.startswith(f"{device.package}>=")


def only_the_last(folder: Path) -> None:
    """Edit a model's graph so that its logits are those behind the last token of a pass."""
    path = folder / "model.onnx"
    model = onnx.load(path)
    graph = model.graph
    (logits,) = (node for node in graph.node if "logits" in node.output)
    logits.output[list(logits.output).index("logits")] = "all_logits"
    for name, value in (("from", [-1]), ("to", [2**31]), ("axis", [1])):
        tensor = onnx.helper.make_tensor(name, onnx.TensorProto.INT64, [1], value)
        graph.initializer.append(tensor)
    cut = onnx.helper.make_node("Slice", ["all_logits", "from", "to", "axis"], ["logits"])
    graph.node.append(cut)
    # By this the runtime knows such an export.
    (output,) = (output for output in graph.output if output.name == "logits")
    output.type.tensor_type.shape.dim[1].dim_value = 1
    onnx.save(model, path)


def test_no_guess_is_held_against_another_tokens_logits(exact_folder: Path, tmp_path: Path) -> None:
    """An export that gives only the last token's logits goes without guesses, its answer right."""
    cut = Path(shutil.copytree(exact_folder, tmp_path / "cut"))
    only_the_last(cut)
    text = "Total 12.50 of ACME Ltd, ACME Ltd, ACME Ltd. " * 4
    shape, answers = parse("vendor, total: number"), []
    for folder in (exact_folder, cut):
        with slm.load(folder) as model:
            assert model.internals.rewinds
            assert model.internals.decoder.options.drafts == (folder is exact_folder)
            answers.append(slm.extract(text, shape, model=model).value)
    assert answers[0] == answers[1]
