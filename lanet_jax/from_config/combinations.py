"""Checks that fields of a config fit each other: those of the data, and each method's own."""

from typing import TypeAlias

import ml_collections

from lanet_jax.errors import UserError
from lanet_jax.from_config import fields
from lanet_jax.models import backbones
from lanet_jax.models.face29 import LEAST_SIZE

Config: TypeAlias = ml_collections.ConfigDict
# What bundled configs and presets set for the ResNet of their size, and `face` leaves as it is when
# it takes another family: no mistake of the user's, and begun runs store it.
OF_PRESETS = {"stem": "small"}


def is_open(c: Config) -> bool:
    """Whether a field is left to the data, see `fit`."""
    steps = (c.optim.batch_size, c.optim.epochs, c.optim.learning_rate)
    counts = (c.el.queue_size, c.lde.neighbors)
    return c.model.frozen_stages < 0 or not all((*steps, *counts, c.model.width, c.augment.size))


def check(c: Config) -> None:
    """Checks a config before the data are read, and again after `fit` has chosen fields by them.

    Args:
      c: resolved config whose single fields are valid; 0 stands for a field not chosen yet.

    Raises:
      UserError: two fields do not fit each other.
    """
    d, p = c.data, c.optim
    if not d.test and not d.holdout and not is_open(c):  # else `fit` holds a part out
        raise UserError(
            "--config.data.test=(): there is nothing to evaluate on; name a prepared dataset, or "
            "hold a part out by --config.data.holdout=0.1"
        )
    if len(d.test_split) != len(d.test):
        raise UserError(
            f"--config.data.test_split={tuple(d.test_split)}: must name one split for "
            f"each of --config.data.test={tuple(d.test)}"
        )
    both = {(name, d.train_split) for name in d.train}
    if seen := both.intersection(zip(d.test, d.test_split, strict=True)):
        name, split = min(seen)
        raise UserError(
            f"--config.data.test_split: the split {split} of {name} would be trained on, and its "
            "accuracy would be of memorised records; `lanet evaluate --split` tells that of a "
            "finished run"
        )
    if c.noise.file and c.noise.kind != "file":
        raise UserError(
            f"--config.noise.file={c.noise.file}: it is read with --config.noise.kind=file, and "
            f"that is {c.noise.kind}; leave one of them out"
        )
    if c.noise.kind == "file" and not c.noise.file:
        raise UserError(
            "--config.noise.file='': must name a label file, because --config.noise.kind=file"
        )
    if d.fold and not d.holdout:
        raise UserError(
            f"--config.data.fold={d.fold}: nothing is held out; set --config.data.holdout"
        )
    if p.epochs and p.warmup >= p.epochs:
        raise UserError(
            f"--config.optim.warmup={p.warmup:g}: must be fewer epochs than "
            f"--config.optim.epochs={p.epochs}"
        )
    if c.ce.targets == "votes" and c.method != "ce":
        raise UserError(
            f"--config.ce.targets=votes: method={c.method} learns from one observed label a "
            "record; take --config.method=ce, or leave it out"
        )
    if c.ce.targets == "votes" and len(d.train) > 1:
        raise UserError(
            "--config.ce.targets=votes: votes of several datasets are not mixed; name one in "
            f"--config.data.train={tuple(d.train)}"
        )
    if c.ce.targets == "votes" and c.noise.kind != "none":
        raise UserError(
            f"--config.ce.targets=votes: the votes would ignore the labels of "
            f"--config.noise.kind={c.noise.kind}; set that to none"
        )
    if c.model.width:  # else `fit` chooses the network
        _check_network(c)
    if c.model.family == "face29" and 0 < c.augment.size < LEAST_SIZE:
        raise UserError(
            f"--config.augment.size={c.augment.size}: model.family=face29 needs images of "
            f"{LEAST_SIZE} px or more"
        )
    if c.method == "lanet":
        _check_landmarks(c)
    own = {"lanet": _lanet, "scn": _scn}.get(c.method)
    if own is not None and p.batch_size:
        own(c)


def _check_network(c: Config) -> None:
    """Refuses fields of another family of backbones, and stages that cannot be frozen."""
    usual = fields.get_config().model
    for field, family in backbones.foreign(c.model.family).items():
        value = c.model[field]
        if value not in (usual[field], OF_PRESETS.get(field)):
            raise UserError(
                f"--config.model.{field} belongs to {family}: leave it out with "
                f"model.family={c.model.family}"
            )
    stages = backbones.make(c.model).stages
    if c.model.frozen_stages >= stages:
        raise UserError(
            f"--config.model.frozen_stages={c.model.frozen_stages}: {c.model.family} has {stages} "
            f"stages, freeze 0 to {stages - 1} of them"
        )
    if c.model.frozen_stages > 0 and not c.model.pretrained:
        raise UserError(
            f"--config.model.frozen_stages={c.model.frozen_stages} would freeze random weights: "
            "give --config.model.pretrained, or set it to 0"
        )


def _check_landmarks(c: Config) -> None:
    """Refuses parts that need landmarks where there are none, and spaces that do not fit them."""
    if not c.landmarks.enabled:
        without = {
            "--config.lde.spaces=expression": c.lde.spaces == "both",
            "--config.el.enabled=False": c.el.enabled,
        }
        if flags := [flag for flag, is_needed in without.items() if is_needed]:
            raise UserError(
                "--config.landmarks.enabled=False: landmark space and the contrastive loss (EL) "
                f"need landmarks; add {' '.join(flags)}"
            )
        return
    if c.landmarks.head == "heatmap" and c.landmarks.frame == "face":
        raise UserError(
            "--config.landmarks.head=heatmap: heat maps are maps of the image; set "
            "--config.landmarks.frame=image with it"
        )
    if c.lde.landmark_space == "geometry" and c.landmarks.frame == "image":
        raise UserError(
            "--config.lde.landmark_space=geometry: in a crop, neighbours would share place and "
            "rotation, not expression; set --config.landmarks.frame=face"
        )


def _lanet(c: Config) -> None:
    batch, k, memory, q = c.optim.batch_size, c.lde.neighbors, c.lde.memory, c.el.queue_size
    if c.loss.trust and c.lde.spaces == "none":
        raise UserError(
            f"--config.loss.trust={c.loss.trust:g}: trust is computed from the targets, and "
            "--config.lde.spaces=none has none; set loss.trust to 0"
        )
    if c.lde.spaces != "none" and k > batch + memory:
        past = (
            f" or the {memory} records before it (--config.lde.memory={memory})" if memory else ""
        )
        raise UserError(
            f"--config.lde.neighbors={k}: must be from 1 to {batch + memory}, because neighbours "
            f"come from the same batch (--config.optim.batch_size={batch}){past}"
        )
    if memory and k and c.lde.spaces != "none":  # `fit` chooses K, and makes the memory fit
        _refuse_cut_batches("lde.memory", memory, batch)
    if c.el.enabled and q:
        _refuse_cut_batches("el.queue_size", q, batch)


def _refuse_cut_batches(field: str, entries: int, batch: int) -> None:
    """Refuses a ring of whole batches that ends within one."""
    if entries < batch or entries % batch:
        below = max(entries // batch, 1) * batch
        raise UserError(
            f"--config.{field}={entries}: must be a multiple of "
            f"--config.optim.batch_size={batch}, such as {below} or {below + batch}"
        )


def _scn(c: Config) -> None:
    batch, share = c.optim.batch_size, c.scn.top_share
    if not 1 <= int(share * batch) < batch:
        raise UserError(
            f"--config.scn.top_share={share:g}: of --config.optim.batch_size={batch} images it "
            "must be at least one and not all"
        )
