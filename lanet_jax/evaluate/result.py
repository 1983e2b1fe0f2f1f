"""The files and the line of one evaluation's result."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.export.equal_classes import class_prior, with_equal_classes
from lanet_jax.files.atomic import csv_text, write_together
from lanet_jax.input.records import Records
from lanet_jax.run.paths import EvaluationFolder


def write(
    folder: Path,
    records: Records,
    probabilities: Float[np.ndarray, "N C"],
    step: int,
    data: str = "",
    network: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Writes the predictions of a split and the numbers that describe them.

    Args:
      folder: for predictions.csv, confusion.csv, calibration.csv and metrics.json.
      records: records that were predicted, with labels.
      probabilities: class probabilities, one row per record.
      step: number of steps that the network was trained.
      data: `places.digest` of the records.
      network: what tells the predicting network from others, see `network_fingerprint.in_results`.

    Returns:
      The content of metrics.json.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = EvaluationFolder(folder)
    classes, labels = records.classes, records.labels
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion(predicted, labels, len(classes))
    error, bins = metrics.calibration(probabilities, labels)
    summary = metrics.summary(probabilities, labels)
    low, high = metrics.wilson(summary["accuracy"], len(records))
    numbers = {
        "step": step,
        "records": len(records),
        "data": data,
        **network,
        **summary,
        "accuracy_interval": [low, high],
        "calibration_error": error,
    }
    said = [
        f"{folder.name} at step {step}: {summary['accuracy']:.2%} of {len(records)} (95% interval "
        f"{low:.1%} to {high:.1%}), mean class accuracy {summary['mean_class_accuracy']:.2%} "
        f"(\u00b1 {summary['mean_class_error']:.1%}), calibration error {error:.3f}; {folder}"
    ]
    if "balance_power" not in network:
        # What no other number tells: whether a network does not know a rare class, or knows it and
        # takes it to be rarer than it is.
        balanced = with_equal_classes(probabilities, class_prior(probabilities))
        equal = metrics.summary(balanced, labels)
        names = ("accuracy", "mean_class_accuracy")
        numbers["equal_classes"] = {name: equal[name] for name in names}
        said.append(
            "as if all classes were equally frequent (lanet export --balance): "
            f"{equal['accuracy']:.2%}, mean class accuracy {equal['mean_class_accuracy']:.2%}"
        )
    rows = (
        (name, classes[label], classes[top], *(f"{p:.6f}" for p in ps))
        for name, label, top, ps in zip(
            records.names, labels, predicted, probabilities, strict=True
        )
    )
    counts = ((name, *row) for name, row in zip(classes, matrix.tolist(), strict=True))
    texts = {
        files.predictions: csv_text(("name", "label", "predicted", *classes), rows),
        files.confusion: csv_text(("label", *classes), counts),
        files.calibration: csv_text(list(bins[0]), (row.values() for row in bins)),
        files.metrics: json.dumps(numbers, indent=2) + "\n",
    }
    write_together(
        {path: lambda file, text=text: file.write(text.encode()) for path, text in texts.items()}  # type: ignore[misc]  # a default binds it
    )
    print("\n".join(said))
    return numbers
