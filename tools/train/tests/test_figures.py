"""Tables and plots from rows alone, those of the former control included."""

import csv
from pathlib import Path

import pytest
from test_adapt import run

from tacit_train import figures
from tacit_train.experiment import COLUMNS
from tacit_train.readers import DataError
from tacit_train.table import arms_table, differences_table, final, rates_table, read

RESULTS = Path(__file__).parents[1] / "results"


def row(arm: str, value: str, **more: str) -> dict[str, str]:
    tokens = "3000000" if arm == "text" else "0"
    common = {"experiment": "esc-50", "dataset": "esc-50", "split": "fold-5", "labels": "50", "base": "base"}
    common |= {"attention": "full", "lr": "0.001", "seed": "0", "stage": "final", "steps": "10", "examples": "160"}
    common |= {"parameters_trained": "817970", "minutes": "2.00", "validation_count": "9", "validation": "0.5"}
    common |= {"count": "400", "metric": "accuracy", "commit": "c", "settings": "s"}
    return common | {"arm": arm, "value": value, "tokens_read": tokens} | more


def test_means_and_deviations_by_arm():
    rows = [row("text", "0.3"), row("random", "0.2"), row("text", "0.32", steps="12", minutes="4"), row("text", "0.34")]
    lines = arms_table([*rows, row("text", "", stage="tune")]).splitlines()
    assert lines[2] == (
        "| esc-50, fold-5 | text | 3,000,000 | full | 817,970 | 10 to 12 | 160 | 0.001 | 3 | 32.0 ± 2.0 % "
        "| 30.0, 32.0, 34.0 | 2.7 |"
    )
    assert lines[3] == "| esc-50, fold-5 | random | 0 | full | 817,970 | 10 | 160 | 0.001 | 1 | 20.0 % | 20.0 | 2.0 |"
    assert len(lines) == 4


def test_differences_with_their_standard_error():
    rows = [row("text", v) for v in ("0.30", "0.32", "0.34")] + [row("random", v) for v in ("0.30", "0.31")]
    rows += [row("scratch", "0.4"), row("random", "0.9", experiment="other", settings="t")]
    # Variances 4 and 0.5: the root of 4 / 3 + 0.5 / 2.
    assert differences_table(rows).splitlines()[2:] == [
        "| esc-50, full | 3,000,000 | text - random | +1.5 | 1.3 |",
        "| esc-50, full | 3,000,000 | text - scratch | -8.0 | - |",
    ]
    assert differences_table([row("text", "0.3")]) == ""
    more = [row("text", "0.5", experiment="reading", tokens_read="9")]
    more.append(row("random", "0.2", experiment="reading", settings="t"))
    assert "| reading, full | 9 | text - random | +19.5 | - |" in differences_table([*rows, *more])


def test_another_architecture_is_not_compared_with():
    """As many tokens, another number of layers."""
    small, large = [row("text", "0.3"), row("random", "0.2"), row("scratch", "0.1", parameters_trained="9")], []
    for one in small:
        size = "99" if one["arm"] == "scratch" else "900000"
        large.append(one | {"experiment": "more-layers", "parameters_trained": size, "value": "0.5"})
    middle = row("text", "0.4", experiment="middle-layers")
    lines = [line.split(" | ") for line in differences_table([*small, *large, middle]).splitlines()[2:]]
    assert [[line[0], *line[2:4]] for line in lines] == [
        ["| esc-50, full", "text - random", "+10.0"],
        ["| esc-50, full", "text - scratch", "+20.0"],
        ["| more-layers, full", "text - random", "+0.0"],
        ["| more-layers, full", "text - scratch", "+0.0"],
        ["| middle-layers, full", "text - random", "+20.0"],
        ["| middle-layers, full", "text - scratch", "+30.0"],
    ]


def test_a_row_that_cannot_be_is_named(tmp_path):
    path = tmp_path / "rows.csv"
    for more, message in (({"value": "x"}, "value is 'x'; expected a number"), ({"labels": "0x"}, "labels"), ({"arm": "a"}, "arm is")):
        with open(path, "w", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerow(row("text", "0.5") | more)
        with pytest.raises(DataError, match=f"rows.csv, line 2: {message}"):
            read([path])


def test_a_rate_chosen_later_takes_the_place_of_the_one_before():
    rows = [row("text", "", stage="tune", lr=rate, validation=v) for rate, v in (("0.001", "0.7"), ("0.0003", "0.8"))]
    rows += [row("text", "0.3"), row("text", "0.4", lr="0.0003"), row("random", "0.2")]
    assert [r["value"] for r in final(rows)] == ["0.4", "0.2"]
    # An experiment that took that rate over leaves it with it.
    more = [row("text", v, experiment="reading", tokens_read="9", lr=r) for v, r in (("1", "0.001"), ("2", "0.0003"))]
    assert [r["value"] for r in final([*rows, *more])] == ["0.4", "0.2", "2"]


def test_rates_that_were_tried():
    tried = [("0.002", "0.7"), ("0.001", "0.7"), ("0.0005", "0.5")]
    rows = [row("text", "", stage="tune", lr=rate, validation=value) for rate, value in tried]
    rows.append(row("random", "", stage="tune"))
    lines = rates_table(rows).splitlines()
    assert lines[2].endswith("| 0.0005: 50.0 %, **0.001: 70.0 %**, 0.002: 70.0 % | no |")
    assert lines[3].endswith("| **0.001: 50.0 %** | yes |")


def test_the_rows_of_the_former_control():
    paths = sorted(RESULTS.glob("control-*.csv"))
    assert "| speech-commands, test | text | - | causal | 648,460 | 238 to 240 |" in arms_table(read(paths))
    assert "| fashion-mnist, full | - | text - random | +0.2 | 0.4 |" in differences_table(read(paths))


def test_the_command(tmp_path, capsys):
    rows = [row(arm, f"0.{n}") for arm in ("text", "random", "scratch") for n in (4, 5)]
    rows += [row("text", "0.6", tokens_read="1000"), row("text", "", stage="tune")]
    for name, some in [("all", rows), ("plain", rows[-1:]), ("one", rows[:1])]:
        with open(tmp_path / f"{name}.csv", "w", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(some)
    for out in ("first", "second"):
        run(figures, tmp_path / "all.csv", "--out", tmp_path / out)
    names = sorted(p.name for p in (tmp_path / "first").iterdir())
    assert names == ["arms.svg", "reading.svg", "table.md"]
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert (tmp_path / "first" / "table.md").read_text() in capsys.readouterr().out
    assert "random, every weight trained" in (tmp_path / "first" / "arms.svg").read_text()
    assert "1 k" in (tmp_path / "first" / "reading.svg").read_text()
    # One arm and one base: tables alone.
    run(figures, tmp_path / "one.csv", "--out", tmp_path / "alone")
    assert [p.name for p in (tmp_path / "alone").iterdir()] == ["table.md"]
    with pytest.raises(SystemExit, match="nothing was measured"):
        run(figures, tmp_path / "plain.csv")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SystemExit, match="bad.csv: no column arm"):
        run(figures, tmp_path / "bad.csv")
