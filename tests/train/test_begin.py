"""Hosts of one run begin with the same data and the same weights."""

import types

import jax
import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.from_config import config, flags
from lanet_jax.train import begin

PRINTS = {
    "data.train": {"names": "1", "labels": "2", "images": "3"},
    "data.test test": {"names": "4", "labels": "5"},
}


def data(given=(0, 1, 1), **changed):
    train = {**PRINTS["data.train"], **changed}
    return types.SimpleNamespace(
        fingerprints={**PRINTS, "data.train": train}, given=np.array(given, np.int32)
    )


@pytest.fixture
def compare(monkeypatch):
    """Compares data and weights on process 1 with those of process 0."""

    def call(first, own, *, weights=(None, None)):
        told = {}
        monkeypatch.setattr(begin.hosts, "on_first", lambda act: told.setdefault("first", act()))
        monkeypatch.setattr(begin.hosts, "on_each", lambda act: act())
        begin._compare_hosts(first, weights[0])
        monkeypatch.setattr(jax, "process_index", lambda: 1)
        begin._compare_hosts(own, weights[1])

    return call


def test_the_same_data_are_taken(compare):
    compare(data(), data())


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (data(images="x"), "images of data.train differ"),
        (data(names="x", labels="y"), "names, labels of data.train differ"),
        (data(landmarks="x"), "landmarks of data.train differ"),
        (data(given=(0, 1, 0)), "observed labels of the run differ"),
    ],
)
def test_a_host_with_other_data_is_told_what_differs(compare, other, named):
    with pytest.raises(UserError) as caught:
        compare(data(), other)
    line = str(caught.value)
    assert line.startswith("process 1 of this run has other data than process 0: ")
    assert named in line and "\n" not in line


def test_a_host_that_lacks_a_test_set_is_told(compare):
    other = data()
    other.fingerprints = {"data.train": PRINTS["data.train"]}
    with pytest.raises(UserError, match=r"names, labels of data\.test test differ"):
        compare(data(), other)


def weights(value=0.5, name="conv1", dtype=np.float32):
    return {name: np.full((2, 3), value, dtype)}, {"mean": np.zeros(3, np.float32)}


def test_the_same_weights_are_taken(compare):
    compare(data(), data(), weights=(weights(), weights()))


@pytest.mark.parametrize(
    "other", [weights(value=0.25), weights(name="conv2"), weights(dtype=np.float16), None]
)
def test_a_host_with_other_pretrained_weights_is_told(compare, other):
    with pytest.raises(UserError) as caught:
        compare(data(), data(), weights=(weights(), other))
    assert str(caught.value) == (
        "process 1 of this run has other data than process 0: pretrained weights of the run "
        "differ; give every host the same prepared data and files"
    )


def test_it_tells_which_fields_of_its_command_are_not_read(tmp_path, monkeypatch, capsys):
    class ToldError(Exception):
        pass

    def stop(workdir):
        raise ToldError

    monkeypatch.setattr(begin.run_folder, "has_checkpoint", stop)
    words = ["--config=rafdb", "--config.method=ce", "--config.eac.weight=3"]
    with pytest.raises(ToldError):
        begin.begin(config.resolve(flags.config(words)), tmp_path / "run", words, ["a recipe", ""])
    assert capsys.readouterr().out.splitlines() == [
        "a recipe",
        "note: not read, so without effect: --config.eac.weight by method=ce",
    ]
