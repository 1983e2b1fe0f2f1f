"""LA-Net: two networks, label distribution estimation and the contrastive loss between them."""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, Int

from lanet_jax.devices import mesh
from lanet_jax.el import contrast, momentum, pairs, projection, queue
from lanet_jax.lde import aggregate, bank, contribution, memory, trust
from lanet_jax.lde.neighborhood import Neighborhood
from lanet_jax.methods import lanet_neighbors
from lanet_jax.methods.classifier import predict
from lanet_jax.methods.lanet_neighbors import BRANCHES
from lanet_jax.methods.lanet_settings import EL, LDE, LossWeights
from lanet_jax.methods.method import Example
from lanet_jax.models.landmarks import LANDMARK_LOSSES
from lanet_jax.models.pure import apply, draw
from lanet_jax.models.two_branch import Outputs, TwoBranch, start_from_backbone
from lanet_jax.ops.losses import cross_entropy, kl_divergence
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class LANet:
    """The method of the paper.

    Attributes:
      network: the expression network, the only one used at inference, and the landmark network;
        without the latter, spaces are "expression" or "none" and EL is off.
      lde: settings of the label distribution estimation.
      el: settings of the contrastive loss.
      weights: alpha and beta, and the settings of trust.
      framed: whether landmarks are in the face's frame, whose statistics the state keeps.
      label_shares: see `bank.stands_for`.
    """

    network: TwoBranch
    lde: LDE
    el: EL
    weights: LossWeights
    framed: bool = False
    label_shares: tuple[float, ...] = ()
    inference = ("expression",)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`; both trunks start from the same weights."""
        network_key, contribution_key, projection_key = jax.random.split(key, 3)
        images = example.images[:1]
        variables = draw(self.network, network_key, images)
        drawn = (
            variables["params"]["expression"]["backbone"],
            variables["batch_stats"].get("expression", {}).get("backbone", {}),
        )
        variables = start_from_backbone(variables, *(example.pretrained or drawn))
        outputs = jax.eval_shape(lambda v: self.network.apply(v, images, False), variables)
        params, state = dict(variables["params"]), dict(variables["batch_stats"])
        state["bank"] = bank.init(example.labels, outputs.logits.shape[1])
        if self.framed:
            state["frame"] = example.frame
        widths = lanet_neighbors.widths(self.lde, outputs)
        params["contribution"] = {
            space: contribution.init(k, widths[space])
            for space, k in zip(BRANCHES, jax.random.split(contribution_key), strict=True)
            if space in widths
        }
        batch = example.images.shape[0]
        if self.lde.remembers:
            classes = outputs.logits.shape[1]
            state["memory"] = memory.init(self.lde.memory, batch, widths, classes)
        if self.el.enabled:
            params["projection"] = {
                space: self._projection(k, getattr(outputs, space).shape[1])
                for space, k in zip(BRANCHES, jax.random.split(projection_key), strict=True)
            }
            state["momentum"] = momentum.init(_encoder(params))
            state["queue"] = queue.init(self.el.queue_size, batch, self.el.projection)
        return params, state

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """L = L_ce + L_lm + alpha L_kl + beta L_el (Eq. 14)."""
        del key
        labels = batch["label"]
        with jax.named_scope("backbone"):
            outputs, stats = apply(
                self.network, branches(params), branches(model_state), batch["image"], True
            )
        targets, believed, estimated = self._targets(params, model_state, outputs, batch)
        state = {**model_state, **stats, **estimated}
        losses = {"ce": cross_entropy(outputs.logits, labels, believed)}
        if self.network.landmark is not None:
            landmark_loss = LANDMARK_LOSSES[self.network.landmark.head]
            losses["lm"] = landmark_loss(outputs.landmarks, batch["landmarks"], batch["present"])
        metrics = {"accuracy": jnp.mean(jnp.argmax(outputs.logits, axis=1) == labels)}
        if self.lde.spaces != "none":
            losses["kl"] = kl_divergence(targets, outputs.logits)
        if self.weights.trust:
            metrics["trust"] = jnp.mean(believed)
        if self.el.enabled:
            pair_labels = labels
            if self.el.pair_labels == "pseudo":
                pair_labels = pairs.pseudo_labels(targets, batch["id"], self.el.threshold)
                metrics["ambiguous"] = jnp.mean(pair_labels < 0)
            losses["el"], contrasted = self._contrast(
                params, state, outputs, pair_labels, batch["image"]
            )
            state.update(contrasted)
        weight = {"ce": 1.0, "lm": 1.0, "kl": self.weights.alpha, "el": self.weights.beta}
        loss = sum((weight[name] * own for name, own in losses.items()), jnp.zeros(()))
        return loss, (state, {**losses, **metrics})

    def neighborhoods(
        self, params: PyTree, model_state: PyTree, outputs: Outputs, batch: Batch
    ) -> dict[str, Neighborhood]:
        """See `lanet_neighbors.find`."""
        past = model_state.get("memory")
        return lanet_neighbors.find(self.lde, params["contribution"], outputs, batch, past)

    def inspect(
        self, params: PyTree, model_state: PyTree, batch: Batch
    ) -> tuple[Float[Array, "B ..."] | None, dict[str, Neighborhood]]:
        """Runs the parts on a batch with the running statistics, to measure them.

        Args:
          params: parameters of all networks, those of training only too.
          model_state: the method's state.
          batch: preprocessed batch, without augmentation.

        Returns:
          Predicted landmarks (None without a landmark network), and the neighbourhoods by space.
        """
        outputs, _ = apply(
            self.network, branches(params), branches(model_state), batch["image"], False
        )
        return outputs.landmarks, self.neighborhoods(params, model_state, outputs, batch)

    def distributions(self, spaces: dict[str, Neighborhood]) -> Float[Array, "B C"]:
        """d_i of Eq. 4, sharpened."""
        d = aggregate.mean_over_spaces(
            [space.mean for space in spaces.values()], [space.exists for space in spaces.values()]
        )
        return aggregate.sharpened(d, self.lde.sharpness)

    def _targets(
        self, params: PyTree, state: PyTree, outputs: Outputs, batch: Batch
    ) -> tuple[Float[Array, "B C"], Float[Array, " B"], PyTree]:
        """Targets (Eq. 3 to 5), trust in the observed labels, and the updated bank and memory."""
        before, labels = state["bank"], batch["label"]
        if self.lde.spaces == "none":
            return jnp.take(before, batch["id"], axis=0), jnp.ones(len(labels)), {}
        with jax.named_scope("lde"):
            d = self.distributions(self.neighborhoods(params, state, outputs, batch))
            targets = bank.targets(before, batch["id"], d, self.lde.decay)
            updated: PyTree = {"bank": bank.update(before, batch["id"], targets)}
            if self.lde.remembers:
                past = state["memory"]
                updated["memory"] = lanet_neighbors.remember(self.lde, past, outputs, batch)
        return targets, self._trust(before, targets, d, labels), updated

    def _trust(
        self,
        before: Float[Array, "N C"],
        targets: Float[Array, "B C"],
        distributions: Float[Array, "B C"],
        labels: Int[Array, " B"],
    ) -> Float[Array, " B"]:
        """The weights of the cross-entropy, from the bank before this step and its targets."""
        if not self.weights.trust:
            return jnp.ones(len(labels))
        stands_for = bank.stands_for(labels, self.label_shares)
        means = bank.class_means(before, distributions, self.lde.decay, stands_for)
        records = jnp.sum(before)  # each record's distribution sums to 1
        power, balance = self.weights.trust, self.weights.trust_balance
        return trust.weights(targets, labels, means, records, power, balance)

    def _projection(self, key: Key, width: int) -> projection.Projection:
        hidden = {"features": width, "projection": self.el.projection}[self.el.hidden]
        return projection.init(key, width, hidden, self.el.projection)

    def _contrast(
        self,
        params: PyTree,
        state: PyTree,
        outputs: Outputs,
        labels: Int[Array, " B"],
        images: Float[Array, "B H W 3"],
    ) -> tuple[Float[Array, ""], PyTree]:
        """L_el of the batch, and the updated key networks and queue (Eq. 9 to 13)."""
        with jax.named_scope("backbone_keys"):
            encoder = momentum.update(state["momentum"], _encoder(params), self.el.momentum)
            # Keys are normalised by the statistics of their batch, so they need no running ones.
            seen, _ = apply(self.network, branches(encoder), branches(state), images, True)
        with jax.named_scope("el"):
            queries, keys = (
                tuple(projection.project(p[space], getattr(o, space)) for space in BRANCHES)
                for p, o in ((params["projection"], outputs), (encoder["projection"], seen))
            )
            keys = jax.lax.stop_gradient(keys)
            # Queries on every device, the queue sharded: only [B] partial sums are reduced.
            loss = contrast.expression_landmark_loss(
                mesh.replicated(queries),
                keys,  # type: ignore[arg-type]  # one of each branch
                mesh.replicated(labels),
                state["queue"],
                self.el.temperature,
                self.el.batch_negatives,
            )
            queued = queue.update(state["queue"], *keys, labels)  # type: ignore[call-arg]  # one of each branch
        return loss, {"momentum": encoder, "queue": queued}

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Method.predict`."""
        expression = self.network.expression
        return predict(expression, params["expression"], model_state["expression"], images)

    def specs(self) -> PyTree:
        """See `Method.specs`: the bank's rows and the queue's batches are sharded."""
        specs: PyTree = {"expression": P(), "bank": P("data")}
        if self.network.landmark is not None:
            specs["landmark"] = P()
        if self.framed:
            specs["frame"] = P()
        if self.lde.remembers:
            specs["memory"] = P()
        if self.el.enabled:
            keys = P(None, "data", None)
            specs["momentum"] = P()
            specs["queue"] = queue.Queue(keys, keys, labels=P(None, "data"), batches=P())  # type: ignore[arg-type]  # of its form
        return specs

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """See `Method.targets`; without LDE the bank holds only the observed labels."""
        return None if self.lde.spaces == "none" else model_state["bank"]


def branches(tree: PyTree) -> PyTree:
    """The networks of the branches, from parameters, statistics or a copy of either by parts."""
    return {branch: tree[branch] for branch in BRANCHES if branch in tree}


def _encoder(params: PyTree) -> PyTree:
    return {**branches(params), "projection": params["projection"]}
