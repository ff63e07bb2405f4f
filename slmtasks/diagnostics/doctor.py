"""Report what this machine can run and how fast, setup errors, and how to fix them."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

import psutil
from packaging.version import Version
from pydantic import BaseModel, ConfigDict

from slmtasks.diagnostics import machine
from slmtasks.errors import ModelError
from slmtasks.models import devices, genai_config, manifest, store
from slmtasks.models.model import Model, load
from slmtasks.tasks.summarize import summarize

RUNTIMES = ("onnxruntime-genai", "onnxruntime-genai-cuda", "onnxruntime-genai-directml")
"""One of these distributions must be installed: all provide the module onnxruntime_genai."""

ENGINES = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-webgpu",
)
"""One of these distributions must be installed: all provide the module onnxruntime."""

TRIED = 120
"""The time limit in seconds for a device to load nano."""

_SAMPLE = (
    "Northgate Office Supplies opened its second warehouse in Leeds on 4 March 2026. The "
    "building holds 12,000 square metres and 40 people work there. Orders placed before noon "
    "are sent on the same day. Delivery within the city costs £4.50, and orders above £60 are "
    "delivered free of charge. The old warehouse in Bradford stays open until the end of June. "
    "Customers can return unused goods within 30 days. The company was founded in 1998 and "
    "reported sales of £18.2 million for the last year."
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Problem(_Part):
    """A problem, and the command or step that fixes it."""

    what: str
    mend: str


class DeviceState(_Part):
    """A device with an installed package: whether nano loads on it, or why not."""

    name: str
    loads: bool
    detail: str = ""


class ModelState(_Part):
    """A model on this machine: its size in bytes, and whether its files are intact."""

    name: str
    kind: str
    folder: Path
    bytes: int
    whole: bool


class Speed(_Part):
    """A short measurement: seconds to summarize a page, with the prompt's start cached."""

    model: str
    device: str
    prompt_tokens: int
    written_tokens: int
    seconds: float
    documents_per_hour: int


class Report(_Part):
    """All findings of the doctor; memory and disk in bytes."""

    system: str
    python: str
    processor: str
    cores: int
    instructions: list[str]
    memory: int
    free_memory: int
    free_disk: int
    gpus: list[str]
    npus: list[str]
    packages: dict[str, str]
    devices: list[DeviceState]
    models: list[ModelState]
    telemetry: str
    speed: Speed | None
    problems: list[Problem]


def examine(*, measure: bool = True) -> Report:
    """Examine the machine and its setup; `measure` also runs the default model on a page."""
    packages = _packages()
    states = [_try(name) for name in devices.candidates("auto")]
    found = [_state(each) for each in store.installed()]
    speed, failure = _measure() if measure else (None, None)
    problems = [
        *set_up_problems(packages),
        *(problem for each in found for problem in _model_problems(each)),
        *([Problem(what=failure, mend="slmtasks models verify NAME")] if failure else []),
    ]
    return Report(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        processor=machine.processor(),
        cores=devices.cores(),
        instructions=machine.instructions(),
        memory=psutil.virtual_memory().total,
        free_memory=devices.free_memory(),
        free_disk=shutil.disk_usage(_existing(store.root())).free,
        gpus=machine.gpus(),
        npus=machine.npus(),
        packages=packages,
        devices=states,
        models=found,
        telemetry="off: ORT_DISABLE_TELEMETRY and HF_HUB_DISABLE_TELEMETRY are set before the "
        "libraries are imported",
        speed=speed,
        problems=problems,
    )


