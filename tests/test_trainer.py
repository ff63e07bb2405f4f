"""The trainer, on a model of some thousand parameters: needs the extra "train"."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import slmtasks as slm
from slmtasks.models.store import NANO
from slmtasks.tasks.describe_product import words_of

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from training.copying.places import _runs, shown  # noqa: E402
from training.copying.swaps import Swaps  # noqa: E402
from training.generator.examples import Example, make  # noqa: E402
from training.generator.tasks import products  # noqa: E402
from training.trainer import fused, machine, muon, presets, start, tokenizer, train  # noqa: E402

TINY = replace(
    presets.PRESETS["smoke"],
    hidden=32,
    inner=64,
    layers=1,
    heads=2,
    tokens=20_000,
    batch=1024,
    parts=2,
    stages=((1.0, 256),),
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    texts = (m["content"] for i in range(60) for m in make(2, i, 90).messages)
    tokenizer.train(texts, 600, tmp_path)
    return tmp_path


def test_training_goes_on_where_it_stopped(run: Path) -> None:
    """A run that is stopped and called again ends as far as one that was not, fed by several."""
    train.train(replace(TINY, tokens=8_000), run, 0)
    first = json.loads((run / "state.json").read_text())
    train.train(replace(TINY, feeders=2), run, 0)
    second = json.loads((run / "state.json").read_text())
    assert 8_000 <= first["tokens"] < 20_000 <= second["tokens"]
    assert first["step"] < second["step"]
    assert first["index"] < second["index"]


def test_a_feeder_that_ends_ends_the_training() -> None:
    """Training that waits for examples which nobody makes any more says so."""
    queue = get_context("spawn").Queue()
    feeder = get_context("spawn").Process(target=len, args=((),))
    feeder.start()
    with pytest.raises(RuntimeError, match="makes examples ended"):
        train._part(queue, [feeder])


@pytest.mark.parametrize("layers", [8, 11])
def test_shipped_weights_are_a_checkpoint(tmp_path: Path, layers: int) -> None:
    """A checkpoint made of nano's folder prefers the token that nano prefers, also one grown."""
    preset = replace(presets.PRESETS["cpu"], layers=layers)
    start.start(NANO, tmp_path, preset, 1000)
    encoder = tokenizer.Encoder(tmp_path)
    model = train.new_model(preset, encoder.size)
    kept = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    model.load_state_dict(kept["model"])
    assert kept["state"]["tokens"] == 1000
    with slm.load("nano") as nano:
        for number in range(5):
            ids = encoder.prompt(make(7, number, 120).messages)
            generator = nano.internals.decoder.pool.start(len(ids) + 1)
            generator.append_tokens(np.array(ids, dtype=np.int32))
            theirs = np.asarray(generator.get_logits()).reshape(-1)
            with torch.no_grad():
                ours = model(torch.tensor([ids])).logits[0, -1].numpy()
            assert ours.argmax() == theirs.argmax()
            assert np.abs(ours - theirs).max() < 0.5


def test_an_average_lies_between_what_began_and_what_ended(tmp_path: Path) -> None:
    """Each weight is a mean of nano's and the checkpoint's, and the run is left as it is."""
    preset = replace(presets.PRESETS["cpu"], layers=9)
    start.start(NANO, tmp_path, preset, 1000)
    checkpoint = tmp_path / "checkpoint.pt"
    begun = torch.load(checkpoint, weights_only=True)
    ended = begun | {"model": {name: 3 * value for name, value in begun["model"].items()}}
    torch.save(ended, checkpoint)
    before = checkpoint.read_bytes()
    out = start.average(NANO, tmp_path, preset, 0.75)
    found = torch.load(out / "checkpoint.pt", weights_only=True)
    for name, value in found["model"].items():
        assert torch.allclose(value, 2.5 * begun["model"][name])
    assert found["state"]["tokens"] == 1000
    assert checkpoint.read_bytes() == before
    assert tokenizer.Encoder(out).size == tokenizer.Encoder(tmp_path).size


def test_another_precision_is_refused(tmp_path: Path) -> None:
    """An int4 export, whose weights are too coarse to go on from, is refused in a sentence."""
    import onnx
    from onnx import helper

    node = helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], bits=4, K=32, N=32)
    graph = helper.make_graph([node], "g", [], [])
    onnx.save(helper.make_model(graph), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="symmetric int8"):
        start._weights(tmp_path / "model.onnx")


