"""Opens splits of prepared datasets, and names them."""

import dataclasses
from collections.abc import Sequence

from lanet_jax.input import records
from lanet_jax.input.records import Records
from lanet_jax.run.metrics_log import OTHERS
from lanet_jax.run.summary import HOLDOUT


def splits(
    data_dir: str, datasets: Sequence[str], names: Sequence[str], several: bool | None = None
) -> dict[str, Records]:
    """Opens one split of each dataset; with several, record names start with the dataset's.

    Args:
      data_dir: where the datasets lie.
      datasets: names of prepared datasets.
      names: name of the split to open, one per dataset.
      several: whether there are several; by default as many as are named.

    Returns:
      Records by "SPLIT", or by "SPLIT-DATASET" if there are several datasets.

    Raises:
      UserError: a dataset or split is missing.
    """
    opened = {}
    for dataset, split in zip(datasets, names, strict=True):
        part = records.load(data_dir, dataset, split)
        if not (len(datasets) > 1 if several is None else several):
            return {split: part}
        whole = tuple(f"{dataset}/{name}" for name in part.names)
        opened[_named(split, dataset)] = dataclasses.replace(part, names=whole)
    return opened


def told_apart(opened: dict[str, Records], datasets: Sequence[str]) -> dict[str, Records]:
    """Names test splits so that a run's log has no other rows of their names.

    Args:
      opened: test splits from `splits`.
      datasets: names of their datasets.

    Returns:
      The same; a single split with a name of the log's own, such as `train`, is "SPLIT-DATASET".
    """
    taken = {*OTHERS, HOLDOUT}.intersection(opened)
    return {_named(name, datasets[0]): opened[name] for name in taken} or opened


def _named(split: str, dataset: str) -> str:
    return f"{split}-{dataset.replace('/', '-')}"
