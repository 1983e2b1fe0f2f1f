"""Tells which fields of a command line the run does not read: those of a part it does not have."""

from collections.abc import Sequence

from lanet_jax.from_config import flags
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.limits import LIMITS
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED

_OF_LANET = frozenset({"landmarks", "lde", "el", "loss"})
# A section with the name of a method is that method's own.
_OF_METHODS = frozenset({field.partition(".")[0] for field in LIMITS}) & PUBLISHED.keys()
# Fields that only a run that learns landmarks reads.
_OF_LANDMARKS = frozenset(
    {field for field in LIMITS if field.startswith("landmarks.")} - {"landmarks.enabled"}
    | {"lde.landmark_space", "augment.flip_swaps_points"}
)


def note(c: Config, arguments: Sequence[str]) -> str:
    """Says in one line which fields the user gave in vain; what presets set is none of these.

    Args:
      c: resolved config.
      arguments: arguments of the training command.

    Returns:
      The line; "" if there is none.
    """
    own = _OF_LANET if c.method == "lanet" else {c.method}
    others = (_OF_METHODS | _OF_LANET) - own
    unlearned = set() if c.landmarks.enabled else _OF_LANDMARKS
    foreign = {f"model.{field}" for field in backbones.foreign(c.model.family)}
    told = [
        f"--config.{field} by {reader}"
        for field in dict.fromkeys(flags.fields(arguments))
        for reader, is_unread in (
            (f"method={c.method}", field.partition(".")[0] in others),
            (f"model.family={c.model.family}", field in foreign),
            ("landmarks.enabled=False", c.method == "lanet" and field in unlearned),
        )
        if is_unread
    ]
    return f"note: not read, so without effect: {', '.join(told)}" if told else ""
