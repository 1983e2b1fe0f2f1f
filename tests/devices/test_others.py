"""What a process says of the others of its run."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from lanet_jax.devices import others
from lanet_jax.errors import UserError


@pytest.mark.parametrize(
    "text", ["", "host0", "host0:", ":1234", "host0:port", "host0:0", "h:70000"]
)
def test_an_address_without_a_port_is_one_line(text):
    with pytest.raises(UserError, match="HOST:PORT was expected, such as h"):
        others.address(text)


@pytest.mark.parametrize("text", ["host0:1234", "10.0.0.1:8080", "[::1]:99"])
def test_an_address(text):
    assert others.address(text) == text


@pytest.mark.parametrize("own", [0, 1])
def test_a_process_says_for_whom_it_waits_and_ends_in_one_line(own):
    script = (
        "from lanet_jax.devices import others, runtime\n"
        "others.FIRST, others.EVERY, others.LIMIT = 0.2, 0.5, 1.5\n"
        "runtime.join_hosts()\n"
    )
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(others.__file__).parents[2]),
        "JAX_COORDINATOR_ADDRESS": address,
        "JAX_NUM_PROCESSES": "2",
        "JAX_PROCESS_ID": str(own),
    }
    ended = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=120
    )
    *told, last = ended.stderr.splitlines()
    whom = "process 0" if own else "the other 1 of 2 processes"
    assert ended.returncode == 1
    assert told and all(f"waiting for {whom} at {address} (" in line for line in told)
    assert last.startswith("error: waited ") and f"for {whom} at {address}" in last


def test_a_lost_process_is_one_line_and_a_fault_alone_stays_one(monkeypatch):
    left = []
    monkeypatch.setattr(others, "leave", left.append)
    error = jax.errors.JaxRuntimeError("Gloo all-reduce failed\nstack")
    with pytest.raises(jax.errors.JaxRuntimeError), others.watched():
        raise error
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    with others.watched():
        raise error
    (line,) = left
    assert "another process of this run ended" in line and "Gloo all-reduce failed)" in line


@pytest.mark.parametrize("error", [UserError("a shard is damaged"), OSError(28, "full")])
def test_a_process_that_fails_alone_does_not_wait_for_the_others(monkeypatch, error):
    begun = []
    monkeypatch.setattr(others.threading.Timer, "start", lambda timer: begun.append(timer))
    with pytest.raises(type(error)), others.watched():
        raise error
    assert not begun  # the only process
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    with pytest.raises(type(error)), others.watched():
        raise error
    (timer,) = begun
    assert timer.daemon and timer.interval == others.PARTING
    assert (timer.function, timer.args) == (os._exit, (1,))
