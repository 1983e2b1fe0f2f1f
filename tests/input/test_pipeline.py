import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.input import pipeline
from lanet_jax.input.pipeline import Visits, eval_batches, train_batches
from lanet_jax.input.reading import Reading
from lanet_jax.input.sampler import epoch_order

LABELS = np.array([0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 0])


class Records:
    """Eleven records whose pixels are their row."""

    def __len__(self):
        return len(LABELS)

    def read(self, row, size, resample="linear"):
        image = np.full((size or 4, size or 4, 3), row, np.uint8)
        return image, np.full((2, 2), row / 10, np.float32), np.array([True, row > 5])


def _visits(**changes):
    settings = {"batch": 4, "epochs": 3, "seed": 5, "kind": "progressive"} | changes
    return Visits(Records(), LABELS, **settings)


def _ids(visits, start=0, local=4, threads=2):
    return [list(batch["id"]) for batch in train_batches(visits, start, local, threads)]


def test_a_run_is_the_sampler_s_order_without_incomplete_batches():
    orders = [epoch_order(LABELS, epoch, 3, 5, "progressive")[:8] for epoch in range(3)]
    assert _ids(_visits()) == np.concatenate(orders).reshape(6, 4).tolist()


def test_batches_hold_what_belongs_together():
    for batch in train_batches(_visits(), 0, 4, 2):
        ids = batch["id"]
        np.testing.assert_array_equal(batch["label"], LABELS[ids])
        np.testing.assert_array_equal(batch["image"][:, 0, 0, 0], ids)
        np.testing.assert_allclose(batch["landmarks"][:, 1, 1], ids / 10)
        np.testing.assert_array_equal(batch["present"][:, 1], ids > 5)
        assert batch["image"].dtype == np.uint8 and ids.dtype == np.int32


def test_votes_go_with_their_record_where_they_are_asked_for():
    votes = np.random.default_rng(0).dirichlet(np.ones(3), len(LABELS))
    for batch in train_batches(_visits(votes=votes), 0, 4, 2):
        np.testing.assert_array_equal(batch["votes"], np.float32(votes[batch["id"]]))
    assert "votes" not in next(train_batches(_visits(), 0, 4, 2))


@pytest.mark.parametrize("start", [0, 1, 2, 5, 6])
@pytest.mark.parametrize("threads", [1, 3])
def test_resuming_is_slicing(start, threads):
    assert _ids(_visits(), start, threads=threads) == _ids(_visits())[start:]


def test_hosts_share_every_batch():
    whole = _ids(_visits())
    parts = [_ids(_visits(host=host, hosts=2), local=2) for host in range(2)]
    assert [a + b for a, b in zip(*parts, strict=True)] == whole


@pytest.mark.parametrize("owns", [[[0, 1, 2, 3]], [[0, 1], [2, 3]], [[0, 2], [1, 3]]])
def test_evaluation_sees_every_record_once_and_pads_with_the_last(owns):
    seen = np.zeros((3, 4), int)
    for own in owns:
        batches = eval_batches(Records(), Reading(4, 0, 2), np.array(own))
        seen[:, own] = [batch["image"][:, 0, 0, 0] for batch in batches]
    np.testing.assert_array_equal(seen.ravel(), [*range(11), 10])


@pytest.mark.parametrize("threads", [1, 4])
def test_an_order_is_sorted_once_where_epochs_are_shorter_than_the_read_ahead(threads, monkeypatch):
    epochs, sorted_ = 40, []

    def count(labels, epoch, *arguments):
        sorted_.append(epoch)
        return epoch_order(labels, epoch, *arguments)

    monkeypatch.setattr(pipeline, "epoch_order", count)
    visits = _visits(batch=8, epochs=epochs, ahead=pipeline.read_ahead(threads))  # one step each
    found = _ids(visits, local=8, threads=threads)
    assert len(found) == epochs and sorted(sorted_) == list(range(epochs))
    assert len(visits._orders) <= pipeline.read_ahead(threads) + 2


def test_readers_as_far_apart_as_they_may_be_sort_no_order_twice(monkeypatch):
    calls = []
    monkeypatch.setattr(
        pipeline, "epoch_order", lambda labels, epoch, *_: calls.append(epoch) or np.arange(11)
    )
    visits = _visits(batch=8, epochs=40, ahead=8)
    for newest in range(8, 40):  # one reader at the newest batch, one eight batches behind
        visits[newest * 8]
        visits[(newest - 8) * 8]
    assert sorted(calls) == list(range(40))


def test_the_host_brings_images_to_one_size():
    batch = next(train_batches(_visits(size=6), 0, 4, 1))
    assert batch["image"].shape == (4, 6, 6, 3)


def test_the_host_takes_the_colours_out_where_it_is_asked():
    class Coloured(Records):
        def read(self, row, size, resample="linear"):
            return np.full((2, 2, 3), (100 + row, 20, 7), np.uint8), None, None

    def first(grey):
        reading = Reading(4, 0, 2, grey=grey)
        return next(eval_batches(Coloured(), reading, np.arange(4)))["image"][:, 0, 0].tolist()

    assert first(False)[1] == [101, 20, 7]
    assert first(True)[1] == [43, 43, 43]  # .299 * 101 + .587 * 20 + .114 * 7


class OfSeveralSizes(Records):
    names = tuple(f"{row}.png" for row in range(11))

    def read(self, row, size, resample="linear"):
        image, *others = super().read(row, size)
        return (image if size or row != 7 else image[:2], *others)


def test_images_of_several_sizes_are_named_with_the_field_that_helps():
    message = r"7.png is 4 x 2 pixels and 0.png 4 x 4; --config.data.stored_size=PX"
    visits = Visits(OfSeveralSizes(), LABELS, batch=4, epochs=1, seed=5, kind="uniform")
    with pytest.raises(UserError, match=message):
        list(train_batches(visits, 0, 4, 2))
    with pytest.raises(UserError, match=message):
        list(eval_batches(OfSeveralSizes(), Reading(4, 0, 2), np.arange(4)))
    assert len(list(eval_batches(OfSeveralSizes(), Reading(4, 6, 2), np.arange(4)))) == 3
