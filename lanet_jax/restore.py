"""A trained classifier from a work folder: the backbone, and nothing that only trains."""

import dataclasses
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from lanet_jax import checkpoint, workdir
from lanet_jax.build import training
from lanet_jax.inference import Predict, compile_predict
from lanet_jax.typing import PyTree


@dataclasses.dataclass(frozen=True)
class Trained:
    """What is left of a run at inference.

    Attributes:
      predict: (params, model state, uint8 images) to class probabilities and features.
      params: restored parameters.
      model_state: restored batch statistics.
      card: classes, input size, normalisation, network.
      step: of the checkpoint.
    """

    predict: Predict
    params: PyTree
    model_state: PyTree
    card: dict[str, Any]
    step: int


def restore(folder: Path, step: str, mesh: Mesh) -> Trained:
    """Restores a checkpoint for inference.

    Args:
      folder: work folder of a run.
      step: a number, "last" or "best".
      mesh: the devices.

    Returns:
      The trained classifier.

    Raises:
      UserError: there is no such run or checkpoint, or it is not whole.
    """
    config = workdir.load_config(folder)
    steps, number = checkpoint.find(folder, step)
    card = checkpoint.restore_card(steps, number)
    # The landmark branch is left behind, so that the number of landmarks does not matter.
    method = training.method(config, len(card["classes"]), landmarks=1)
    example = training.example_of_shape(config, np.zeros(1, np.int32))
    params, state = jax.eval_shape(method.init, jax.random.key(0), example)
    everywhere = NamedSharding(mesh, P())
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=everywhere),
        checkpoint.inference_part(params, state, method),
    )
    restored = checkpoint.restore_inference(steps, number, like)
    return Trained(
        predict=compile_predict(method, training.preprocessing(config), mesh),
        params=restored["params"],
        model_state=restored["model_state"],
        card=card,
        step=number,
    )
