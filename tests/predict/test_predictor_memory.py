import threading
import weakref

import numpy as np
import pytest

from lanet_jax.predict.sources import Frame, Item

BATCH = 4  # of the predictor in conftest.py


@pytest.mark.parametrize("has_faces", [False, True])
def test_few_frames_are_held_at_a_time(make_predictor, photo, few_cores, has_faces):
    alive, most = 0, 0
    lock = threading.Lock()

    def forget():
        nonlocal alive
        with lock:
            alive -= 1

    def endless():
        nonlocal alive, most
        item = Item("film.mp4", None)
        for number in range(200):
            image = photo(("fear", 5, 5, 40)) if has_faces else photo()
            with lock:
                alive += 1
                most = max(most, alive)
            weakref.finalize(image, forget)
            yield Frame(item, number, image)
            del image

    seen = sum(1 for _ in make_predictor().stream(endless()))
    assert seen == 200
    assert most <= BATCH + (few_cores + 1) + 2


def test_few_bytes_are_held_at_a_time(make_predictor, few_cores, monkeypatch):
    image = np.zeros((100, 100, 3), np.uint8)
    monkeypatch.setattr("lanet_jax.predict.batches.MOST_BYTES", 2 * image.nbytes)
    read = 0

    def frames():
        nonlocal read
        for number in range(50):
            read += 1
            yield Frame(Item("film.mp4", None), number, image)

    next(make_predictor(batch=40).stream(frames()))
    assert read <= 2 + few_cores + 1
