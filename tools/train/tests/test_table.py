from tacit_train.table import table


def row(arm: str, value: str, steps: str = "10") -> dict[str, str]:
    return {
        "dataset": "esc-50", "split": "fold-5", "arm": arm, "attention": "full", "lr": "0.001", "seed": "0", "steps": steps, "epochs": "2.0",
        "parameters_trained": "817970", "count": "400", "metric": "accuracy", "value": value,
    }  # fmt: skip


def test_means_and_deviations_by_arm():
    text = table([row("text", "0.3"), row("random", "0.2"), row("text", "0.32", steps="12"), row("text", "0.34")])
    lines = text.splitlines()
    assert lines[2] == (
        "| esc-50, fold-5 | text | full | 0.001 | 10 to 12 | 2 | 817,970 | 3 | 32.0 ± 2.0 % | 30.0, 32.0, 34.0 |"
    )
    assert lines[3] == "| esc-50, fold-5 | random | full | 0.001 | 10 | 2 | 817,970 | 1 | 20.0 % | 20.0 |"
    assert len(lines) == 4
