"""Settings of LA-Net's parts; the config has their values."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class LDE:
    """Settings of the label distribution estimation.

    Attributes:
      spaces: key of `lanet_neighbors.SPACES`.
      landmark_space: "features" (v, the paper) or "geometry" (the landmarks themselves).
      neighbors: number of neighbours, K.
      memory: records of past batches among which neighbours are found, too; 0 for none (the paper).
      neighbor_labels: what neighbours contribute, "predicted" (p, the paper) or "observed" labels.
      sharpness: power of `aggregate.sharpened`; 1 for none (the paper).
      decay: decay of the bank, omega.
      exclude_same_id: whether copies of a record are excluded from its neighbours.
      stop_gradient_neighbors: whether to stop the gradient into the neighbours' predictions.
    """

    spaces: str
    landmark_space: str
    neighbors: int
    memory: int
    neighbor_labels: str
    sharpness: float
    decay: float
    exclude_same_id: bool
    stop_gradient_neighbors: bool

    @property
    def remembers(self) -> bool:
        """Whether there is a memory of past batches."""
        return self.memory > 0 and self.spaces != "none"


@dataclasses.dataclass(frozen=True)
class EL:
    """Settings of the contrastive loss.

    Attributes:
      enabled: whether the loss is used.
      pair_labels: "pseudo" (from the targets) or "one_hot" (the observed labels).
      threshold: confidence threshold, delta.
      temperature: tau > 0, which divides the similarities.
      momentum: momentum of the key networks, m.
      queue_size: entries of the queue, Q.
      projection: projection width, E.
      batch_negatives: whether samples of the same batch are negatives too.
      hidden: whether the projection's hidden layer is as wide as the "features" or "projection".
    """

    enabled: bool
    pair_labels: str
    threshold: float
    temperature: float
    momentum: float
    queue_size: int
    projection: int
    batch_negatives: bool
    hidden: str


@dataclasses.dataclass(frozen=True)
class LossWeights:
    """Weights of the losses.

    Attributes:
      alpha: weight of L_kl.
      beta: weight of L_el.
      trust: g of `lde.trust`, which weights the cross-entropy; 0 turns it off.
      trust_balance: tau of `lde.trust`.
    """

    alpha: float
    beta: float
    trust: float
    trust_balance: float
