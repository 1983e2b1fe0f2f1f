"""The network as StableHLO, which JAX and others run without this package."""

import jax
import jax.numpy as jnp
from jax import export
from jaxtyping import Array, Float, UInt8

from lanet_jax.checkpoint.metadata import Card
from lanet_jax.trained import network as trained_network
from lanet_jax.trained.inference import predict_function
from lanet_jax.typing import PyTree

PLATFORMS = ("cpu", "cuda", "tpu")


def exported(params: PyTree, model_state: PyTree, card: Card) -> bytes:
    """Serializes the inference function, with its weights as constants.

    Args:
      params: parameters of the network.
      model_state: its running batch statistics.
      card: card of the network: input size, normalisation, classes.

    Returns:
      Bytes for `jax.export.deserialize`: uint8 [B, size, size, 3] to float32 [B, C], for any B.
    """
    predict = predict_function(trained_network.method(card), trained_network.preprocessing(card))
    # Arrays on a device would tie the export to its platform.
    params, model_state = jax.device_get((params, model_state))

    def probabilities(images: UInt8[Array, "B H W 3"]) -> Float[Array, "B C"]:
        return predict(params, model_state, images)[0]

    size = card["size"]
    (batch,) = export.symbolic_shape("batch")
    images = jax.ShapeDtypeStruct((batch, size, size, 3), jnp.uint8)
    return bytes(export.export(jax.jit(probabilities), platforms=PLATFORMS)(images).serialize())
