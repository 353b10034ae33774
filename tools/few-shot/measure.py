"""Few-shot episodes. Started by `run`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from learning import Planes, learn, probe, ridge
from peers import YAMNet, log_mel_statistics, pixels

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from executables import TACIT, json_lines, output, show  # noqa: E402
from tacit_train.arguments import whole  # noqa: E402

PICTURES = {".png", ".jpg", ".jpeg"}
SHOTS = (1, 2, 5, 10, 20)
# Of a class; `tacit learn` takes no more than 256.
MOST = 200
SEVERAL = whole(2)
"""Of what a deviation is told of."""


def files_of(folder: Path, rng: np.random.Generator) -> dict[str, list[Path]]:
    found = {}
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder")
    for place in sorted(it for it in folder.iterdir() if it.is_dir() and not it.name.startswith(".")):
        files = sorted(it for it in place.iterdir() if it.is_file() and not it.name.startswith("."))
        found[place.name] = [files[i] for i in sorted(rng.permutation(len(files))[:MOST])]
    if len(found) < 2 or min(map(len, found.values())) < 2:
        sys.exit(f"{folder}: expected 2 folders or more with 2 files or more in each")
    return found


class Rows:
    """What the runtime makes of every file of a set: as an example, with its copies, and as something to be labelled."""

    def __init__(self, model: Path, files: dict[str, list[Path]]):
        with tempfile.TemporaryDirectory() as scratch:
            labels = Path(scratch) / "all.labels"
            for name, paths in files.items():
                # Taught names must not be the model's own.
                output(TACIT, "learn", model, f"taught {name}", *paths, "--no-clips", "--labels", labels)
            reader = GGUFReader(labels)
            fields = {name: field for name, field in reader.fields.items() if name.startswith("tacit.labels.")}

            def numbers(name: str) -> np.ndarray:
                field = fields[f"tacit.labels.{name}"]
                return np.array([field.parts[i][0] for i in field.data])

            tensors = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
            self.targets, copies = numbers("example_owners"), numbers("example_copies")
            self.examples = np.split(tensors["rows"], np.cumsum(copies)[:-1])
            self.planes = Planes(tensors["weights"], tensors["biases"].ravel())
        paths = [path for list_ in files.values() for path in list_]
        self.windows: list[np.ndarray] = []
        for start in range(0, len(paths), 500):
            windows: dict[str, list] = {str(path): [] for path in paths[start : start + 500]}
            for line in json_lines(TACIT, "embed", model, *windows, "--learning", "--windows", "--json"):
                windows[line["path"]].append(line["embedding"])
            self.windows += [np.array(rows) for rows in windows.values()]

    def check(self, prototypes: np.ndarray) -> None:
        """The runtime's planes of all examples and ours must be the same."""
        ours = learn(self.examples, self.targets, prototypes)
        for found, expected in ((ours.weights, self.planes.weights), (ours.biases, self.planes.biases)):
            if not np.abs(found - expected).max() < 1e-3 * np.abs(expected).max():
                sys.exit("what is learned here is not what tacit learns")


def prototypes_of(model: Path) -> np.ndarray:
    """Where the model's own labels and what else may be heard or seen lie; empty where it does not say."""
    names = ("learning.prototypes", "learning.others")
    found = {tensor.name: np.array(tensor.data) for tensor in GGUFReader(model).tensors if tensor.name in names}
    return np.concatenate([found[name] for name in names if name in found]) if found else np.zeros((0, 1))


def draw(targets: np.ndarray, shots: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """So many of every class to learn from, and all others."""
    chosen = np.zeros(len(targets), bool)
    for index in range(targets.max() + 1):
        chosen[rng.permutation(np.flatnonzero(targets == index))[:shots]] = True
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)


def mean_of(values: list[float]) -> dict[str, float]:
    """The mean over episodes in percent, with the 95 % interval of the mean, and what 95 % of the episodes lie within."""
    percent = 100 * np.array(values)
    error = 1.96 * percent.std(ddof=1) / len(percent) ** 0.5
    low, high = np.percentile(percent, [2.5, 97.5])
    return {name: round(float(value), 2) for name, value in (
        ("mean", percent.mean()), ("from", percent.mean() - error), ("to", percent.mean() + error), ("low", low), ("high", high)
    )}  # fmt: skip


