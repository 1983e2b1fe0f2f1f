"""Predictions for all records of a split, on all devices."""

from collections.abc import Callable

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, UInt8

from lanet_jax.input.pipeline import eval_batches
from lanet_jax.input.records import Records
from lanet_jax.methods.method import Predicts
from lanet_jax.typing import PyTree

Predict = Callable[
    [PyTree, PyTree, UInt8[Array, "B H W 3"]], tuple[Float[Array, "B C"], Float[Array, "B D"]]
]


def compile_predict(
    method: Predicts, preprocess: Callable[[jax.Array], jax.Array], mesh: Mesh
) -> Predict:
    """The inference function, compiled once a batch shape.

    Args:
      method: whose `predict` it is.
      preprocess: uint8 images to normalised ones.
      mesh: the devices.

    Returns:
      (params, model state, images) to class probabilities and features, on every device.
    """

    return jax.jit(predict_function(method, preprocess), out_shardings=NamedSharding(mesh, P()))


def predict_function(method: Predicts, preprocess: Callable[[jax.Array], jax.Array]) -> Predict:
    """The inference function; arguments as for `compile_predict`."""

    def predict(params: PyTree, model_state: PyTree, images: jax.Array) -> tuple:
        logits, features = method.predict(params, model_state, preprocess(images))
        return jax.nn.softmax(logits), features

    return predict


def predict_records(
    predict: Predict,
    params: PyTree,
    model_state: PyTree,
    records: Records,
    *,
    mesh: Mesh,
    batch: int,
    stored_size: int,
    threads: int,
) -> tuple[Float[np.ndarray, "N C"], Float[np.ndarray, "N D"]]:
    """Class probabilities and features of every record.

    Args:
      predict: from `compile_predict`.
      params: parameters.
      model_state: the method's state.
      records: what to predict.
      mesh: the devices.
      batch: B.
      stored_size: side in pixels that the host brings images to; 0 leaves them.
      threads: readers.

    Returns:
      Probabilities and features, in the records' order.
    """
    sharding = NamedSharding(mesh, P("data"))
    host, hosts = jax.process_index(), jax.process_count()
    outputs = []
    for local in eval_batches(records, batch, host, hosts, stored_size, threads):
        images = jax.make_array_from_process_local_data(sharding, local["image"])
        outputs.append(predict(params, model_state, images))
    probabilities, features = (
        np.concatenate([np.asarray(part) for part in parts])[: len(records)]
        for parts in zip(*outputs, strict=True)
    )
    return probabilities, features
