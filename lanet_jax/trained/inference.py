"""Predicts all records of a split, on all devices."""

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
# A function of parameters, model state and images that returns arrays with one row per image.
Function = Callable[[PyTree, PyTree, Images], PyTree]
Predict = Callable[[PyTree, PyTree, Images], tuple[Float[Array, "B C"], Float[Array, "B D"]]]
Classify = Callable[[PyTree, PyTree, Images], Float[Array, "B C"]]


def compile_predict(
    method: Predicts, preprocess: Callable[[jax.Array], jax.Array], mesh: Mesh
) -> Predict:
    """Makes the inference function, which is compiled once per batch shape.

    Args:
      method: method whose `predict` it calls.
      preprocess: function from uint8 images to normalised ones.
      mesh: devices of all hosts, axis "data".

    Returns:
      A function from (params, model state, images) to class probabilities and features, on every
      device.
    """
    return jax.jit(predict_function(method, preprocess), out_shardings=NamedSharding(mesh, P()))


def compile_classify(
    method: Predicts, preprocess: Callable[[jax.Array], jax.Array], mesh: Mesh
) -> Classify:
    """Does the same as `compile_predict` without features, which no metric needs.

    Args:
      method: method whose `predict` it calls.
      preprocess: function from uint8 images to normalised ones.
      mesh: devices of all hosts, axis "data".

    Returns:
      A function from (params, model state, images) to class probabilities, on every device.
    """
    predict = predict_function(method, preprocess)

    def classify(params: PyTree, model_state: PyTree, images: Images) -> jax.Array:
        return predict(params, model_state, images)[0]

    return jax.jit(classify, out_shardings=NamedSharding(mesh, P()))


def predict_function(method: Predicts, preprocess: Callable[[jax.Array], jax.Array]) -> Predict:
    """Makes the inference function, not compiled; arguments as for `compile_predict`."""

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
    """Applies an inference function to every record.

    Args:
      function: function from `compile_classify`, or from `compile_predict` for features too.
      params: parameters that the function takes.
      model_state: the method's state.
      records: N records, read in their order.
      mesh: devices of all hosts, axis "data".
      reading: how to read them.

    Returns:
      Its arrays on the host, with N rows in the records' order.

    Raises:
      UserError: an output is not finite.
    """
    sharding = NamedSharding(mesh, P("data"))
    own = own_rows(mesh, reading.batch)
    outputs, ahead = [], None
    for local in eval_batches(records, reading, own):
        images = jax.make_array_from_process_local_data(sharding, local["image"])
        # Devices hold the outputs of at most two batches, and never wait for the host.
        computed = function(params, model_state, images)
        if ahead is not None:
            outputs.append(jax.device_get(ahead))
        ahead = computed
    outputs.append(jax.device_get(ahead))
    found = jax.tree.map(lambda *parts: np.concatenate(parts)[: len(records)], *outputs)
    for part in jax.tree.leaves(found):
        finite.require(part, records.names)
    return found
