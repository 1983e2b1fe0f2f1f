"""The paper's settings, and every field that a config or a preset sets beside them."""

import pytest

from lanet_jax.from_config import config_files, fields
from lanet_jax.from_config.limits import flatten
from lanet_jax.models import face29

PAPER = {  # sections 4.1 and 4.2; (R) where it is silent
    **{"method": "lanet", "sampler": "progressive", "augment.size": 224},
    **{"model.family": "resnet", "model.depth": 18, "model.width": 64, "model.stem": "imagenet"},
    **{"optim.epochs": 80, "optim.batch_size": 128, "optim.learning_rate": 1e-3},
    **{"optim.schedule": "linear", "optim.weight_decay": 0, "optim.warmup": 0},
    **{"lde.spaces": "both", "lde.neighbors": 8, "lde.decay": 0.9, "lde.memory": 0},
    **{"lde.neighbor_labels": "predicted", "lde.sharpness": 1, "lde.landmark_space": "features"},
    **{"el.enabled": True, "el.pair_labels": "pseudo", "el.temperature": 0.1, "el.threshold": 0.7},
    **{"el.momentum": 0.999, "el.queue_size": 8192, "el.batch_negatives": True},
    **{"loss.alpha": 1.0, "loss.beta": 0.1, "loss.trust": 0.0},
    **{"augment.crop_scale": (0.75, 1.0), "augment.flip": 0.5, "augment.jitter": (0.4, 0.4, 0.4)},
    **{"augment.erase_prob": 0.2, "augment.erase_scale": (0.02, 0.2), "augment.noise_prob": 0.0},
    **{"noise.kind": "none", "noise.rate": 0.3, "data.limit": 0, "data.holdout": 0.0},
    **{"scn.relabel_epoch": 10, "scn.margin": 0.15, "scn.top_share": 0.7, "eac.weight": 5.0},
    **{"scn.relabel_margin": 0.2, "ce.targets": "labels", "landmarks.points": "expressive"},
    **{"landmarks.head": "coordinates", "landmarks.trunk": "separate", "landmarks.frame": "face"},
    **{"lde.exclude_same_id": True, "lde.stop_gradient_neighbors": False, "el.hidden": "features"},
    **{"augment.flip_swaps_points": True, "augment.resample": "linear", "schedule": "published"},
    **{"augment.crop_ratio": (3 / 4, 4 / 3), "augment.erase_ratio": (0.3, 3.3)},
}


def of(*names):
    return {"data.train": names, "data.test": names}


SMALL_SCALE = {"schedule": "shared", "sampler": "uniform"}
CPU = SMALL_SCALE | {
    **{"data.limit": 10_000, "augment.size": 48, "model.width": 32, "model.stem": "small"},
    "optim.epochs": 60,
}
FACE = SMALL_SCALE | {
    **{"augment.size": 80, "augment.mean": face29.MEAN, "augment.std": face29.STD},
    **{"model.family": "face29", "model.width": 32, "model.pretrained": "face29"},
    **{"optim.epochs": 40, "optim.learning_rate": 2e-4},
}
ROBUST = {
    **{"lde.memory": 4096, "lde.neighbors": 32, "lde.neighbor_labels": "observed"},
    **{"lde.sharpness": 2.0, "lde.decay": 0.7, "loss.trust": 1.0},
}
REFERENCE = {
    **{"augment.flip_swaps_points": False, "augment.resample": "cubic"},
    **{"landmarks.frame": "image", "landmarks.head": "heatmap", "landmarks.trunk": "shared_stem"},
    **{"lde.exclude_same_id": False, "el.batch_negatives": False, "el.hidden": "projection"},
}
FERPLUS, VALID = of("ferplus/argmax8"), {"data.test_split": ("valid",)}
FERPLUS_CPU = FERPLUS | VALID | CPU | {"noise.kind": "symmetric", "loss.trust": 1.0}
MIXED = of("rafdb", "affectnet/7classes") | {
    **{"data.test_split": ("test", "valid"), "data.stored_size": 256}
}
DEMO = (
    of("demo")
    | SMALL_SCALE
    | {
        **{"noise.kind": "symmetric", "data.limit": 3500, "augment.size": 48, "optim.epochs": 30},
        **{"augment.jitter": (0.0, 0.0, 0.0), "augment.erase_prob": 0.0},
        **{"model.width": 16, "model.stem": "small"},
        **{"lde.decay": 0.8, "loss.trust": 1.0, "loss.trust_balance": 1.0},
    }
)
LEFT_TO_THE_DATA = {
    **{"augment.size": 0, "model.width": 0, "el.queue_size": 0, "lde.neighbors": 0},
    **{"optim.batch_size": 0, "optim.epochs": 0, "optim.learning_rate": 0.0},
    "model.frozen_stages": -1,
}
SET = {
    "rafdb": of("rafdb"),
    "rafdb:robust": of("rafdb") | ROBUST,
    "rafdb:reference": of("rafdb") | REFERENCE,
    "rafdb:r50": of("rafdb") | {"model.depth": 50},
    "rafdb:face": of("rafdb") | FACE,
    "ferplus": FERPLUS,
    "ferplus:cpu": FERPLUS_CPU,
    "ferplus:face": FERPLUS | VALID | FACE,
    "ferplus:cpu,face": FERPLUS_CPU | FACE | {"model.stem": "small", "model.frozen_stages": 2},
    "ferplus:shipped": FERPLUS
    | VALID
    | FACE
    | {
        **{"method": "ce", "ce.targets": "votes", "augment.size": 96, "augment.erase_prob": 0.5},
        **{"augment.erase_scale": (0.02, 0.25), "augment.jitter": (0.2, 0.2, 0.0)},
        **{"optim.learning_rate": 1e-3, "optim.warmup": 0.5, "optim.weight_decay": 1e-4},
        "optim.epochs": 20,
    },
    "affectnet": of("affectnet/8classes") | VALID | {"data.stored_size": 256},
    "affectnet:classes7": of("affectnet/7classes") | VALID | {"data.stored_size": 256},
    "mixed": MIXED,
    "mixed:cpu": MIXED | CPU | {"data.stored_size": 64},
    "mixed:face": MIXED | FACE,
    "folder": of("mine") | {"data.stored_size": 128, "augment.size": 112},
    "folder:small": of("mine")
    | SMALL_SCALE
    | ROBUST
    | LEFT_TO_THE_DATA
    | {"model.stem": "small", "data.stored_size": 0},
    "demo": DEMO,
    "demo:tiny": DEMO
    | {
        **{"data.limit": 256, "augment.size": 24, "model.width": 4, "optim.batch_size": 32},
        **{"optim.epochs": 2, "el.queue_size": 128, "train.log_every": 1},
    },
}


def test_every_config_begins_with_the_paper_s_settings():
    own = flatten(fields.get_config())
    assert {name: own[name] for name in PAPER} == PAPER


@pytest.mark.parametrize("name", SET)
def test_a_preset_sets_its_fields_and_no_other(name):
    usual, own = flatten(fields.get_config()), flatten(config_files.config(name)[1])
    wanted = {field: value for field, value in SET[name].items() if value != usual[field]}
    assert {field: value for field, value in own.items() if value != usual[field]} == wanted
    assert {field: own[field] for field in SET[name]} == SET[name]
