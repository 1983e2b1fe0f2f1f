"""Finishes a run: writes its summary and its label distributions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.evaluate import evaluator
from lanet_jax.files.atomic import write_csv, write_text
from lanet_jax.from_config.run import Run
from lanet_jax.run import idle_parts, metrics_log, summary
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState

_ACCURACIES = ("final", "last5", "best", "oracle")
_NOT_TOLD = ("best_kept", "mean_class_error")


def finish(run: Run, workdir: Path, state: TrainState) -> None:
    """Writes `summary.json` and `distributions.csv` and prints the summary.

    Args:
      run: run that was trained to its end.
      workdir: its work folder.
      state: state after the last step.
    """
    targets = evaluator.targets_of(run, state, len(run.data.train))
    if jax.process_index():
        return
    files, rows = RunFolder(workdir), metrics_log.read(workdir)
    numbers = summary.summarize(rows)
    write_text(files.summary, json.dumps(numbers, indent=2) + "\n")
    if targets is not None:
        header = ("id", "name", "given", "true", *run.data.train.classes)
        write_csv(files.distributions, header, _distributions(run, targets))
    for split, values in numbers.items():
        told = (_told(k, v, values) for k, v in values.items() if k not in _NOT_TOLD)
        by = " (by observed labels)" if split == summary.HOLDOUT else ""
        print(f"{split}{by}: {', '.join(told)}")
    if others := [split for split, values in numbers.items() if not values.get("best_kept", True)]:
        selecting = summary.selection_split(list(run.data.evaluate))
        print(
            f"checkpoints/best is of the best step of {selecting}; "
            f"the oracle of {', '.join(others)} is of its own best step, whose state is not kept"
        )
    for line in idle_parts.idle(rows):
        print(line)


def _told(name: str, value: Any, values: dict[str, Any]) -> str:
    """Writes a number of the summary; accuracies have their 95% intervals."""
    if name in _ACCURACIES and values.get("records"):
        return f"{name} {value:.4f} ({metrics.interval(value, values['records'], '.3f')})"
    if name == "final_mean_class" and "mean_class_error" in values:
        return f"{name} {value:.4f} (\u00b1 {values['mean_class_error']:.3f})"
    return f"{name} {value:.4f}" if isinstance(value, float) else f"{name} {value}"


def _distributions(run: Run, targets: Float[np.ndarray, "N C"]) -> Iterator[tuple[int | str, ...]]:
    data = run.data
    classes = data.train.classes
    for row, name in enumerate(data.train.names):
        true = "" if data.true is None else classes[data.true[row]]
        yield row, name, classes[data.given[row]], true, *(f"{p:.6f}" for p in targets[row])