def set_up_problems(packages: Mapping[str, str]) -> list[Problem]:
    """Return the problems of a set of installed distributions, by name and version."""
    found = [
        Problem(
            what=f"{' and '.join(there)} overwrite each other's files",
            mend=f"pip uninstall -y {' '.join(there)} && pip install {there[-1]}",
        )
        for group in (RUNTIMES, ENGINES)
        if len(there := [name for name in group if name in packages]) > 1
    ]
    if not any(name in packages for name in RUNTIMES):
        found.append(Problem(what="no runtime is installed", mend="pip install onnxruntime-genai"))
    engine = next((name for name in ENGINES if name in packages), None)
    for device in devices.TABLE.values():
        plugin, needs = device.package, device.needs
        if not (plugin in packages and needs and engine):
            continue
        if Version(packages[engine]) < Version(needs):
            found.append(
                Problem(
                    what=f"{plugin} needs onnxruntime {needs} and {engine} is {packages[engine]}",
                    mend=f'pip install --upgrade "onnxruntime>={needs}"',
                )
            )
    return list(dict.fromkeys(found))


def memory_problem(
    name: str, size: int, per_token: int, context: int, total: int
) -> Problem | None:
    """Return a problem if a model of `size` bytes and its KV cache exceed `total` memory."""
    if size + context * per_token <= total:
        return None
    room = (total - size) // per_token
    if room < 1024:
        return Problem(
            what=f"{name} needs {size / 1e9:.1f} GB and this machine has {total / 1e9:.1f} GB",
            mend="slmtasks models shows smaller ones",
        )
    return Problem(
        what=f"{name} has no room for its whole context of {context} tokens in "
        f"{total / 1e9:.1f} GB of memory",
        mend=f"slmtasks.load({name!r}, context={room // 256 * 256})",
    )


def _packages() -> dict[str, str]:
    told = {*RUNTIMES, *ENGINES, "slmtasks", "llguidance", "huggingface_hub"}
    told |= {device.package for device in devices.TABLE.values() if device.package}
    there = {each.metadata["Name"]: each.version for each in distributions()}
    return {name: there[name] for name in sorted(told & there.keys())}


def _try(name: str) -> DeviceState:
    """Load nano on a device in a separate process, because native code can crash it."""
    code = (
        "import sys, slmtasks\n"
        "try:\n"
        "    slmtasks.load('nano', device=sys.argv[1]).close()\n"
        "except slmtasks.SlmTasksError as error:\n"
        "    sys.exit(str(error))\n"
    )
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code, name],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TRIED,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return DeviceState(name=name, loads=False, detail=f"did not load in {TRIED} s")
    if done.returncode == 0:
        return DeviceState(name=name, loads=True)
    said = done.stderr.strip().splitlines()
    return DeviceState(
        name=name, loads=False, detail=said[-1] if said else f"ended with {done.returncode}"
    )


def _state(each: store.Installed) -> ModelState:
    try:
        manifest.verify(each.folder)
    except ModelError:
        whole = False
    else:
        whole = True
    return ModelState(
        name=each.name,
        kind=each.kind,
        folder=each.folder,
        bytes=each.manifest.size,
        whole=whole,
    )


def _model_problems(state: ModelState) -> list[Problem]:
    if not state.whole:
        return [
            Problem(
                what=f"{state.name} for {state.kind} is not as it was installed",
                mend=f"slmtasks models pull {state.name}",
            )
        ]
    settings = genai_config.read(state.folder)
    problem = memory_problem(
        state.name,
        state.bytes,
        settings.decoder.bytes_per_token,
        settings.context(None),
        psutil.virtual_memory().total,
    )
    return [problem] if problem and state.kind == "cpu" else []


def _measure() -> tuple[Speed | None, str | None]:
    try:
        with load(store.default()) as model:
            return _timed(model), None
    except ModelError as error:
        return None, str(error)


def _timed(model: Model) -> Speed:
    # The first call computes the prompt's constant part, which later calls reuse.
    summarize("A first page.", style="quotes", length="short", model=model)
    usage = summarize(_SAMPLE, style="quotes", length="short", model=model).usage
    return Speed(
        model=model.name,
        device=model.device,
        prompt_tokens=usage.prompt_tokens - usage.cached_tokens,
        written_tokens=usage.generated_tokens,
        seconds=round(usage.seconds, 3),
        documents_per_hour=round(3600 / usage.seconds),
    )


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
