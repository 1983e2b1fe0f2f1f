"""Summarises a run's rows into its main results."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.run.metrics_log import OTHERS, Row

HOLDOUT = "holdout"


def selection_split(splits: Sequence[str]) -> str | None:
    """The split whose accuracy decides which state is the best.

    Args:
      splits: splits that the run is evaluated on, in the config's order.

    Returns:
      The holdout if there is one, else the first; None without any.
    """
    return HOLDOUT if HOLDOUT in splits else next(iter(splits), None)


def splits_tested(summary: Collection[str]) -> set[str]:
    """The splits of a summary that a run is tested on: all but the holdout, which selects.

    Args:
      summary: of `summarize`, or its keys.

    Returns:
      Their names.
    """
    return set(summary) - {"labels", HOLDOUT}


def splits_judged(summary: Collection[str]) -> set[str]:
    """The splits whose accuracy is a run's result: those it is tested on, else the holdout.

    Args:
      summary: of `summarize`, or its keys.

    Returns:
      Their names.
    """
    return splits_tested(summary) or set(summary) & {HOLDOUT}


def best_step(rows: list[Row], split: str | None, before: int) -> int | None:
    """The step of the best evaluation on a split.

    Args:
      rows: rows of `metrics.jsonl`.
      split: split whose accuracy decides; None without one.
      before: only earlier steps count.

    Returns:
      The first step with the highest accuracy; None without any.
    """
    own = [r for r in rows if r["split"] == split and r["step"] < before and "accuracy" in r]
    return max(own, key=lambda row: row["accuracy"])["step"] if own else None


def summarize(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Summarises every evaluated split, and the metrics of the training labels.

    Args:
      rows: rows of `metrics.jsonl`.

    Returns:
      For each split: `final`, the last accuracy; `last5`, the mean of the last five epochs; `best`
      accuracy and `best_step`; `final_mean_class`; and, if the rows have them, the number of
      `records` and `mean_class_error`, half the interval of the mean-class accuracy. The best epoch
      is chosen on the holdout if there is one, else on the split itself, where it is called
      `oracle`. `best_kept` is False if `checkpoints/best` holds another split's best state, see
      `selection_split`. "labels" has the last metrics of the training labels.

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
        choosing = [row for row in rows if row["split"] == chosen_on]
        best = int(np.argmax([row["accuracy"] for row in choosing]))
        summary[split] = {
            "final": own[-1]["accuracy"],
            "last5": float(np.mean([row["accuracy"] for row in own[-5:]])),
            "best" if chosen_on != split else "oracle": own[best]["accuracy"],
            "best_step": own[best]["step"],
            "final_mean_class": own[-1]["mean_class_accuracy"],
            # Rows of older versions lack these.
            **{key: own[-1][key] for key in ("records", "mean_class_error") if key in own[-1]},
        }
        if chosen_on != selection_split(in_order):
            summary[split]["best_kept"] = False
    labels = [row for row in rows if row["split"] == "labels"]
    if labels:
        summary["labels"] = {
            key: value for key, value in labels[-1].items() if key not in ("epoch", "split")
        }
    return summary
