"""What a process says of the others of its run."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from lanet_jax.checkpoint import orbax
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


GLOO = "UNKNOWN: Gloo AllGather failed: [pair.cc:538] Read error: Connection reset by peer"
NCCL = "INTERNAL: NCCL operation failed: unhandled cuda error: CUDA_ERROR_LAUNCH_FAILED"
FULL = "RESOURCE_EXHAUSTED: Out of memory allocating 4000 bytes."


@pytest.fixture
def left(monkeypatch):
    """What a process says that leaves at once."""
    lines = []
    monkeypatch.setattr(others, "leave", lines.append)
    return lines


@pytest.fixture
def timers(monkeypatch):
    """The timers that were started, none of which runs."""
    jax.devices()  # JAX starts one of its own when it looks for them
    begun = []
    monkeypatch.setattr(others.threading.Timer, "start", lambda timer: begun.append(timer))
    return begun


@pytest.fixture
def two(monkeypatch):
    monkeypatch.setattr(jax, "process_count", lambda: 2)


@pytest.mark.parametrize("kind", [jax.errors.JaxRuntimeError, ValueError])
@pytest.mark.parametrize("text", [GLOO, "INTERNAL: NCCL operation ncclGroupEnd() failed", NCCL])
def test_a_lost_process_is_one_line(left, timers, two, kind, text):
    with pytest.raises(kind), others.watched():  # as `leave` returns here
        raise kind(f"{text}\nstack")
    (line,) = left
    assert "another process of this run ended" in line and f"({text})" in line


def test_a_fault_alone_stays_one(left, timers, monkeypatch):
    with pytest.raises(jax.errors.JaxRuntimeError), others.watched():
        raise jax.errors.JaxRuntimeError(GLOO)
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    with pytest.raises(ValueError, match="incompatible shapes"), others.watched():
        raise ValueError("incompatible shapes for broadcasting: (2,), (3,)")
    assert left == [] and len(timers) == 1


def test_a_process_that_is_lost_while_a_checkpoint_is_written_is_not_called_a_full_disk(
    tmp_path, left, timers, two
):
    with pytest.raises(ValueError, match="Gloo"), others.watched(), orbax.writing(tmp_path):
        raise ValueError(GLOO)
    (line,) = left
    assert "another process of this run ended" in line
    with pytest.raises(UserError, match="see that the disk has space"), orbax.writing(tmp_path):
        raise ValueError("UNKNOWN: No space left on device")


@pytest.mark.parametrize("fault", ["CUDA_ERROR_ILLEGAL_ADDRESS", "CUDNN_STATUS_EXECUTION_FAILED"])
def test_a_fault_of_its_own_device_is_the_process_s_own(left, timers, two, fault):
    with pytest.raises(jax.errors.JaxRuntimeError, match=fault), others.watched():
        raise jax.errors.JaxRuntimeError(f"INTERNAL: Failed to synchronize stream: {fault}")
    assert left == [] and len(timers) == 1


@pytest.mark.parametrize("kind", [jax.errors.JaxRuntimeError, ValueError])
@pytest.mark.parametrize("count", [1, 2])
def test_full_memory_is_the_process_s_own_fault(left, timers, monkeypatch, kind, count):
    monkeypatch.setattr(jax, "process_count", lambda: count)
    with pytest.raises(UserError) as caught, others.watched():
        raise kind(f"{FULL}\nstack")
    assert str(caught.value) == (
        f"the memory of the devices is full ({FULL}): use a smaller optim.batch_size, "
        "el.queue_size or model.width, or free memory that others use"
    )
    assert left == [] and len(timers) == count - 1


@pytest.mark.parametrize(
    "error",
    [
        UserError("a shard is damaged"),
        OSError(28, "full"),
        MemoryError("host out of memory"),
        KeyError("a fault of the program"),
        KeyboardInterrupt(),
    ],
)
def test_a_process_that_fails_alone_does_not_wait_for_the_others(monkeypatch, timers, error):
    with pytest.raises(type(error)), others.watched():
        raise error
    assert not timers  # the only process
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    with pytest.raises(type(error)) as caught, others.watched():
        raise error
    (timer,) = timers
    assert caught.value is error
    assert timer.daemon and timer.interval == others.PARTING
    assert (timer.function, timer.args) == (os._exit, (1,))


def test_processes_end_together_and_one_that_is_lost_meanwhile_is_told(
    monkeypatch, left, timers, two
):
    met = []
    monkeypatch.setattr(others.hosts, "all_agree", met.append)
    with others.watched():
        assert met == []
    assert met == [True] and timers == []

    def lost(_):
        raise ValueError(GLOO)

    monkeypatch.setattr(others.hosts, "all_agree", lost)
    with pytest.raises(ValueError), others.watched():
        pass
    assert "another process of this run ended" in left[0]
