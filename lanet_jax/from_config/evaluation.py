"""The splits that a finished run, or a model file, is evaluated on."""

import dataclasses

from lanet_jax.errors import UserError
from lanet_jax.from_config import fields
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import reading_back
from lanet_jax.from_config.splits import splits, told_apart
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records


@dataclasses.dataclass(frozen=True)
class EvaluatedSplits:
    """What to evaluate, and how it is read.

    Attributes:
      splits: records by name.
      reading: how they are read, on the devices that are there.
    """

    splits: dict[str, Records]
    reading: Reading


def evaluated_splits(c: Config, split: str, data: str, data_dir: str) -> EvaluatedSplits:
    """Opens the run's own test data, or another split, dataset or folder.

    Args:
      c: config of the run.
      split: split to use instead of the run's; "" keeps it. Of a run without test data, one of the
        training data's.
      data: dataset to use instead of the run's; "" keeps them.
      data_dir: folder to use instead of the run's; "" keeps it.

    Returns:
      The splits.

    Raises:
      UserError: the data is not there, or the run has several splits and `data` could be any.
    """
    tests = list(zip(c.data.test, c.data.test_split, strict=True))
    if len(tests) > 1 and (data, split) in tests:  # one of the run's own keeps its names there
        opened = splits(data_dir or c.data.dir, [data], [split], several=True)
        return EvaluatedSplits(opened, reading_back(c))
    if data and not split and len(c.data.test_split) != 1:
        own = ", ".join(c.data.test_split) or "none"
        raise UserError(f"--data={data}: the run's test splits are {own}: name one by --split")
    # A run without test data has other splits, too: those of its training data.
    own_data = c.data.test or (c.data.train if split else ())
    datasets = (data,) if data else tuple(own_data)
    names = [split] * len(datasets) if split else c.data.test_split
    opened = splits(data_dir or c.data.dir, datasets, names)
    if not (data or split):  # the run's own, which its log names
        opened = told_apart(opened, datasets, names)
    return EvaluatedSplits(opened, reading_back(c))


def prepared_split(split: str, data: str, data_dir: str) -> EvaluatedSplits:
    """Opens a split for a network that comes without a config.

    Args:
      split: the split.
      data: a prepared dataset.
      data_dir: folder of prepared datasets; "" for the usual one.

    Returns:
      The split.

    Raises:
      UserError: the data is not there.
    """
    usual = fields.get_config()
    opened = splits(data_dir or usual.data.dir, [data], [split])
    return EvaluatedSplits(opened, reading_back(usual))
