"""Resolves and checks a config before a run is built from it."""

from pathlib import Path
from typing import TypeAlias

import ml_collections

from lanet_jax.checkpoint.pretrained import NAMES
from lanet_jax.from_config import combinations, limits
from lanet_jax.models import backbones
from lanet_jax.recipes import DEEPER, IMAGENET, PUBLISHED

Config: TypeAlias = ml_collections.ConfigDict


def resolve(c: Config) -> Config:
    """Applies the method's published recipe, if the config asks for it, and checks every field.

    Args:
      c: config as the user gave it.

    Returns:
      The config that the run follows and stores, with every field as it is used.

    Raises:
      UserError: a field has an invalid value, or two do not fit each other.
    """
    limits.check(c)
    c = c.copy_and_resolve_references()
    if c.schedule == "published":
        c.update_from_flattened_dict(_published(c))
    _absolute_paths(c)
    if not c.data.test:
        c.data.test_split = ()
    if not c.el.projection:
        c.el.projection = head_width(c)
    combinations.check(c)
    return c


def head_width(c: Config) -> int:
    """Width of LA-Net's projection and of its heat maps' features: as in the published code (R).

    Args:
      c: config whose single fields are valid.

    Returns:
      256 for ResNet-50, otherwise 64.
    """
    return 256 if _depth(c) == 50 else 64


def _depth(c: Config) -> int | None:
    """The depth of the backbone; None in a family that has no such field."""
    return backbones.description(c.model).get("depth")


def _published(c: Config) -> dict[str, object]:
    """The method's recipe; its colours belong to its ResNet's weights, so only to `resnet`."""
    written = {**PUBLISHED[c.method], **(DEEPER.get(c.method, {}) if _depth(c) == 50 else {})}
    if c.model.family == "resnet":
        return written
    return {field: value for field, value in written.items() if field not in IMAGENET}


def recipe(given: Config, resolved: Config) -> str:
    """Says in one line which fields a method's published recipe changed.

    Args:
      given: config as the user gave it.
      resolved: the config from `resolve`.

    Returns:
      The line; "" if the recipe changed nothing.
    """
    changed = overridden(given, resolved).items()
    told = [f"{field} {after} instead of {before}" for field, (before, after) in changed]
    return f"schedule published: {given.method} has {', '.join(told)}" if told else ""


def overridden(given: Config, resolved: Config) -> dict[str, tuple[object, object]]:
    """The fields that a method's published recipe changed.

    Args:
      given: config as the user gave it.
      resolved: the config from `resolve`.

    Returns:
      The value before and after of each.
    """
    if given.schedule != "published":
        return {}
    before, after = limits.flatten(given), limits.flatten(resolved)
    return {
        field: (before[field], after[field])
        for field in PUBLISHED[given.method]
        if after[field] != before[field]
    }


def _absolute_paths(c: Config) -> None:
    # So that a run can be opened from any folder; ~ keeps meaning the user's home elsewhere.
    for part, field in ((c.data, "dir"), (c.noise, "file"), (c.model, "pretrained")):
        path = part[field]
        if path and not path.startswith("~") and path not in NAMES:
            part[field] = str(Path(path).absolute())
