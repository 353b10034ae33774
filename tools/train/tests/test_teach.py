"""A teacher learns, resumes to the same numbers, and passes on what it knows; bfloat16 and fused adapters are sound."""

import json
from argparse import ArgumentParser, Namespace
from types import MethodType

import numpy as np
import pytest
import torch
from PIL import Image
from peft.tuners import lora
from safetensors.torch import load_file
from test_adapt import RATE, run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from torch.nn import functional as F

from tacit_train import adapt, average, evaluate, teach
from tacit_train.adapters import Adaptation, add_adapters, merged, quicken
from tacit_train.model import load_trunk
from tacit_train.optim import Muon
from tacit_train.progress import Diverged
from tacit_train.readers import DataError
from tacit_train.teacher import distillation_loss
from tacit_train.yamnet import YAMNet, save_yamnet


def taught(tones, folder, *more):
    return [
        *("--data", f"folder:{tones}", "--split", "train", "--run", folder / "teach-run", "--out", folder / "teacher"),
        *("--input", "logmel", "--rate", RATE, "--patch", 1, "--window", 1, "--n-mels", 16, "--threads", 1),
        *("--channels-first", 4, "--batch", 8, "--validation", 0.2, "--lr", 3e-3, "--log-every", 5),
        *("--shift", 0.02, "--mix", 0.2, "--time-masks", 1, "--frequency-masks", 1, *more),
    ]


def test_what_a_teacher_knows_its_pupil_learns(llama_base, tones, tmp_path, capsys):
    run(teach, *taught(tones, tmp_path, "--epochs", 30))
    found = capsys.readouterr().out
    assert float(found.split("validation accuracy of the teacher: ")[1]) == 1.0
    # With all of the loss the teacher's, the labels are never looked at.
    pupil = settings(llama_base, tones, tmp_path, "--epochs", 30, "--lr", 3e-3, "--window", 13)
    run(adapt, *pupil, "--teacher", tmp_path / "teacher", "--teacher-weight", 1)
    run(
        *(evaluate, "--base", llama_base, "--adapter", tmp_path / "out", "--data", f"folder:{tones}"),
        *("--split", "test", "--out", tmp_path / "result", "--threads", 1),
    )
    assert json.loads((tmp_path / "result" / "summary.json").read_text())["accuracy"] >= 0.8


@pytest.mark.parametrize("optimizer", [[], ["--muon-lr", 5e-3]])
def test_a_resumed_teacher_ends_where_an_unbroken_one_does(tones, tmp_path, optimizer):
    for name, stops in [("whole", [None]), ("broken", [4, 7, None])]:
        for stop in stops:
            more = ["--epochs", 3, "--dropout", 0.3, *optimizer, *(["--stop-at", stop] if stop else [])]
            run(teach, *taught(tones, tmp_path / name, *more))
    a, b = (load_file(tmp_path / name / "teacher/teacher.safetensors") for name in ("whole", "broken"))
    assert a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a)


def test_a_teacher_of_something_else_is_refused(llama_base, tones, tmp_path):
    with pytest.raises(SystemExit, match="logmel or image, not waveform"):
        run(teach, *taught(tones, tmp_path, "--input", "waveform"))
    run(teach, *taught(tones, tmp_path, "--epochs", 0.3))
    path = tmp_path / "teacher" / "teacher.json"
    whole = json.loads(path.read_text())
    learn = settings(llama_base, tones, tmp_path, "--epochs", 0.3, "--teacher", tmp_path / "teacher")
    with pytest.raises(SystemExit, match="first frame is longer"):
        run(adapt, *learn)
    learn += ["--window", 13]
    for change, message in [
        ({"labels": ["a", "b", "c"]}, "labels are not those of the data set"),
        ({"input": whole["input"] | {"sample_rate": 8000, "f_max": 4000}}, "8000 samples a second, the adapter 2000"),
        ({"task": "multilabel"}, "the teacher is multilabel"),
        ({"network": whole["network"] | {"width": 8}}, "not a teacher: RuntimeError"),
        ({"network": whole["network"] | {"stride": 0}}, "not a teacher: ValueError: .*stride 0; expected 1 or more"),
        ({"version": 3}, "version is 3; expected 2"),
    ]:
        path.write_text(json.dumps(whole | change))
        with pytest.raises(SystemExit, match=message):
            run(adapt, *learn)
    path.write_text(json.dumps({"version": 2}))
    with pytest.raises(SystemExit, match="not a teacher: KeyError: 'input'"):
        run(adapt, *learn)
    path.write_text(json.dumps(whole))
    (tmp_path / "teacher/teacher.safetensors").write_bytes(b"broken")
    with pytest.raises(SystemExit, match="not a teacher: SafetensorError"):
        run(adapt, *learn)


