"""Names of evaluated splits, in a run's log and wherever its config tells them."""

from collections.abc import Sequence

from lanet_jax.run.metrics_log import OTHERS
from lanet_jax.run.summary import HOLDOUT

_TAKEN = frozenset({*OTHERS, HOLDOUT})  # names of a log's own rows


def opened(datasets: Sequence[str], splits: Sequence[str], several: bool) -> list[str]:
    """Names splits of datasets so that they differ.

    Args:
      datasets: names of prepared datasets.
      splits: one split of each.
      several: whether they are, or belong to, several.

    Returns:
      "SPLIT" of a single dataset, else "SPLIT-DATASET" of each.
    """
    if not several:
        return list(splits)
    return [_named(*pair) for pair in zip(splits, datasets, strict=True)]


def tested(datasets: Sequence[str], splits: Sequence[str]) -> list[str]:
    """Names test splits so that a run's log has no other rows of their names.

    Args:
      datasets: names of prepared datasets, `data.test` of a config.
      splits: one split of each, `data.test_split`.

    Returns:
      As `opened`; a single split with a name of the log's own, such as `train`, is "SPLIT-DATASET".
    """
    names = zip(opened(datasets, splits, len(datasets) > 1), splits, datasets, strict=True)
    return [_named(split, data) if name in _TAKEN else name for name, split, data in names]


def _named(split: str, dataset: str) -> str:
    return f"{split}-{dataset.replace('/', '-')}"
