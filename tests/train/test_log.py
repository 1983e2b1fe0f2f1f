"""What an evaluation leaves in the log."""

import types

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.train import log as log_lib


class Writer:
    def __init__(self):
        self.rows = []

    def write(self, row):
        self.rows.append(row)


@pytest.mark.parametrize("spoilt", ["splits", "labels", "parts"])
def test_an_evaluation_that_is_not_finite_names_its_step_and_leaves_no_row(
    spoilt, tmp_path, monkeypatch
):
    def refuse(state):
        raise UserError("the network's outputs are not finite")

    measures = {name: lambda state: {} for name in ("splits", "labels", "parts")}
    writer = Writer()
    monkeypatch.setattr(log_lib.metrics_log, "MetricsWriter", lambda workdir, start: writer)
    log = log_lib.Log(types.SimpleNamespace(steps_per_epoch=3), tmp_path, 0)
    log.evaluate(types.SimpleNamespace(**measures), None, 12)
    rows = {"splits": {"test": {"accuracy": 0.5}}, "labels": {"auroc": 0.5}, "parts": {}}
    measures |= {name: lambda state, row=row: row for name, row in rows.items()}
    with pytest.raises(UserError) as caught:
        log.evaluate(types.SimpleNamespace(**{**measures, spoilt: refuse}), None, 12)
    assert str(caught.value) == "evaluation after step 12: the network's outputs are not finite"
    assert writer.rows == []


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(log_lib.metrics_log, "MetricsWriter", lambda workdir, start: Writer())
    return log_lib.Log(types.SimpleNamespace(steps_per_epoch=3, log_every=9), tmp_path, 0)


def test_a_metric_that_is_no_scalar_is_named(log):
    log.step(1, {"loss": np.float32(1), "recall": np.zeros(7)})
    with pytest.raises(UserError, match=r"'recall' .* shape \(7,\): metrics are scalars"):
        log.flush()


@pytest.mark.parametrize("name", sorted(log_lib.metrics_log.RESERVED))
def test_a_metric_of_a_rows_own_field_is_named(log, name):
    log.step(1, {"loss": np.float32(1), name: np.float32(2)})
    with pytest.raises(UserError, match=f"metric '{name}' .*rename it"):
        log.flush()


def test_the_fields_of_a_row_are_reserved(log):
    log.step(9, {"loss": np.float32(1)})
    log.flush()
    (row,) = log._writer.rows
    assert row.keys() - {"loss"} <= log_lib.metrics_log.RESERVED
