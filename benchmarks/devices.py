"""The same 20 documents on each device that can be had here, tokens compared with the CPU's.

    python benchmarks/devices.py FOLDER [DEVICE ...]

Makes a virtual environment for each device below FOLDER, or takes the one that is there,
and extracts four fields of 20 invoices with nano in it. Linux; needs a network, for WebGPU
also Mesa's software Vulkan of version 25 or later (mesa-vulkan-drivers).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Beside the CPU runtime OpenVINO takes Intel's processors only, WebGPU no software Vulkan;
# the runtimes that have them built in take what there is.
PACKAGES: dict[str, list[list[str]]] = {
    "cpu": [],
    "openvino": [["uninstall", "-y", "onnxruntime"], ["install", "onnxruntime-openvino"]],
    "webgpu": [["uninstall", "-y", "onnxruntime"], ["install", "onnxruntime-webgpu"]],
    "qnn": [["install", "onnxruntime-qnn"]],
}
DOCUMENTS = 20


def document(number: int) -> str:
    net = 40 + 13 * number
    return (
        f"Harbour Lane Trading {number} Ltd\n\nINVOICE\n\nInvoice number: HL-{2000 + 7 * number}\n"
        f"Issue date: {1 + number} March 2026\n\nPaper and card   {net}.00\n"
        f"VAT 20%   {net // 5}.00\n\nTotal due: £{net + net // 5}.00\n"
    )


def environment(folder: Path, device: str) -> Path:
    """The Python of a device's environment, which is made where it is not there."""
    python = folder / device / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / device], check=True)
        for arguments in [["install", str(ROOT)], *PACKAGES[device]]:
            subprocess.run([python, "-m", "pip", "-q", *arguments], check=True)
    return python


def own_folder(python: Path, folder: Path) -> Path:
    """A copy of nano that names Qualcomm's provider itself, with its simulator."""
    code = "import onnxruntime_qnn as q; print(q.get_qnn_htp_path())"
    backend = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    nano = ROOT / "slmtasks" / "models" / "nano"
    made = Path(shutil.copytree(nano, folder / "nano", dirs_exist_ok=True))
    settings = json.loads((made / "genai_config.json").read_text(encoding="utf-8"))
    settings["model"]["decoder"]["session_options"]["provider_options"] = [
        {"QNN": {"backend_path": backend.stdout.splitlines()[-1]}}
    ]
    (made / "genai_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return made


def work(model: str, device: str) -> None:
    """Run the documents and print what was written; this is what each environment does."""
    import slmtasks as slm
    from slmtasks.schema import field_list

    fields = field_list.parse("vendor, invoice_number, issued: date, total: number")
    with slm.load(ROOT / model, device=device) as loaded:
        tokens, answer = [], loaded.internals.answer

        def recorded(*arguments: object, **options: object) -> object:
            made = answer(*arguments, **options)  # type: ignore[arg-type]
            tokens.append(made[0].tokens)
            return made

        loaded.internals.answer = recorded  # type: ignore[assignment,method-assign]
        begun = time.perf_counter()
        for number in range(DOCUMENTS):
            slm.extract(document(number), fields, model=loaded)
        seconds = time.perf_counter() - begun
        print(json.dumps({"device": loaded.device, "tokens": tokens, "seconds": seconds}))


def run(folder: Path, device: str) -> dict[str, object]:
    python = environment(folder, device)
    model = str(own_folder(python, folder) if device == "qnn" else "slmtasks/models/nano")
    chosen = "auto" if device == "qnn" else device
    done = subprocess.run(
        [python, __file__, str(folder), "--work", model, chosen],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise SystemExit(f"{device}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("devices", nargs="*", default=list(PACKAGES))
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(*arguments.work)
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    expected = run(arguments.folder, "cpu")
    for device in arguments.devices:
        made = expected if device == "cpu" else run(arguments.folder, device)
        pairs = list(zip(made["tokens"], expected["tokens"], strict=True))
        same = sum(mine == theirs for mine, theirs in pairs)
        written = sum(len(mine) for mine, _ in pairs)
        print(
            f"{device}: {same} of {len(pairs)} answers have the CPU's tokens ({written} in all), "
            f"{made['seconds']:.1f} s"
        )


if __name__ == "__main__":
    main()
