"""What an evaluation leaves in the log."""

import json
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

    def sync(self):
        pass


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


def test_metrics_are_logged_one_step_late_and_every_so_many_steps(log):
    log._run.log_every, log._run.steps_per_epoch = 2, 4
    seen = []
    for step in (1, 2, 3, 4, 5):
        log.step(step, {"loss": np.float32(step / 2)})
        seen.append(len(log._writer.rows))
    assert seen == [0, 0, 1, 1, 2]
    log.sync()
    assert log._writer.rows == [
        {"step": 2, "epoch": 0.5, "split": "train", "loss": 1.0},
        {"step": 4, "epoch": 1.0, "split": "train", "loss": 2.0},
    ]


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_metric_that_is_not_finite_ends_the_run_whether_it_is_logged_or_not(log, value):
    log.step(1, {"ce": np.float32(1), "loss": np.float32(value)})
    with pytest.raises(UserError, match="step 1: loss is not finite; the last good checkpoint"):
        log.step(2, {"loss": np.float32(1)})


@pytest.mark.parametrize(
    ("holdout", "test", "kept"), [(0.55, 0.1, True), (0.5, 0.99, False), (0.45, 0.99, False)]
)
def test_the_best_state_exceeds_all_before_it_on_the_split_that_selects(
    log, tmp_path, monkeypatch, holdout, test, kept
):
    rows = [(3, "holdout", 0.5), (3, "test", 0.9), (6, "holdout", 0.4), (6, "test", 0.3)]
    rows.append((9, "holdout", holdout))  # its own row, which a resumed run has already
    (tmp_path / "metrics.jsonl").write_text(
        "".join(json.dumps({"step": s, "split": n, "accuracy": a}) + "\n" for s, n, a in rows)
    )
    log._run.method = log._run.card = None
    saved = []
    monkeypatch.setattr(log_lib.best_lib, "save", lambda _, step, *__: saved.append(step))
    measured = {"test": {"accuracy": test}, "holdout": {"accuracy": holdout}}
    none = {name: lambda state: {} for name in ("labels", "parts")}
    log.evaluate(types.SimpleNamespace(splits=lambda state: measured, **none), None, 9)
    assert saved == ([9] if kept else [])
    assert [row["split"] for row in log._writer.rows] == ["test", "holdout"]
