"""Opens a trained run by its folder, wherever its data lies now."""

import dataclasses
from pathlib import Path

from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data, data, reading_back
from lanet_jax.input.reading import Reading
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """A trained run with its data.

    Attributes:
      folder: its work folder.
      config: its config; `data.dir` is where the data lies now.
      data: its records and labels.
    """

    folder: RunFolder
    config: Config
    data: Data

    @property
    def reading(self) -> Reading:
        """How they are read now, on the devices that are there."""
        return reading_back(self.config)


def visits(c: Config, steps: int, records: int) -> float:
    """Mean number of times that a run has visited each of its records.

    Args:
      c: config of the run.
      steps: number of steps trained.
      records: number of training records, N.

    Returns:
      The number of visits.
    """
    return steps * c.optim.batch_size / records


def remembered(c: Config, visits: float) -> float:
    """Share of its observed label that a target still holds after some visits; source: Eq. 5."""
    return c.lde.decay**visits


def open_run(workdir: Path, data_dir: str = "") -> FinishedRun:
    """Opens a run and its data; test sets that are gone are left out, with a note.

    Args:
      workdir: work folder of the run.
      data_dir: where its data lies now; empty for where it lay.

    Returns:
      The run.

    Raises:
      UserError: there is no run, or its data is missing or not what the run began with.
    """
    config = run_folder.load_config(workdir)
    config.data.dir = data_dir or config.data.dir
    return FinishedRun(RunFolder(workdir), config, data(config, workdir, need_tests=False))
