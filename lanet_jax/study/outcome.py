"""Reads the state and the results of a cell from its work folder."""

import contextlib
import dataclasses
import json
import math
import os
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.summary import HOLDOUT, splits_judged, splits_tested

_ADVICE = "delete it, and the study's command writes it again"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The results of a finished run on one split; shares in [0, 1].

    Attributes:
      final: accuracy at the end.
      last5: mean accuracy of the last five epochs.
      best: highest accuracy of an evaluated epoch.
      mean_class: mean class accuracy at the end.
      oracle: whether the best was chosen on this split itself.
      fitted: share of the wrong labels fitted; None if wrong labels are not known.
      auroc: AUROC of finding wrong labels; None likewise.
      held_out: whether the split is the holdout, whose observed labels judge the run.
    """

    final: float
    last5: float
    best: float
    mean_class: float
    oracle: bool
    fitted: float | None
    auroc: float | None
    held_out: bool = False


def finished(cell: Path) -> bool:
    """Whether a run is complete: trained, summarised and evaluated on all its test splits.

    Args:
      cell: its work folder.
    """
    files = RunFolder(cell)
    if not files.summary.exists():
        return False
    splits = splits_tested(_summary(cell))
    return all(files.evaluation(split).metrics.exists() for split in splits)


def read(cell: Path, split: str = "") -> Outcome:
    """Reads the results of a finished run.

    Args:
      cell: its work folder.
      split: one of the test splits; empty for the only one or, without any, the holdout.

    Returns:
      Its results.

    Raises:
      UserError: the run was not evaluated on that split, or on several where one is expected; or
        its summary is damaged.
    """
    summary = _summary(cell)
    splits = splits_judged(summary)
    if split not in splits and (split or len(splits) != 1):
        raise UserError(
            f"{cell} was evaluated on {', '.join(sorted(splits)) or 'no split'}, the study asks "
            f"for {split or 'one split'}: name it in the splits of its column"
        )
    split = split or min(splits)
    numbers, labels = summary[split], summary.get("labels", {})
    try:
        return Outcome(
            final=float(numbers["final"]),
            last5=float(numbers["last5"]),
            best=float(numbers["best" if "best" in numbers else "oracle"]),
            mean_class=float(numbers["final_mean_class"]),
            oracle="oracle" in numbers,
            fitted=_known(labels.get("wrong_fitted")),
            auroc=_known(labels.get("auroc")),
            held_out=split == HOLDOUT,
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UserError(f"{RunFolder(cell).summary} lacks numbers of a run; {_ADVICE}") from None


def progress(cell: Path) -> float:
    """The share of a run that is done, by its last row.

    Args:
      cell: its work folder; the run may not have started.
    """
    try:
        epochs = json.loads(RunFolder(cell).config.read_text())["optim"]["epochs"]
        with open(RunFolder(cell).metrics, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            whole = file.read().rpartition(b"\n")[0]
        share = json.loads(whole.rpartition(b"\n")[2])["epoch"] / epochs
        return min(1.0, share) if share > 0 else 0.0
    # Nothing is written yet, or something else; RecursionError comes from deep JSON.
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
        return 0.0


def error(cell: Path) -> str:
    """Why the last attempt at a cell failed; "" if it did not."""
    path = RunFolder(cell).error
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def note_error(cell: Path, reason: str) -> None:
    """Notes why an attempt failed; an empty reason removes the note."""
    path = RunFolder(cell).error
    if not reason:
        path.unlink(missing_ok=True)
        return
    with contextlib.suppress(OSError):  # the study continues even if a full disk ended the run
        write_text(path, reason + "\n")


def state(cell: Path) -> str:
    """The state of a cell: finished, failed, interrupted or waiting."""
    if finished(cell):
        return "finished"
    if error(cell):
        return "failed"
    return "interrupted" if RunFolder(cell).config.exists() else "waiting"


def _summary(cell: Path) -> dict[str, dict[str, float]]:
    path = RunFolder(cell).summary
    summary = json_files.read(path, _ADVICE)
    if not all(isinstance(numbers, dict) for numbers in summary.values()):
        raise UserError(f"{path} is not the summary of a run; {_ADVICE}")
    return summary


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
