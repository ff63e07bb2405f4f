"""A model folder opened by the runtime, on the best device that really loads it.

With `model` and `decoding`, the only module that knows onnxruntime_genai.
"""

from __future__ import annotations

import importlib
import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from slmtasks.decoding.kv_cache import ran_out_of_memory
from slmtasks.errors import DeviceUnavailable, ModelCorrupt, ModelError, OutOfMemory
from slmtasks.models import devices
from slmtasks.models.devices import Device
from slmtasks.models.genai_config import Settings

if TYPE_CHECKING:
    import onnxruntime_genai as og

PROBE = 16
"""Tokens of the KV cache that a model is tried with when it is loaded."""

OWN = "own"
"""What a model runs on whose folder names its provider itself."""


def open_model(
    folder: Path, settings: Settings, *, device: str, kind: str | None, threads: int
) -> tuple[og.Model, str]:
    """Load a folder on a device; returns the device that was taken of those that a name means.

    `kind` is what a pulled folder is made for, None where nobody knows. Raises
    DeviceUnavailable where none loads it, ModelCorrupt where the CPU does not, OutOfMemory.
    """
    # Before the import: the runtime reads it once.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    _check_files(folder, settings)
    failed: dict[str, ModelError] = {}
    for name in _candidates(settings, device, kind):
        try:
            model = _load(folder, name, threads, settings)
        except (DeviceUnavailable, OutOfMemory) as error:
            failed[name] = error
            continue
        if failed:
            reasons = "; ".join(f"{other} not: {error}" for other, error in failed.items())
            warnings.warn(f"device {device!r} took {name} ({reasons})", stacklevel=3)
        return model, name
    if len(failed) == 1:
        raise next(iter(failed.values()))
    raise DeviceUnavailable(
        f"nothing here runs {folder.name} on {device!r}"
        + "".join(f"; {name}: {error}" for name, error in failed.items())
        + "; slmtasks doctor says what is missing, device='cpu' needs nothing"
    )


def _candidates(settings: Settings, device: str, kind: str | None) -> list[str]:
    """The devices to try, the best first; a folder that names its provider keeps it."""
    if settings.decoder.providers and device in ("auto", "npu", *settings.decoder.providers):
        return [OWN]
    names = devices.candidates(device)
    if kind is None or device in devices.TABLE:
        return list(names)
    return [name for name in names if kind in devices.TABLE[name].folders]


def _check_files(folder: Path, settings: Settings) -> None:
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    if size > devices.free_memory():
        raise OutOfMemory(
            f"the model's files are {size >> 20} MiB and {devices.free_memory() >> 20} MiB of "
            "memory are free; close other programs or take a smaller model"
        )
    for filename in settings.decoder.filenames:
        if not (folder / filename).is_file():
            raise ModelCorrupt(f"{folder / filename} is missing; fetch the folder again")


def _load(folder: Path, name: str, threads: int, settings: Settings) -> og.Model:
    import onnxruntime_genai as og

    try:
        setup = og.Config(str(folder))
        _set_up(setup, name, threads, settings)
        model = og.Model(setup)
        # One token shows that it runs, and that its logits are as wide as the folder says.
        generator(model, PROBE).append_tokens(np.zeros(1, dtype=np.int32))
    except (MemoryError, RuntimeError) as error:
        raise _translated(error, folder, name) from error
    return model


def _set_up(setup: og.Config, name: str, threads: int, settings: Settings) -> None:
    if name == OWN:
        for provider in settings.decoder.providers:
            for each in devices.TABLE.values():
                if each.provider and each.provider.lower() == provider.lower():
                    register(each)
        return
    # Threads that spin while they wait take time from the others where a core is busy: beside one
    # busy program nano took 2.3 times as long as alone, and takes 1.2 times.
    options = {"intra_op_num_threads": threads, "session.intra_op.allow_spinning": "0"}
    setup.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
    device = devices.TABLE[name]
    if device.own:
        raise RuntimeError(f"only a folder made for {name} runs there")
    register(device)
    setup.clear_providers()
    if device.provider:
        setup.append_provider(device.provider)
        for key, value in device.options.items():
            setup.set_provider_option(device.provider, key, value)


registered: set[str] = set()
"""The plugins that the runtime knows in this process."""


def register(device: Device) -> None:
    """Make a device's plugin known to the runtime, once in a process."""
    import onnxruntime_genai as og

    plugin, package = device.plugin, device.package
    if plugin and package and plugin not in registered and devices.installed_version(package):
        path = importlib.import_module(plugin).get_library_path()
        og.register_execution_provider_library(str(device.library), path)
        registered.add(plugin)


def _translated(error: Exception, folder: Path, name: str) -> ModelError:
    text = str(error).strip()
    if isinstance(error, MemoryError) or ran_out_of_memory(text):
        return OutOfMemory(
            f"{folder.name} does not fit into memory on {name!r} ({text}); close other "
            "programs or take a smaller model"
        )
    if name == "cpu":
        return ModelCorrupt(f"{folder} cannot be loaded ({text}); fetch the folder again")
    if name == OWN:
        return DeviceUnavailable(
            f"{folder.name} names its own provider, and that does not load it here ({text}); "
            "slmtasks doctor says what is missing"
        )
    asked = devices.TABLE[name]
    missing = asked.package and not devices.is_installed(asked)
    return DeviceUnavailable(
        f"{folder.name} does not run on {name!r} here ({text}); use device='cpu'"
        + (f", or install {asked.package} (see slmtasks doctor)" if missing else "")
    )


def rewinds(model: og.Model) -> bool:
    """Whether the provider can forget tokens, which kept caches and guesses need."""
    tried = generator(model, PROBE)
    tried.append_tokens(np.zeros(2, dtype=np.int32))
    try:
        tried.rewind_to(1)
        tried.append_tokens(np.zeros(1, dtype=np.int32))
    except RuntimeError:
        return False
    return True


def verifies(model: og.Model) -> bool:
    """Whether a pass gives the logits after each of its tokens, which guesses are checked against.

    Some exports compute only those after the last token.
    """
    tried = generator(model, PROBE)
    tried.append_tokens(np.zeros(2, dtype=np.int32))
    try:
        return int(np.shape(tried.get_output("logits"))[-2]) == 2
    except RuntimeError:
        return False


def generator(model: og.Model, length: int) -> Any:
    """A greedy generator with a KV cache of `length` tokens."""
    import onnxruntime_genai as og

    params = og.GeneratorParams(model)
    params.set_search_options(max_length=length, do_sample=False, num_beams=1)
    return og.Generator(model, params)
