"""Networks drawn for a card, and what they say of images."""

import jax
import numpy as np

from lanet_jax.trained import network as trained_network
from lanet_jax.trained.inference import predict_function

CLASSES = ["anger", "fear", "happiness", "neutral"]


def card(method, depth, stem, size, width=4):
    return {
        "classes": CLASSES,
        **{"size": size, "depth": depth, "width": width, "stem": stem, "method": method},
        **{"mean": [0.54, 0.43, 0.38], "std": [0.25, 0.22, 0.2]},
        **{"precision": "float32", "grey": False, "resample": "linear"},
    }


def network(own):
    """Weights that keep about the maps' scale, statistics far from the initial."""
    rng = np.random.default_rng(0)

    def draw(path, x):
        name = path[-1].key
        if name in ("scale", "var"):
            return rng.uniform(0.5, 1.5, x.shape).astype(np.float32)
        deviation = np.sqrt(1 / np.prod(x.shape[:-1])) if name == "kernel" else 0.3
        return (deviation * rng.standard_normal(x.shape)).astype(np.float32)

    tree = jax.tree_util.tree_map_with_path(draw, trained_network.shapes(own))
    return tree["params"], tree["model_state"]


def probabilities(own, params, state, images):
    predict = predict_function(trained_network.method(own), trained_network.preprocessing(own))
    return np.asarray(jax.jit(predict)(params, state, images)[0])
