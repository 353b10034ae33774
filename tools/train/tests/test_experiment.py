"""The queue: what is run, in which order, what a row says, and that it goes on where it was stopped."""

import csv
import json
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from test_adapt import run, tones  # noqa: F401 (a fixture)

from tacit_train import adapt, experiment, progress, trial
from tacit_train.plan import Base, Run, choose, read_queue, select
from tacit_train.readers import DataError

ADAPT = "--input waveform --rate 2000 --patch 40 --window 10 --patch-hidden 16 --train-norms --rank 2"


def write(folder: Path, base: Path, data: str = "tones", **changes) -> Path:
    """A queue of one data set, and of one that takes its rates."""
    first = {"name": "tones", "adapt": "--shift 0.02"} | changes
    second = {"name": "reading", "arms": ["text"], "rates": "tones", "seeds": [3]}
    second["bases"] = [{"path": str(base), "tokens_read": n} for n in (10, 20)]
    value = {
        "bases": [{"path": str(base), "tokens_read": 30}],
        "data": f"folder:{data}",
        "train": "train",
        "test": "test",
        "arms": ["text", "random", "scratch"],
        "rates": {"text": [1e-3, 2e-3], "random": [1e-3, 2e-3], "scratch": [1e-3]},
        "seeds": [0, 1],
        "adapt": f"{ADAPT} --validation 0.2 --batch 8 --steps 6",
        "experiments": [first, second],
    }
    path = folder / "queue.json"
    path.write_text(json.dumps(value))
    return path


