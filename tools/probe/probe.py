"""Cross-validates a linear layer on a model's embeddings. Started by `run`."""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from scipy.stats import t as student

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines  # noqa: E402
from recordings import SUFFIXES  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from tacit_train.arguments import COUNT  # noqa: E402

# Strengths of the penalty on the layer's weights; each training part chooses among them for itself.
PENALTIES = (0.003, 0.03, 0.3)


def classes_in(folder: Path) -> dict[str, list[Path]]:
    """The recordings of each class, by name."""
    found = {}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = [path for path in sorted(place.rglob("*")) if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
        if files:
            found[place.name] = files
    return found


def embeddings(model: Path, files: list[Path]) -> np.ndarray:
    """[files, width], each the mean over a file's windows."""
    lines = json_lines(TACIT, "embed", model, *files, "--json")
    by_path = {line["path"]: line["embedding"] for line in lines}
    return np.array([by_path[str(path)] for path in files])


def folds(classes: np.ndarray, parts: int, rng: np.random.Generator) -> np.ndarray:
    """A part for each example, 0 to `parts` - 1, in each of which every class has as many as the others, within one."""
    part = np.empty(len(classes), int)
    for name in np.unique(classes):
        places = rng.permutation(np.flatnonzero(classes == name))
        part[places] = (np.arange(len(places)) + rng.integers(parts)) % parts
    return part


def fit(x: np.ndarray, classes: np.ndarray, count: int, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: weights [count, width] and biases [count] that minimise the mean of the
    cross-entropy plus half of `penalty` times the squared weights."""
    truth = np.eye(count)[classes]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        layer = flat.reshape(count, -1)
        logits = x @ layer[:, :-1].T + layer[:, -1]
        error = (softmax(logits, axis=1) - truth) / len(x)
        gradient = np.hstack([error.T @ x + penalty * layer[:, :-1], error.sum(0)[:, None]])
        value = -(truth * log_softmax(logits, axis=1)).sum() / len(x) + penalty / 2 * (layer[:, :-1] ** 2).sum()
        return value, gradient.ravel()

    found = minimize(loss, np.zeros(count * (x.shape[1] + 1)), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    layer = found.x.reshape(count, -1)
    return layer[:, :-1], layer[:, -1]


def hits(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], count: int, penalty: float) -> int:
    """How many of `test` a layer fitted to `train` gets right. Both are scaled by what `train` alone says."""
    (x, classes), (y, truth) = train, test
    middle, deviation = x.mean(0), x.std(0) + 1e-6
    weights, biases = fit((x - middle) / deviation, classes, count, penalty)
    return int(((((y - middle) / deviation) @ weights.T + biases).argmax(1) == truth).sum())


def best_penalty(x: np.ndarray, classes: np.ndarray, count: int, rng: np.random.Generator) -> float:
    """The penalty that does best within the training part, by three parts of it."""
    part = folds(classes, 3, rng)

    def right(penalty: float) -> int:
        return sum(
            hits((x[part != k], classes[part != k]), (x[part == k], classes[part == k]), count, penalty) for k in range(3)
        )

    return max(reversed(PENALTIES), key=right)


def cross_validate(x: np.ndarray, classes: np.ndarray, repeats: int, parts: int = 5, seed: int = 0) -> np.ndarray:
    """[repeats, parts]: the share that is right in each part by a layer fitted to the others."""
    count, rng = int(classes.max()) + 1, np.random.default_rng(seed)
    shares = np.empty((repeats, parts))
    for row in shares:
        part = folds(classes, parts, rng)
        for k in range(parts):
            inside, outside = part != k, part == k
            penalty = best_penalty(x[inside], classes[inside], count, rng)
            row[k] = hits((x[inside], classes[inside]), (x[outside], classes[outside]), count, penalty) / outside.sum()
    return shares


def interval(shares: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean of repeated cross-validation, whose parts overlap: the corrected resampled t-test's
    (Nadeau and Bengio 2003, section 5; Bouckaert and Frank 2004)."""
    parts, count = shares.shape[1], shares.size
    deviation = np.sqrt(shares.var(ddof=1) * (1 / count + 1 / (parts - 1)))
    reach = student.ppf(0.975, count - 1) * deviation
    return max(0.0, shares.mean() - reach), min(1.0, shares.mean() + reach)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/probe/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=COUNT, default=10)
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"{options.folder}: no such folder")
    found = classes_in(options.folder)
    if len(found) < 2 or min(map(len, found.values())) < 5:
        sys.exit(f"{options.folder}: expected at least 2 folders with 5 recordings or more each")
    files = [path for paths in found.values() for path in paths]
    classes = np.repeat(np.arange(len(found)), [len(paths) for paths in found.values()])
    shares = cross_validate(embeddings(options.model, files), classes, options.repeats)
    low, high = interval(shares)
    print(f"{len(files)} recordings, {len(found)} classes; 5 folds, {options.repeats} times: {shares.mean():.1%} right "
          f"(95 %: {low:.1%} to {high:.1%})")  # fmt: skip


if __name__ == "__main__":
    main()
