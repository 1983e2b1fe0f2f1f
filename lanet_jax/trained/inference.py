"""Predictions for all records of a split, on all devices."""

from collections.abc import Callable

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, UInt8

from lanet_jax.devices.mesh import own_rows
from lanet_jax.input.pipeline import eval_batches
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records
from lanet_jax.methods.method import Predicts
from lanet_jax.trained import finite
from lanet_jax.typing import PyTree

Images = UInt8[Array | np.ndarray, "B H W 3"]
# Of parameters, model state and images; gives one or several arrays of as many rows.
Function = Callable[[PyTree, PyTree, Images], PyTree]
Predict = Callable[[PyTree, PyTree, Images], tuple[Float[Array, "B C"], Float[Array, "B D"]]]
Classify = Callable[[PyTree, PyTree, Images], Float[Array, "B C"]]


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


def compile_classify(
    method: Predicts, preprocess: Callable[[jax.Array], jax.Array], mesh: Mesh
) -> Classify:
    """As `compile_predict`, without the features, which no metric needs."""
    predict = predict_function(method, preprocess)

    def classify(params: PyTree, model_state: PyTree, images: Images) -> jax.Array:
        return predict(params, model_state, images)[0]

    return jax.jit(classify, out_shardings=NamedSharding(mesh, P()))


def predict_function(method: Predicts, preprocess: Callable[[jax.Array], jax.Array]) -> Predict:
    """The inference function; arguments as for `compile_predict`."""

    def predict(params: PyTree, model_state: PyTree, images: Images) -> tuple:
        logits, features = method.predict(params, model_state, preprocess(images))  # type: ignore[arg-type]  # traced, an array
        return jax.nn.softmax(logits), features

    return predict


def predict_records(
    function: Function,
    params: PyTree,
    model_state: PyTree,
    records: Records,
    *,
    mesh: Mesh,
    reading: Reading,
) -> PyTree:
    """What a function says of every record.

    Args:
      function: from `compile_classify`, or `compile_predict` where features are wanted too.
      params: parameters.
      model_state: the method's state.
      records: what to predict.
      mesh: the devices.
      reading: how.

    Returns:
      Its arrays, of N rows in the records' order, on the host.

    Raises:
      UserError: some of what it says is not finite.
    """
    sharding = NamedSharding(mesh, P("data"))
    own = own_rows(mesh, reading.batch)
    outputs, ahead = [], None
    for local in eval_batches(records, reading, own):
        images = jax.make_array_from_process_local_data(sharding, local["image"])
        # The devices hold two batches' outputs at most, and never wait for the host.
        computed = function(params, model_state, images)
        if ahead is not None:
            outputs.append(jax.device_get(ahead))
        ahead = computed
    outputs.append(jax.device_get(ahead))
    found = jax.tree.map(lambda *parts: np.concatenate(parts)[: len(records)], *outputs)
    for part in jax.tree.leaves(found):
        finite.require(part, records.names)
    return found