def perform_here(monkeypatch):
    """Runs in this process: starting others takes seconds each."""

    class Pool:
        def __init__(self, *_, **__):
            pass

        def submit(self, function, *arguments):
            future = experiment.Future()
            try:
                future.set_result(function(*arguments))
            except (Exception, SystemExit) as error:
                future.set_exception(error)
            return future

        def shutdown(self, **_):
            pass

    monkeypatch.setattr(experiment, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(experiment.signal, "signal", lambda *_: None)


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def go(queue: Path, tones: Path, out: Path, *more):  # noqa: F811
    places = ("--results", out / "results", "--runs", out / "runs", "--data", tones.parent)
    run(experiment, queue, *places, *more)
    return rows_of(out / "results" / "queue.csv")


@pytest.fixture
def queue(llama_base, tones, tmp_path, monkeypatch):  # noqa: F811
    perform_here(monkeypatch)
    return write(tmp_path, llama_base, tones.name)


def test_the_whole_queue(queue, tones, tmp_path, capsys):  # noqa: F811
    rows = go(queue, tones, tmp_path)
    assert "all done" in capsys.readouterr().out
    by_name = {name: [r for r in rows if r["experiment"] == name] for name in ("tones", "reading")}
    tuned = [r for r in by_name["tones"] if r["stage"] == "tune"]
    assert [(r["arm"], r["lr"], r["seed"], r["value"]) for r in tuned] == [
        *(("text", "0.001", "0", ""), ("text", "0.002", "0", "")),
        *(("random", "0.001", "0", ""), ("random", "0.002", "0", "")),
    ]
    final = [r for r in by_name["tones"] if r["stage"] == "final"]
    assert [(r["arm"], r["seed"]) for r in final] == [(a, s) for s in "01" for a in ("text", "random", "scratch")]
    for arm in ("text", "random"):
        best = choose({float(r["lr"]): float(r["validation"]) for r in tuned if r["arm"] == arm})
        assert {float(r["lr"]) for r in final if r["arm"] == arm} == {best}
        # The first seed's run is the one that was tuned, measured on the test split: not trained again.
        again = next(r for r in tuned if r["arm"] == arm and float(r["lr"]) == best)
        assert [r["minutes"] for r in final if r["arm"] == arm][0] == again["minutes"]
    assert {(r["steps"], r["examples"], r["count"], r["labels"], r["metric"]) for r in final} == {
        ("6", "48", "18", "3", "accuracy")
    }
    counts = {r["arm"]: int(r["parameters_trained"]) for r in final}
    assert counts["text"] == counts["random"] < counts["scratch"]
    assert {r["arm"]: r["tokens_read"] for r in final} == {"text": "30", "random": "0", "scratch": "0"}
    rate = next(r["lr"] for r in final if r["arm"] == "text")
    curve = [(r["tokens_read"], r["lr"], r["seed"]) for r in by_name["reading"]]
    assert curve == [("10", rate, "3"), ("20", rate, "3")]
    assert not list((tmp_path / "runs").rglob("checkpoint.pt"))
    # Nothing is run twice, and rows of other settings are not added to.
    assert go(queue, tones, tmp_path) == rows
    value = json.loads(queue.read_text())
    value["adapt"] += " --flip"
    queue.write_text(json.dumps(value))
    with pytest.raises(SystemExit, match="rows of tones were made with other settings"):
        go(queue, tones, tmp_path)


def test_a_row_that_was_cut_short_is_made_again(queue, tones, tmp_path, capsys):  # noqa: F811
    rows = go(queue, tones, tmp_path, "--only", "tones")
    path = tmp_path / "results" / "queue.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:-25])
    capsys.readouterr()
    run(experiment, queue, "--results", path.parent, "--runs", tmp_path, "--data", tones.parent, "--only", "tones", "--list")
    assert f"{len(rows) - 1} of {len(rows)} rows are there" in capsys.readouterr().out
    again = go(queue, tones, tmp_path, "--only", "tones")
    timeless = [[{k: v for k, v in r.items() if k != "minutes"} for r in made] for made in (rows, again)]
    assert timeless[0] == timeless[1]


def test_a_better_rate_found_later(queue, tones, tmp_path, capsys):  # noqa: F811
    before = go(queue, tones, tmp_path, "--only", "tones")
    path = tmp_path / "results" / "queue.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, experiment.COLUMNS)
        writer.writeheader()
        for row in before:
            worse = {"validation": "0"} if (row["stage"], row["arm"]) == ("tune", "text") else {}
            writer.writerow(row | worse)
    value = json.loads(queue.read_text())
    value["rates"]["text"].append(5e-4)
    queue.write_text(json.dumps(value))
    capsys.readouterr()
    after = go(queue, tones, tmp_path, "--only", "tones")
    # Before the new rate was tried the old rows stood for one less good; then they stand for none.
    assert "all done" in capsys.readouterr().out and len(after) == len(before) + 3
    assert {r["lr"] for r in after[len(before) :]} == {"0.0005"}


def test_a_queue_that_was_stopped_goes_on(queue, tones, tmp_path, monkeypatch):  # noqa: F811
    whole = go(queue, tones, tmp_path / "whole", "--only", "tones")
    plain = trial.arguments

    def in_parts(*arguments):
        args = plain(*arguments)
        args.stop_at = 4
        return args

    monkeypatch.setattr(trial, "arguments", in_parts)
    broken = tmp_path / "broken"
    # A run that stops has no row, and is begun again by the next call only.
    monkeypatch.setattr(experiment.Queue, "ahead", once(experiment.Queue.ahead))
    places = ("--results", broken / "results", "--runs", broken / "runs", "--data", tones.parent)
    run(experiment, queue, *places, "--only", "tones")
    assert not (broken / "results").exists()
    assert len(list((broken / "runs").rglob("checkpoint.pt"))) == 6
    monkeypatch.undo()
    perform_here(monkeypatch)
    rows = go(queue, tones, broken, "--only", "tones")
    timeless = [{k: v for k, v in r.items() if k != "minutes"} for r in rows]
    assert timeless == [{k: v for k, v in r.items() if k != "minutes"} for r in whole]


def once(ahead):
    """`ahead` that gives every run one time."""
    given = set()

    def of(queue):
        for run_, stage in list(ahead(queue)):
            if (run_.key, stage) not in given:
                given.add((run_.key, stage))
                yield run_, stage
                return

    return of


def test_time_is_up(queue, tones, tmp_path, capsys):  # noqa: F811
    run(experiment, queue, "--results", tmp_path, "--runs", tmp_path / "runs", "--data", tones.parent, "--minutes", 0)
    assert "0 of 12 rows are there" in (out := capsys.readouterr().out) and "12 rows to go" in out


def test_one_run_that_fails_does_not_stop_the_others(queue, tones, tmp_path, monkeypatch, capsys):  # noqa: F811
    plain = adapt.Trainer.train

    def sometimes(self):
        if self.args.lr == 2e-3:
            raise progress.Diverged("loss is not finite at step 3")
        if self.whole and self.args.seed == 1:
            raise OSError("disk")
        return plain(self)

    monkeypatch.setattr(adapt.Trainer, "train", sometimes)
    with pytest.raises(SystemExit, match="1 runs failed:\nfinal: tones, scratch, rate 0.001, seed 1: disk"):
        go(queue, tones, tmp_path, "--only", "tones")
    rows = rows_of(tmp_path / "results" / "queue.csv")
    assert len(rows) == 9
    # The rate at which the loss ran away has a row, and is not chosen.
    assert {r["validation"] for r in rows if r["lr"] == "0.002"} == {"0"}
    assert {r["lr"] for r in rows if r["stage"] == "final"} == {"0.001"}


def test_a_process_that_is_killed_does_not_end_the_queue(queue, tones, tmp_path, monkeypatch):  # noqa: F811
    class Breaks(experiment.ProcessPoolExecutor):
        pools = 0

        def __init__(self, *_, **__):
            Breaks.pools += 1
            self.number, self.broken = Breaks.pools, False

        def submit(self, *asked):
            if self.broken:
                raise BrokenProcessPool
            if self.number > 1:
                return super().submit(*asked)
            self.broken, future = True, experiment.Future()
            future.set_exception(BrokenProcessPool("a process was terminated abruptly"))
            return future

    monkeypatch.setattr(experiment, "ProcessPoolExecutor", Breaks)
    with pytest.raises(SystemExit, match="1 runs failed:\ntune: tones, text.*, rate 0.001, seed 0: a process was terminated"):
        go(queue, tones, tmp_path, "--only", "tones")
    # What waits for that one alone has no row.
    assert {r["arm"] for r in rows_of(tmp_path / "results/queue.csv") if r["stage"] == "final"} == {"random", "scratch"}
    assert Breaks.pools == 2


def test_runs_side_by_side_in_processes_of_their_own(llama_base, tones, tmp_path):  # noqa: F811
    queue = write(tmp_path, llama_base, tones.name, rates={"text": [1e-3]}, arms=["text"])
    rows = go(queue, tones, tmp_path, "--only", "tones", "--workers", 2)
    assert [r["seed"] for r in sorted(rows, key=lambda r: r["seed"])] == ["0", "1"]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"colour": 1}, "tones: unknown colour"),
        ({"arms": ["text", "image"]}, "arm 'image'"),
        ({"arms": []}, "at least one arm"),
        ({"rates": {"text": [1e-3], "random": []}}, "no rates for the arm random"),
        ({"rates": "reading"}, "rates of 'reading'"),
        ({"adapt": "--lr 3"}, "--lr is not for the queue to say"),
        ({"adapt": "--stepz 3"}, "tones: adapt: unrecognized arguments: --stepz 3"),
        ({"adapt": "--batch x"}, "--batch: x: expected a whole number, 1 or more"),
        ({"name": "reading"}, "two experiments of one name"),
        *(({"name": name}, "name: .*expected (text|the name of a folder)") for name in ("../up", "/up", "", ".", "a\nb", 3)),
        *(({key: 5}, f"{key}: 5; expected") for key in ("train", "test", "adapt", "arms", "seeds", "bases", "rates")),
        *(({"seeds": seeds}, "seeds: .*expected whole numbers") for seeds in (["x"], [1.5], [-1], [1 << 32], [1, 1], [True])),
        *(({"bases": [base]}, "bases: .*expected objects") for base in ("b", {"path": "b"}, {"path": "b", "tokens_read": "9"})),
        *(
            ({"rates": {"text": rates, "random": [1], "scratch": [1]}}, "rates: .*expected lists of numbers above 0, each once")
            for rates in (1, ["x"], [0], [-1], [float("nan")], [1e-3, 1e-3], [0.00123456789, 0.0012345671])
        ),
        ({"rates": {}}, "rates: {}; expected rates for each arm"),
        ({"arms": ["text", "text"]}, "expected each arm once"),
        ({"adapt": '--input "waveform'}, "adapt: No closing quotation"),
    ],
)
def test_a_queue_with_a_mistake_is_refused(tmp_path, changes, message):
    with pytest.raises(SystemExit, match=message):
        read_queue(write(tmp_path, Path("base"), **changes))