def test_what_a_teacher_cannot_do_is_refused(tones, tmp_path, capsys):
    with pytest.raises(SystemExit, match="--views are for adapt"):
        run(teach, *taught(tones, tmp_path, "--steps", 1, "--batched", "--views", 64))
    weights = tmp_path / "yamnet.safetensors"
    weights.write_bytes(b"none")
    with pytest.raises(DataError, match="YAMNet hears logmel input at 16000"):
        run(teach, *taught(tones, tmp_path, "--steps", 1, "--yamnet", weights))
    assert "--channels-first: with --yamnet left aside" in capsys.readouterr().err
    sound = taught(tones, tmp_path, "--steps", 1, "--yamnet", weights, "--rate", 16000)
    with pytest.raises(DataError, match="yamnet.safetensors: not YAMNet's weights"):
        run(teach, *sound)
    yamnet = YAMNet()
    yamnet.head.bias.data[3] = torch.nan
    save_yamnet(yamnet, weights)
    with pytest.raises(DataError, match="yamnet.safetensors: head.bias: holds a number that is not finite"):
        run(teach, *sound)


def test_a_teacher_that_the_last_step_has_spoilt_is_not_written(tones, tmp_path):
    """The loss is looked at before a step, so the last loss says nothing about the weights after the last step."""
    with pytest.raises(Diverged, match="clips held out is not finite, .*expected a lower --lr"):
        run(teach, *taught(tones, tmp_path, "--steps", 1, "--lr", 1e30))
    with pytest.raises(Diverged, match="teacher: not written: .* is not finite"):
        run(teach, *taught(tones, tmp_path / "none", "--steps", 1, "--lr", 3e38, "--weight-decay", 10, "--validation", 0))
    assert not (tmp_path / "teacher").exists() and not (tmp_path / "none/teacher").exists()


def test_teacher_and_pupil_see_the_same_frames(llama_base, tones, tmp_path):
    run(teach, *taught(tones, tmp_path, "--epochs", 0.3))
    kind = ["--input", "logmel", "--patch", 1, "--window", 3, "--n-mels", 16, "--time-masks", 2]
    for n_mels, same in ((16, True), (8, False)):
        more = [*kind, "--n-mels", n_mels, "--teacher", tmp_path / "teacher", "--context", "sliding"]
        trainer = trainer_of(settings(llama_base, tones, tmp_path / str(n_mels), *more))
        maps, patches = [], []
        network = trainer.teacher.all[0].model.network
        network.forward = lambda x: maps.append(x) or torch.zeros(len(x), 3)
        trainer.model.hidden, hidden = lambda x: patches.append(x) or hidden(x), trainer.model.hidden
        for step in range(6):
            batch, _, _, rng = trainer.sense.examples.batch(step, 4)
            trainer.lesson(batch, rng)
            trainer.logits(batch, rng, step)
        masked = [bool((m == 0).all(-1).any()) for m in maps]
        assert any(masked) if same else not any(masked)
        if same:
            d, t = trainer.sense.description, trainer.teacher.all[0].model.maps.front.description
            for seen, cut in zip(maps, patches):
                # Each standardises by what it measured itself; a mask is 0 in either.
                a, b = seen[:, 0], cut[:, -3:]
                spared = (a == 0) | (b == 0)
                assert ((a == 0) == (b == 0)).all()
                torch.testing.assert_close((a * t.std + t.mean)[~spared], (b * d.std + d.mean)[~spared])


