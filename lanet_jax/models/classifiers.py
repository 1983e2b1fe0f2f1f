"""The classifiers: a backbone, and what turns its last map into logits."""

from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.models.linear import Linear

EMBEDDING_EPSILON = 2e-5  # of both normalisations of `Embedding`


def global_average(x: Float[Array, "B h w D"]) -> Float[Array, "B D"]:
    """Averages a map over its positions, in float32."""
    return jnp.mean(x.astype(jnp.float32), axis=(1, 2))


class Classifier(nn.Module):
    """A backbone with its classifier `fc`, the network of CE, EAC and LA-Net at inference.

    Attributes:
      backbone: the backbone; its parameters lie beside `fc`, as torchvision names them.
      classes: number of classes, C.
    """

    backbone: nn.Module
    classes: int

    def setup(self) -> None:
        self.fc = Linear(self.classes)

    def __call__(
        self, images: Float[Array, "B H W _"], train: bool
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"], list[Float[Array, "B _ _ _"]]]:
        """Logits, features, and the maps of the stages."""
        maps = self.backbone(images, train)
        features = global_average(maps[-1])
        return self.fc(features), features, maps


class ImportanceClassifier(nn.Module):
    """A backbone whose logits are scaled by the importance of each image (SCN).

    Attributes:
      backbone: the backbone, see `backbones.Backbone`.
      classes: number of classes, C.
    """

    backbone: nn.Module
    classes: int

    def setup(self) -> None:
        self.fc = Linear(self.classes)
        self.importance = Linear(1)

    def __call__(
        self, images: Float[Array, "B H W _"], train: bool
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"], Float[Array, " B"]]:
        """Logits a * fc(u), features u, and importance a in (0, 1)."""
        features = global_average(self.backbone(images, train)[-1])
        importance = nn.sigmoid(self.importance(features))
        return importance * self.fc(features), features, importance[:, 0]


class Embedding(nn.Module):
    """A head that sees every position of the last map (RUL).

    Attributes:
      width: number of output features.
      dropout: share of the map's entries that training drops.
    """

    width: int = 64
    dropout: float = 0.4

    @nn.compact
    def __call__(self, x: Float[Array, "B h w _"], train: bool) -> Float[Array, "B D"]:
        """BatchNorm without affine part, dropout, linear, BatchNorm; in float32."""
        norm: dict[str, Any] = {
            "use_running_average": not train,
            "momentum": 0.9,
            "epsilon": EMBEDDING_EPSILON,
        }
        x = x.astype(jnp.float32)
        x = nn.BatchNorm(**norm, use_bias=False, use_scale=False, name="bn1")(x)
        x = nn.Dropout(self.dropout, deterministic=not train)(x)
        x = Linear(self.width, name="linear")(x.reshape(x.shape[0], -1))
        return nn.BatchNorm(**norm, name="bn2")(x)


class EmbeddingClassifier(nn.Module):
    """A backbone, an embedding of its last map, and a classifier of the embedding (RUL).

    Attributes:
      backbone: the backbone, see `backbones.Backbone`.
      mu: module that embeds the last map.
      classes: number of classes, C.
    """

    backbone: nn.Module
    mu: Embedding
    classes: int

    def setup(self) -> None:
        self.fc = Linear(self.classes)

    def __call__(
        self, images: Float[Array, "B H W _"], train: bool
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"], Float[Array, "B h w _"]]:
        """Logits, embedding and last map."""
        last = self.backbone(images, train)[-1]
        mu = self.mu(last, train)
        return self.fc(mu), mu, last
