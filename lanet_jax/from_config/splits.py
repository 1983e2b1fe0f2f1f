"""Opens splits of prepared datasets by their names in a run's log."""

import dataclasses
from collections.abc import Sequence

from lanet_jax.from_config.config import Config
from lanet_jax.input import records
from lanet_jax.input.records import Records
from lanet_jax.run import split_names
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
    several = len(datasets) > 1 if several is None else several
    told = split_names.opened(datasets, names, several)
    for dataset, split, name in zip(datasets, names, told, strict=True):
        part = records.load(data_dir, dataset, split)
        if several:
            whole = tuple(f"{dataset}/{record}" for record in part.names)
            part = dataclasses.replace(part, names=whole)
        opened[name] = part
    return opened


def told_apart(
    opened: dict[str, Records], datasets: Sequence[str], names: Sequence[str]
) -> dict[str, Records]:
    """Names test splits so that a run's log has no other rows of their names.

    Args:
      opened: test splits from `splits`.
      datasets: names of their datasets.
      names: name of the split of each.

    Returns:
      The same; a single split with a name of the log's own, such as `train`, is "SPLIT-DATASET".
    """
    told = split_names.tested(datasets, names)
    if told == split_names.opened(datasets, names, len(datasets) > 1):
        return opened
    return dict(zip(told, opened.values(), strict=True))


def judged(c: Config) -> list[str]:
    """The splits by which a run is judged: its test splits or, without any, the holdout.

    Args:
      c: resolved config.

    Returns:
      Their names in the run's log.
    """
    return split_names.tested(c.data.test, c.data.test_split) or [HOLDOUT]