def test_the_fused_pass_is_that_of_transformers() -> None:
    """In float32, over several blocks of queries and of rows: each loss and each gradient."""
    torch.manual_seed(0)
    model = train.new_model(replace(TINY, layers=3), 600)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    lengths, ids = (300, 170), torch.zeros(2, 300, dtype=torch.long)
    for row, length in zip(ids, lengths, strict=True):
        row[:length] = torch.randint(5, 600, (length,))
    real = torch.arange(300) < torch.tensor(lengths)[:, None]
    share = torch.rand(sum(lengths))
    share = share / share.sum()
    targets = ids.roll(-1, 1)[real]

    logits = model(input_ids=ids, attention_mask=real.long()).logits[real]
    each = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    theirs = torch.autograd.grad((each * share).sum(), list(model.parameters()))
    states, _ = fused.hidden(model, ids, torch.float32)
    states = states[real]
    total, found = fused.loss(model, states, targets, share)
    ours = torch.autograd.grad(total, list(model.parameters()))
    assert torch.allclose(found, each, rtol=1e-4, atol=1e-5)
    for a, b in zip(ours, theirs, strict=True):
        assert (a - b).norm() < 1e-3 * b.norm()


def test_heads_are_shown_where_the_values_stand(run: Path) -> None:
    """Places hold what is copied, or the field's name; what misses them is what attention says."""
    encoder = tokenizer.Encoder(run)
    model = train.new_model(replace(TINY, layers=2, heads=8, hidden=64), encoder.size)
    model.set_attn_implementation("eager")
    found = Counter[str]()
    for number in range(30):
        example = make(5, number, 120, task="extract, all")
        look = shown(encoder, example)
        prompt, answer = encoder.pair(example.messages, example.answer)
        ids = prompt + answer
        found += copied(encoder, ids, look.copies) + marked(encoder, ids, look.fields, example)
        pair = prompt, answer, look
        with torch.no_grad():
            batch, _ = train.tensors([pair])
            _, missed = fused.hidden(model, batch, torch.float32, train.looks([pair], 2))
            attentions = model(batch, output_attentions=True).attentions
        for mean, head, layers, places in zip(
            missed, (train._POINTER, train._MARKER), ([1], [0, 1]), look, strict=True
        ):
            each = [-attentions[n][0, head, at, to].log() for n in layers for at, to in places]
            assert torch.allclose(mean, sum(each, torch.zeros(())) / len(layers), rtol=1e-3)
    assert found["copied"] > 200
    assert found["item"] > 5
    # Some values end within a token.
    assert found["behind"] > 0.95 * found["ends"] > 100
    assert found["nothing"] > 5
    assert found["of a field"] > 200
    assert found["of none"] > 200


def copied(
    encoder: tokenizer.Encoder, ids: list[int], places: list[tuple[int, int]]
) -> Counter[str]:
    """Count what pointing heads are shown, each held to what stands in its place."""
    found = Counter[str]()
    for at, to in places:
        after = encoder.decode(ids[at + 1 :])
        there = encoder.decode(ids[to : to + 1]).strip()
        if to == 0:
            assert after.startswith(("null", "]"))
            found["nothing"] += 1
        elif after[0] in "{,":
            found["item"] += 1
        elif after[0] == '"' and encoder.decode([ids[at]]) not in ":[":
            value = re.split(r'(?<!\\)"', encoder.decode(ids[: at + 1]))[-1]
            found["behind"] += encoder.decode(ids[:to]).endswith(json.loads(f'"{value}"'))
            found["ends"] += 1
        else:
            begins = encoder.decode([ids[at]]) in ":["
            after = after.lstrip(' "') if begins else after.lstrip()
            # Some characters are of several tokens.
            split = "\ufffd" in there + after[:1]
            assert split or after.startswith(there) or there.startswith(after[:1])
            found["copied"] += 1
    return found


def marked(
    encoder: tokenizer.Encoder, ids: list[int], places: list[tuple[int, int]], example: Example
) -> Counter[str]:
    """Count what marking heads are shown, each held to the value of the field it looks at."""
    found = Counter[str]()
    values = json.loads(example.answer)
    for at, to in places:
        if to == 0:
            found["of none"] += 1
            continue
        name = encoder.decode(ids[: to + 1]).split()[-1]
        if isinstance(value := values.get(name), str):
            there = encoder.decode([ids[at]]).strip()
            # Some characters are of several tokens.
            assert there in value or "\ufffd" in there
            found["of a field"] += 1
    return found


def test_product_copy_is_shown_its_sheet(run: Path) -> None:
    """A specification's sentence looks at its line's end, its name at the key, its value at the
    value; a feature's at the feature."""
    encoder, found = tokenizer.Encoder(run), Counter[str]()
    for number in range(20):
        example = make(5, number, 120, task="describe_product")
        prompt, answer = encoder.pair(example.messages, example.answer)
        ids, looks = prompt + answer, dict(shown(encoder, example).copies)
        texts = {at: encoder.decode(ids[at + 1 :]).lstrip() for at in looks}
        seen = {at: encoder.decode(ids[to:]) for at, to in looks.items()}
        before = {at: encoder.decode(ids[: at + 1]) for at in looks}
        content = example.messages[-1]["content"]
        for feature in re.findall(r"^- ([^:\n]+)$", content, re.MULTILINE):
            said = f" {products.upper(feature).removesuffix('.')}. "
            for at in looks:
                if f" {texts[at]}".startswith(said) and before[at].endswith("."):
                    assert seen[at].lstrip().startswith(feature)
                    found["feature"] += 1
        for spec in re.finditer(r"^- (.+?): (.+)$", content, re.MULTILINE):
            said = products.sentence(*spec.groups())
            rest = content[spec.end() :] or encoder.decode(ids[len(prompt) - 2 : len(prompt)])
            for at in looks:
                if texts[at].startswith(said):
                    assert seen[at].startswith(rest)
                    found["sentence"] += 1
                elif texts[at].startswith(f"{spec[2]}.") and before[at].endswith((" is", " are")):
                    found["value"] += seen[at].lstrip().startswith(spec[2])
                elif texts[at].startswith(f"{words_of(spec[1])} "):
                    found["key"] += seen[at].lstrip().startswith(spec[1])
    assert min(found[name] for name in ("feature", "sentence", "value", "key")) > 30