@pytest.mark.parametrize("dora", [False, True])
def test_quickened_adapters_give_the_same_gradients(base, dora):
    x = torch.randn(2, 5, 32)
    found = []
    for quick in (False, True):
        torch.manual_seed(0)
        gains = 0.3 if dora else None
        trunk = add_adapters(load_trunk(base), Adaptation(3, 6.0, train_norms=True, dora=dora, gains=gains))
        for name, p in trunk.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(p, std=0.1)
        if quick:
            quicken(trunk, 100_000)
            assert sum("forward" in vars(m) for m in trunk.modules() if isinstance(m, lora.Linear)) >= 6 * dora
            for module in trunk.modules():
                if isinstance(module, lora.Linear):
                    module.forward = MethodType(merged, module)
            assert trunk.get_base_model().config._attn_implementation == "eager"
        out = trunk(inputs_embeds=x, use_cache=False).last_hidden_state
        (out * torch.linspace(-1, 1, out.numel()).reshape(out.shape).cos()).sum().backward()
        found.append([out.detach(), *(p.grad for p in trunk.parameters() if p.grad is not None)])
    assert len(found[0]) == len(found[1]) > 10
    for plain, other in zip(*found):
        torch.testing.assert_close(other, plain, rtol=1e-3, atol=1e-4)


def test_adapters_are_merged_where_that_is_less_work(base):
    for rank, rows, wanted in [(1, 100_000, False), (24, 100_000, True), (24, 2, False)]:
        trunk = add_adapters(load_trunk(base), Adaptation(rank))
        quicken(trunk, rows)
        merging = {"forward" in vars(m) for m in trunk.modules() if isinstance(m, lora.Linear)}
        assert wanted in merging and (wanted or len(merging) == 1)


def test_a_run_in_bfloat16_learns(llama_base, tones, tmp_path, capsys):
    run(adapt, *settings(llama_base, tones, tmp_path, "--epochs", 30, "--lr", 3e-3, "--bf16"))
    assert float(capsys.readouterr().out.split("of the saved adapter: ")[1].split()[0]) >= 0.8


def test_muon_takes_matrices_and_filters_and_leaves_labels_alone(llama_base, tones, tmp_path):
    learned = settings(llama_base, tones, tmp_path, "--positions", "learned")
    for kind, words, kept in [
        (teach.TeacherTraining, taught(tones, tmp_path), {"network.head.weight"}),
        (adapt.Trainer, learned, {"head.weight", "positions"}),
    ]:
        parser = ArgumentParser()
        kind.options(parser)
        trainer = kind(parser.parse_args([str(w) for w in [*words, "--muon-lr", 1e-3]]))
        muon, adam = ({id(p) for g in o.param_groups for p in g["params"]} for o in trainer.optimizers.optimizers)
        assert not muon & adam and len(muon) + len(adam) == len(trainer.trained)
        left = {n for n, p in trainer.trained.items() if p.ndim > 1 and id(p) in adam}
        assert left == kept and all(p.ndim > 1 for p in trainer.trained.values() if id(p) in muon)
    with pytest.raises(SystemExit, match="--muon-lr: .*more than 0"):
        run(adapt, *learned, "--muon-lr", -1e-3)


def test_muon_takes_a_filter_for_a_row_of_a_matrix():
    torch.manual_seed(0)
    start, slope = torch.randn(6, 2, 3, 3), torch.randn(6, 2, 3, 3)
    ends = []
    for shape in ((6, 2, 3, 3), (6, 18)):
        p = torch.nn.Parameter(start.reshape(shape).clone())
        muon = Muon([p], lr=0.1, weight_decay=0.01)
        for _ in range(3):
            p.grad = slope.reshape(shape)
            muon.step()
        ends.append(p.detach().reshape(6, 18))
    assert torch.equal(*ends) and not torch.equal(ends[0], start.reshape(6, 18))


