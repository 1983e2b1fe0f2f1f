"""Settings of LA-Net's parts."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class LDE:
    """Settings of the label distribution estimation.

    Attributes:
      spaces: key of `lanet.SPACES`.
      landmark_space: "features" (v, the paper) or "geometry" (the landmarks themselves).
      neighbors: K.
      decay: omega.
      exclude_same_id: other copies of a record are no neighbours of it.
      stop_gradient_neighbors: keep the gradient from flowing into the neighbours' predictions.
    """

    spaces: str
    neighbors: int
    decay: float
    exclude_same_id: bool
    stop_gradient_neighbors: bool
    landmark_space: str = "features"


@dataclasses.dataclass(frozen=True)
class EL:
    """Settings of the contrastive loss.

    Attributes:
      enabled: whether there is one.
      pair_labels: "pseudo" (from the targets) or "one_hot" (the given labels).
      threshold: delta.
      temperature: tau.
      momentum: m of the key networks.
      queue_size: Q.
      projection: E.
      batch_negatives: samples of the same batch are negatives too.
      hidden: the projection's hidden layer is as wide as the "features" or as the "projection".
    """

    enabled: bool
    pair_labels: str
    threshold: float
    temperature: float
    momentum: float
    queue_size: int
    projection: int
    batch_negatives: bool
    hidden: str = "features"


@dataclasses.dataclass(frozen=True)
class Loss:
    """Weights of the losses.

    Attributes:
      alpha: of L_kl.
      beta: of L_el.
      trust: g of `lde.trust`, by which the given labels' cross-entropy is weighed; 0 turns it off.
      trust_balance: tau of `lde.trust`.
    """

    alpha: float
    beta: float
    trust: float = 0.0
    trust_balance: float = 0.0
