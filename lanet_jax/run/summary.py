"""The numbers that a run is quoted by, from its rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.run.metrics_log import OTHERS, Row

HOLDOUT = "holdout"


def judge(splits: Sequence[str]) -> str | None:
    """The split by whose accuracy the best state is kept.

    Args:
      splits: that the run is evaluated on, in the config's order.

    Returns:
      The holdout if there is one, else the first; None without any.
    """
    return HOLDOUT if HOLDOUT in splits else next(iter(splits), None)


def best_step(rows: list[Row], split: str | None, before: int) -> int | None:
    """The step of the best evaluation on a split.

    Args:
      rows: rows of `metrics.jsonl`.
      split: that judges.
      before: only of earlier steps.

    Returns:
      The first step of the highest accuracy; None without any.
    """
    own = [r for r in rows if r["split"] == split and r["step"] < before and "accuracy" in r]
    return max(own, key=lambda row: row["accuracy"])["step"] if own else None


def summarize(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """`final`, `last5` and `best` of every evaluated split, and what is known of the noise.

    Args:
      rows: rows of `metrics.jsonl`.

    Returns:
      For each split: final accuracy, mean of the last five epochs, best accuracy and its step; for
      each also the mean-class accuracy at the end and, where the rows say them, the number of
      records and the half-width of that accuracy's interval. The best is chosen on the holdout if
      there is one; else on the split itself, and is then named `oracle`; with several splits,
      `best_kept` is False where `checkpoints/best` holds the best state of another one, see
      `judge`. Under "labels", the last row of the training labels' metrics.

    Raises:
      UserError: a row of an evaluated split lacks its accuracies.
    """
    in_order = [s for s in dict.fromkeys(row["split"] for row in rows) if s not in OTHERS]
    splits = sorted(in_order)
    for row in rows:
        if row["split"] in splits and not {"accuracy", "mean_class_accuracy"} <= set(row):
            raise UserError(
                f"metrics.jsonl: the row of step {row['step']}, split {row['split']!r}, has no "
                "accuracy and mean_class_accuracy; restore it from a copy"
            )
    summary: dict[str, dict[str, Any]] = {}
    for split in splits:
        own = [row for row in rows if row["split"] == split]
        chosen_on = HOLDOUT if HOLDOUT in splits else split
        judged = [row for row in rows if row["split"] == chosen_on]
        best = int(np.argmax([row["accuracy"] for row in judged]))
        summary[split] = {
            "final": own[-1]["accuracy"],
            "last5": float(np.mean([row["accuracy"] for row in own[-5:]])),
            "best" if chosen_on != split else "oracle": own[best]["accuracy"],
            "best_step": own[best]["step"],
            "final_mean_class": own[-1]["mean_class_accuracy"],
            # Runs of older versions do not say it.
            **{key: own[-1][key] for key in ("records", "mean_class_error") if key in own[-1]},
        }
        if chosen_on != judge(in_order):
            summary[split]["best_kept"] = False
    labels = [row for row in rows if row["split"] == "labels"]
    if labels:
        summary["labels"] = {
            key: value for key, value in labels[-1].items() if key not in ("epoch", "split")
        }
    return summary
