"""`lanet evaluate --workdir=DIR`: evaluates a checkpoint of a run on a split.

It prints accuracies with their intervals, and writes predictions and metrics into the run's folder.
"""

import functools
import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.devices import others, runtime
from lanet_jax.evaluate import own_classes
from lanet_jax.export.equal_classes import class_prior, with_equal_classes
from lanet_jax.files.atomic import csv_text, write_together
from lanet_jax.input.records import Records
from lanet_jax.run.paths import EvaluationFolder


def main() -> None:
    """Evaluates a checkpoint of a run and writes below DIR/evaluation."""
    parser = Parser(prog="lanet evaluate", description=__doc__)
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--step", default="last", help="number of a checkpoint, last or best")
    parser.add_argument("--split", default="", help="split to evaluate (default: the run's own)")
    parser.add_argument(
        "--data", default="", help="another prepared dataset, by name (default: the run's own)"
    )
    parser.add_argument("--data_dir", default="", help="where it lies (default: as in the run)")
    arguments = parser.parse_args()
    runtime.start()
    with others.watched():
        evaluate(**vars(arguments))


def evaluate(
    workdir: Path, step: str = "last", split: str = "", data: str = "", data_dir: str = ""
) -> None:
    """Writes predictions, confusion matrix, calibration and the numbers of a split.

    Args:
      workdir: folder of the run.
      step: checkpoint: a number, "last" or "best".
      split: split to evaluate; "" for the run's own.
      data: prepared dataset; "" for the run's own.
      data_dir: where the dataset lies; "" for where the run had it.

    Raises:
      UserError: run, checkpoint or data are missing, the data has a class that the network does
        not have, or a prediction is not finite.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax.devices import hosts
    from lanet_jax.devices import mesh as mesh_lib
    from lanet_jax.evaluate.places import digest, place
    from lanet_jax.from_config.evaluation import evaluated_splits
    from lanet_jax.input import fingerprint
    from lanet_jax.run import folder as run_folder
    from lanet_jax.trained import network_fingerprint as fingerprint_of_network
    from lanet_jax.trained.load import restore

    setting = hosts.on_each(
        lambda: evaluated_splits(run_folder.load_config(workdir), split, data, data_dir)
    )
    if not setting.splits:
        print("no test data: what the run held out was evaluated in training")
        return
    trained = restore(workdir, step, mesh_lib.make(setting.reading.batch))
    for name, records in setting.splits.items():
        classes = trained.card["classes"]
        what = f"{data}, split {name}," if data else f"the run's split {name}"
        fitting = own_classes.in_classes(records, classes, what)
        own = fingerprint.of(records)
        named = functools.partial(place, workdir, name, own, trained.step)
        folder = hosts.on_first(lambda named=named: str(named(data, data_dir)))  # type: ignore[misc]  # a default binds it
        probabilities = trained.classify_records(records, setting.reading)
        if jax.process_index() == 0:
            weights = fingerprint_of_network.of_weights(trained)
            write(Path(folder), fitting, probabilities, trained.step, digest(own), weights)
            if note := own_classes.absent(records, classes, what):
                print(note)


def write(
    folder: Path,
    records: Records,
    probabilities: Float[np.ndarray, "N C"],
    step: int,
    data: str = "",
    network: str = "",
) -> dict[str, Any]:
    """Writes the predictions of a split and the numbers that describe them.

    Args:
      folder: for predictions.csv, confusion.csv, calibration.csv and metrics.json.
      records: records that were predicted, with labels.
      probabilities: class probabilities, one row per record.
      step: number of steps that the network was trained.
      data: `places.digest` of the records.
      network: `trained.network_fingerprint.of_weights` of the predicting network.

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
    balanced = with_equal_classes(probabilities, class_prior(probabilities))
    equal = metrics.summary(balanced, labels)
    numbers = {
        "step": step,
        "records": len(records),
        "data": data,
        "network": network,
        **summary,
        "accuracy_interval": [low, high],
        "calibration_error": error,
        # What no other number tells: whether a network does not know a rare class, or knows it and
        # takes it to be rarer than it is.
        "equal_classes": {name: equal[name] for name in ("accuracy", "mean_class_accuracy")},
    }
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
    print(
        f"{folder.name} at step {step}: {summary['accuracy']:.2%} of {len(records)} (95% interval "
        f"{low:.1%} to {high:.1%}), mean class accuracy {summary['mean_class_accuracy']:.2%} "
        f"(\u00b1 {summary['mean_class_error']:.1%}), calibration error {error:.3f}; {folder}\n"
        "as if all classes were equally frequent (lanet export --balance): "
        f"{equal['accuracy']:.2%}, mean class accuracy {equal['mean_class_accuracy']:.2%}"
    )
    return numbers


if __name__ == "__main__":
    exit_on_user_error(main)()
