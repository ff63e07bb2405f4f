"""Pulling, finding and verifying: whatever fails, a model is there whole or not at all."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.utils._http as hub_http
import pytest
from conftest import EXAMPLES, NANO
from hub import LARGE, Faults, Hub, serve
from huggingface_hub import constants
from test_offline import filtered

import slmtasks as slm
from slmtasks.cli import main
from slmtasks.errors import ModelCorrupt, ModelNotFound, PullFailed
from slmtasks.models import manifest, store

NAME = "tiny"
INNER = "cpu_and_mobile/cpu-int4"
PYTHON = [sys.executable, "-m", "slmtasks.cli"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository as they are published: folders for devices, and what none of them needs.

    No test but one loads the model, so that its graph can be any bytes.
    """
    folder = tmp_path / "repository"
    (folder / INNER).mkdir(parents=True)
    for path in NANO.iterdir():
        if path.stat().st_size < LARGE:
            shutil.copy(path, folder / INNER)
    (folder / INNER / "model.onnx").write_bytes(random.Random(0).randbytes(40_000))
    (folder / INNER / "tokenizer.json").write_bytes(random.Random(1).randbytes(9_000))
    (folder / "README.md").write_text("A model.")
    (folder / "cuda").mkdir()
    (folder / "cuda" / "model.onnx").write_bytes(b"0" * 9000)
    return folder


@pytest.fixture
def hub(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The repository served here, a catalog that names it, an empty store."""
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(
        f'[{NAME}]\ncontext = 4096\n[{NAME}.folders.cpu]\nrepository = "someone/tiny"\n'
        f'path = "{INNER}"\n'
    )
    monkeypatch.setenv("SLMTASKS_CATALOG", str(catalog))
    monkeypatch.setenv("SLMTASKS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    # The library writes down what came in pieces of this size; files here are small.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    with serve(Hub("someone/tiny", repository)) as served:
        yield served
    hub_http.close_session()


def pull(hub: Hub, **options: str) -> store.Installed:
    return store.pull(NAME, source=hub.url, **options)


def nothing_is_found() -> bool:
    """A model of that name can be neither found, listed nor loaded."""
    with pytest.raises(ModelNotFound, match="slmtasks models pull tiny"):
        store.find(NAME)
    return not store.installed()


def test_a_pull_takes_one_folder_and_loads(hub: Hub, repository: Path, random_folder: Path) -> None:
    """Only what the device needs is fetched; the model loads by name and answers."""
    shutil.copytree(random_folder, repository / INNER, dirs_exist_ok=True)
    with pytest.raises(ModelNotFound, match="slmtasks models pull tiny"):
        slm.load(NAME)
    done: list[tuple[int, int]] = []
    made = store.pull(NAME, source=hub.url, on_progress=lambda *step: done.append(step))
    assert [r for r in hub.requests if "/resolve/" in r and INNER not in r] == []
    assert made.manifest.revision == hub.commit
    assert done[-1] == (made.manifest.size, made.manifest.size)
    with slm.load(NAME, verify=True) as model:
        assert (model.name, model.folder, model.device) == (NAME, made.folder, "cpu")
        assert slm.summarize("One sentence.", style="quotes", model=model).points
    assert {path.name for path in store.root().iterdir()} == {".staging", NAME}
    assert [path.suffix for path in (store.root() / ".staging").iterdir()] == [".lock"]


def test_a_pull_leaves_no_thread_behind(hub: Hub) -> None:
    """Its progress is counted in a bar of tqdm's, which would start one for each file."""
    before = threading.active_count()
    pull(hub)
    names = [thread.name for thread in threading.enumerate()]
    assert threading.active_count() <= before + 1, names
    assert not any("tqdm" in name for name in names)


def test_a_second_pull_downloads_nothing(hub: Hub) -> None:
    """The same commit is compared with what is here, and a damaged model is fetched again."""
    made = pull(hub)
    before = hub.sent
    pull(hub)
    assert [r for r in hub.requests if r.startswith("GET")][-1].startswith("GET /api/")
    assert hub.sent - before < LARGE
    (made.folder / "model.onnx").write_bytes(b"damaged")
    pull(hub)
    manifest.verify(made.folder)


def test_a_new_commit_replaces_the_old(hub: Hub, repository: Path) -> None:
    """Where the repository moved on, a pull brings the new files and nothing of the old."""
    pull(hub)
    hub.commit = "f" * 40
    (repository / INNER / "model.onnx").write_bytes(b"1" * 9000)
    (repository / INNER / "tokenizer.json").rename(repository / INNER / "other.json")
    made = pull(hub)
    assert made.manifest.revision == "f" * 40
    assert (made.folder / "model.onnx").read_bytes() == b"1" * 9000
    assert (made.folder / "other.json").is_file()
    assert "tokenizer.json" not in {path.name for path in made.folder.iterdir()}


def break_in_the_model(hub: Hub) -> None:
    """A pull that breaks within the largest file, and gets nothing afterwards."""
    pull(hub)
    model = next(n for n, r in enumerate(hub.requests, 1) if r.startswith("GET") and "onnx" in r)
    store.remove(NAME)
    hub.requests.clear()
    hub.faults.drop = {model: 13_000}
    hub.faults.status = dict.fromkeys(range(model + 1, model + 50), (503, {}))
    with pytest.raises(PullFailed, match="answered 503"):
        pull(hub)
    assert nothing_is_found()
    hub.requests.clear()
    hub.faults = Faults()


def test_what_was_cut_off_is_resumed(hub: Hub) -> None:
    """A pull after a broken one asks for the rest of the file, and for no other file again."""
    break_in_the_model(hub)
    hub.sent = 0
    made = pull(hub)
    manifest.verify(made.folder)
    assert hub.sent < made.manifest.size - 12_000 + LARGE
    fetched = [r for r in hub.requests if "/resolve/" in r]
    assert len(fetched) < len(made.manifest.files)


def test_a_connection_that_breaks_all_the_time_is_enough(hub: Hub) -> None:
    """Each break costs what came since the last piece: nothing else is sent twice."""
    hub.faults.drop = dict.fromkeys(range(1, 500), 3000)
    made = pull(hub)
    manifest.verify(made.folder)
    assert len(hub.requests) > made.manifest.size // 3000
    assert hub.sent < 1.5 * made.manifest.size


@pytest.mark.parametrize("left", [b"x" * 100, b"x" * 90_000], ids=["short", "long"])
def test_a_damaged_rest_of_a_broken_pull_does_no_harm(hub: Hub, left: bytes) -> None:
    """Whatever stands in the unfinished file, the next pull or the one after it is whole."""
    break_in_the_model(hub)
    unfinished = list((store.root() / ".staging").rglob("*.part"))
    assert unfinished
    for path in unfinished:
        path.write_bytes(left)
    if not attempt(hub):
        pull(hub)
    manifest.verify(store.find(NAME))


@pytest.mark.parametrize("file", ["genai_config.json", "model.onnx"])
def test_a_corrupt_file_of_the_right_size_is_refused(hub: Hub, file: str) -> None:
    """Small files have git's digest, large ones SHA-256: a flipped bit in either is seen."""
    hub.faults.flip = {f"{INNER}/{file}"}
    with pytest.raises(PullFailed, match=f"{file} is not what the hub describes"):
        pull(hub)
    assert nothing_is_found()
    hub.faults.flip = set()
    manifest.verify(pull(hub).folder)


@pytest.mark.parametrize(
    "name", ["../../outside", "/etc/outside", "a\\..\\outside", "C:outside", "a//b", "./a"]
)
def test_a_path_that_leaves_the_folder_is_refused(hub: Hub, name: str) -> None:
    """Before anything is fetched, whatever system the path is meant for."""
    hub.faults.named = {f"{INNER}/model.onnx": f"{INNER}/{name}"}
    with pytest.raises(PullFailed, match="outside its folder"):
        pull(hub)
    assert len(hub.requests) == 1
    assert nothing_is_found()


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (404, {"X-Error-Code": "RepoNotFound"}, "no such repository"),
        (401, {}, "HF_TOKEN"),
        (403, {"X-Error-Code": "GatedRepo"}, "HF_TOKEN"),
        (429, {"Retry-After": "7"}, "in 7 seconds"),
        (500, {}, "answered 500"),
    ],
)
def test_an_answer_that_is_none_is_said(
    hub: Hub, status: int, headers: dict[str, str], said: str
) -> None:
    """Each names what to do next."""
    hub.faults.status = dict.fromkeys(range(1, 100), (status, headers))
    with pytest.raises(PullFailed, match=said):
        pull(hub)
    assert nothing_is_found()


