"""What a run is put together from: records, labels, numbers, and the votes it learns."""

import types

import jax.numpy as jnp
import numpy as np
import pytest

from configs import rafdb
from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.errors import UserError
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import fields, run
from lanet_jax.from_config.data import Data
from lanet_jax.from_config.landmark_targets import Framed
from lanet_jax.input.sampler import epoch_order
from lanet_jax.landmarks.face_frame import FaceFrame, Shapes

OWN, GIVEN = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 1, 1, 2, 0])


class Faces:
    """Nine records of 6 px whose pixels are their rows."""

    labels = OWN
    names = tuple(map(str, range(9)))
    classes = ("anger", "fear", "joy")
    landmarks = 2
    flip_index = (1, 0)
    votes = None

    def __len__(self):
        return 9

    def read(self, row, size, resample="linear"):
        return np.full((6, 6, 3), row, np.uint8), np.zeros((2, 2)), np.zeros(2, bool)


@pytest.fixture
def build(monkeypatch, tmp_path):
    """Builds a run of LA-Net on these records, whose landmarks in the frame are their rows, too."""
    shapes = Shapes(np.arange(9.0)[:, None, None] + np.zeros((9, 2, 2)), np.ones((9, 2), bool))
    frame = FaceFrame(*np.ones((3, 2, 2)))
    made = Data(Faces(), GIVEN, OWN, {}, Framed(frame, shapes))

    def make(resumed=False, **changes):
        c = rafdb.get_config()
        usual = {"data.stored_size": 6, "augment.size": 8, "model.width": 2, "seed": 5}
        usual |= {"optim.batch_size": 4, "optim.epochs": 3, "el.queue_size": 4, "noise.seed": 7}
        c.update_from_flattened_dict({**usual, "lde.neighbors": 2, **changes})
        monkeypatch.setattr(run, "data", lambda *_: made)
        monkeypatch.setattr(run, "looks_grey", lambda records: True)
        return run.run(config_lib.resolve(c), tmp_path, resumed)

    return make


def test_steps_are_whole_batches_and_an_epoch_ends_with_a_checkpoint(build):
    built = build()
    assert (built.steps_per_epoch, built.steps, built.checkpoint_every) == (2, 6, 2)
    assert (len(built.visits), built.seed, built.log_every, built.keep) == (24, 5, 10, 2)
    built = build(**{"train.checkpoint_every": 5, "train.log_every": 3, "train.keep": 1})
    assert (built.checkpoint_every, built.log_every, built.keep) == (5, 3, 1)
    built = build(**{"profile.start": 4, "profile.steps": 2})
    assert (built.profile_start, built.profile_steps) == (4, 2)


@pytest.mark.parametrize("sampler", ["progressive", "uniform"])
def test_records_are_visited_by_the_seed_of_the_run_with_their_observed_labels(build, sampler):
    visits = build(sampler=sampler).visits
    seen = [visits[i] for i in range(len(visits))]
    for epoch in range(3):
        rows = epoch_order(GIVEN, epoch, 3, 5, sampler)[:8]
        own = seen[8 * epoch : 8 * epoch + 8]
        assert [visit["id"] for visit in own] == rows.tolist()
        assert [visit["label"] for visit in own] == GIVEN[rows].tolist()
        assert [visit["image"][0, 0, 0] for visit in own] == rows.tolist()
        assert [visit["landmarks"][1, 1] for visit in own] == rows.tolist()
        assert all(visit["present"].all() for visit in own)


def test_a_sampler_that_prefers_classes_tells_their_shares_of_the_observed_labels(build):
    np.testing.assert_allclose(build().method.label_shares, [4 / 9, 4 / 9, 1 / 9])
    assert build(sampler="uniform").method.label_shares == ()


def test_the_bank_begins_with_observed_labels_in_whole_batches(build):
    built = build(resumed=True, **{"model.pretrained": "not read again.safetensors"})
    assert built.example.labels.tolist() == [*GIVEN, -1, -1, -1]
    assert built.example.images.shape == (4, 8, 8, 3) and built.example.pretrained is None
    assert built.example.frame is built.data.framed.frame and built.method.framed


def test_images_are_prepared_for_evaluation_as_the_config_says(build):
    a = {"mean": (0.1, 0.2, 0.3), "std": (0.5, 0.6, 0.7), "resample": "cubic"}
    built = build(**{f"augment.{name}": value for name, value in a.items()})
    images = jnp.array(np.random.default_rng(0).integers(0, 256, (2, 6, 6, 3), np.uint8))
    np.testing.assert_allclose(built.preprocess(images), preprocess_batch(images, 8, **a))
    assert {name: built.card[name] for name in a} == {
        name: value if name == "resample" else list(value) for name, value in a.items()
    }
    assert (built.card["size"], built.card["classes"]) == (8, ["anger", "fear", "joy"])
    assert built.card["grey"] and built.card["method"] == "lanet"
    frozen = {"model.frozen_stages": 1, "model.pretrained": "not read again.safetensors"}
    stages = [build(resumed=True, **more).card["frozen_stages"] for more in ({}, frozen)]
    assert stages == [0, 1]


def records(votes, names=("happiness", "anger", "unknown")):
    return types.SimpleNamespace(
        votes=votes, vote_names=names, classes=("anger", "happiness"), names=("a.png", "b.png")
    )


def config(targets="votes"):
    c = fields.get_config()
    c.ce.targets, c.data.train = targets, ("mine",)
    return c


def test_votes_are_shares_of_those_for_a_class():
    found = run._votes(config(), records(np.array([[6, 2, 2], [0, 5, 5]])))
    np.testing.assert_allclose(found, [[0.25, 0.75], [1, 0]])
    assert run._votes(config("labels"), records(None)) is None


def test_records_without_votes_are_told_before_training():
    with pytest.raises(UserError, match=r"1 record without a vote for a class, such as b\.png"):
        run._votes(config(), records(np.array([[6, 2, 2], [0, 0, 9]])))
