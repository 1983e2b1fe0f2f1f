"""A backbone as docs/backbones.md describes it, without running statistics."""

from typing import Any

import flax.linen as nn
import jax.numpy as jnp

from lanet_jax.models import backbones


class Plain(nn.Module):
    width: int
    dtype: Any = jnp.float32
    first_stage: int = 1
    last_stage: int = 0
    stages, left_out = 2, ()

    @nn.compact
    def __call__(self, x, train):
        maps = []
        for stage in range(self.first_stage, (self.last_stage or self.stages) + 1):
            side, width = (4, 4) if stage == 1 else (2, 2), self.stage_width(stage)
            x = nn.Conv(width, side, strides=side, dtype=self.dtype, name=f"conv{stage}")(x)
            x = nn.relu(nn.LayerNorm(dtype=self.dtype, name=f"norm{stage}")(x))
            maps.append(x)
        return maps

    def stage_width(self, stage):
        return self.width * stage


FAMILY = backbones.Family(Plain, {})
