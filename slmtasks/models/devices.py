"""What a device name means to the runtime, and what this machine has for it.

A table and questions to the installed packages. Whether a device works is not known
here: a provider says that it is available where it is not, so that only loading a model
tells. docs/devices.md says which rows were run and where.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import psutil


@dataclass(frozen=True)
class Device:
    """How a device is reached: `provider` is the runtime's name, None for its own CPU code.

    `folders` says which kinds of model folder run on it, the best first. `package` is the
    distribution that brings the provider. Where `plugin` names a module that knows its
    library, the package is installed next to the CPU runtime, of version `needs` or later,
    and is registered as `library`; otherwise it replaces the distribution `replaces`.
    `instead` names another distribution that brings the provider, in place of onnxruntime.
    `own`: only a folder that names the provider itself runs there. `context` is the most
    tokens where shapes are static.
    """

    provider: str | None
    folders: tuple[str, ...]
    package: str | None = None
    plugin: str | None = None
    library: str | None = None
    needs: str | None = None
    replaces: str | None = None
    instead: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    own: bool = False
    context: int | None = None


NPU_TOKENS = 2048
"""A prompt's most tokens on Intel's NPU, which is compiled for one length."""


def _openvino(
    kind: str, options: Mapping[str, str] | None = None, context: int | None = None
) -> Device:
    return Device(
        provider="OpenVINO",
        folders=("cpu",),
        package="onnxruntime-ep-openvino",
        plugin="onnxruntime_ep_openvino",
        library="OpenVINOExecutionProvider",
        needs="1.23.0",
        instead="onnxruntime-openvino",
        options={"device_type": kind, **(options or {})},
        context=context,
    )


TABLE: Mapping[str, Device] = {
    "cuda": Device(
        provider="cuda",
        folders=("cuda", "gpu"),
        package="onnxruntime-genai-cuda",
        replaces="onnxruntime-genai",
    ),
    "tensorrt-rtx": Device(
        provider="NvTensorRtRtx",
        folders=("cuda", "gpu"),
        package="onnxruntime-ep-nv-tensorrt-rtx",
        plugin="onnxruntime_ep_nv_tensorrt_rtx",
        library="NvTensorRTRTXExecutionProvider",
        needs="1.24.0",
    ),
    "directml": Device(
        provider="dml",
        folders=("directml", "gpu"),
        package="onnxruntime-genai-directml",
        replaces="onnxruntime-genai",
    ),
    "openvino:gpu": _openvino("GPU"),
    "webgpu": Device(
        provider="WebGPU",
        folders=("gpu", "cpu"),
        package="onnxruntime-ep-webgpu",
        plugin="onnxruntime_ep_webgpu",
        library="WebGpuExecutionProvider",
        needs="1.24.4",
        instead="onnxruntime-webgpu",
    ),
    "openvino:npu": _openvino(
        "NPU",
        options={"load_config": json.dumps({"NPU": {"MAX_PROMPT_LEN": NPU_TOKENS}})},
        context=NPU_TOKENS,
    ),
    "qnn": Device(
        provider="QNN",
        folders=("qnn",),
        package="onnxruntime-qnn",
        plugin="onnxruntime_qnn",
        # This plugin's devices bear the name that it is registered under.
        library="QNNExecutionProvider",
        needs="1.24.0",
        own=True,
    ),
    "ryzenai": Device("RyzenAI", ("ryzenai",), own=True),
    "openvino": _openvino("CPU"),
    "cpu": Device(None, ("cpu",)),
}
"""Every device by its name, the best first: `auto` tries them in this order."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "gpu": ("cuda", "tensorrt-rtx", "directml", "openvino:gpu", "webgpu"),
    "npu": ("openvino:npu", "qnn", "ryzenai"),
}

# The CPU by way of OpenVINO is asked for by name: nothing says that it is the faster one.
_AUTO = (*GROUPS["gpu"], *GROUPS["npu"], "cpu")

KNOWN = ("auto", *GROUPS, *TABLE)
"""Every word that `device` may be."""


def check(device: str) -> None:
    """Raise ValueError on a device name that is not known."""
    if device not in KNOWN:
        raise ValueError(f"device {device!r} is not known; use one of {', '.join(KNOWN)}")


def candidates(device: str) -> tuple[str, ...]:
    """The devices that a name means, the best first.

    One by its own name is always meant. Of "auto", "gpu" and "npu" those are left out
    whose package is not installed.
    """
    check(device)
    if device in TABLE:
        return (device,)
    names = GROUPS.get(device, _AUTO)
    return tuple(name for name in names if name == "cpu" or is_installed(TABLE[name]))


def kinds(device: str) -> tuple[str, ...]:
    """The kinds of model folder that a name can use here, the best first."""
    names = candidates(device)
    return tuple(dict.fromkeys(kind for name in names for kind in TABLE[name].folders))


def is_installed(device: Device) -> bool:
    """Whether a package that brings the device is installed; not whether it works."""
    return any(name and installed_version(name) for name in (device.package, device.instead))


@cache
def installed_version(package: str) -> str | None:
    """The version of an installed distribution, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def context_limit(name: str) -> int | None:
    """The most tokens of a prompt and its answer on a device, None where it sets no limit."""
    return TABLE[name].context if name in TABLE else None


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int:
    """Bytes of memory that can be had without swapping."""
    return int(psutil.virtual_memory().available)
