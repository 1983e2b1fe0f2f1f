"""Eq. 6 to 14 of the paper in plain loops over numbers, written independently of the code.

From the paper and docs/choices.md alone, in float64, one sample, neighbour and pair at a
time. The choice of neighbours and the pseudo-labels are apart from the loss, since no gradient
goes through them: finite differences of `loss` hold them fixed.
"""

import dataclasses
import sys
import types
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.oracle.distributions import (
    Remembered,
    Settings,
    everyone,
    linear,
    neighbours,
    relu,
    softmax,
    targets,
    trust,
)


@dataclasses.dataclass
class Choice:
    """What the loss takes as given: the neighbours of each sample in each space, the pairs.

    And the trust in each label, and predictions through which no gradient may go.
    """

    neighbours: dict[str, list[list[int]]]
    labels: list[int]
    p: list[np.ndarray]
    trust: list[float]


def pseudo_label(target: np.ndarray, number: int, delta: float) -> int:
    """Eq. 8; an ambiguous image equals only itself, so it is called -1 - id, not -1."""
    return int(np.argmax(target)) if target.max() > delta else -1 - int(number)


def choose(
    weights: dict, batch: dict, bank: np.ndarray, s: Settings, past: Sequence[Remembered] = ()
) -> Choice:
    """Eq. 1, 2 and 8: neighbours and labels at these weights."""
    ids = list(batch["id"])
    past = elsewhere(past, ids)
    known = [*np.array(batch["present"]).any(axis=1), *(one.known for one in past)]
    near = {
        space: [
            neighbours(
                everyone(space, weights, past),
                [*ids, *(one.id for one in past)],
                i,
                s.K,
                s.exclude_same_id,
                np.array(known) | (space != "landmark"),
            )
            for i in range(len(ids))
        ]
        for space in s.spaces
    }
    p = [softmax(row) for row in weights["logits"]]
    target = targets(weights, batch, bank, near, p, s, past)
    believed = [
        trust(t, int(y), target, ids, bank, s) for t, y in zip(target, batch["label"], strict=True)
    ]
    if s.pair_labels == "one_hot":
        labels = [int(y) for y in batch["label"]]
    else:
        labels = [pseudo_label(t, n, s.delta) for t, n in zip(target, ids, strict=True)]
    return Choice(near, labels, p, believed)


def elsewhere(past: Sequence[Remembered], ids: list[int]) -> list[Remembered]:
    """Those of the past that are not in the batch, where they are as they are now."""
    return [one for one in past if one.id not in ids]


def project(net: dict, x: np.ndarray) -> np.ndarray:
    """Eq. 10, brought to length 1, so that a product is the cosine of Eq. 11."""
    x = linear(net["linear2"], relu(linear(net["linear1"], x)))
    return x / np.sqrt(x @ x)


def contrast(queries: list, keys: list, labels: list[int], stored: list, s: Settings) -> float:
    """Eq. 11 or 12; `stored` are the queue's keys with their labels."""
    total = 0.0
    for i, q in enumerate(queries):
        positives = [j for j in range(len(keys)) if labels[j] == labels[i]]  # Eq. 9
        others = [key for key, label in stored if label != labels[i]]
        if s.batch_negatives:
            others += [keys[j] for j in range(len(keys)) if labels[j] != labels[i]]
        for j in positives:
            logits = np.array([q @ key / s.tau for key in [keys[j], *others]])
            total += np.log(np.exp(logits - logits[0]).sum()) / len(positives)
    return total / len(queries)


def moved(copy: Any, now: Any, m: float) -> Any:
    """The momentum copy at the start of the step (section 3.2, after MoCo)."""
    if isinstance(copy, dict):
        return {name: moved(copy[name], now[name], m) for name in copy}
    return m * copy + (1 - m) * now


def step(
    weights: dict,
    copy: dict,
    bank: np.ndarray,
    queue: list[tuple],
    batch: dict,
    s: Settings,
    choice: Choice | None = None,
    keys: dict | None = None,
    past: Sequence[Remembered] = (),
) -> dict[str, Any]:
    """Eq. 4 to 14 of one batch.

    Args:
      weights: expression (u), landmark (v), logits and coordinates of each sample, and the nets
        contribution and projection of each space.
      copy: the momentum copy of expression, landmark and projection, before the step.
      bank: a distribution for each id.
      queue: expression key, landmark key and label of each entry.
      batch: id, label, landmarks, present.
      s: hyperparameters.
      choice: neighbours and labels to hold fixed; None chooses them at these weights.
      keys: momentum weights to hold fixed; None moves the copy to these weights.
      past: the memory's records, each once.

    Returns:
      Every loss and what the step leaves behind.
    """
    n, labels = len(batch["id"]), batch["label"]
    p = [softmax(row) for row in weights["logits"]]
    errors = [
        (weights["coordinates"][i, point, axis] - batch["landmarks"][i, point, axis]) ** 2
        for i, point in np.argwhere(batch["present"])
        for axis in (0, 1)
    ]
    lm = sum(errors) / len(errors) if errors else 0.0
    choice = choice or choose(weights, batch, bank, s, past)
    believed = choice.trust
    ce = -sum(believed[i] * np.log(p[i][labels[i]]) for i in range(n)) / n  # Eq. 6
    out = {"ce": ce, "lm": lm, "kl": 0.0, "el": 0.0}
    target = None
    if s.spaces:
        seen = choice.p if s.stop_gradient_neighbors else p
        others = elsewhere(past, list(batch["id"]))
        target = targets(weights, batch, bank, choice.neighbours, seen, s, others)
        out["kl"] = sum((t * np.log(t / q)).sum() for t, q in zip(target, p, strict=True)) / n
        after = bank.copy()
        for number in set(batch["id"]):
            same = [i for i in range(n) if batch["id"][i] == number]
            after[number] = sum(target[i] for i in same) / len(same)
        out |= {"target": target, "bank": after}
    keys = keys or moved(copy, {name: weights[name] for name in copy}, s.momentum)
    q, k = (
        {
            space: [project(tree["projection"][space], x) for x in tree[space]]
            for space in ("expression", "landmark")
        }
        for tree in (weights, keys)
    )
    el_u = contrast(q["expression"], k["landmark"], choice.labels, [(v, y) for _, v, y in queue], s)
    el_v = contrast(q["landmark"], k["expression"], choice.labels, [(u, y) for u, _, y in queue], s)
    out["el"] = el_u + el_v  # Eq. 13
    out["total"] = ce + lm + s.alpha * out["kl"] + s.beta * out["el"]  # Eq. 14
    entries = list(zip(k["expression"], k["landmark"], choice.labels, strict=True))
    return out | {"choice": choice, "keys": keys, "queue": [*queue, *entries]}


@pytest.fixture(scope="session")
def equations() -> types.ModuleType:
    """This transcription."""
    return sys.modules[__name__]
