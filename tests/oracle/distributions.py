"""Eq. 1 to 5 of the paper and trust in plain loops, written independently of the code.

From the paper and the docs alone, in float64, one sample and neighbour at a time.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass
class Settings:
    """The hyperparameters, by the paper's letters."""

    K: int = 3
    omega: float = 0.9
    tau: float = 0.1
    delta: float = 0.7
    alpha: float = 1.0
    beta: float = 0.1
    momentum: float = 0.9
    spaces: tuple[str, ...] = ("expression", "landmark")
    exclude_same_id: bool = True
    batch_negatives: bool = True
    pair_labels: str = "pseudo"
    stop_gradient_neighbors: bool = False
    trust: float = 0.0
    trust_balance: float = 0.0
    neighbor_labels: str = "predicted"
    sharpness: float = 1.0


@dataclasses.dataclass
class Remembered:
    """A record of a past batch (docs/choices.md), as it was then."""

    id: int
    expression: np.ndarray
    landmark: np.ndarray
    label: np.ndarray
    known: bool


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max())
    return e / e.sum()


def linear(layer: dict, x: np.ndarray) -> np.ndarray:
    return x @ layer["kernel"] + layer["bias"]


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def neighbours(
    features: np.ndarray, ids: list[int], i: int, K: int, exclude: bool, known: np.ndarray
) -> list[int]:
    """Eq. 1 and 2; of equally similar ones the first in the batch is the nearer.

    Who is not known in the space has no neighbours there and is none.
    """
    if not known[i]:
        return []

    def similarity(j: int) -> float:
        lengths = np.sqrt(features[i] @ features[i]) * np.sqrt(features[j] @ features[j])
        return features[i] @ features[j] / lengths

    others = [
        j for j in range(len(ids)) if known[j] and j != i and not (exclude and ids[j] == ids[i])
    ]
    return sorted(others, key=lambda j: -similarity(j))[:K]


def contribution(net: dict, x_i: np.ndarray, x_j: np.ndarray) -> float:
    """Eq. 3."""
    both = np.concatenate([linear(net["g1"], x_i), linear(net["g2"], x_j)])
    z = linear(net["f3"], relu(linear(net["f2"], relu(linear(net["f1"], both)))))
    return 1 / (1 + np.exp(-z[0]))


def everyone(space: str, weights: dict, past: list[Remembered]) -> np.ndarray:
    """The features of all candidates: the batch, then the past."""
    return np.array([*weights[space], *(getattr(one, space) for one in past)])


def distribution(
    net: dict, features: np.ndarray, labels: list[np.ndarray], near: list[int], i: int
) -> np.ndarray:
    """One space's term of Eq. 4, of a sample that has neighbours there."""
    c = [contribution(net, features[i], features[j]) for j in near]
    return sum(c_k * labels[k] for c_k, k in zip(c, near, strict=True)) / sum(c)


def targets(
    weights: dict,
    batch: dict,
    bank: np.ndarray,
    near: dict,
    p: list[np.ndarray],
    s: Settings,
    past: list[Remembered],
) -> np.ndarray:
    """Eq. 4 and 5, one row a sample; without neighbours in any space what it would contribute."""
    given = s.neighbor_labels == "observed"
    own = list(np.eye(len(p[0]))[batch["label"]]) if given else p
    labels = [*own, *(one.label for one in past)]
    rows = []
    for i, number in enumerate(batch["id"]):
        d = [
            distribution(
                weights["contribution"][space],
                everyone(space, weights, past),
                labels,
                near[space][i],
                i,
            )
            for space in s.spaces
            if near[space][i]
        ] or [own[i]]
        mean = (sum(d) / len(d)) ** s.sharpness
        rows.append(s.omega * bank[number] + (1 - s.omega) * mean / sum(mean))
    return np.array(rows)


def trust(
    target: np.ndarray,
    label: int,
    all_targets: np.ndarray,
    ids: list[int],
    bank: np.ndarray,
    s: Settings,
) -> float:
    """docs/trust.md; what the targets moved by beyond the bank in this batch stands for all."""
    if not s.trust:
        return 1.0
    d = [(t - s.omega * bank[n]) / (1 - s.omega) for t, n in zip(all_targets, ids, strict=True)]
    credible = []
    for k, t in enumerate(target):
        m = s.omega * sum(row[k] for row in bank) / len(bank)
        m += (1 - s.omega) * sum(row[k] for row in d) / len(d)
        credible.append(t / max(m, 1 / sum(map(sum, bank))) ** s.trust_balance)
    return (credible[label] / max(credible)) ** s.trust