def standardised(vectors: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """By what was learned from, to length 1."""
    mean, deviation = vectors[chosen].mean(0), vectors[chosen].std(0) + 1e-6
    scaled = (vectors - mean) / deviation
    return scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-9)


def measure(rows: Rows, prototypes: np.ndarray, peers: dict[str, np.ndarray], options: argparse.Namespace) -> dict:
    targets, result = rows.targets, {}
    smallest = np.bincount(targets).min()
    whole = np.stack([windows.mean(0) for windows in rows.windows])
    for shots in SHOTS:
        if shots >= smallest:
            break
        rng = np.random.default_rng(shots)
        found: dict[str, list[float]] = {}
        for episode in range(options.episodes):
            chosen, others = draw(targets, shots, rng)
            truth = targets[others]
            planes = learn([rows.examples[i] for i in chosen], targets[chosen], prototypes)
            # As `eval` has it: the mean over a file's windows.
            found.setdefault("tacit", []).append((planes(whole[others]).argmax(1) == truth).mean())
            # As a stream has it: any window over the threshold.
            said = np.stack([(planes(rows.windows[i]) > 0).any(0) for i in others])
            own = said[np.arange(len(others)), truth]
            found.setdefault("heard", []).append(own.mean())
            found.setdefault("wrongly heard", []).append((said.sum() - own.sum()) / (said.size - len(others)))
            if episode < options.probes:
                guess = probe(whole[chosen], targets[chosen])(whole[others]).argmax(1)
                found.setdefault("linear probe", []).append((guess == truth).mean())
            for name, vectors in peers.items():
                scaled = standardised(vectors, chosen)
                guess = ridge(scaled[chosen], targets[chosen])(scaled[others]).argmax(1)
                found.setdefault(name, []).append((guess == truth).mean())
        result[shots] = {name: mean_of(values) for name, values in found.items()}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/few-shot/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--episodes", type=SEVERAL, default=300)
    parser.add_argument("--probes", type=whole(0), default=50, help="episodes that a linear probe is trained in; not 1")
    parser.add_argument("--yamnet", type=Path, help="yamnet.tflite, for sets of sound")
    parser.add_argument("--no-peers", action="store_true", help="the model alone")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.probes == 1:
        parser.error("--probes 1: expected 0, or 2 and more")
    prototypes = prototypes_of(options.model)
    everything = {"model": options.model.name, "episodes": options.episodes, "sets": {}}
    for text in options.sets:
        name, _, folder = text.partition("=")
        if not folder:
            sys.exit(f"{text}: expected NAME=FOLDER")
        files = files_of(Path(folder), np.random.default_rng(0))
        rows = Rows(options.model, files)
        width = rows.examples[0].shape[1]
        own = prototypes if prototypes.shape[1] == width else np.zeros((0, width))
        rows.check(own)
        paths = [path for list_ in files.values() for path in list_]
        peers = {}
        if not options.no_peers:
            if paths[0].suffix.lower() in PICTURES:
                peers["pixels"] = np.stack([pixels(path) for path in paths])
            else:
                peers["log-mel statistics"] = np.stack([log_mel_statistics(path) for path in paths])
                if options.yamnet:
                    network = YAMNet(options.yamnet)
                    peers["YAMNet's scores"] = np.stack([network(path) for path in paths])
        found = measure(rows, own, peers, options)
        everything["sets"][name] = {"classes": len(files), "files": len(paths), "examples": found}
        print(f"{name}: {len(files)} classes, {len(paths)} files, {show(options.model)['path']}")
        names = list(next(iter(found.values())))
        print(f"  {'examples':>8}  " + "  ".join(f"{it:>20}" for it in names))
        for shots, values in found.items():
            cells = (f"{values[it]['mean']:5.1f} ({values[it]['from']:.1f} to {values[it]['to']:.1f})" for it in names)
            print(f"  {shots:>8}  " + "  ".join(f"{cell:>20}" for cell in cells), flush=True)
    if options.out:
        options.out.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
