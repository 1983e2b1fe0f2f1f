import dataclasses

import numpy as np
import pytest

from configs import folder
from lanet_jax.from_config import combinations, config, fit, limits


class _Opened:
    """What a prepared dataset tells of itself."""

    def __init__(self, *splits):
        self.info = type("Info", (), {"splits": splits})


@pytest.fixture
def opened(monkeypatch):
    """Makes the data be so many records of a size, with these splits."""

    def use(count, side, *names):
        image = np.zeros((side, side + 8, 3), np.uint8)
        Fake = dataclasses.make_dataclass("Fake", ["count"])
        Fake.__len__ = lambda self: self.count
        Fake.read = lambda self, row, size: (image, None, None)
        monkeypatch.setattr(fit, "splits", lambda *_: {"train": Fake(count)})
        monkeypatch.setattr(fit.mixture, "concatenate", lambda parts: parts[0])
        monkeypatch.setattr(fit.prepared, "newest_version", lambda *_: None)
        monkeypatch.setattr(fit.prepared, "open_builder", lambda _: (_Opened(*names), {}))

    return use


@pytest.mark.parametrize(
    "count, side, batch, queue, size",
    [
        (60, 48, 16, 48, 48),
        (270, 48, 32, 256, 48),
        (1_000, 200, 64, 960, 96),
        (28_000, 64, 128, 8192, 48),
        (20, 64, 16, 16, 48),
    ],
)
def test_what_fits_the_data(opened, count, side, batch, queue, size):
    opened(count, side, "train", "test")
    c, told = fit.fit(config.resolve(folder.get_config("small")))
    assert (c.optim.batch_size, c.el.queue_size, c.augment.size) == (batch, queue, size)
    assert c.data.stored_size >= size
    assert batch > c.lde.neighbors
    assert queue % batch == 0
    assert (tuple(c.data.test), c.data.holdout) == (("mine",), 0)
    assert f"batch {batch}, queue {queue}" in told


def test_without_a_test_split_a_part_is_held_out(opened):
    opened(60, 48, "train")
    c, told = fit.fit(config.resolve(folder.get_config("small")))
    assert (tuple(c.data.test), tuple(c.data.test_split), c.data.holdout) == ((), (), 0.2)
    assert c.el.queue_size == 48
    assert told.endswith("no test split: 20% held out to evaluate on")


def test_what_was_set_stays(opened):
    opened(60, 48, "train", "test")
    small = folder.get_config("small")
    small.optim.batch_size = 20
    c, _ = fit.fit(config.resolve(small))
    assert (c.optim.batch_size, c.el.queue_size) == (20, 60)
    whole = config.resolve(folder.get_config())
    assert fit.fit(whole) == (whole, "")


@pytest.mark.parametrize("count", [12, 20, 60, 270, 3_000])
@pytest.mark.parametrize("side", [32, 48, 100, 224])
@pytest.mark.parametrize("tested", [True, False])
def test_what_is_chosen_is_legal_and_makes_an_epoch(opened, count, side, tested):
    opened(count, side, "train", *(["test"] if tested else []))
    c, _ = fit.fit(config.resolve(folder.get_config("small")))
    limits.check(c)
    combinations.check(c)
    left = count - round(c.data.holdout * count)
    assert left // c.optim.batch_size >= 1
