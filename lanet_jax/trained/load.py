"""Loads a trained classifier from a work folder or a model file, without training-only state."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Float

from lanet_jax.checkpoint import model_file, orbax, states
from lanet_jax.checkpoint.metadata import completed, without_run
from lanet_jax.checkpoint.pretrained import BUNDLED
from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained import network as trained_network
from lanet_jax.trained import not_a_model
from lanet_jax.trained.inference import (
    Classify,
    Function,
    Predict,
    compile_classify,
    compile_predict,
    predict_records,
)
from lanet_jax.typing import PyTree


@dataclasses.dataclass(frozen=True)
class Trained:
    """A trained classifier, ready for inference.

    Attributes:
      predict: (params, model state, uint8 images) -> class probabilities and features.
      classify: the same without features.
      params: restored parameters.
      model_state: restored batch statistics.
      card: classes, input size, normalisation, network.
      step: number of steps trained; 0 where a card does not say it.
      mesh: devices of all hosts that predict, axis "data".
    """

    predict: Predict
    classify: Classify
    params: PyTree
    model_state: PyTree
    card: dict[str, Any]
    step: int
    mesh: Mesh

    def classify_records(self, records: Records, reading: Reading) -> Float[np.ndarray, "N C"]:
        """Predicts the class probabilities of every record.

        Args:
          records: N records, read in their order.
          reading: how to read them.

        Returns:
          One row per record, in the records' order.

        Raises:
          UserError: a probability is not finite.
        """
        return self._of_records(self.classify, records, reading)

    def predict_records(
        self, records: Records, reading: Reading
    ) -> tuple[Float[np.ndarray, "N C"], Float[np.ndarray, "N D"]]:
        """Does the same as `classify_records` with features.

        Args:
          records: N records, read in their order.
          reading: how to read them.

        Returns:
          Class probabilities and features, one row per record.

        Raises:
          UserError: a number is not finite.
        """
        return self._of_records(self.predict, records, reading)

    def _of_records(self, function: Function, records: Records, reading: Reading) -> Any:
        reading = dataclasses.replace(reading, grey=self.card["grey"])
        return predict_records(
            function, self.params, self.model_state, records, mesh=self.mesh, reading=reading
        )


def place(model: str | os.PathLike) -> Path:
    """Where the model that a user names lies.

    Args:
      model: a path, or `bundled`, which a file or folder of this name takes the place of.
    """
    path = expanded(model)
    return SHIPPED if os.fspath(model) == BUNDLED and not path.exists() else path


def is_model_file(path: Path) -> bool:
    """Whether a path names a model file; otherwise it is taken for a work folder."""
    return path.suffix == model_file.ENDING and not path.is_dir()


def load(path: Path, step: str, mesh: Mesh) -> Trained:
    """Loads a trained classifier.

    Args:
      path: work folder of a run, or a model file NAME.safetensors.
      step: checkpoint of a work folder: a number, "last" or "best"; "last" for a model file.
      mesh: devices that predict, axis "data".

    Returns:
      The trained classifier.

    Raises:
      UserError: there is no such run, checkpoint or file, or it is incomplete.
    """
    if is_model_file(path):
        if step != "last":
            raise UserError(f"step={step}: {path} is one model; only a run's work folder has steps")
        return read(path, mesh)
    return restore(path, step, mesh)


def read(path: Path, mesh: Mesh) -> Trained:
    """Reads a model file.

    Args:
      path: NAME.safetensors, with NAME.json beside it.
      mesh: devices that predict, axis "data".

    Returns:
      The trained classifier.

    Raises:
      UserError: there is no such file, or it is incomplete.
    """
    params, state, card = model_file.read(path)
    params, state = trained_network.fitted(params, state, card, str(path))
    params, state = jax.device_put((params, state), NamedSharding(mesh, P()))
    step = card.get("step")
    return _trained(params, state, card, step if type(step) is int else 0, mesh)


def restore(folder: Path, step: str, mesh: Mesh) -> Trained:
    """Restores a checkpoint for inference, by the network that its own card describes.

    Args:
      folder: work folder of a run.
      step: a number, "last" or "best".
      mesh: devices that predict, axis "data".

    Returns:
      The trained classifier.

    Raises:
      UserError: there is no such run or checkpoint, or it is incomplete or of another run.
    """
    path, number, own = hosts.on_first(lambda: _found(folder, step))
    steps = Path(path)
    card = without_run(completed(states.restore_card(steps, number, own)))
    everywhere = NamedSharding(mesh, P())
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=everywhere),
        trained_network.shapes(card),
    )
    restored = orbax.restore(steps, number, like)
    return _trained(restored["params"], restored["model_state"], card, number, mesh)


def _found(folder: Path, step: str) -> tuple[str, int, dict[str, Any] | None]:
    not_a_model.refuse(folder)
    steps, number = states.find(folder, step)
    known = RunFolder(folder).config.exists()
    return str(steps), number, {"run": run_folder.identity(folder)} if known else None


def _trained(
    params: PyTree, model_state: PyTree, card: dict[str, Any], step: int, mesh: Mesh
) -> Trained:
    method, preprocess = trained_network.method(card), trained_network.preprocessing(card)
    predict = compile_predict(method, preprocess, mesh)
    classify = compile_classify(method, preprocess, mesh)
    return Trained(predict, classify, params, model_state, card, step, mesh)
