"""A run, read from its work folder: its config, its command and its rows."""

import dataclasses
import math
from pathlib import Path
from typing import Any

from lanet_jax.run import folder as run_folder
from lanet_jax.run import metrics_log, summary
from lanet_jax.run.paths import RunFolder

_METHODS = {"ce": "CE", "lanet": "LA-Net", "scn": "SCN", "rul": "RUL", "eac": "EAC"}


@dataclasses.dataclass(frozen=True)
class RunFiles:
    """A run, read from its folder.

    Attributes:
      folder: work folder of the run.
      config: content of `config.json`.
      command: command that started it; "" if not kept.
      rows: rows of `metrics.jsonl`.
    """

    folder: Path
    config: dict[str, Any]
    command: str
    rows: list[metrics_log.Row]

    @property
    def plain_method(self) -> str:
        """The method's usual name."""
        return _METHODS.get(self.config["method"], self.config["method"])

    @property
    def method(self) -> str:
        """The method's usual name, and what LA-Net has beyond the paper."""
        name = self.plain_method
        lde = self.config.get("lde", {})
        remembers = lde.get("memory") and lde.get("spaces") != "none"
        beyond = {"trust": self.config.get("loss", {}).get("trust"), "memory": remembers}
        more = [name for name, is_used in beyond.items() if is_used]
        if self.config["method"] != "lanet" or not more:
            return name
        return f"{name} with {', '.join(more)}"

    @property
    def summary(self) -> dict[str, dict[str, Any]]:
        """Its main results; see `lanet_jax.run.summary`."""
        return summary.summarize(self.rows)

    @property
    def tested(self) -> list[str]:
        """The splits that it was tested on, by name."""
        return sorted(summary.splits_tested(self.summary))

    @property
    def judged_on(self) -> list[str]:
        """The splits whose accuracy is its result, by name: the holdout if it was not tested."""
        return sorted(summary.splits_judged(self.summary))

    @property
    def noise(self) -> str:
        """Describes the label noise."""
        noise = self.config["noise"]
        if noise["kind"] in ("symmetric", "asymmetric"):
            return f"{100 * noise['rate']:g}% {noise['kind']} noise"
        return (
            f"labels of {Path(noise['file']).name}"
            if noise["kind"] == "file"
            else "the dataset's own labels"
        )

    @property
    def data(self) -> str:
        """The names of its training datasets."""
        return " + ".join(self.config["data"]["train"])

    @property
    def epochs(self) -> tuple[int, int]:
        """Full epochs done, and epochs of the config."""
        done = max((row["epoch"] for row in self.rows), default=0)
        return int(done), self.config["optim"]["epochs"]

    def curve(self, split: str, name: str) -> tuple[list[float], list[float]]:
        """Epochs and finite values of one metric of one split."""
        own = [row for row in self.rows if row["split"] == split and name in row]
        finite = [(row["epoch"], row[name]) for row in own if math.isfinite(row[name])]
        return [epoch for epoch, _ in finite], [value for _, value in finite]


def read(folder: Path) -> RunFiles:
    """Reads a run.

    Args:
      folder: work folder of a run, finished or not.

    Returns:
      The run.

    Raises:
      UserError: there is no run in the folder.
    """
    config = run_folder.load_config(folder).to_dict()
    command = RunFolder(folder).command
    text = command.read_text(encoding="utf-8").strip() if command.exists() else ""
    return RunFiles(folder, config, text, metrics_log.read(folder))
