import dataclasses

import numpy as np
import pytest

from configs import folder
from lanet_jax.checkpoint import model_file
from lanet_jax.errors import UserError
from lanet_jax.from_config import combinations, config, fit, limits, starts
from lanet_jax.run import folder as run_folder


class _Opened:
    """What a prepared dataset tells of itself."""

    def __init__(self, *splits):
        self.info = type("Info", (), {"splits": splits})


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Makes the data be so many records of a size, with these splits, and no face weights."""

    monkeypatch.setattr(fit.starts.pretrained, "in_cache", lambda name: tmp_path / name)

    def use(count, side, *names, others=None):
        sides = [side, others or side]
        Fake = dataclasses.make_dataclass("Fake", ["count"])
        Fake.__len__ = lambda self: self.count
        Fake.read = lambda self, row, size: (np.zeros((sides[row % 2], sides[row % 2], 3)), 0, 0)
        monkeypatch.setattr(fit, "splits", lambda *_: {"train": Fake(count)})
        monkeypatch.setattr(fit.mixture, "concatenate", lambda parts: parts["train"])
        monkeypatch.setattr(fit.prepared, "newest_version", lambda *_: None)
        monkeypatch.setattr(fit.prepared, "open_builder", lambda _: (_Opened(*names), {}))

    return use


@pytest.fixture
def chosen(tmp_path):
    """The config that a run in a new folder follows, and what is told of it."""

    def choose(presets="small", **changes):
        c = folder.get_config(presets)
        c.update_from_flattened_dict(changes)
        return fit.fit(config.resolve(c), tmp_path / "run")

    return choose


@pytest.mark.parametrize(
    "count, side, batch, queue, size, neighbors, memory",
    [
        (60, 48, 16, 48, 48, 8, 4096),
        (119, 48, 16, 112, 48, 14, 4096),
        (120, 48, 32, 96, 48, 15, 4096),
        (130, 48, 32, 128, 48, 16, 4096),
        (270, 48, 32, 256, 48, 32, 4096),
        (500, 48, 64, 448, 48, 32, 4096),
        (1_000, 200, 64, 960, 96, 32, 4096),
        (2_000, 48, 128, 1920, 48, 32, 4096),
        (28_000, 64, 128, 8192, 48, 32, 4096),
        (20, 64, 16, 16, 48, 8, 4096),
        (5, 64, 5, 5, 48, 4, 4095),
    ],
)
def test_what_fits_the_data(opened, chosen, count, side, batch, queue, size, neighbors, memory):
    opened(count, side, "train", "test")
    c, told = chosen()
    assert (c.optim.batch_size, c.el.queue_size, c.augment.size) == (batch, queue, size)
    assert c.data.stored_size >= size
    assert (c.lde.neighbors, c.lde.memory) == (neighbors, memory)
    assert count > c.lde.neighbors and memory % batch == 0
    assert queue % batch == 0
    assert (tuple(c.data.test), c.data.holdout) == (("mine",), 0)
    among = f"{neighbors} neighbours among those of {memory} visits"
    assert f"batch {batch}, queue {queue}, {among}" in told


@pytest.mark.parametrize(
    ("changes", "neighbors", "memory", "said"),
    [
        ({}, 8, 4096, "8 neighbours among those of 4096 visits"),
        ({"lde.neighbors": 1}, 1, 4096, "1 neighbour among those of 4096 visits"),
        ({"lde.neighbors": 32}, 32, 4096, "32 neighbours among those of 4096 visits"),
        ({"lde.memory": 0}, 8, 0, "8 neighbours, crops"),
        ({"lde.memory": 100}, 8, 96, "8 neighbours among those of 96 visits"),
        ({"optim.batch_size": 20}, 8, 4080, "8 neighbours among those of 4080 visits"),
    ],
)
def test_neighbours_and_memory_are_chosen_apart(opened, chosen, changes, neighbors, memory, said):
    opened(60, 48, "train", "test")
    c, told = chosen(**changes)
    assert (c.lde.neighbors, c.lde.memory) == (neighbors, memory)
    assert said in told
    combinations.check(c)


@pytest.mark.parametrize("changes", [{"method": "ce"}, {"lde.spaces": "none", "loss.trust": 0.0}])
def test_nothing_is_said_of_neighbours_that_are_not_looked_for(opened, chosen, changes):
    opened(60, 48, "train", "test")
    assert "neighbour" not in chosen(**changes)[1]


def test_without_a_test_split_a_part_is_held_out(opened, chosen):
    opened(60, 48, "train")
    c, told = chosen()
    assert (tuple(c.data.test), tuple(c.data.test_split), c.data.holdout) == ((), (), 0.2)
    assert c.el.queue_size == 48
    assert told.endswith("no test split: 20% held out to evaluate on")


def test_the_part_that_was_asked_for_is_held_out(opened, chosen):
    opened(60, 48, "train")
    c, told = chosen(**{"data.holdout": 0.1})
    assert (tuple(c.data.test), c.data.holdout) == ((), 0.1)
    assert "54 records" in told and told.endswith("no test split: 10% held out to evaluate on")


def test_what_was_set_stays(opened, chosen, tmp_path):
    opened(60, 48, "train", "test")
    own = {"optim.batch_size": 20, "optim.epochs": 2, "optim.learning_rate": 1e-4, "model.width": 8}
    c, _ = chosen(**own)
    assert (c.optim.batch_size, c.el.queue_size) == (20, 60)
    assert (c.optim.epochs, c.optim.learning_rate, c.model.width) == (2, 1e-4, 8)
    whole = config.resolve(folder.get_config())
    assert fit.fit(whole, tmp_path) == (whole, "")


def test_without_weights_the_network_starts_from_nothing(opened, chosen):
    opened(60, 48, "train", "test")
    c, told = chosen()
    assert (c.model.family, c.model.width, c.model.pretrained) == ("resnet", 32, "")
    assert (c.optim.epochs, c.optim.learning_rate, c.model.frozen_stages) == (80, 1e-3, 0)
    assert "width 32" in told


@pytest.mark.parametrize(
    "side, others, size, stored",
    [(48, 48, 0, 48), (64, 60, 0, 64), (64, 60, 112, 64), (70, 70, 0, 91)],
)
def test_no_face_is_stored_with_fewer_pixels_than_it_has_and_the_network_sees(
    opened, chosen, tmp_path, side, others, size, stored
):
    opened(60, side, "train", "test", others=others)
    (tmp_path / "face29").touch()
    c, _ = chosen(**({"augment.size": size} if size else {}))
    assert (c.augment.size, c.data.stored_size) == (size or 80, stored)


@pytest.mark.parametrize("changes", [{}, {"optim.epochs": 2}])
def test_the_face_weights_are_taken_where_they_are(opened, chosen, tmp_path, changes):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, told = chosen(**changes)
    face = folder.get_config("face")
    for field in ("family", "width", "pretrained"):
        assert c.model[field] == face.model[field]
    assert c.model.frozen_stages == 2  # for two cores
    for field in ("size", "mean", "std"):
        assert c.augment[field] == face.augment[field]
    assert c.optim.learning_rate == face.optim.learning_rate
    assert c.optim.epochs == changes.get("optim.epochs", face.optim.epochs)
    assert "weights face29, 2 stages frozen" in told
    limits.check(c)
    combinations.check(c)


def test_the_bundled_network_may_be_the_start(opened, chosen):
    opened(60, 48, "train", "test")  # and no weights in the cache
    c, told = chosen(**{"model.pretrained": "bundled"})
    assert (c.model.family, c.model.width, c.model.pretrained) == ("face29", 32, "bundled")
    assert "weights bundled" in told
    assert config.resolve(c).model.pretrained == "bundled"  # no path


def test_a_trained_network_of_another_depth_than_the_one_chosen_is_not_taken(
    opened, chosen, tmp_path
):
    opened(60, 48, "train", "test")
    card = {"classes": ["anger"], "size": 48, "width": 8, "depth": 18, "stem": "small"}
    card |= {"method": "ce", "mean": [0.5] * 3, "std": [0.5] * 3, "family": "resnet"}
    model_file.write(tmp_path / "own.safetensors", {"a": np.ones(1)}, {"b": np.ones(1)}, card)
    weights = {"model.pretrained": str(tmp_path / "own.safetensors")}
    assert (chosen(**weights)[0].model.width, chosen(**weights)[0].model.depth) == (8, 18)
    c, _ = chosen("small,r50", **weights)
    assert c.model.depth == 50  # and the weights are refused
    with pytest.raises(UserError, match=r"add --config.model.depth=18"):
        starts.compare(c)


@pytest.mark.parametrize(
    "presets, changes",
    [
        ("small,r50", {}),
        ("small", {"model.width": 16}),
        ("small", {"model.stem": "imagenet"}),
        ("small", {"model.pretrained": "own.safetensors"}),
    ],
)
def test_a_network_that_was_chosen_is_kept(opened, chosen, tmp_path, presets, changes):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, _ = chosen(presets, **changes)
    assert c.model.family == "resnet"
    assert not c.model.pretrained.endswith("face29")
    assert c.model.width == changes.get("model.width", 32)


@pytest.mark.parametrize("frozen", [0, 1, 3])
@pytest.mark.parametrize("weights", ["", "bundled"])
def test_as_many_stages_are_frozen_as_were_asked_for(opened, chosen, tmp_path, frozen, weights):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, told = chosen(**{"model.frozen_stages": frozen, "model.pretrained": weights})
    assert (c.model.family, c.model.frozen_stages) == ("face29", frozen)
    assert ("frozen" in told) == bool(frozen)
    combinations.check(c)


def test_what_was_asked_for_of_a_start_is_kept(opened, chosen, tmp_path):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, _ = chosen(**{"model.blocks": 14, "augment.mean": (0.5, 0.5, 0.5)})
    assert (c.model.family, c.model.blocks, c.model.pretrained) == ("face29", 14, "face29")
    assert c.augment.mean == (0.5, 0.5, 0.5)
    assert c.augment.std == folder.get_config("face").augment.std
    combinations.check(c)


def test_without_weights_nothing_that_needs_them_is_taken(opened, chosen):
    opened(60, 48, "train", "test")
    for changes, told in (
        ({"model.frozen_stages": 1}, "would freeze random weights"),
        ({"model.blocks": 14}, "model.blocks belongs to face29"),
    ):
        with pytest.raises(UserError, match=told):
            combinations.check(chosen(**changes)[0])


@pytest.mark.parametrize("then, now", [("", "face29"), ("face29", "")])
def test_a_run_that_is_resumed_keeps_its_weights(opened, chosen, tmp_path, then, now):
    opened(60, 48, "train", "test")
    if then:
        (tmp_path / then).touch()
    begun, _ = chosen()
    run_folder.claim(tmp_path / "run", begun)
    (tmp_path / "run" / "metrics.jsonl").write_text("{}\n")
    (tmp_path / "face29").unlink() if then else (tmp_path / now).touch()
    run_folder.check(tmp_path / "run", chosen()[0])


def test_images_of_several_sizes_are_brought_to_one(opened, chosen, tmp_path):
    opened(60, 200, "train", "test", others=300)
    for weights, size in ((False, 96), (True, 80)):
        if weights:
            (tmp_path / "face29").touch()
        c, _ = chosen()
        assert c.augment.size == size
        assert c.data.stored_size == round(size * 8 / 7)


def test_images_of_one_size_stay_so_where_the_crop_was_set(opened, chosen):
    opened(60, 100, "train", "test")
    c, _ = chosen(**{"augment.size": 224})
    assert (c.augment.size, c.data.stored_size) == (224, 0)


@pytest.mark.parametrize("count", [12, 20, 60, 270, 3_000])
@pytest.mark.parametrize("side", [32, 48, 100, 224])
@pytest.mark.parametrize("tested", [True, False])
def test_what_is_chosen_is_legal_and_makes_an_epoch(opened, chosen, count, side, tested):
    opened(count, side, "train", *(["test"] if tested else []))
    c, _ = chosen()
    limits.check(c)
    combinations.check(c)
    left = count - round(c.data.holdout * count)
    assert left // c.optim.batch_size >= 1