def test_a_full_disk_is_said_before_and_during(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little space is seen before the first byte; where it fills later, that is said too."""
    usage = shutil.disk_usage(store.root().parent)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        with pytest.raises(PullFailed, match=r"GB are to come and 0\.00 GB"):
            pull(hub)
    assert len(hub.requests) == 1
    with monkeypatch.context() as patched:
        patched.setattr("slmtasks.models.hub.http_get", full)
        with pytest.raises(PullFailed, match="the disk is full"):
            pull(hub)
    assert nothing_is_found()


def full(*_: object, **__: object) -> None:
    raise OSError(28, os.strerror(28))


def test_faults_at_any_request_leave_nothing_or_a_verified_model(hub: Hub) -> None:
    """The fault loop: each request fails in turn, in each way; then the next pull is whole.

    benchmarks/pull_faults.py goes on to every byte.
    """
    failed = 0
    pull(hub)
    requests = len(hub.requests)
    store.remove(NAME)
    for number in range(1, requests + 1):
        for fault in (
            Faults(status={number: (503, {})}),
            Faults(drop={number: 700 * number}),
            Faults(drop={number: 700 * number, number + 1: 1000}, ranges=False),
        ):
            hub.requests.clear()
            hub.faults = fault
            failed += not attempt(hub)
            hub.faults = Faults()
            manifest.verify(pull(hub).folder)
            store.remove(NAME)
    assert 0 < failed < 3 * requests


def attempt(hub: Hub) -> bool:
    """Whether a pull succeeds; either way what is there afterwards is as promised."""
    try:
        pull(hub)
    except PullFailed:
        return not nothing_is_found()
    manifest.verify(store.find(NAME))
    return True


def test_verify_sees_every_change(hub: Hub) -> None:
    """A flipped bit, a missing end, a missing file, one that was added: each is named."""
    folder = pull(hub).folder
    model = folder / "model.onnx"
    data = model.read_bytes()
    for changed in (data[:-1] + bytes([data[-1] ^ 1]), data[:-1]):
        model.write_bytes(changed)
        with pytest.raises(ModelCorrupt, match=r"model\.onnx is not what was installed"):
            slm.load(NAME, verify=True)
    model.write_bytes(data)
    (folder / "added.txt").touch()
    with pytest.raises(ModelCorrupt, match=r"added\.txt was added"):
        manifest.verify(folder)
    (folder / "added.txt").unlink()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelCorrupt, match=r"tokenizer\.json is missing"):
        manifest.verify(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_refused(hub: Hub, repository: Path, tmp_path: Path) -> None:
    """In a folder that a model is taken from, and in one that was installed."""
    model = repository / INNER / "model.onnx"
    model.rename(tmp_path / "elsewhere.onnx")
    model.symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(ModelCorrupt, match="is a link"):
        store.pull(NAME, source=str(repository))
    assert nothing_is_found()
    folder = pull(hub).folder
    (folder / "model.onnx").rename(tmp_path / "moved.onnx")
    (folder / "model.onnx").symlink_to(tmp_path / "moved.onnx")
    with pytest.raises(ModelCorrupt, match="is a link"):
        manifest.verify(folder)


def test_a_folder_is_taken_as_it_is(hub: Hub, repository: Path, tmp_path: Path) -> None:
    """A copy of the repository or of the model folder; one with a manifest must fit it."""
    assert store.pull(NAME, source=str(repository)).manifest.revision is None
    pulled = pull(hub)
    carried = shutil.copytree(pulled.folder, tmp_path / "carried")
    store.remove(NAME)
    again = store.pull(NAME, source=str(carried))
    assert again.manifest.revision == hub.commit
    store.remove(NAME)
    (carried / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelCorrupt, match="is not what was installed"):
        store.pull(NAME, source=str(carried))
    with pytest.raises(PullFailed, match=r"holds no genai_config\.json"):
        store.pull(NAME, source=str(tmp_path))
    assert nothing_is_found()


@filtered
def test_a_pulled_model_needs_no_network(hub: Hub, repository: Path, random_folder: Path) -> None:
    """The kernel would kill the process at the first internet socket; it finds, loads, answers."""
    shutil.copytree(random_folder, repository / INNER, dirs_exist_ok=True)
    pull(hub)
    hub.requests.clear()
    run = subprocess.run(  # noqa: S603
        [sys.executable, "no_sockets.py", "summarize", str(EXAMPLES / "facts.md"), "--style",
         "quotes", "--model", NAME],
        capture_output=True, text=True, check=False, encoding="utf-8", cwd=Path(__file__).parent,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["model"] == NAME
    assert hub.requests == []


def test_offline_is_obeyed(hub: Hub) -> None:
    """With HF_HUB_OFFLINE nothing is asked for, and the error says why."""
    run = subprocess.run(  # noqa: S603
        [*PYTHON, "models", "pull", NAME, "--from", hub.url],
        capture_output=True, text=True, check=False, encoding="utf-8",
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert run.returncode == 1
    assert "HF_HUB_OFFLINE is set" in run.stderr
    assert "Traceback" not in run.stderr
    assert hub.requests == []


def test_the_commands_pull_list_verify_and_remove(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What each prints, its exit code, and one sentence where it fails."""

    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["slmtasks", "models", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        assert (end.value.code or 0) == code, err
        return out if code == 0 else err

    assert "verified" in run("pull", NAME, "--from", hub.url)
    listed = {row["name"]: row for row in map(json.loads, run("--json").splitlines())}
    assert listed[NAME]["pulled"][0]["revision"] == hub.commit
    assert listed["phi-3-mini"]["folders"]["cpu"]["repository"].startswith("microsoft/")
    assert "are as installed" in run("verify", NAME)
    (store.find(NAME) / "model.onnx").write_bytes(b"damaged")
    assert "model.onnx is not what was installed" in run("verify", NAME, code=1)
    assert "deleted" in run("remove", NAME)
    assert "is not on this machine" in run("verify", NAME, code=1)
    assert "no model 'unknown' in the catalog" in run("pull", "unknown", code=1)


def test_the_endpoint_and_the_token_of_the_environment_are_used(hub: Hub) -> None:
    """HF_ENDPOINT names the server, HF_TOKEN goes to it with each request."""
    run = subprocess.run(  # noqa: S603
        [*PYTHON, "models", "pull", NAME],
        capture_output=True, text=True, check=False, encoding="utf-8",
        env=os.environ | {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_secret"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert set(hub.tokens) == {"Bearer hf_secret"}
