"""The paths of the files in a work folder."""

import dataclasses
import re
from pathlib import Path

STEP = re.compile("[0-9]{1,18}")  # name of a checkpoint's folder


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """A work folder: the one place that knows the names of its files.

    Attributes:
      path: `--workdir`, whether or not anything lies there yet.
    """

    path: Path

    @property
    def lock(self) -> Path:
        """Lock of the run that may write here."""
        return self.path / ".lock"

    @property
    def config(self) -> Path:
        """The resolved config; a folder with it is a work folder."""
        return self.path / "config.json"

    @property
    def command(self) -> Path:
        """The command that starts and resumes the run."""
        return self.path / "command.txt"

    @property
    def inputs(self) -> Path:
        """Checksums of the prepared data and of the files that the run was given."""
        return self.path / "inputs.json"

    @property
    def labels(self) -> Path:
        """Observed and true label of every training record."""
        return self.path / "labels.csv"

    @property
    def seal(self) -> Path:
        """The checksum of `labels`."""
        return self.path / "labels.sha256"

    @property
    def metrics(self) -> Path:
        """One row of JSON for each log entry and each evaluation."""
        return self.path / "metrics.jsonl"

    @property
    def tensorboard(self) -> Path:
        """The same rows as event files."""
        return self.path / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        """The newest states, one folder per step."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """The best state, only what inference needs, in a folder named by its step."""
        return self.checkpoints / "best"

    @property
    def profile(self) -> Path:
        """Traces of the profiled steps."""
        return self.path / "profile"

    @property
    def summary(self) -> Path:
        """The main results of a finished run."""
        return self.path / "summary.json"

    @property
    def distributions(self) -> Path:
        """The label distributions that a finished run estimated."""
        return self.path / "distributions.csv"

    @property
    def agreement(self) -> Path:
        """Divergence of labels and label distributions from annotator votes."""
        return self.path / "agreement.csv"

    @property
    def audit_table(self) -> Path:
        """The training labels, the most suspicious first."""
        return self.path / "audit.csv"

    @property
    def audit_page(self) -> Path:
        """The page to review them on."""
        return self.path / "audit.html"

    @property
    def report(self) -> Path:
        """The page that shows the run."""
        return self.path / "report.html"

    @property
    def log(self) -> Path:
        """The output of a run that a study started."""
        return self.path / "log.txt"

    @property
    def error(self) -> Path:
        """Why a study's last attempt at the run failed."""
        return self.path / "error.txt"

    @property
    def folds(self) -> Path:
        """Runs that each held out another part of the records, see `lanet_jax.study.folds`."""
        return self.path / "folds"

    def evaluation(self, name: str) -> "EvaluationFolder":
        """The result of one evaluation, see `lanet_jax.evaluate.places`."""
        return EvaluationFolder(self.path / "evaluation" / name)

    def evaluations(self) -> list["EvaluationFolder"]:
        """The existing results, ordered by name."""
        found = sorted(self.path.glob("evaluation/*/confusion.csv"))
        return [EvaluationFolder(path.parent) for path in found]


@dataclasses.dataclass(frozen=True)
class EvaluationFolder:
    """The result of `lanet_jax.evaluate` on one split.

    Attributes:
      path: the folder, below `evaluation/` of a run.
    """

    path: Path

    @property
    def predictions(self) -> Path:
        """Class probabilities of every record."""
        return self.path / "predictions.csv"

    @property
    def confusion(self) -> Path:
        """Counts: rows are labels, columns predictions."""
        return self.path / "confusion.csv"

    @property
    def calibration(self) -> Path:
        """Bins of the confidence."""
        return self.path / "calibration.csv"

    @property
    def metrics(self) -> Path:
        """Accuracy and the other numbers."""
        return self.path / "metrics.json"


def steps(folder: Path) -> list[int]:
    """The steps of the checkpoints in a folder of them, in ascending order."""
    return sorted(int(path.name) for path in folder.glob("*") if STEP.fullmatch(path.name))
