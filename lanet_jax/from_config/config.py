"""What a config must hold before a run is built from it."""

import functools
from pathlib import Path

import ml_collections

from lanet_jax.checkpoint.pretrained import IN_CACHE
from lanet_jax.errors import UserError
from lanet_jax.models.backbones import FAMILIES
from lanet_jax.recipes import IMAGENET, PUBLISHED

Config = ml_collections.ConfigDict

CHOICES = {
    "method": tuple(PUBLISHED),
    "schedule": ("published", "shared"),
    "precision": ("float32", "bfloat16"),
    "data.streams": (1, 2),
    "noise.kind": ("none", "symmetric", "asymmetric", "file"),
    "sampler": ("progressive", "uniform"),
    "model.family": tuple(FAMILIES),
    **{f"model.{k}": v for family in FAMILIES.values() for k, v in family.choices.items()},
    "landmarks.head": ("coordinates", "heatmap"),
    "landmarks.trunk": ("separate", "shared_stem"),
    "landmarks.frame": ("face", "image"),
    "landmarks.points": ("expressive", "all"),
    "lde.landmark_space": ("features", "geometry"),
    "lde.spaces": ("none", "expression", "both"),
    "el.pair_labels": ("pseudo", "one_hot"),
    "optim.schedule": ("linear", "exponential"),
}


def resolve(c: Config) -> Config:
    """Writes a method's published recipe over the fields, where the config asks for it.

    Args:
      c: as the user gave it.

    Returns:
      The config that the run follows and stores, every field as it is used.

    Raises:
      UserError: a field holds a word that is none of its choices, or two contradict each other.
    """
    for field, choices in CHOICES.items():
        value = _get(c, field)
        if value not in choices:
            raise UserError(
                f"--config.{field}={value!r}: choose from {', '.join(map(str, choices))}"
            )
    if c.landmarks.head == "heatmap" and c.landmarks.frame == "face":
        raise UserError(
            "--config.landmarks.head=heatmap: maps are of the image; set "
            "--config.landmarks.frame=image with it"
        )
    if c.lde.landmark_space == "geometry" and c.landmarks.frame == "image":
        raise UserError(
            "--config.lde.landmark_space=geometry: in a crop neighbours in it would be of the same "
            "place and turn; set --config.landmarks.frame=face"
        )
    c = c.copy_and_resolve_references()
    if c.model.family == "face29" and c.model.depth != 18:
        raise UserError("--config.model.depth is of resnet: leave it out with model.family=face29")
    if c.model.frozen_stages and not c.model.pretrained:
        raise UserError(
            f"--config.model.frozen_stages={c.model.frozen_stages} would freeze random weights: "
            "give --config.model.pretrained, or set it to 0"
        )
    if c.schedule == "published":
        c.update_from_flattened_dict(_published(c))
    _absolute_paths(c)
    if not c.el.projection:
        c.el.projection = {18: 64, 50: 256}[c.model.depth]
    return c


def _published(c: Config) -> dict[str, object]:
    """The method's recipe; the colours are those of its ResNet's weights, and of no other."""
    written = PUBLISHED[c.method]
    if c.model.family == "resnet":
        return written
    return {field: value for field, value in written.items() if field not in IMAGENET}


def recipe(given: Config, resolved: Config) -> str:
    """Which fields a method's published recipe wrote over, in one line; "" if none.

    Args:
      given: as the user gave it.
      resolved: what `resolve` made of it.
    """
    if given.schedule != "published":
        return ""
    told = [
        f"{field} {_get(resolved, field)} instead of {_get(given, field)}"
        for field in PUBLISHED[given.method]
        if _get(resolved, field) != _get(given, field)
    ]
    return f"schedule published: {given.method} has {', '.join(told)}" if told else ""


def _absolute_paths(c: Config) -> None:
    # For a run to be opened from any folder; one in the user's home stays so on another machine.
    for part, field in ((c.data, "dir"), (c.noise, "file"), (c.model, "pretrained")):
        path = part[field]
        if path and not path.startswith("~") and path not in IN_CACHE:
            part[field] = str(Path(path).absolute())


def _get(c: Config, field: str) -> object:
    return functools.reduce(getattr, field.split("."), c)
