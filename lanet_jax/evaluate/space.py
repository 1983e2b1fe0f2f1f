"""Whether the neighbours that are found in one space of LA-Net name their records' labels."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.evaluate.gain import in_standard_errors
from lanet_jax.lde.neighborhood import Neighborhood


@dataclasses.dataclass(frozen=True)
class Space:
    """What one space says of the M records that have neighbours there.

    Attributes:
      labels: their labels.
      same: whether a neighbour has its record's label; of all P pairs of a record and a neighbour.
      named: whether the space's distribution has its largest value at the label.
      unweighted_named: the same of the distribution in which all neighbours count alike.
      effective_neighbors: how many neighbours of equal weight would average as much.
    """

    labels: Int[np.ndarray, " M"]
    same: Bool[np.ndarray, " P"]
    named: Bool[np.ndarray, " M"]
    unweighted_named: Bool[np.ndarray, " M"]
    effective_neighbors: Float[np.ndarray, " M"]

    def row(self, name: str) -> dict[str, float]:
        """Its numbers, under keys that begin with a name; nan for those that are undefined.

        Args:
          name: name of the space.

        Returns:
          Numbers by name, as docs/parts.md describes them.
        """
        gains = self.named.astype(float) - self.unweighted_named
        numbers = {
            "share": _mean(self.same),
            "names": _mean(self.named),
            "unweighted_names": _mean(self.unweighted_named),
            "effective_neighbors": _mean(self.effective_neighbors),
            "score_gain": in_standard_errors(gains),
            "records": len(gains),
            "chance_share": chance_share(self.labels),
        }
        return {f"{name}_{key}": value for key, value in numbers.items()}


def of_batch(
    found: Neighborhood, labels: Int[np.ndarray, " B"], of_record: Int[np.ndarray, " N"]
) -> Space:
    """Measures the neighbours of a batch.

    Args:
      found: the batch's neighbours in the space, on the host.
      labels: labels of the batch.
      of_record: labels of all records, in which the neighbours are looked up.

    Returns:
      What the space says of the batch.
    """
    records, exists, shares, mean, unweighted = map(np.asarray, found)
    some = exists.any(axis=1)
    return Space(
        labels=labels[some],
        same=(of_record[records] == labels[:, None])[exists],
        named=(mean.argmax(axis=1) == labels)[some],
        unweighted_named=(unweighted.argmax(axis=1) == labels)[some],
        effective_neighbors=1 / np.sum(shares[some] ** 2, axis=1),
    )


def joined(parts: Iterable[Space]) -> Space:
    """What a space says of several batches."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Space(*(np.concatenate(column) for column in columns))


def chance_share(labels: Int[np.ndarray, " M"]) -> float:
    """The share of all pairs of records that have the same label."""
    counts = np.bincount(labels)
    return float(np.sum(counts * (counts - 1)) / max(len(labels) * (len(labels) - 1), 1))


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else np.nan
