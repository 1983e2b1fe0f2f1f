"""A network that knows colours, in place of one that knows faces."""

import numpy as np
import pytest

from lanet_jax.audit import witnesses
from lanet_jax.errors import UserError
from lanet_jax.faces.find import Face
from lanet_jax.shipped import SHIPPED


@pytest.fixture
def network(monkeypatch, colour_network):
    def use(loaded=None, find=None):
        monkeypatch.setattr(witnesses.trained_load, "load", lambda *_: loaded or colour_network())
        monkeypatch.setattr(witnesses, "largest_face", find or absent)

    def absent(*_, **__):
        raise UserError("get the models")

    return use


def test_means_of_an_image_and_its_mirror_image_in_order(network, make_records):
    network()
    faces = make_records([f"{i}.png" for i in range(70)], [0] * 70)  # more than one batch
    found = witnesses.read(faces, SHIPPED)
    expected = [faces.read(i, 8)[0].mean(axis=(0, 1)) / 255 for i in range(70)]
    np.testing.assert_allclose(found.features["expression"], expected, atol=0.02)
    assert list(found.features) == ["expression"]
    assert found.remarks == ("no landmarks: get the models",)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_network_of_other_classes_has_no_vote(network, make_records, colour_network):
    faces = make_records(["a.png", "b.png"], [0, 1])
    network(colour_network(("fear", "neutral", "anger")))
    reordered = witnesses.read(faces, SHIPPED).probabilities
    network()
    np.testing.assert_allclose(
        reordered, witnesses.read(faces, SHIPPED).probabilities[:, [2, 0, 1]]
    )
    network(colour_network(("anger", "fear", "joy")))
    found = witnesses.read(faces, SHIPPED)
    assert found.probabilities is None
    assert "does not know the class 'neutral'" in found.remarks[-1]


def test_landmarks_are_found_where_the_data_has_none(network, make_records):
    def find(image, scheme="ibug68"):
        points = np.random.default_rng(int(image.sum())).normal(size=(68, 2))
        return Face(np.zeros(4), 1.0, points, 0.0, image.shape[0] > 8), True

    network(find=find)
    found = witnesses.read(make_records(["a.png", "b.png", "c.png"], [0, 1, 2]), SHIPPED)
    assert found.features["landmark"].shape == (3, 84)
    assert np.ptp(found.features["landmark"], axis=0).max() > 0
    network(find=lambda *_, **__: (Face(np.zeros(4), 0.0, np.zeros((68, 2)), 9.0, False), True))
    found = witnesses.read(make_records(["a.png"], [0]), SHIPPED)
    assert "landmark" not in found.features
    assert found.remarks == ("landmarks are known of 0% of the faces: left out",)


def test_a_small_face_is_cut_out(network, make_records, monkeypatch):
    face = Face(np.zeros(4), 1.0, np.random.default_rng(0).normal(size=(68, 2)), 0.0, True)
    network(find=lambda *_, **__: (face, False))
    cut = np.full((8, 8, 3), 51, np.uint8)
    monkeypatch.setattr(witnesses, "align", lambda *_: cut)
    found = witnesses.read(make_records(["a.png"], [0]), SHIPPED)
    np.testing.assert_allclose(found.features["expression"], 0.2)
