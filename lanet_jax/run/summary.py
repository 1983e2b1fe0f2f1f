"""The numbers that a run is quoted by, from its rows."""

from typing import Any

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.run.metrics_log import OTHERS, Row


def summarize(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """`final`, `last5` and `best` of every evaluated split, and what is known of the noise.

    Args:
      rows: of `metrics.jsonl`.

    Returns:
      For each split: final accuracy, mean of the last five epochs, best accuracy and its step; for
      each also the mean-class accuracy at the end and, where the rows say it, the number of
      records. The best is chosen on the holdout if there is one; else on the split itself, and is
      then named `oracle`. Under "labels", the last row of the training labels' metrics.

    Raises:
      UserError: a row of an evaluated split lacks its accuracies.
    """
    splits = sorted({row["split"] for row in rows} - OTHERS)
    for row in rows:
        if row["split"] in splits and not {"accuracy", "mean_class_accuracy"} <= set(row):
            raise UserError(
                f"metrics.jsonl: the row of step {row['step']}, split {row['split']!r}, has no "
                "accuracy and mean_class_accuracy; restore it from a copy"
            )
    summary: dict[str, dict[str, Any]] = {}
    for split in splits:
        own = [row for row in rows if row["split"] == split]
        chosen_on = "holdout" if "holdout" in splits else split
        judged = [row for row in rows if row["split"] == chosen_on]
        best = int(np.argmax([row["accuracy"] for row in judged]))
        summary[split] = {
            "final": own[-1]["accuracy"],
            "last5": float(np.mean([row["accuracy"] for row in own[-5:]])),
            "best" if chosen_on != split else "oracle": own[best]["accuracy"],
            "best_step": own[best]["step"],
            "final_mean_class": own[-1]["mean_class_accuracy"],
            # Runs of older versions do not say it.
            **{key: own[-1][key] for key in ("records",) if key in own[-1]},
        }
    labels = [row for row in rows if row["split"] == "labels"]
    if labels:
        summary["labels"] = {
            key: value for key, value in labels[-1].items() if key not in ("epoch", "split")
        }
    return summary
