"""Outputs that are not finite are refused wherever a network is evaluated, in one line."""

import types

import jax
import numpy as np
import pytest

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.evaluate.evaluator import Evaluator, targets_of
from lanet_jax.input.reading import Reading
from lanet_jax.trained import finite, inference


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 2, 2)])
def test_outputs_are_refused_and_their_record_named(bad, shape):
    values = np.ones(shape)
    finite.require(values, "abcd")
    values[2, ...] = bad
    with pytest.raises(UserError, match="outputs for 1 of 4 images, such as c, are not finite"):
        finite.require(values, "abcd")
    values[3, ...] = bad
    with pytest.raises(UserError, match="outputs for 2 of 4 images, such as c, are not finite"):
        finite.require(values, "abcd")


class Records:
    """Five grey images; the network makes nan of that of value 3."""

    names = tuple(f"{row}.png" for row in range(5))
    labels = np.arange(5) % 2
    classes = ("anger", "fear")

    def __len__(self):
        return 5

    def read(self, row, size, resample="linear"):
        return np.full((2, 2, 3), row, np.uint8), None, None

    def take(self, rows):
        assert list(rows) == list(range(5))
        return self


def classify(params, model_state, images):
    value = np.asarray(images)[:, 0, 0, 0].astype(float)
    sure = np.where(value == 3, params, 0.5)
    return np.stack([sure, 1 - sure], axis=1)


@pytest.fixture
def mesh():
    return mesh_lib.make(2, jax.devices()[:1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_split_with_a_prediction_that_is_none_has_no_result(mesh, bad):
    def predict(params):
        return inference.predict_records(
            classify, params, None, Records(), mesh=mesh, reading=Reading(2, 0, 1)
        )

    assert predict(0.25)[3].tolist() == [0.25, 0.75]
    with pytest.raises(UserError, match=r"1 of 5 images, such as 3\.png, are not finite"):
        predict(bad)


@pytest.fixture
def run():
    given, true = np.array([0, 1, 0, 1, 1]), Records.labels
    data = types.SimpleNamespace(
        train=Records(),
        given=given,
        true=true,
        wrong=np.flatnonzero(given != true),
        evaluate={"test": Records()},
    )
    method = types.SimpleNamespace(targets=lambda state: state)
    return types.SimpleNamespace(data=data, method=method, reading=Reading(2, 0, 1))


def test_an_epoch_s_evaluation_is_refused_and_not_counted_as_the_first_class(run, mesh):
    evaluator = Evaluator(run, classify, mesh)
    state = types.SimpleNamespace(params=0.25, model_state=None)
    assert evaluator.splits(state)["test"]["records"] == 5
    assert evaluator.labels(state)["wrong_fitted"] == 0.0  # record 4 ties, so that it is anger
    state.params = np.nan
    for measure in (evaluator.splits, evaluator.labels):
        with pytest.raises(UserError, match="not finite"):
            measure(state)


def test_targets_that_are_none_are_refused(run):
    state = types.SimpleNamespace(model_state=np.full((5, 2), 0.5))
    assert targets_of(run, state, 5).shape == (5, 2)
    state.model_state[1, 0] = np.nan
    with pytest.raises(UserError, match=r"such as 1\.png, are not finite"):
        targets_of(run, state, 5)
