"""Fakes: a network that tells the strongest colour, a finder of patches, an interrupted run."""

import cv2
import numpy as np
import pytest

from lanet_jax.faces.find import Face
from lanet_jax.predict import __main__ as predict
from lanet_jax.predict import predictor
from lanet_jax.predict.predictor import Predictor
from lanet_jax.trained.load import Trained

CLASSES = ("anger", "fear", "neutral")  # strongest in red, green, blue
COLOURS = {"anger": (250, 20, 10), "fear": (20, 250, 10), "neutral": (10, 20, 250)}
SIZE, BATCH = 16, 4
# Eyes and mouth of a face in its own square, enough for `align`.
_EYES, _MOUTH = ((0.3, 0.39), (0.7, 0.39)), (0.5, 0.79)


class FakeNetwork:
    """Probabilities from the mean colour of each crop; keeps the shapes it was called with."""

    def __init__(self):
        self.shapes, self.seen = [], []

    def __call__(self, params, model_state, images):
        self.shapes.append(images.shape)
        self.seen.append(np.array(images))
        colour = images.reshape(len(images), -1, 3).mean(1) + 1.0
        return colour / colour.sum(1, keepdims=True), colour


def _find_patches(image):
    """Each patch that is not black is a face, from left to right."""
    mask = (image.max(2) > 100).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    faces = []
    for left, upper, width, height, _ in sorted(stats[1:].tolist()):
        box = np.array([left, upper, left + width, upper + height], float)
        points = np.zeros((68, 2))
        points[36:42], points[42:48], points[48:] = *_EYES, _MOUTH
        points = points * width + [left, upper]
        faces.append(Face(box, 0.9, points, 0.01, True))
    return faces


@pytest.fixture
def few_cores(monkeypatch):
    """The number of cores that a predictor finds, on any machine."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return 2


@pytest.fixture
def find_patches():
    return _find_patches


@pytest.fixture
def network():
    return FakeNetwork()


@pytest.fixture
def make_predictor(network):
    def make(find=_find_patches, batch=BATCH, **card):
        card = {"classes": list(CLASSES), "size": SIZE, **card}
        return Predictor(Trained(network, None, None, None, card, 0, None), batch, find)

    return make


@pytest.fixture
def photo():
    """A black photo with square faces: (class, left, upper, side)."""

    def draw(*faces, height=60, width=120):
        image = np.zeros((height, width, 3), np.uint8)
        for name, left, upper, side in faces:
            image[upper : upper + side, left : left + side] = COLOURS[name]
        return image

    return draw


@pytest.fixture
def write_image():
    def write(path, image):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(path.suffix, image[..., ::-1])[1].tobytes())
        return path

    return write


@pytest.fixture
def write_video():
    def write(path, images, rate=10.0):
        height, width = images[0].shape[:2]
        code = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, rate, (width, height))
        assert writer.isOpened()
        for image in images:
            writer.write(np.ascontiguousarray(image[..., ::-1]))
        writer.release()
        return path

    return write


class Interrupt:
    """A finder that finds, and is interrupted by Ctrl-C at its n-th frame."""

    def __init__(self, find, at):
        self.find, self.left, self.calls = find, at, 0

    def __call__(self, image):
        if image.shape[0] > 8:  # the first asks whether the models are there
            self.calls += 1
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt
        return self.find(image)


@pytest.fixture
def run(make_predictor, find_patches, monkeypatch, tmp_path):
    """Calls the command's function; gives how many frames were looked at."""
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    def call(*sources, out=tmp_path / "t.json", at=0, batch=1, **options):
        find = Interrupt(find_patches, at)
        network = make_predictor(find, batch=batch)
        monkeypatch.setattr(predictor, "load", lambda *_, **__: network)
        try:
            predict.predict(sources, out, **options)
        except KeyboardInterrupt:
            assert at
        return find.calls

    return call


@pytest.fixture
def folder(tmp_path, photo, write_image, write_video):
    for i in range(6):
        write_image(tmp_path / "in" / f"{i}.png", photo(("fear", 5, 5, 40)))
    names = ["anger", "fear", "neutral", "fear", "anger"]
    write_video(tmp_path / "in" / "9.mp4", [photo((name, 5, 5, 50)) for name in names])
    return tmp_path / "in"
