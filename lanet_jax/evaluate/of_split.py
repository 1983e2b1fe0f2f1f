"""Evaluates a run or a model file on splits, and writes the results."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import jax

from lanet_jax.devices import hosts, mesh
from lanet_jax.errors import UserError
from lanet_jax.evaluate import own_classes, places, result, trained_on
from lanet_jax.files import writable
from lanet_jax.from_config.evaluation import evaluated_splits, prepared_split
from lanet_jax.input import fingerprint
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records
from lanet_jax.run import folder as run_folder
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained import load as trained_load
from lanet_jax.trained import network_fingerprint
from lanet_jax.trained.load import Trained


def of_run(workdir: Path, step: str, split: str, data: str, data_dir: str) -> None:
    """Evaluates a checkpoint of a run.

    Args:
      workdir: folder of the run.
      step: a number, "last" or "best".
      split: split to evaluate; "" for the run's own.
      data: prepared dataset; "" for the run's own.
      data_dir: where the dataset lies; "" for where the run had it.

    Raises:
      UserError: run, checkpoint or data are missing, the data has a class that the network does
        not have, or a prediction is not finite.
    """
    setting = hosts.on_each(
        lambda: evaluated_splits(run_folder.load_config(workdir), split, data, data_dir)
    )
    if not setting.splits:
        print("no test data: what the run held out was evaluated in training")
        return
    trained = trained_load.restore(workdir, step, mesh.make(setting.reading.batch))
    for name, records in setting.splits.items():
        what = f"{data}, split {name}," if data else f"the run's split {name}"
        named = functools.partial(
            places.place, workdir, name, step=trained.step, data=data, data_dir=data_dir
        )
        _evaluate(trained, records, setting.reading, what, named)


def of_model_file(
    model: Path, step: str, split: str, data: str, data_dir: str, out: Path | None
) -> None:
    """Evaluates a model file, on images that the host resizes as `lanet predict` does.

    Args:
      model: the file.
      step: "last"; a model file has no other.
      split: split to evaluate.
      data: prepared dataset.
      data_dir: where it lies; "" for the usual folder.
      out: folder for the result; None for `evaluation` beside the file.

    Raises:
      UserError: data or split are not named, or as of a run.
    """
    if not (data and split):
        raise UserError(f"{model.name} has no data of its own: name it by --data and --split")
    if model == SHIPPED and not out:
        raise UserError("--workdir=bundled needs --out=DIR: the folder for the results")
    parent = out or model.parent / "evaluation"
    hosts.on_first(lambda: writable.check_folder(parent))
    setting = hosts.on_each(lambda: prepared_split(split, data, data_dir))
    trained = trained_load.load(model, step, mesh.make(setting.reading.batch))
    side, resample = trained.card["size"], trained.card["resample"]
    reading = dataclasses.replace(setting.reading, stored_size=side, resample=resample)
    network = network_fingerprint.in_results(trained)
    (records,) = setting.splits.values()
    named = functools.partial(places.place_of_model, parent, split, network=network, data=data)
    _evaluate(trained, records, reading, f"{data}, split {split},", named)
    if jax.process_index() == 0:
        for remark in trained_on.remarks(model, records.names):
            print(f"note: {remark}")


def _evaluate(
    trained: Trained,
    records: Records,
    reading: Reading,
    what: str,
    named: Callable[[fingerprint.Fingerprint], Path],
) -> None:
    """Evaluates on a split, which messages call `what`, and writes to the folder `named` gives."""
    classes = trained.card["classes"]
    fitting = own_classes.in_classes(records, classes, what)
    own = fingerprint.of(records)
    folder = hosts.on_first(lambda: str(named(own)))
    probabilities = trained.classify_records(records, reading)
    if jax.process_index() == 0:
        network, data = network_fingerprint.in_results(trained), places.digest(own)
        result.write(Path(folder), fitting, probabilities, trained.step, data, network)
        if note := own_classes.absent(records, classes, what):
            print(note)
