"""Why JAX finds no GPU is told, and a driver that hangs is not waited for."""

import sys

import pytest

from benchmarks.card import __main__ as command
from benchmarks.card import environment
from lanet_jax.errors import UserError


def test_the_reason_that_jax_gives_is_told(monkeypatch):
    probe = "import sys; print('trace', file=sys.stderr); sys.exit('RuntimeError: no driver')"
    monkeypatch.setattr(environment, "PROBE", probe)
    assert environment.device(sys.executable) == ("none", "", "RuntimeError: no driver")
    with pytest.raises(UserError, match=r"no GPU here \(but: none; RuntimeError: no driver\): pip"):
        command._device(allow_cpu=True)


def test_a_warning_beside_another_device_is_told(monkeypatch):
    probe = "import sys; print('cpu|cpu'); print('Falling back to cpu.', file=sys.stderr)"
    monkeypatch.setattr(environment, "PROBE", probe)
    with pytest.raises(UserError, match=r"\(but: cpu; Falling back to cpu\.\): pip"):
        command._device(allow_cpu=False)
    assert command._device(allow_cpu=True) == "cpu"


def test_a_driver_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(environment, "PROBE", "import time; time.sleep(600)")
    monkeypatch.setattr(environment, "PROBED", 0.2)
    with pytest.raises(UserError, match=r"\(but: none; JAX did not answer within 0\.2 s; does"):
        command._device(allow_cpu=True)
