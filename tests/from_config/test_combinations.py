"""Fields of a config that do not fit each other are refused before data are read."""

import pytest

from lanet_jax.errors import UserError
from lanet_jax.models.face29 import LEAST_SIZE

FACE = {"model.family": "face29"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"lde.neighbors": 129}, "--config.lde.neighbors=129: must be from 1 to 128"),
        ({"lde.neighbors": 385, "lde.memory": 256}, "from 1 to 384, because neighbours come from"),
        ({"lde.neighbors": 385, "lde.memory": 256}, "or the 256 records before it"),
        ({"lde.memory": 200}, "--config.lde.memory=200: must be a multiple of"),
        ({"el.queue_size": 100}, "--config.el.queue_size=100: must be a multiple of"),
        ({"el.queue_size": 200}, "such as 128 or 256"),
        ({"landmarks.head": "heatmap"}, "--config.landmarks.frame=image"),
        ({"landmarks.frame": "image", "lde.landmark_space": "geometry"}, "frame=face"),
        ({"lde.spaces": "none", "loss.trust": 1.0}, "--config.loss.trust=1: trust is computed"),
        (
            {"landmarks.enabled": False},
            "need landmarks; add --config.lde.spaces=expression --config.el.enabled=False",
        ),
        (
            {"landmarks.enabled": False, "lde.spaces": "none", "optim.batch_size": 0},
            "need landmarks; add --config.el.enabled=False",
        ),
        (
            {"landmarks.enabled": False, "el.enabled": False},
            "--config.landmarks.enabled=False: landmark space and the contrastive loss (EL) need "
            "landmarks; add --config.lde.spaces=expression",
        ),
        ({"ce.targets": "votes"}, "method=lanet learns from one observed label"),
        (
            {"ce.targets": "votes", "method": "ce", "noise.kind": "symmetric"},
            "noise.kind=symmetric; set that to none",
        ),
        ({"method": "scn", "scn.top_share": 0.001}, "--config.scn.top_share=0.001: of "),
        (
            {"data.test_split": ("test", "valid")},
            "must name one split for each of --config.data.test",
        ),
        ({"data.test_split": ()}, "must name one split for each of --config.data.test"),
        ({"data.test": ()}, "--config.data.test=(): there is nothing to evaluate on"),
        ({"data.train_split": "test"}, "the split test of demo would be trained on"),
        ({"data.test_split": ("train",)}, "the split train of demo would be trained on"),
        ({"noise.kind": "file"}, "--config.noise.file='': must name a label file"),
        ({"noise.file": "labels.csv"}, "it is read with --config.noise.kind=file"),
        ({"data.fold": 2}, "set --config.data.holdout"),
        ({"optim.warmup": 80.0}, "must be fewer epochs than --config.optim.epochs=80"),
        ({"model.frozen_stages": 4}, "--config.model.frozen_stages=4: resnet has 4 stages"),
        ({"model.frozen_stages": 3}, "would freeze random weights: give --config.model.pretrained"),
        ({"model.blocks": 14}, "--config.model.blocks belongs to face29: leave it out with"),
        ({**FACE, "model.depth": 50}, "--config.model.depth belongs to resnet: leave it out with"),
        ({**FACE, "augment.size": LEAST_SIZE - 1}, "model.family=face29 needs images of"),
        (
            {"ce.targets": "votes", "method": "ce", "data.train": ("demo", "ferplus/argmax8")},
            "votes of several datasets are not mixed",
        ),
    ],
)
def test_fields_that_do_not_fit_each_other(with_fields, changes, named):
    with pytest.raises(UserError) as caught:
        with_fields(**changes)
    assert named in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"lde.neighbors": 128},
        {"lde.neighbors": 384, "lde.memory": 256},
        {"lde.neighbors": 500, "lde.spaces": "none"},
        {"lde.memory": 200, "lde.spaces": "none"},
        {"el.queue_size": 100, "el.enabled": False},
        {"optim.batch_size": 0, "el.queue_size": 0, "augment.size": 0},
        {"method": "ce", "lde.neighbors": 500, "el.queue_size": 100},
        {"data.holdout": 0.2, "data.fold": 4},
        {"data.test": (), "data.holdout": 0.2},
        {"data.test": (), "optim.batch_size": 0},  # `fit` holds a part out
        {"model.frozen_stages": 3, "model.pretrained": "weights"},
        {**FACE, "model.stem": "small"},  # of presets
        {**FACE, "augment.size": 0},
        {**FACE, "augment.size": LEAST_SIZE},
        {"optim.epochs": 0, "optim.warmup": 5.0},
        {"ce.targets": "votes", "method": "ce"},
    ],
)
def test_limits_of_a_method_bind_no_other(with_fields, changes):
    with_fields(**changes)
