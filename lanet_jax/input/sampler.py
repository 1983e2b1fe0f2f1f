"""The order in which an epoch visits the records (Kang et al. 2020, progressively balanced)."""

import numpy as np
from jaxtyping import Int

from lanet_jax.input.streams import Purpose, stream


def class_counts(counts: Int[np.ndarray, " C"], epoch: int, epochs: int) -> Int[np.ndarray, " C"]:
    """Visits of each class in one epoch, from natural (epoch 0) towards equal (epoch E) shares.

    n_c(e) = N [(1 - e/E) n_c / N + (e/E) / C], rounded by largest remainder so that the sum is N;
    C counts the classes that have records (Kang et al. 2020, section 4.1). The arithmetic
    is in integers, so every machine rounds alike.

    Args:
      counts: records of each class.
      epoch: e, 0 <= e <= epochs.
      epochs: number of epochs, E.

    Returns:
      n_c(e); 0 for a class without records.
    """
    counts = np.asarray(counts, np.int64)
    total, classes = int(counts.sum()), int((counts > 0).sum())
    if total == 0:
        return np.zeros_like(counts)
    numerator = ((epochs - epoch) * classes * counts + epoch * total) * (counts > 0)
    visits, remainder = np.divmod(numerator, epochs * classes)
    largest = np.argsort(-remainder, kind="stable")
    visits[largest[: total - int(visits.sum())]] += 1
    return visits


def epoch_order(
    labels: Int[np.ndarray, " N"], epoch: int, epochs: int, seed: int, kind: str
) -> Int[np.ndarray, " N"]:
    """Rows of the training table in the order in which one epoch visits them.

    Each class is drawn without replacement. If it gets more visits than it has records, every
    record is repeated equally often, and a random part of them once more. This is a pure function
    of its arguments, so that a resumed run finds its place by slicing.

    Args:
      labels: observed (possibly wrong) class of each record.
      epoch: the epoch, 0 <= epoch < epochs.
      epochs: number of epochs of the run.
      seed: at least 0.
      kind: `progressive`, or `uniform` for every record once.

    Returns:
      N rows in 0 .. N-1.

    Raises:
      ValueError: `kind` is neither.
    """
    # Raw bits and stable sorts: numpy promises these between versions, not Generator.permutation.
    bits = stream(Purpose.ORDER, seed, epoch)
    shuffled = np.argsort(bits.random_raw(len(labels)), kind="stable")
    if kind not in ("progressive", "uniform"):
        raise ValueError(f"sampler kind {kind!r}: use 'progressive' or 'uniform'")
    if kind == "uniform" or not len(labels):
        return shuffled
    counts = np.bincount(labels)
    visits = class_counts(counts, epoch, epochs)
    # One sort by class instead of a search for each: N + C, not N C. Short integers sort by radix.
    short = labels[shuffled].astype(np.min_scalar_type(len(counts)))
    by_class = np.split(shuffled[np.argsort(short, kind="stable")], np.cumsum(counts[:-1]))
    rows = [
        np.resize(members, count)  # repeats from the start
        for members, count in zip(by_class, visits, strict=True)
    ]
    order = np.concatenate(rows)
    return order[np.argsort(bits.random_raw(len(order)), kind="stable")]
