"""Label distributions of more candidates than a batch, by hand."""

import numpy as np
import pytest

from benchmarks import neighborhoods


@pytest.fixture(autouse=True)
def pairs(monkeypatch):
    monkeypatch.setattr(neighborhoods, "BATCH", 2)


def on_circle(degrees):
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_neighbours_are_those_of_the_batch_or_of_all():
    features = on_circle([0, 50, 10, 60])
    labels = np.eye(4)
    order = np.arange(4)
    alone = neighborhoods.means(features, labels, order, 2, 1)
    np.testing.assert_array_equal(alone, labels[[1, 0, 3, 2]])
    among_all = neighborhoods.means(features, labels, order, 4, 1)
    np.testing.assert_array_equal(among_all, labels[[2, 3, 0, 1]])
    two = neighborhoods.means(features, labels, order, 4, 2)
    np.testing.assert_array_equal(two[0], [0, 0.5, 0.5, 0])


def test_the_order_says_who_is_in_a_batch():
    features = on_circle([0, 50, 10, 60])
    found = neighborhoods.means(features, np.eye(4), np.array([0, 2, 1, 3]), 2, 1)
    np.testing.assert_array_equal(found, np.eye(4)[[2, 3, 0, 1]])


def test_who_has_no_place_neither_has_nor_is_a_neighbour():
    features = on_circle([0, 1, 5, 9, 20])
    features[1] = 0
    found = neighborhoods.means(features, np.eye(5), np.arange(5), 9, 2)
    np.testing.assert_array_equal(found[1], np.zeros(5))
    np.testing.assert_array_equal(found[0], [0, 0, 0.5, 0.5, 0])
    np.testing.assert_array_equal(found[4], [0, 0, 0.5, 0.5, 0])


def test_a_row_counts_only_who_has_neighbours():
    distributions = np.array([[0.8, 0.2], [0, 0], [0.6, 0.4], [0.3, 0.7]])
    true, wrong = np.array([0, 1, 1, 1]), np.array([False, True, True, False])
    row = neighborhoods._row("space", "labels", 128, 8, distributions, true, wrong)
    nll = -np.log([0.8, 0.4, 0.7]).mean()
    assert row == ("space", "labels", "128", "8", "66.7%", "75.0%", "0.0%", f"{nll:.2f}")
