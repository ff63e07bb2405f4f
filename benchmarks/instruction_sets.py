"""The kept outputs under each instruction set that this processor has, and on fp32 weights.

    python benchmarks/instruction_sets.py

ONNX Runtime picks its kernels by CPUID. `hide_cpu_features.c` is preloaded and hides
features, so that one machine runs the kernels of older ones. Then nano's int8 weights are
written out as fp32, which the runtime multiplies by other kernels again. Every run must
show the outputs that the README and the notebooks keep. Linux on x86-64 with a C compiler.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

ROOT = Path(__file__).resolve().parents[1]
SETS = {
    "all": "",
    "no AMX": "amx",
    "AVX-512 without VNNI": "amx,avx512_vnni,avx_vnni",
    "AVX2 with VNNI": "amx,avx512",
    "AVX2 without VNNI": "amx,avx512,avx_vnni",
    "SSE4": "avx2",
}
"""Which features each run hides."""


def tested(root: Path, changes: dict[str, str]) -> tuple[bool, str]:
    """Whether the tests of the kept outputs pass in a checkout, and pytest's last line."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_examples.py", "tests/test_readme.py"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)} | changes,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout.strip().splitlines()[-1]


def to_fp32(path: Path) -> int:
    """Write the int8 weights of a model as plain fp32 matrices; the number of matrices."""
    model = onnx.load(path)
    graph = model.graph
    held = {tensor.name: tensor for tensor in graph.initializer}
    count = 0
    for node in graph.node:
        if node.op_type != "MatMulNBits":
            continue
        sizes = {a.name: a.i for a in node.attribute}
        if sizes["bits"] != 8 or (len(node.input) > 3 and node.input[3]):
            raise ValueError(f"{node.name}: not symmetric int8")
        packed = numpy_helper.to_array(held[node.input[1]]).astype(np.float32)
        scales = numpy_helper.to_array(held[node.input[2]]).reshape(sizes["N"], -1, 1)
        whole = ((packed.reshape(*scales.shape[:2], -1) - 128) * scales).reshape(sizes["N"], -1)
        name = f"{node.input[1]}_fp32"
        matrix = np.ascontiguousarray(whole[:, : sizes["K"]].T)
        graph.initializer.append(numpy_helper.from_array(matrix, name))
        plain = helper.make_node("MatMul", [node.input[0], name], list(node.output), node.name)
        node.CopyFrom(plain)
        count += 1
    onnx.save(model, path)
    return count


def main() -> int:
    """Run the tests of the kept outputs for each set and on fp32 weights; 1 if some fail."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or platform.machine() != "x86_64" or compiler is None:
        print("needs Linux on x86-64 and a C compiler (cc)")
        return 2
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "hide_cpu_features.so"
        source = Path(__file__).with_name("hide_cpu_features.c")
        command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True)
        for name, hidden in SETS.items():
            passed, line = tested(ROOT, {"LD_PRELOAD": str(library), "HIDE": hidden})
            failed += not passed
            print(f"{name:22} {line}", flush=True)
        copy = Path(folder) / "main"
        left_out = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "runs")
        shutil.copytree(ROOT, copy, ignore=left_out)
        count = to_fp32(copy / "slmtasks" / "models" / "nano" / "model.onnx")
        passed, line = tested(copy, {})
        failed += not passed
        print(f"{f'fp32 weights ({count})':22} {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
