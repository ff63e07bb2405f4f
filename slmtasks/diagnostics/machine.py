"""Ask the system about this machine: cores, instruction sets, memory, GPUs and NPUs.

Knows nothing about the runtime: a GPU that is listed is not necessarily used.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# The instruction sets that matter for int8 and int4 arithmetic, by their Linux names.
_TELLING = (
    "avx avx2 f16c fma avx512f avx512_vnni avx512_bf16 avx_vnni amx_int8 "
    "asimd asimddp i8mm bf16 sve sve2"
).split()

# Windows identifies them by number: PF_AVX2 and its neighbours in winnt.h.
_WINDOWS = {39: "avx", 40: "avx2", 41: "avx512f", 43: "asimddp"}

_MACOS = {
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512f",
    "hw.optional.arm.FEAT_DotProd": "asimddp",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_BF16": "bf16",
}

_CLASSES = Path("/sys/class")
"""The folder in which Linux lists devices by class."""

# AMD's GPUs and NPUs have different vendor numbers.
_VENDORS = {
    "0x10de": "NVIDIA",
    "0x1002": "AMD",
    "0x1022": "AMD",
    "0x8086": "Intel",
    "0x17cb": "Qualcomm",
}


def processor() -> str:
    """Return the processor's name."""
    if sys.platform == "linux":
        for line in _text("/proc/cpuinfo").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        return _run("sysctl", "-n", "machdep.cpu.brand_string").strip()
    return platform.processor() or platform.machine()


def instructions() -> list[str]:
    """Return the available instruction sets that speed up a model."""
    if sys.platform == "win32":
        return _windows_instructions()
    if sys.platform == "darwin":
        return [name for key, name in _MACOS.items() if _run("sysctl", "-n", key).strip() == "1"]
    for line in _text("/proc/cpuinfo").splitlines():
        if line.startswith(("flags", "Features")):
            there = set(line.split())
            return [name for name in _TELLING if name in there]
    return []


def gpus() -> list[str]:
    """Return the GPUs that the system lists."""
    if sys.platform == "win32":
        return _powershell("Get-CimInstance Win32_VideoController | % Name")
    if sys.platform == "darwin":
        shown = _json(_run("system_profiler", "SPDisplaysDataType", "-json"))
        return [card.get("sppci_model", "?") for card in shown.get("SPDisplaysDataType", [])]
    nvidia = [line.partition(" (")[0] for line in _run("nvidia-smi", "-L").splitlines()]
    seen = _linux_devices("drm", "card*")
    # Without NVIDIA's driver, its tool lists nothing although the card is there.
    return nvidia + [each for each in seen if not nvidia or each != "NVIDIA"]


def npus() -> list[str]:
    """Return the NPUs that the system lists; macOS has no such list."""
    if sys.platform == "win32":
        return _powershell("Get-PnpDevice -Class ComputeAccelerator -Status OK | % FriendlyName")
    return _linux_devices("accel", "accel*")


def _linux_devices(kind: str, pattern: str) -> list[str]:
    cards = sorted((_CLASSES / kind).glob(pattern))
    names = (_text(card / "device" / "vendor").strip() for card in cards if "-" not in card.name)
    return [_VENDORS.get(name, name) for name in names if name]


def _windows_instructions() -> list[str]:
    import ctypes

    windll: Callable[[int], int] = ctypes.windll.kernel32.IsProcessorFeaturePresent  # type: ignore[attr-defined,unused-ignore]
    return [name for number, name in _WINDOWS.items() if windll(number)]


def _powershell(command: str) -> list[str]:
    shown = _run("powershell", "-NoProfile", "-NonInteractive", "-Command", command)
    return [line.strip() for line in shown.splitlines() if line.strip()]


def _run(*command: str) -> str:
    """Return the output of a system command, or "" if it is missing or fails."""
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, errors="replace", timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _json(text: str) -> dict[str, list[dict[str, str]]]:
    return dict(json.loads(text)) if text else {}
