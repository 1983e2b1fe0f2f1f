"""How many faces go through the network together, and how long they wait for each other."""

import numpy as np
import pytest

SIZE = 16  # of the predictor in conftest.py


@pytest.mark.parametrize(
    ("counts", "places"),
    [
        ([1], [1]),
        ([2], [4]),
        ([5], [16]),
        ([20], [20]),  # the batch of this predictor
        ([1, 2, 17], [20]),
        ([21], [20, 20]),  # once it was full, what is left takes the same program
    ],
)
def test_the_batch_is_sized_to_the_call(make_predictor, network, counts, places):
    images = [np.zeros((SIZE, SIZE, 3), np.uint8)] * sum(counts)
    make_predictor(batch=20).predict(images, faces="whole")
    assert [shape[0] for shape in network.shapes] == places


def test_faces_do_not_wait_long_for_a_batch_to_fill(make_predictor, network, photo, monkeypatch):
    monkeypatch.setattr("lanet_jax.predict.batches.MOST_SECONDS", 0.0)
    make_predictor(batch=40).predict([photo(("fear", 5, 5, 40))] * 9)
    assert [shape[0] for shape in network.shapes] == [1] * 9
