"""Configs with a few fields otherwise; what `fit` chooses for data of some size."""

import dataclasses

import numpy as np
import pytest

from configs import folder, rafdb
from lanet_jax.from_config import config, fields, fit


@pytest.fixture
def resolved():
    def resolve(method, schedule="published", **changes):
        c = rafdb.get_config()
        c.method, c.schedule = method, schedule
        c.update_from_flattened_dict(changes)
        return config.resolve(c)

    return resolve


# What stands in no bundled config as it is: a dataset, and a method whose batch has another size.
_OWN = {"data.train": ("demo",), "data.test": ("demo",)}


@pytest.fixture
def with_fields():
    """Resolves the usual fields with some of them changed, to whatever value."""

    def resolve(**changes):
        c = fields.get_config()
        c.schedule = "shared"
        with c.unlocked():
            c.update_from_flattened_dict(_OWN)
            for field, value in changes.items():
                section, _, name = field.rpartition(".")
                part = c[section] if section else c
                with part.ignore_type():
                    part[name] = value
        return config.resolve(c)

    return resolve


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
