"""What the runtime computes of examples (Sources/Learning/Classifiers.swift), in numpy, so that hundreds of episodes take
seconds. `measure.py` checks it against a file that `tacit learn` wrote before it believes it."""

from dataclasses import dataclass

import numpy as np

# As in Sources/Learning/RidgeRegression.swift.
REGULARISATION = 0.3


@dataclass
class Planes:
    weights: np.ndarray  # [classes, width]
    biases: np.ndarray  # [classes]

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return points @ self.weights.T + self.biases


def learn(examples: list[np.ndarray], targets: np.ndarray, prototypes: np.ndarray) -> Planes:
    """Planes of examples, each [copies, width], of classes 0 to the largest of `targets`, -1 for what is of none.

    `prototypes` [labels, width] are of the model's own labels; empty where it has none.
    """
    classes = int(targets.max()) + 1
    copies = np.array([len(rows) for rows in examples])
    rows = np.concatenate([*examples, prototypes, np.zeros((1, examples[0].shape[1]))]).astype(np.float64)
    weight = np.concatenate([np.repeat(1 / copies, copies), np.ones(len(prototypes) + 1)])
    wanted = np.zeros((len(rows), classes))
    owner = np.repeat(targets, copies)
    wanted[np.flatnonzero(owner >= 0), owner[owner >= 0]] = 1

    total = weight.sum()
    mean, offset = weight @ rows / total, weight @ wanted / total
    centred = rows - mean
    square = (centred * weight[:, None]).T @ centred
    square[np.diag_indices_from(square)] += max(REGULARISATION * np.trace(square) / total, 1e-9)
    inverse = np.linalg.inv(square)
    solution = inverse @ ((centred * weight[:, None]).T @ (wanted - offset))

    # What each example would have been given had it not been there.
    points = np.concatenate([np.stack([rows.mean(0) for rows in examples]), prototypes]).astype(np.float64) - mean
    values = points @ solution + offset
    left = 1 - np.minimum(((points @ inverse) * points).sum(1) + 1 / total, 0.99)
    of = np.concatenate([targets, np.full(len(prototypes), -1)])
    typical, middle = np.zeros(classes), np.zeros(classes)
    for index in range(classes):
        own = of == index
        given = 1 - (1 - values[own, index]) / left[own] if own.sum() > 1 else 0.6 * values[own, index]
        others = np.sort(values[~own, index] / left[~own])
        high = others[len(others) - 1 - len(others) // 50] if len(others) else 0
        typical[index], middle[index] = given.mean(), 0.5 * (given.mean() + high)
    level = 0.5 * (middle + middle.mean())
    slope = 3 / max((typical - level).mean(), 0.05)
    return Planes(solution.T * slope, (offset - solution.T @ mean - level) * slope)


def probe(points: np.ndarray, targets: np.ndarray) -> Planes:
    """Multinomial logistic regression with a penalty of a hundredth of the squared weights."""
    from scipy.optimize import minimize

    classes, width = int(targets.max()) + 1, points.shape[1]
    wanted = np.eye(classes)[targets]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(classes, width + 1)
        logits = points @ matrix[:, :-1].T + matrix[:, -1]
        logits -= logits.max(1, keepdims=True)
        scores = np.exp(logits)
        scores /= scores.sum(1, keepdims=True)
        error = (scores - wanted) / len(points)
        slope = np.concatenate([error.T @ points + 0.02 * matrix[:, :-1], error.sum(0)[:, None]], 1)
        value = -np.log(np.maximum((scores * wanted).sum(1), 1e-30)).mean() + 0.01 * (matrix[:, :-1] ** 2).sum()
        return value, slope.ravel()

    scaled = points.shape[1] ** 0.5  # vectors of length 1 to elements of about 1
    points = points * scaled
    found = minimize(loss, np.zeros(classes * (width + 1)), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    matrix = found.x.reshape(classes, width + 1)
    return Planes(matrix[:, :-1] * scaled, matrix[:, -1])


def ridge(points: np.ndarray, targets: np.ndarray) -> Planes:
    """The same regression with nothing around it, for vectors that are not the runtime's."""
    wanted = np.eye(int(targets.max()) + 1)[targets]
    mean, offset = points.mean(0), wanted.mean(0)
    centred = points - mean
    kernel = centred @ centred.T
    kernel[np.diag_indices_from(kernel)] += max(REGULARISATION * np.trace(kernel) / len(points), 1e-9)
    solution = np.linalg.solve(kernel, wanted - offset).T @ centred
    return Planes(solution, offset - solution @ mean)
