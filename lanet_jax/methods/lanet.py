"""LA-Net: two networks, label distribution estimation and the contrastive loss between them."""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, Int

from lanet_jax.devices import mesh
from lanet_jax.el import contrast, momentum, pairs, projection, queue
from lanet_jax.lde import aggregate, bank, contribution, neighbors
from lanet_jax.methods.classifier import predict
from lanet_jax.methods.method import Example
from lanet_jax.models.landmarks import LANDMARK_LOSSES
from lanet_jax.models.resnet import apply
from lanet_jax.models.two_branch import Outputs, TwoBranch, start_from_backbone
from lanet_jax.ops.losses import cross_entropy, kl_divergence
from lanet_jax.typing import Batch, Key, PyTree

BRANCHES = ("expression", "landmark")
SPACES = {"none": (), "expression": ("expression",), "both": ("expression", "landmark")}


@dataclasses.dataclass(frozen=True)
class LDE:
    """Settings of the label distribution estimation.

    Attributes:
      spaces: key of `SPACES`.
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
    """

    enabled: bool
    pair_labels: str
    threshold: float
    temperature: float
    momentum: float
    queue_size: int
    projection: int
    batch_negatives: bool


@dataclasses.dataclass(frozen=True)
class LANet:
    """The method of the paper.

    Attributes:
      network: the expression network, all that is left at inference, and the landmark network.
      lde: settings.
      el: settings.
      alpha: weight of L_kl.
      beta: weight of L_el.
    """

    network: TwoBranch
    lde: LDE
    el: EL
    alpha: float
    beta: float
    inference = ("expression",)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`; both trunks start from the same weights."""
        network_key, contribution_key, projection_key = jax.random.split(key, 3)
        images = example.images[:1]
        variables = self.network.init(network_key, images, False)
        drawn = (
            variables["params"]["expression"]["backbone"],
            variables["batch_stats"]["expression"]["backbone"],
        )
        variables = start_from_backbone(variables, *(example.pretrained or drawn))
        outputs = jax.eval_shape(lambda v: self.network.apply(v, images, False), variables)
        params, state = dict(variables["params"]), dict(variables["batch_stats"])
        state["bank"] = bank.init(example.labels, outputs.logits.shape[1])
        params["contribution"] = {
            space: contribution.init(k, getattr(outputs, space).shape[1])
            for space, k in zip(BRANCHES, jax.random.split(contribution_key), strict=True)
            if space in SPACES[self.lde.spaces]
        }
        if self.el.enabled:
            params["projection"] = {
                space: projection.init(k, getattr(outputs, space).shape[1], self.el.projection)
                for space, k in zip(BRANCHES, jax.random.split(projection_key), strict=True)
            }
            state["momentum"] = momentum.init(_encoder(params))
            state["queue"] = queue.init(
                self.el.queue_size, example.images.shape[0], self.el.projection
            )
        return params, state

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """L = L_ce + L_lm + alpha L_kl + beta L_el (Eq. 14)."""
        del key
        state = dict(model_state)
        with jax.named_scope("backbone"):
            outputs, stats = apply(
                self.network, _branches(params), _branches(state), batch["image"], True
            )
        state.update(stats)
        landmark_loss = LANDMARK_LOSSES[self.network.landmark.head]
        losses = {
            "ce": cross_entropy(outputs.logits, batch["label"]),
            "lm": landmark_loss(outputs.landmarks, batch["landmarks"], batch["present"]),
        }
        loss = losses["ce"] + losses["lm"]
        targets = jnp.take(state["bank"], batch["id"], axis=0)
        if self.lde.spaces != "none":
            with jax.named_scope("lde"):
                targets = self._targets(params["contribution"], state["bank"], outputs, batch["id"])
                state["bank"] = bank.update(state["bank"], batch["id"], targets)
                losses["kl"] = kl_divergence(targets, outputs.logits)
            loss += self.alpha * losses["kl"]
        if self.el.enabled:
            labels = batch["label"]
            if self.el.pair_labels == "pseudo":
                labels = pairs.pseudo_labels(targets, batch["id"], self.el.threshold)
                losses["ambiguous"] = jnp.mean(labels < 0)
            losses["el"], updated = self._contrast(params, state, outputs, labels, batch["image"])
            state.update(updated)
            loss += self.beta * losses["el"]
        losses["accuracy"] = jnp.mean(jnp.argmax(outputs.logits, axis=1) == batch["label"])
        return loss, (state, losses)

    def _targets(
        self,
        params: PyTree,
        means: Float[Array, "N C"],
        outputs: Outputs,
        ids: Int[Array, "B"],
    ) -> Float[Array, "B C"]:
        """Target distributions of the batch: Eq. 1 to 5, put together."""
        p = jax.nn.softmax(outputs.logits)
        neighbor_p = jax.lax.stop_gradient(p) if self.lde.stop_gradient_neighbors else p
        distributions = []
        for space in SPACES[self.lde.spaces]:
            features = getattr(outputs, space)
            k = min(self.lde.neighbors, features.shape[0])
            index, exists = neighbors.nearest_neighbors(features, ids, k, self.lde.exclude_same_id)
            z = contribution.scores(params[space], features, index)
            distributions.append(aggregate.neighborhood_mean(neighbor_p, index, exists, z))
        return bank.targets(means, ids, aggregate.mean_over_spaces(distributions), self.lde.decay)

    def _contrast(
        self,
        params: PyTree,
        state: PyTree,
        outputs: Outputs,
        labels: Int[Array, "B"],
        images: Float[Array, "B H W 3"],
    ) -> tuple[Float[Array, ""], PyTree]:
        """L_el of the batch, and the moved key networks and queue: Eq. 9 to 13, put together."""
        with jax.named_scope("backbone_keys"):
            encoder = momentum.update(state["momentum"], _encoder(params), self.el.momentum)
            # The keys normalise by the statistics of the batch, so they need no running ones.
            seen, _ = apply(self.network, _branches(encoder), _branches(state), images, True)
        with jax.named_scope("el"):
            queries, keys = (
                tuple(projection.project(p[space], getattr(o, space)) for space in BRANCHES)
                for p, o in ((params["projection"], outputs), (encoder["projection"], seen))
            )
            keys = jax.lax.stop_gradient(keys)
            # Queries on every device, the queue sharded: only [B] partial sums are reduced.
            loss = contrast.expression_landmark_loss(
                mesh.replicated(queries),
                keys,
                mesh.replicated(labels),
                state["queue"],
                self.el.temperature,
                self.el.batch_negatives,
            )
            memory = queue.update(state["queue"], *keys, labels)
        return loss, {"momentum": encoder, "queue": memory}

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Method.predict`."""
        expression = self.network.expression
        return predict(expression, params["expression"], model_state["expression"], images)

    def specs(self) -> PyTree:
        """See `Method.specs`: the bank's rows and the queue's batches are sharded."""
        specs = {"expression": P(), "landmark": P(), "bank": P("data")}
        if self.el.enabled:
            keys = P(None, "data", None)
            specs["momentum"] = P()
            specs["queue"] = queue.Queue(keys, keys, labels=P(None, "data"), batches=P())
        return specs

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """See `Method.targets`; without LDE the bank is only the given labels."""
        return None if self.lde.spaces == "none" else model_state["bank"]


def _branches(tree: PyTree) -> PyTree:
    return {branch: tree[branch] for branch in BRANCHES}


def _encoder(params: PyTree) -> PyTree:
    return {**_branches(params), "projection": params["projection"]}
