"""The families of backbones: their common protocol, and the fields that describe each."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.models.face29 import STAGES, Face29
from lanet_jax.models.pure import draw
from lanet_jax.models.resnet import BLOCKS, ResNet
from lanet_jax.typing import PyTree


class Backbone(Protocol):
    """A Linen module that is called with (images, train) and returns the maps of its stages.

    A protocol cannot express that it is a module too, so type checkers are told where it matters.

    Its fields are these, its family's own, `width` (`model.width`) and `dtype`, the type of the
    computation.

    Attributes:
      first_stage: 1 for the whole network; k > 1 takes the map of stage k - 1 and starts there.
      last_stage: the stage where it ends; 0 for the last one.
    """

    first_stage: int
    last_stage: int

    @property
    def stages(self) -> int:
        """The number of stages of the whole network."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parts of its weight files that it does not use, such as a head."""

    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> list[Float[Array, "B _ _ _"]]:
        """Maps of the stages `first_stage` .. `last_stage`, the last one last."""

    def stage_width(self, stage: int) -> int:
        """The number of channels of a stage's map; stages count from 1."""


class Family(NamedTuple):
    """How one kind of backbone is made.

    Attributes:
      module: the module; it takes `choices` and the width by name, besides what `make` sets.
      choices: config fields that describe it, and the values that each may have.
    """

    module: type
    choices: dict[str, tuple[int | str, ...]]


FAMILIES = {
    "resnet": Family(ResNet, {"depth": tuple(BLOCKS), "stem": ("imagenet", "small")}),
    "face29": Family(Face29, {"blocks": tuple(STAGES)}),
}


def description(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that describe the backbone: its family, width and choices."""
    names = ("family", "width", *FAMILIES[settings["family"]].choices)
    return {name: settings[name] for name in names}


def foreign(family: str) -> dict[str, str]:
    """The fields that describe other families only, each with the name of one of them."""
    own = FAMILIES[family].choices
    return {
        field: name
        for name, other in FAMILIES.items()
        for field in other.choices
        if field not in own
    }


def make(
    settings: Mapping[str, Any], first_stage: int = 1, last_stage: int = 0, dtype: Any = jnp.float32
) -> Backbone:
    """Builds a backbone, or the part of it between two stages.

    Args:
      settings: settings that include those of `description`.
      first_stage: see `Backbone`.
      last_stage: see `Backbone`.
      dtype: type of the computation.

    Returns:
      The module.
    """
    fields = description(settings)
    module = FAMILIES[fields.pop("family")].module
    return module(**fields, first_stage=first_stage, last_stage=last_stage, dtype=dtype)


def shapes(backbone: Backbone, size: int) -> tuple[PyTree, PyTree]:
    """Shapes of the parameters and running statistics of a whole backbone.

    Args:
      backbone: a backbone that starts at stage 1.
      size: side of the images in pixels.

    Returns:
      Two trees of shapes.
    """
    images = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
    variables = jax.eval_shape(lambda x: draw(backbone, jax.random.key(0), x), images)  # type: ignore[arg-type]  # a Linen module
    return variables["params"], variables["batch_stats"]
