"""Opens a trained run by its folder, wherever its data lies now."""

import dataclasses
from pathlib import Path

from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data, data, held_out_rows, reading_back
from lanet_jax.input import label_lines
from lanet_jax.input.reading import Reading
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """A trained run with its data.

    Attributes:
      folder: paths of the files in its work folder.
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


def trained_names(workdir: Path) -> set[str]:
    """Names of the records that a run trained on, by its own list; its data need not be there.

    Args:
      workdir: work folder of a run.

    Returns:
      The names as the dataset has them; of several datasets, without the dataset's name before.

    Raises:
      UserError: there is no run, or its list of labels cannot be read.
    """
    config, path = run_folder.load_config(workdir), RunFolder(workdir).labels
    names = [row["name"] for _, row in label_lines.rows(path, label_lines.read_text(path))]
    held = set(held_out_rows(config, len(names)).tolist())
    kept = [name for row, name in enumerate(names) if row not in held]
    if len(config.data.train) == 1:
        return set(kept)
    before = tuple(f"{dataset}/" for dataset in config.data.train)
    start = {name: next((len(b) for b in before if name.startswith(b)), 0) for name in kept}
    return {name[start[name] :] for name in kept}


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