def test_distillation_by_hand():
    args = Namespace(temperature=2.0, softmax_weight=1.0, sigmoid_weight=0.5)
    logits, lesson = torch.tensor([[1.0, -1.0], [0.5, 2.0]]), torch.tensor([[2.0, 0.0], [3.0, 1.0]])
    shares = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    p = np.exp([1.0, 0.0]) / np.exp([1.0, 0.0]).sum()
    q = np.exp([0.5, -0.5]) / np.exp([0.5, -0.5]).sum()
    expected = -4 * float(p @ np.log(q))
    assert float(distillation_loss(logits, lesson, shares, args, False)) == pytest.approx(expected, rel=1e-5)
    # Of a row in which there is nothing the teacher is not asked.
    wanted = lesson.sigmoid() * torch.tensor([[1.0], [0.0]])
    both = expected + 0.5 * float(F.binary_cross_entropy(logits.sigmoid(), wanted, reduction="sum")) / 2
    assert float(distillation_loss(logits, lesson, shares, args, True)) == pytest.approx(both, rel=1e-5)


def test_a_run_goes_on_from_an_adapter(llama_base, tones, tmp_path):
    learned = settings(llama_base, tones, tmp_path / "first", "--epochs", 2)
    run(adapt, *learned)
    trainer = trainer_of(settings(llama_base, tones, tmp_path / "second", "--begin", tmp_path / "first" / "out"))
    first, _ = adapt.load_adapter(trainer.base_folder, tmp_path / "first" / "out")
    first = first.train(trainer.model.training)
    batch, _, _, _ = trainer.sense.examples.batch(0, 4)
    patches = trainer.sense.front(batch)
    got, want = trainer.model(patches * trainer.sense.gain), first(patches)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-4)
    wrong = settings(llama_base, tones, tmp_path / "third", "--pool", "last", "--begin", tmp_path / "first" / "out")
    with pytest.raises(SystemExit, match="labels, task or shape are not those of this run"):
        run(adapt, *wrong)


@pytest.fixture
def begun(llama_base, tones, tmp_path, request):  # noqa: F811
    """An adapter of 10 patches, with the positions asked for, and the arguments that go on from it with 12."""
    shape = ("--positions", request.param)
    run(adapt, *settings(llama_base, tones, tmp_path / "first", "--steps", 2, *shape))
    first = tmp_path / "first" / "out"
    return first, settings(llama_base, tones, tmp_path, "--steps", 1, "--window", 12, "--begin", first, *shape)


@pytest.mark.parametrize("begun", ["base"], indirect=True)
def test_a_run_goes_on_with_another_window(llama_base, begun):
    """Positions of the base count from the window's start."""
    first, words = begun
    trainer = trainer_of(words)
    before, description = adapt.load_adapter(llama_base, first)
    assert trainer.description.input == description.with_window(12).input != description.input
    before.window = 12
    patches = trainer.sense.front(trainer.sense.examples.batch(0, 4)[0])
    got, want = trainer.model(patches * trainer.sense.gain), before.train(trainer.model.training)(patches)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("begun", ["learned"], indirect=True)
def test_learned_positions_are_of_one_window(begun):
    """A table of as many as there were."""
    with pytest.raises(SystemExit, match="its input is .*window=10.*this run's .*window=12"):
        run(adapt, *begun[1])


def test_a_run_on_pictures_goes_on(llama_base, tmp_path):
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        for label in ("dark", "light"):
            (folder := tmp_path / "pictures" / split / label).mkdir(parents=True)
            for index in range(6):
                pixels = rng.integers(0, 100, (8, 8, 3)) + (150 if label == "light" else 0)
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{index}.png")
    size = ("--width", 8, "--height", 8, "--channels", 3)
    pictures = ("--data", f"folder:{tmp_path / 'pictures'}", "--split", "train", "--input", "image", "--patch", 4, "--batch", 4, *size)
    shape = ("--base", llama_base, "--rank", 2, "--threads", 1, "--validation", 0.2, "--steps", 2)
    run(adapt, *pictures, *shape, "--run", tmp_path / "a", "--out", tmp_path / "first")
    run(adapt, *pictures, *shape, "--run", tmp_path / "b", "--out", tmp_path / "second", "--begin", tmp_path / "first")
    run(average, tmp_path / "first", tmp_path / "second", "--base", llama_base, "--out", tmp_path / "mean")
    with pytest.raises(SystemExit, match="its input is"):
        run(adapt, *pictures, *shape, "--run", tmp_path / "c", "--out", tmp_path / "third", "--begin", tmp_path / "first", "--width", 12)
