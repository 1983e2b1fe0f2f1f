import numpy as np
import pytest

from lanet_jax.faces import face_mesh
from lanet_jax.faces.face_mesh import FaceMesh, Fit, eye_distance, mean_distance, mirror, square_of
from lanet_jax.faces.reduce import EYE_CORNERS, EYES, MESH_POINTS, reduce
from lanet_jax.faces.square import Square
from lanet_jax.landmarks.schemes import SCHEMES

SIDE = 192


def _face() -> np.ndarray:
    """A mesh of noise, but with eyes that lie level, in [0, 1]."""
    points = np.random.default_rng(0).uniform(0.3, 0.7, (MESH_POINTS, 2))
    points[list(EYES[0])], points[list(EYES[1])] = [0.4, 0.45], [0.6, 0.45]
    return points


class _Network:
    """Stands for the network: finds one bright pixel and puts the face's middle there."""

    side = SIDE

    def __init__(self, *args, **kwargs):
        self.cuts, self.logits = [], [4.0, 0.0]

    def __call__(self, cut):
        self.cuts.append(cut)
        y, x = np.unravel_index(cut[..., 0].argmax(), cut.shape[:2])
        points = (_face() - 0.5) * SIDE + [x + 0.5, y + 0.5]
        logit = self.logits[(len(self.cuts) - 1) % 2]
        raw = np.concatenate([points, np.zeros((MESH_POINTS, 1))], axis=1)
        return raw.astype(np.float32).reshape(1, 1, -1), np.full((1, 1, 1), logit, np.float32)


@pytest.fixture
def fitter(monkeypatch):
    monkeypatch.setattr(face_mesh, "Network", _Network)
    monkeypatch.setattr(face_mesh.downloads, "path", lambda name: None)
    return FaceMesh()


def test_refining_moves_the_square_onto_the_face(fitter):
    image = np.zeros((400, 400, 3), np.uint8)
    image[150:152, 250:252] = 255
    first = fitter.fit(image, Square(200, 200, 192), "ibug68", refine=0)
    again = fitter.fit(image, Square(200, 200, 192), "ibug68", refine=1)
    assert len(fitter._network.cuts) == 2 + 3
    for fit in (first, again):
        np.testing.assert_allclose((fit.box[:2] + fit.box[2:]) / 2, [251, 151], atol=3)
    last = fitter._network.cuts[-2]
    y, x = np.unravel_index(last[..., 0].argmax(), last.shape[:2])
    assert abs(x - SIDE / 2) < 4
    assert abs(y - SIDE / 2) < 4


def test_the_mean_with_the_mirror_image(fitter):
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    image[95, 95] = 255  # so that the mirror image has it at 96: both middles are 95.5 or 96.5
    fit = fitter.fit(image, Square(SIDE / 2, SIDE / 2, SIDE), "ibug68", refine=0)
    direct = reduce((_face() - 0.5) * SIDE, "ibug68") + 95.5
    back = reduce((_face() - 0.5) * SIDE, "ibug68") + np.array([96.5, 95.5])
    back = (back * [-1, 1] + [SIDE, 0])[list(SCHEMES["ibug68"].flip_index)]
    np.testing.assert_allclose(fit.landmarks, (direct + back) / 2, atol=1e-3)
    eyes = 0.2 * SIDE
    expected = np.linalg.norm(direct - back, axis=1).mean() / eyes
    assert fit.mirror_distance == pytest.approx(expected, rel=1e-4)
    assert fit.presence == pytest.approx(0.5)  # the lower one of sigmoid(4) and sigmoid(0)


def test_the_square_lies_along_the_eyes():
    turned = Square(0, 0, 10, angle=0.5).to_image(_face())
    square = square_of(turned)
    assert square.angle == pytest.approx(0.5)
    left, right = turned[list(EYE_CORNERS)]
    assert eye_distance(turned) == pytest.approx(np.linalg.norm(right - left))


def test_mirroring_twice_changes_nothing():
    points = np.random.default_rng(1).uniform(size=(19, 2))
    np.testing.assert_allclose(mirror(mirror(points, "aflw19"), "aflw19"), points)
    assert mirror(points, "aflw19")[0] == pytest.approx([1 - points[5, 0], points[5, 1]])


def test_the_mean_distance_by_hand():
    points = np.array([[0, 0], [0, 1.0]])
    assert mean_distance(points, points + np.array([[3, 4], [0, 1]]), 2.0) == pytest.approx(
        (5 + 1) / 2 / 2
    )
    assert mean_distance(points, points, 0.0) == float("inf")


@pytest.mark.parametrize(
    ("distance", "presence", "ok"), [(0.05, 0.03, True), (0.05, 0.01, False), (0.13, 1.0, False)]
)
def test_what_is_trusted(distance, presence, ok):
    assert Fit(np.zeros((68, 2)), np.zeros(4), distance, presence).ok is ok
