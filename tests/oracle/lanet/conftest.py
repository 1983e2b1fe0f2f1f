"""Batches in the middle of training, and the odd ones among them."""

import types
from collections.abc import Callable

import numpy as np
import pytest

from tests.oracle.distributions import Remembered

B, C, L, N, E, S = 8, 5, 3, 20, 3, 2
WIDTHS = {"expression": 8, "landmark": 4}
IDS = [4, 0, 7, 19, 9, 11, 2, 13]
COPIES = [3, 3, 3, 5, 5, 1, 0, 2]


def layer(rng, inputs, outputs, scale=1.0):
    return {
        "kernel": scale * rng.normal(size=(inputs, outputs)) / np.sqrt(inputs),
        "bias": scale * 0.3 * rng.normal(size=outputs),
    }


def draw(seed):
    """Weights, momentum copy, bank, queue and batch of a step in the middle of training."""
    rng = np.random.default_rng(seed)

    def encoder():
        return {
            **{space: rng.normal(size=(B, width)) for space, width in WIDTHS.items()},
            "projection": {
                space: {"linear1": layer(rng, width, width), "linear2": layer(rng, width, E)}
                for space, width in WIDTHS.items()
            },
        }

    def scores(width):
        half, quarter = width // 2, width // 4
        shapes = {"g1": (width, half), "g2": (width, half), "f1": (2 * half, half)}
        shapes |= {"f2": (half, quarter), "f3": (quarter, 1)}
        net = {name: layer(rng, *shape) for name, shape in shapes.items()}
        net["f2"]["bias"] += 1.0  # few dead units
        return net

    weights = encoder() | {
        "logits": 2 * rng.normal(size=(B, C)),
        "coordinates": rng.uniform(size=(B, L, 2)),
        "contribution": {space: scores(width) for space, width in WIDTHS.items()},
    }
    keys = rng.normal(size=(2, S * B, E))
    keys /= np.linalg.norm(keys, axis=2, keepdims=True)
    stored = np.concatenate([rng.integers(0, C, B), -1 - np.array(IDS), rng.integers(0, C, B)])
    one_hot = np.eye(C)[rng.integers(0, C, N)]
    sure = rng.uniform(0.4, 1, (N, 1))
    return types.SimpleNamespace(
        weights=weights,
        copy=encoder(),
        bank=sure * one_hot + (1 - sure) * rng.dirichlet(np.ones(C), N),
        queue=list(zip(*keys, rng.permutation(stored)[: S * B].tolist(), strict=True)),
        batch={
            "id": np.array(IDS),
            "label": rng.integers(0, C, B, np.int32),
            "landmarks": rng.uniform(size=(B, L, 2)),
            "present": rng.uniform(size=(B, L)) < 0.7,
        },
        filled=S,
        past=[],
    )


def remembered(start):
    """Half of the memory; one of its records is in the batch again, two have no landmarks."""
    rng = np.random.default_rng(7)
    start.past = [
        Remembered(
            number,
            rng.normal(size=WIDTHS["expression"]),
            rng.normal(size=WIDTHS["landmark"]),
            rng.dirichlet(np.ones(C)),
            number not in (3, 5),
        )
        for number in (1, 3, 5, 6, 7, 8, 10, 12)
    ]


def empty_queue(start):
    start.queue, start.filled = [], 0


def half_a_queue(start):
    start.queue, start.filled = start.queue[:B], 1


def copies(start):
    start.batch["id"] = np.array(COPIES)


def one_record(start):
    start.batch["id"] = np.full(B, 7)


def ties(start):
    """Corners of a cube, of norms that are powers of 2: products, and so ties, are exact."""
    rng = np.random.default_rng(5)
    for space, width in WIDTHS.items():
        corners = np.zeros((B, width))
        corners[:, :4] = rng.choice([-0.5, 0.5], (B, 4))
        corners[1], corners[5] = corners[0], corners[4]
        start.weights[space] = corners
    start.weights["logits"][1] = start.weights["logits"][0]


def tied_copies(start):
    ties(start)
    start.batch["id"] = np.array([6, 6, 2, 3, 8, 8, 8, 1])


def single_class(start):
    """One class is sure everywhere, so that no sample differs from another."""
    empty_queue(start)
    start.batch["label"] = np.zeros(B, np.int32)
    start.bank = 0.99 * np.eye(C)[np.zeros(N, int)] + 0.01 / C


def single_class_of_copies(start):
    single_class(start)
    copies(start)


def large_scores(start):
    for net in start.weights["contribution"].values():
        net["f3"]["kernel"] *= 60
        net["f3"]["bias"] -= 60


def no_landmarks(start):
    start.batch["present"][:] = False


def few_candidates(start):
    start.batch["id"] = np.array([6, 6, 6, 6, 6, 6, 2, 2])


def ambiguous(start):
    start.bank = np.random.default_rng(6).dirichlet(np.full(C, 9.0), N)


def ambiguous_empty(start):
    ambiguous(start)
    empty_queue(start)


def ambiguous_copies(start):
    ambiguous(start)
    copies(start)


CASES = {
    "plain": (None, {}),
    "half a queue": (half_a_queue, {}),
    "empty queue": (empty_queue, {}),
    "copies": (copies, {}),
    "one record": (one_record, {}),
    "fewer candidates than K": (few_candidates, {}),
    "ties": (ties, {}),
    "tied copies": (tied_copies, {}),
    "all ambiguous": (ambiguous, {}),
    "all ambiguous, empty queue": (ambiguous_empty, {}),
    "all ambiguous copies": (ambiguous_copies, {}),
    "single class": (single_class, {}),
    "single class of copies": (single_class_of_copies, {}),
    "large scores": (large_scores, {}),
    "no landmarks": (no_landmarks, {}),
    # Compiled anew for each of these.
    "one space, observed labels": (copies, {"spaces": ("expression",), "pair_labels": "one_hot"}),
    "the published code's pairs": (
        copies,
        {"batch_negatives": False, "exclude_same_id": False},
    ),
    "trust": (None, {"trust": 1.0}),
    "trust, balanced": (ambiguous_copies, {"trust": 2.0, "trust_balance": 0.5}),
    "memory": (remembered, {"K": 6}),
    "memory, sharpened": (remembered, {"K": 6, "sharpness": 2.5, "trust": 2.0}),
    "memory, observed labels": (
        remembered,
        {"neighbor_labels": "observed", "sharpness": 2.0, "trust": 1.0, "trust_balance": 0.5},
    ),
    "observed labels": (few_candidates, {"neighbor_labels": "observed"}),
    "neighbours held": (few_candidates, {"stop_gradient_neighbors": True}),
}


@pytest.fixture(scope="session")
def case(equations: types.ModuleType) -> Callable[[str], tuple]:
    """A case by its name: where its step starts, and its settings."""

    def build(name: str) -> tuple:
        change, changes = CASES[name]
        s = equations.Settings(**{"alpha": 0.7, "beta": 0.3, **changes})
        start = draw(sorted(CASES).index(name))
        if change:
            change(start)
        start.weights["contribution"] = {
            space: start.weights["contribution"][space] for space in s.spaces
        }
        return start, s

    return build


@pytest.fixture(scope="session")
def names() -> list[str]:
    """The names of all cases."""
    return list(CASES)


@pytest.fixture(params=list(CASES))
def any_case(request: pytest.FixtureRequest, case: Callable[[str], tuple]) -> tuple:
    """Each case in turn."""
    return case(request.param)
