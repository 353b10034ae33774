#!/usr/bin/env python3
"""Measures Tacit and its peers in turns, in random order, one process for each configuration and round.

`run` calls this with everything in place. Writes raw.csv, ratios.md, ratios.svg and run.json to --out.
"""

import argparse
import json
import platform
import random
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages

python_packages.expect(sys.argv[0], "tools/compare-peers/peers.txt")
import make_models
import plot
import table
from configurations import BY_NAME, CONTENDERS, TASKS, TITLES, Configuration, contenders, shuffled

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REFERENCE = "tacit-int8"
PACKAGES = ("onnxruntime", "ctranslate2", "llama-cpp-python")
# Windows of Tacit's models: those that are passed, and one with a patch more for the step behind 200.
WINDOWS = [64, 200, 201]
# Seconds of one process before it is given up.
PATIENCE = 600


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/compare-peers/run", description="Measures Tacit beside its peers.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; each measures everything once (default 5)")
    parser.add_argument("--seconds", type=float, default=2, help="seconds a process measures, each way (default 2)")
    parser.add_argument("--quick", action="store_true", help="one round, few repetitions: does everything work?")
    parser.add_argument("--only", default="", metavar="REGEX", help="configurations whose name matches, as m1-window-64-1-onnx-int8")
    parser.add_argument("--list", action="store_true", help="print the names of the configurations and end")
    parser.add_argument("--seed", type=int, help="of the order (default: drawn, and printed)")
    parser.add_argument("--out", type=Path, default=ROOT / ".build/compare-peers/results", help="folder of the results")
    parser.add_argument("--folder", type=Path, default=ROOT / ".build/compare-peers", help="folder of the model files")
    parser.add_argument("--tacit", type=Path, default=ROOT / ".build/release/tacit")
    parser.add_argument("--converter", type=Path, default=ROOT / ".build/release/tacit-convert")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.2
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    for name in ("out", "folder", "tacit", "converter"):
        setattr(options, name, getattr(options, name).resolve())
    return options


def choose(pattern: str) -> list[Configuration]:
    everything = [Configuration(task, contender) for task in TASKS for contender in contenders(task)]
    chosen = [configuration for configuration in everything if re.search(pattern, configuration.name)]
    # Nothing can be compared without the reference.
    tasks = {configuration.task for configuration in chosen}
    return [it for it in everything if it in chosen or (it.task in tasks and it.contender.name == REFERENCE)]


def prepare(options: argparse.Namespace, chosen: list[Configuration]) -> list[Configuration]:
    """Makes the files and checks what is computed from them. Returns what can be measured."""
    options.folder.mkdir(parents=True, exist_ok=True)
    shapes = list(dict.fromkeys(configuration.task.shape for configuration in chosen))
    kinds = [it.kind for it in CONTENDERS if it.peer == "tacit" and any(c.contender == it for c in chosen)]
    failed = make_models.make_models(options.folder, options.converter, shapes, WINDOWS, kinds)
    without = {path.stem.rsplit("-", 1)[1] for path in failed}
    if without:
        print(f"Tacit without {', '.join(sorted(without))}: tacit-convert could not make it", file=sys.stderr)
    chosen = [it for it in chosen if it.contender.peer != "tacit" or it.contender.kind not in without]
    names = [contender.name for contender in CONTENDERS if any(it.contender == contender for it in chosen)]
    common = ["--folder", options.folder, "--shapes", ",".join(shapes), "--contenders", ",".join(names)]
    subprocess.run([sys.executable, HERE / "prepare.py", *common], check=True, stdout=sys.stderr)
    errors = options.out / "errors.csv"
    with errors.open("w") as file:
        checked = subprocess.run([sys.executable, HERE / "check.py", *common, "--tacit", options.tacit], stdout=file)
    if checked.returncode:
        sys.exit(f"The contenders do not compute the same: see {errors}")
    return chosen


def measure(configuration: Configuration, options: argparse.Namespace) -> dict | None:
    command = [
        sys.executable, HERE / "process.py", configuration.task.name, configuration.contender.name,
        "--folder", options.folder, "--seconds", str(options.seconds), "--tacit", options.tacit,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"{configuration.name}: not done within {PATIENCE} s", file=sys.stderr)
        return None
    if done.returncode:
        print(f"{configuration.name}: failed\n{done.stderr.strip()}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def report(options: argparse.Namespace, measurements: list[table.Measurement]) -> None:
    table.write(options.out / "raw.csv", measurements)
    (options.out / "ratios.md").write_text(table.markdown(measurements, REFERENCE))
    plot.draw(table.ratios(measurements, REFERENCE), REFERENCE, options.out / "ratios.svg")


def main() -> int:
    options = parse()
    chosen = choose(options.only)
    if options.list or not chosen:
        print("\n".join(it.name for it in chosen) or "nothing matches")
        return 0 if chosen else 64
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = prepare(options, chosen)
    about = {
        "seed": options.seed, "rounds": options.rounds, "seconds": options.seconds, "processor": processor(),
        "peers": {name: version(name) for name in PACKAGES},
    }  # fmt: skip
    print(json.dumps(about), file=sys.stderr)
    (options.out / "run.json").write_text(json.dumps(about, indent=2) + "\n")
    order = random.Random(options.seed)
    measurements: list[table.Measurement] = []
    failures = 0
    for number in range(1, options.rounds + 1):
        for configuration in shuffled(chosen, order):
            result = measure(configuration, options)
            if result is None:
                failures += 1
                continue
            for quantity in table.QUANTITIES[configuration.task.work]:
                measurements.append(
                    table.Measurement(
                        number, configuration.task.name, configuration.contender.name, quantity, result[quantity],
                        result.get("way", ""),
                    )  # fmt: skip
                )
            values = ", ".join(f"{result[q]:.4g} {table.unit(q)}" for q in table.QUANTITIES[configuration.task.work])
            print(f"round {number}: {configuration.name}: {values} {result.get('way', '')}", file=sys.stderr)
        report(options, measurements)
    print(f"Relative to {TITLES[REFERENCE]}: median of {options.rounds} rounds (least to most)\n")
    print((options.out / "ratios.md").read_text())
    print(f"raw.csv, ratios.md, ratios.svg, errors.csv, run.json: {options.out}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