def test_files_for_folders_are_refused_before_anything_is_run(queue, tones, tmp_path):  # noqa: F811
    for name in ("results", "runs", "cache"):
        places = {"results": tmp_path / "results", "runs": tmp_path / "runs", "cache": tmp_path / "cache"} | {name: queue}
        words = [word for option, place in places.items() for word in (f"--{option}", place)]
        with pytest.raises(DataError, match=f"--{name} .*queue.json: is a file; expected a folder, or none"):
            run(experiment, queue, *words, "--data", tones.parent, "--minutes", 0)


def test_what_is_no_experiment_is_refused(tmp_path):
    (tmp_path / "queue.json").write_text('{"experiments": ["tones"]}')
    with pytest.raises(SystemExit, match="experiment 'tones': expected an object"):
        read_queue(tmp_path / "queue.json")


def test_a_row_that_no_run_has_written_is_named(queue, tones, tmp_path):  # noqa: F811
    whole = {name: "1" for name in experiment.COLUMNS} | {"stage": "tune", "arm": "text"}
    path = tmp_path / "results/queue.csv"
    path.parent.mkdir()
    for change, message in (
        ({"validation": "x"}, "validation is 'x'; expected a number"),
        ({"validation": "nan"}, "validation is 'nan'; expected a number"),
        ({"tokens_read": "1.5"}, "tokens_read is '1.5'; expected a number"),
        ({"arm": "image"}, "arm is 'image'; expected text or random or scratch"),
        (None, "expected as many cells as there are columns"),
    ):
        rows = [whole.values(), (whole | change).values() if change else ["1", "2"]]
        with open(path, "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([experiment.COLUMNS, *rows])
        with pytest.raises(DataError, match=f"queue.csv, line 3: {message}"):
            go(queue, tones, tmp_path)


def test_bases_are_asked_for_when_they_are_needed(tmp_path):
    every = read_queue(write(tmp_path, Path("nowhere")))
    with pytest.raises(SystemExit, match="tones: no base in .*nowhere"):
        select(every, "tones")
    with pytest.raises(SystemExit, match="no experiment is called like 'x'; there are tones, reading"):
        select(every, "x")


def test_the_committed_queue_is_sound():
    every = {e.name: e for e in read_queue(Path(__file__).parents[1] / "experiments" / "finding.json")}
    assert {"esc-50", "speech-commands", "cifar-10", "fashion-mnist"} <= set(every)
    # Every arm of a data set has one budget, and the curve of reading is of the same one.
    for name, source in [("", "speech-commands"), ("-esc-50", "esc-50"), ("-cifar-10", "cifar-10")]:
        reading = every["reading" + name]
        assert reading.settings == every[source].settings and reading.rates_of == source


def test_choosing_a_rate_and_naming_a_run(tmp_path):
    assert choose({1e-3: 0.5, 2e-3: 0.7, 4e-3: 0.7}) == 2e-3
    e = read_queue(write(tmp_path, Path("base")))[0]
    keys = {Run(e, arm, Base(Path("b"), n), 0.001, 0).key for arm in ("text", "random") for n in (1, 2)}
    assert len(keys) == 3
