"""What is asked for wrongly, and files that are damaged, end a command in one line that names them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import make_base
from PIL import Image
from safetensors.torch import load_file, save_file
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)
from test_pretrain import settings as reading

from tacit_train import __main__, adapt, average, evaluate, learning, lower, pretrain, senses
from tacit_train.readers import DataError


@pytest.fixture
def ask(monkeypatch, capfd):
    """The status of a command, and the last line that it wrote."""

    def of(*words) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["tacit_train", *(str(w) for w in words)])
        capfd.readouterr()
        try:
            __main__.main()
        except SystemExit as ended:
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
            status = 1 if isinstance(ended.code, str) else ended.code or 0
        else:
            status = 0
        error = capfd.readouterr().err
        assert "Traceback" not in error
        return status, error.splitlines()[-1] if error else ""

    return of


NUMBERS = [
    *(["--steps", x] for x in ("0", "-3", "x", "1.5")),
    *(["--validation", x] for x in ("-0.5", "nan", "1.5")),
    *(["--lr", x] for x in ("0", "-1", "nan", "inf", "x")),
    *([option, "0"] for option in ("--rate", "--patch", "--stride", "--window", "--batch", "--threads", "--log-every")),
    *([option, "0"] for option in ("--validate-epochs", "--n-mels", "--epochs", "--muon-lr", "--temperature", "--alpha")),
    ["--views", str(1 << 80)],
    *([option, "nan"] for option in ("--epochs", "--minutes", "--checkpoint-seconds", "--shift", "--weight-decay")),
    *([option, "2"] for option in ("--noise", "--mix", "--negatives", "--decay", "--smoothing", "--speed", "--teacher-weight")),
    *([option, "-1"] for option in ("--batch", "--time-masks", "--pad", "--sinks", "--patch-hidden", "--seed", "--rank")),
]


@pytest.mark.parametrize("words", NUMBERS, ids=" ".join)
def test_numbers_of_adapt(ask, words, tmp_path):
    must = ["--base", "none", "--data", "none", "--split", "none", "--run", tmp_path / "run", "--out", tmp_path / "out"]
    status, line = ask("adapt", *must, "--input", "logmel", "--window", 3, *words)
    assert status == 2 and line.startswith(f"tacit_train adapt: argument {words[0]}: {words[1]}: expected a"), line
    assert not list(tmp_path.iterdir())


def test_numbers_of_the_others(ask, tmp_path):
    learn = ["learning", "--base", "none", "--adapter", "none", "--data", "none", "--split", "none", "--levels", "1"]
    for words in (
        ["pretrain", *reading(tmp_path), "--lr", "nan"],
        ["pretrain", *reading(tmp_path), "--vocabulary", 100_000],
        ["pretrain", *reading(tmp_path), "--tokens", 0],
        ["evaluate", "--base", "none", "--adapter", "none", "--data", "none", "--split", "none", "--threads", 0],
        [*learn, "--windows", 0],
        [*learn, "--most", 0],
    ):
        status, line = ask(*words)
        assert status == 2 and line.startswith(f"tacit_train {words[0]}: argument {words[-2]}: {words[-1]}: expected a"), line
    assert ask("adapt")[1].startswith("tacit_train adapt: the following arguments are required: --base")


def test_files_that_are_not_there(ask, llama_base, tones, tmp_path):  # noqa: F811
    words = ["adapt", *settings(llama_base, tones, tmp_path, "--steps", 1)]
    sound = ["--data", f"folder:{tones}", "--split", "train", "--run", tmp_path / "run", "--out", tmp_path / "out"]
    (tmp_path / "file").write_text("")
    for asked, message in (
        ([*words, "--base", "/nope"], "/nope: no such folder"),
        ([*words, "--begin", "/nope"], "/nope: no such folder"),
        ([*words, "--names", "/nope"], "--names /nope: no such file"),
        ([*words, "--device", "foo"], "--device foo: there is none here; expected cpu"),
        ([*words, "--run", tmp_path / "file/run"], f"{tmp_path / 'file/run'}: Not a directory"),
        ([*words, "--run", tmp_path / "file"], f"{tmp_path / 'file'}: File exists"),
        (["teach", *sound, "--input", "logmel", "--window", 3, "--yamnet", "/nope"], "--yamnet /nope: no such file"),
        ([*words, "--efficientnet", "/nope"], "--efficientnet /nope: no such file"),
        (["lower", "/nope", "--label", "a=1"], "/nope: no such folder"),
        (["enlarge", "/nope"], "/nope: no such folder"),
        (["figures", "/nope", "--out", tmp_path / "x"], "/nope: no such file"),
    ):
        status, line = ask(*asked)
        assert status == 1 and message in line and line.startswith(f"tacit_train {asked[0]}: "), line
    assert not (tmp_path / "out").exists()


def test_what_the_system_and_ctrl_c_say(ask, llama_base, tones, tmp_path, monkeypatch):  # noqa: F811
    words = ["adapt", *settings(llama_base, tones, tmp_path, "--steps", 1)]
    for error, status, line in (
        (OSError(28, "No space left on device", "x.bin"), 1, "tacit_train adapt: x.bin: No space left on device"),
        (OSError(28, "No space left on device"), 1, "tacit_train adapt: No space left on device"),
        (KeyboardInterrupt(), 130, "tacit_train adapt: interrupted"),
        (MemoryError(), 1, "tacit_train adapt: out of memory: no more is to be had; expected smaller batches, windows or sizes"),
    ):

        def fails(_, error=error):
            raise error

        monkeypatch.setattr(adapt, "main", fails)
        assert ask(*words) == (status, line)
    monkeypatch.undo()
    status, line = ask(*words, "--patch-hidden", 10**12)
    assert status == 1 and "out of memory: " in line and line.endswith("; expected smaller batches, windows or sizes")


def test_a_damaged_adapter_is_named(llama_base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1))
    whole = tmp_path / "out"
    description = json.loads((whole / "tacit.json").read_text())
    config = json.loads((whole / "adapter_config.json").read_text())

    def cut(path):
        path.write_bytes(path.read_bytes()[:-40])

    def lacking_head(path):
        save_file({k: v for k, v in load_file(path).items() if k != "head.bias"}, path)

    for name, damage, message in (
        ("tacit.json", lambda p: p.unlink(), "no tacit.json in it"),
        ("tacit.json", lambda p: p.write_text("{"), "tacit.json: not JSON"),
        ("tacit.json", lambda p: p.write_bytes(b'{"a": "\xff"}'), "tacit.json, line 1: not UTF-8"),
        ("tacit.json", lambda p: p.write_text("[]"), "tacit.json: expected an object"),
        ("tacit.json", lambda p: p.write_text(json.dumps(description | {"labels": ["low"] * 3})), "labels: one occurs twice"),
        ("tacit.json", lambda p: p.write_text("{}"), "tacit.json: is of version None; expected 1"),
        ("tacit.json", lambda p: p.write_text(json.dumps(description | {"version": 2})), "tacit.json: is of version 2; expected 1"),
        ("tacit.json", lambda p: p.write_text('{"version": 1, "task": "multiclass"}'), "tacit.json: lacks 'positions'"),
        ("tacit.safetensors", cut, "tacit.safetensors: damaged"),
        ("tacit.safetensors", lambda p: p.unlink(), "no tacit.safetensors in it"),
        ("tacit.safetensors", lacking_head, "head.bias"),
        ("adapter_model.safetensors", cut, "adapter_model.safetensors: damaged"),
        ("adapter_model.safetensors", lambda p: p.unlink(), "no adapter_model.safetensors in it"),
        ("adapter_config.json", lambda p: p.write_text("{"), "adapter_config.json: not JSON"),
        ("adapter_config.json", lambda p: p.write_text(json.dumps(config | {"r": 3})), "damaged: size mismatch"),
    ):
        damaged = tmp_path / "damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(whole, damaged)
        damage(damaged / name)
        places = ("--base", llama_base, "--adapter", damaged, "--data", f"folder:{tones}", "--split", "train")
        commands = [(evaluate, places)]
        if name.startswith("tacit"):
            commands.append((lower, (damaged, "--label", "low=1")))
        for module, words in commands:
            with pytest.raises(DataError, match=f"damaged.*{message.removeprefix('damaged')}"):
                run(module, *words)


def test_a_base_that_is_damaged_or_another_is_named(llama_base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1))
    base = make_base(tmp_path / "base", "llama")
    tensors = load_file(base / "model.safetensors")
    name = next(iter(tensors))
    save_file(tensors | {name: tensors[name] + 1}, base / "model.safetensors", metadata={"format": "pt"})
    out, data = tmp_path / "out", ("--data", f"folder:{tones}", "--split", "train")
    asked = [
        (evaluate, ("--base", base, "--adapter", out, *data)),
        (learning, ("--base", base, "--adapter", out, *data, "--levels", "1")),
        (average, (out, out, "--base", base, "--out", tmp_path / "mean")),
        (adapt, settings(base, tones, tmp_path / "on", "--steps", 1, "--begin", out)),
    ]
    for module, words in asked:
        with pytest.raises((DataError, SystemExit), match="out: was made over another base than"):
            run(module, *words)
    # Of an adapter that says nothing of its base nothing is known.
    told = json.loads((out / "tacit.json").read_text())
    del told["base"]
    (out / "tacit.json").write_text(json.dumps(told))
    run(evaluate, "--base", base, "--adapter", out, *data, "--threads", 1)
    for file, contents, message in (("model.safetensors", b"cut", "not a base that can be read"), ("config.json", b"{", "not a base")):
        (base / file).write_bytes(contents)
        with pytest.raises(DataError, match=f"base: {message}"):
            run(evaluate, "--base", base, "--adapter", out, *data)


def test_what_is_told_at_the_start(llama_base, tones, tmp_path, capsys):  # noqa: F811
    shutil.copytree(tones, tmp_path / "own")
    own = tmp_path / "own"
    (own / "test/whistle").mkdir()
    shutil.copy(own / "test/low/0.wav", own / "test/whistle")
    more = ["--steps", 1, "--mirror", "--cutmix", 0.5, "--height", 9, "--under", 0.5, "--task", "multilabel", "--validation", 0]
    more += ["--teacher-weight", 0.5, "--names-weight", 1]
    run(adapt, *settings(llama_base, own, tmp_path, *more))
    told = capsys.readouterr()
    assert f"folder:{own}: no clip to train on for whistle, which will hardly ever be right" in told.err
    assert "--mirror, --cutmix, --height: of images, which --input waveform is not; left aside" in told.err
    assert "--under: without --batched left aside" in told.err
    assert "--teacher-weight: without --teacher or --linear-teacher left aside" in told.err
    assert "--names-weight: without --names left aside" in told.err
    assert "no clips are held out: nothing was measured, and no thresholds were chosen; see --validation" in told.out
    for name in ("low", "middle"):
        shutil.rmtree(own / "train" / name)
        shutil.rmtree(own / "test" / name)
    shutil.rmtree(own / "test/whistle")
    run(adapt, *settings(llama_base, own, tmp_path / "one", "--steps", 1))
    assert "high is the only label, so all that is heard or seen is that" in capsys.readouterr().err
    run(adapt, *settings(llama_base, own, tmp_path / "wake", "--steps", 1, "--task", "multilabel", "--negatives", 0.5))
    told = capsys.readouterr().err
    assert "only label" not in told and "left aside" not in told
    for path in (own / "train/high").iterdir():
        data = path.read_bytes()
        path.write_bytes(data[: data.index(b"data") + 8] + bytes(len(data) - data.index(b"data") - 8))
    with pytest.raises(DataError, match="own: the training clips hold only silence"):
        run(adapt, *settings(llama_base, own, tmp_path / "silent", "--steps", 1))


def test_options_that_cannot_be_are_refused_before_anything_is_decoded(ask, llama_base, tones, tmp_path, monkeypatch):  # noqa: F811
    def decodes(*_):
        raise AssertionError("something was decoded")

    monkeypatch.setattr(senses, "open_material", decodes)
    words = ["adapt", *settings(llama_base, tones, tmp_path, "--steps", 1)]
    for more, message in (
        (["--window", 100], "a window of 100 patches is longer than the base's 64 positions"),
        (["--context", "sliding", "--sinks", 17], "sinks is 17; expected 0 to 16"),
        (["--context", "sliding", "--attention", "full"], "full attention goes with restart contexts only"),
        (["--sink-tokens", "1"], "--sink-tokens and --fix-sinks go with --sinks"),
        (["--gains", "0.2"], "gains go with DoRA"),
        (["--gain-low", 3, "--gain-high", -3], "--gain-low 3 is above --gain-high -3"),
        (["--whiten-features"], "--whiten-features goes with --features-weight"),
    ):
        status, line = ask(*words, *more)
        assert status == 1 and message in line, line


def test_pictures_smaller_than_a_patch(ask, llama_base, tmp_path):
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (32, 32)).save(tmp_path / "data" / name / f"{i}.png")
    must = ["--base", llama_base, "--data", f"folder:{tmp_path / 'data'}", "--split", "all", "--out", tmp_path / "out"]
    for command in ("adapt", "teach"):
        words = must if command == "adapt" else must[2:]
        status, line = ask(command, *words, "--run", tmp_path / "run", "--input", "image", "--patch", 33)
        assert status == 1 and line == f"tacit_train {command}: --input image: patches of 33 every 33 in an image of 32 x 32", line


def test_a_shift_that_leaves_nothing(llama_base, tones, tmp_path):  # noqa: F811
    with pytest.raises(DataError, match="--shift 1e\\+06: moves clips out of their windows"):
        run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--shift", 1000000))


def test_clips_that_all_weigh_nothing(llama_base, tones, tmp_path):  # noqa: F811
    (tmp_path / "a.wav").write_bytes((tones / "test/low/0.wav").read_bytes())
    (tmp_path / "labels.txt").write_text("low\n")
    (tmp_path / "listing.csv").write_text("file,labels,split,group,licence,weight\na.wav,low,train,,,0\n")
    more = ["--data", f"listing:{tmp_path}", "--batched", "--validation", 0]
    with pytest.raises(DataError, match="every clip to train on has the weight 0"):
        run(adapt, *settings(llama_base, tones, tmp_path, *more))


def test_what_a_tokenizer_is_made_of(tmp_path, capsys):
    run(pretrain, *reading(tmp_path))
    assert "tokenizer: up to 300 tokens from 0.0498 MB" in capsys.readouterr().out


def test_only_its_own_lines_are_said(llama_base, tones, tmp_path):  # noqa: F811
    begun = settings(llama_base, tones, tmp_path, "--steps", 1)
    words = [sys.executable, "-m", "tacit_train", "adapt", *(str(w) for w in begun)]
    done = subprocess.run(words, cwd=Path(__main__.__file__).parents[1], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "to train on" in done.stdout.splitlines()[0]


def test_without_its_packages_a_command_names_the_file_that_lists_them():
    # -S: without the folder that packages are installed in.
    words = [sys.executable, "-S", "-m", "tacit_train", "cut", "--out", "x"]
    done = subprocess.run(words, cwd=Path(__main__.__file__).parents[1], capture_output=True, text=True, env={})
    assert done.returncode == 69 and not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("tacit_train cut: ") and line.endswith("-m pip install -r tools/train/requirements.txt"), line