def test_a_copied_run_is_shown_to_its_end() -> None:
    """Where a part of it stands twice, the longer run decides."""
    given, made = list("abcdefg bcdexyz"), list("1abcdefg2bcdexy3bcde4")
    looks = dict(_runs(given, made))
    assert [looks[at] for at in range(7)] == list(range(7))
    assert [looks[at] for at in range(8, 14)] == list(range(8, 14))
    assert not looks.keys() & {7, *range(14, 21)}


def test_every_word_of_the_vocabulary_is_copied_sometimes(run: Path) -> None:
    """Tokens are exchanged alike in prompt and answer; keys, null, yes and no stay."""
    encoder, r = tokenizer.Encoder(run), Random(3)
    swaps, put, decided = Swaps(encoder), set[int](), 0
    for number in range(60):
        example = make(5, number, 120, task=r.choice(["extract", "describe_product", "reply"]))
        prompt, answer = encoder.pair(example.messages, example.answer)
        look = shown(encoder, example)
        other = swaps(r, example, prompt, answer, look)
        pairs = {*zip(prompt, other[0], strict=True), *zip(answer, other[1], strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
        put |= {b for a, b in pairs if a != b}
        if example.task == "describe_product":
            keys, old = (
                re.findall(r"^- (.+?):( yes$| no$)?", encoder.decode(ids), re.MULTILINE)
                for ids in (other[0], prompt)
            )
            assert keys == old
            decided += sum(bool(either) for _, either in keys)
        for at, to in look.copies:
            ids, new = prompt + answer, [*other[0], *other[1]]
            assert (ids[at + 1] == ids[to]) == (new[at + 1] == new[to])
        if example.task == "extract":
            made = json.loads(encoder.decode(other[1]))
            given = json.loads(example.answer)
            assert [*made] == [*given]
            assert [v is None for v in made.values()] == [v is None for v in given.values()]
    assert len(put) > 30
    assert decided > 10


@pytest.mark.parametrize(
    ("before", "either"), [("[", ']"'), ("[", "]{"), ("}", ",]"), (":", 'n"'), ('"', ",]")]
)
def test_no_choice_is_favoured_by_its_weight(before: str, either: str) -> None:
    """To end a list weighs what going on with it does, and null what a value does."""
    mark, one, other = (len(tokenizer.SPECIALS) + ord(c) - ord("!") for c in before + either)
    assert train._choice(mark, 0, one) == train._choice(mark, 0, other)


def test_muon_steps_as_torch_does() -> None:
    """In bfloat16 the steps are torch's; in float32 they are those, but for rounding."""
    torch.manual_seed(0)
    begin = [torch.randn(24, 40), torch.randn(40, 24)]
    gradients = [[torch.randn_like(p) for p in begin] for _ in range(3)]
    settings = {"lr": 0.01, "weight_decay": 0.02}

    def trained(make: Callable[[list[Any]], Any]) -> list[Any]:
        matrices = [p.clone().requires_grad_() for p in begin]
        optimizer = make(matrices)
        for each in gradients:
            for p, gradient in zip(matrices, each, strict=True):
                p.grad = gradient.clone()
            optimizer.step()
        return [p.detach() for p in matrices]

    theirs = trained(lambda p: torch.optim.Muon(p, adjust_lr_fn="match_rms_adamw", **settings))
    low = trained(lambda p: muon.Muon(p, precision=torch.bfloat16, **settings))
    whole = trained(lambda p: muon.Muon(p, precision=torch.float32, **settings))
    for a, b, c, d in zip(theirs, low, whole, begin, strict=True):
        assert torch.equal(a, b)
        assert (a - c).abs().max() < 0.02 * (a - d).abs().max()


@pytest.mark.parametrize(("whole", "low"), [(2.0, 1.0), (1.0, 2.0)])
def test_matrices_multiply_in_the_faster_type(
    whole: float, low: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU takes bfloat16; a CPU the type in which a product takes less time."""
    assert machine.matrix_type("cuda") == torch.bfloat16
    took = [second for seconds in (whole, low) for _ in range(5) for second in (0.0, seconds)]
    clock = iter(took)
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(clock))
    faster = torch.float32 if whole < low else torch.bfloat16
    assert machine.matrix_type("cpu") == faster
