"""Makes a network treat all classes as equally frequent, by the bias of its last layer."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.errors import UserError
from lanet_jax.export import last_layer
from lanet_jax.export.equal_classes import class_prior, with_equal_classes
from lanet_jax.export.evaluated import Evaluated
from lanet_jax.export.temperature import tempered
from lanet_jax.trained.load import Trained
from lanet_jax.trained.network import SHARE_CLASSIFIER

_POWER = "balance_power"  # in the cards of balanced networks only


@dataclasses.dataclass(frozen=True)
class Balance:
    """How frequent a network takes the classes to be, and what it costs and brings to undo that.

    Attributes:
      prior: mean prediction of each class, [C].
      power: tau, see `equal_classes.with_equal_classes`.
      before: `metrics.summary` of the network as it is.
      after: the same of the balanced one.
    """

    prior: Float[np.ndarray, " C"]
    power: float
    before: dict[str, float]
    after: dict[str, float]


def refuse_balanced(trained: Trained, path: Path, asked: Sequence[str]) -> None:
    """Checks that the classes of a network have not been balanced before.

    Args:
      trained: the network.
      path: where it was loaded from, for the error.
      asked: the options that would change it further, `--calibrate`, `--balance` or both.

    Raises:
      UserError: they have been.
    """
    if _POWER in trained.card:
        # Logits that were balanced before are not divided rightly by a temperature.
        options = "--calibrate and --balance together" if "--calibrate" in asked else "--balance"
        raise UserError(
            f"{path}: its classes are balanced already; export it again with {options} from the "
            "run that it was exported from, or leave out " + " and ".join(asked)
        )


def of_evaluation(evaluated: Evaluated, trained: Trained, power: float) -> Balance:
    """Measures how frequent a network takes the classes to be.

    Args:
      evaluated: what the network predicts, divided by another temperature or not at all.
      trained: the network.
      power: tau, see `equal_classes.with_equal_classes`.

    Returns:
      The balance.

    Raises:
      UserError: the logits of the network are not those of the layer `fc`.
    """
    if trained.card["method"] == "scn":
        raise UserError(
            "--balance: SCN multiplies the logits of each image by its importance, so nothing "
            "added to the layer fc balances the classes; leave --balance out"
        )
    if trained.card["method"] not in (*SHARE_CLASSIFIER, "rul"):
        raise UserError(
            f"--balance: whether the logits of method={trained.card['method']} are linear in the "
            "layer fc is not known; name it in `of_evaluation` of "
            "lanet_jax/export/class_balance.py, or leave --balance out"
        )
    further = trained.card.get("temperature", 1.0) / evaluated.temperature
    p = tempered(evaluated.probabilities, further)
    prior = class_prior(p)
    before, after = (
        metrics.summary(q, evaluated.labels) for q in (p, with_equal_classes(p, prior, power))
    )
    return Balance(prior, power, before, after)


def balanced(trained: Trained, by: Balance, split: str) -> Trained:
    """Subtracts tau times the log of the class frequencies from the logits.

    Args:
      trained: the network. Its logits are linear in the layer `fc`, whose bias changes.
      by: the frequencies as this network, with its temperature, takes them to be.
      split: split that they were measured on, for the card.

    Returns:
      The network, with the frequencies in its card.
    """
    fc = last_layer.of(trained)
    fc = {**fc, "bias": fc["bias"] - (by.power * np.log(by.prior)).astype(np.float32)}
    said = {_POWER: by.power, "balanced_of": split, "class_prior": by.prior.tolist()}
    return last_layer.replaced(trained, fc, said)
