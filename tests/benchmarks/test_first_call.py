from pathlib import Path

import pytest

from benchmarks import first_call
from lanet_jax.errors import UserError


def test_the_median_of_each_step():
    def round_of(cpu, peak):
        return [{"step": "load()", "cpu": cpu, "elapsed": 2 * cpu, "peak": peak * 2**20}]

    rows = first_call.medians([round_of(1.0, 300), round_of(5.0, 100), round_of(2.0, 200)])
    assert rows == [("load()", "2.00", "4.00", "200")]


def test_a_process_that_fails_is_told_by_its_last_line(monkeypatch, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "calls.py").write_text("raise SystemExit('no such model')")
    monkeypatch.setattr(first_call, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(UserError, match="failed: no such model"):
        first_call.call("", "a.png", "whole")


def test_steps_are_told_one_by_one(monkeypatch, tmp_path):
    """The real process, with a package that costs nothing in place of this one."""
    (tmp_path / "benchmarks").mkdir()
    here = Path(first_call.__file__).with_name("calls.py")
    (tmp_path / "benchmarks" / "calls.py").write_text(here.read_text())
    (tmp_path / "lanet_jax.py").write_text(
        "class load:\n    def __init__(self, model): assert model == 'm'\n"
        "    def predict(self, x, *, faces): assert (x, faces) == ('a.png', 'whole')\n"
    )
    monkeypatch.setattr(first_call, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    steps = first_call.call("m", "a.png", "whole")
    names = ["import lanet_jax", "load()", "first predict()", "second predict()"]
    assert [step["step"] for step in steps] == names
    assert all(step["cpu"] >= 0 and step["peak"] > 2**20 for step in steps)
