"""LA-Net's settings as the config has them, for tests that change some."""

import dataclasses
from typing import Any

from lanet_jax.from_config import fields
from lanet_jax.methods.lanet_settings import EL, LDE, LossWeights


def settings(**changes: Any) -> tuple[LDE, EL, LossWeights]:
    """The settings of the paper, some of them changed; no name is in two of the parts."""
    c = fields.get_config()
    parts = LDE(**c.lde), EL(**c.el), LossWeights(**c.loss)
    names = [{field.name for field in dataclasses.fields(part)} for part in parts]
    if unknown := changes.keys() - set().union(*names):
        raise TypeError(f"no settings: {unknown}")
    return tuple(  # type: ignore[return-value]  # still three
        dataclasses.replace(part, **{name: changes[name] for name in own & changes.keys()})
        for part, own in zip(parts, names, strict=True)
    )
