"""Real commands on a small demo set, each in a separate process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import ml_collections
import numpy as np
import pytest

from benchmarks import bitwise
from configs import demo
from lanet_jax.errors import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    command = [sys.executable, "-m", "data.prepare", "demo", "--train", "96", "--test", "40"]
    command += ["--size", "24", "--data_dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def command(data_dir, tmp_path_factory) -> Callable[..., list[str]]:
    """The command line of a run that takes seconds: 12 steps of 8 images, 4 epochs of 3."""

    def build(workdir: Path, *overrides: str, preset: str = "tiny") -> list[str]:
        settings = {
            "data.dir": data_dir,
            "data.limit": 24,
            "optim.batch_size": 8,
            "optim.epochs": 4,
            "el.queue_size": 32,
            "lde.memory": 16,
        }
        return [
            *(sys.executable, "-m", "lanet_jax.main", f"--config=configs/demo.py:{preset}"),
            f"--workdir={workdir}",
            *(f"--config.{key}={value}" for key, value in settings.items()),
            *overrides,
        ]

    return build


@pytest.fixture(scope="session")
def environment(tmp_path_factory) -> Callable[..., dict[str, str]]:
    """The environment of a process with forced devices; all share one compile cache."""
    cache = tmp_path_factory.mktemp("xla")

    def build(devices: int = 1, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} "
            f"--xla_force_host_platform_device_count={devices}",
            "JAX_COMPILATION_CACHE_DIR": str(cache),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            **more,
        }

    return build


@pytest.fixture(scope="session")
def start_hosts(environment) -> Callable[..., list[subprocess.Popen]]:
    """Starts a command in several processes that connect to each other on this machine.

    `own` are further arguments for each of them.
    """

    def start(count: int, command: list[str], *own: list[str]) -> list[subprocess.Popen]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return [
            subprocess.Popen(
                [*command, *(own[i] if own else [])],
                cwd=ROOT,
                env=environment(
                    JAX_COORDINATOR_ADDRESS=f"127.0.0.1:{port}",
                    JAX_NUM_PROCESSES=str(count),
                    JAX_PROCESS_ID=str(i),
                ),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for i in range(count)
        ]

    return start


@pytest.fixture(scope="session")
def train(command, environment) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a training to its end."""

    def run(workdir: Path, *overrides: str, devices: int = 1, preset: str = "tiny", ok=True):
        done = subprocess.run(
            command(workdir, *overrides, preset=preset),
            cwd=ROOT,
            env=environment(devices),
            capture_output=True,
            text=True,
        )
        assert not ok or done.returncode == 0, done.stderr[-3000:]
        return done

    return run


@pytest.fixture(scope="session")
def uninterrupted(train, tmp_path_factory) -> Path:
    """The work folder of an uninterrupted run on one device."""
    workdir = tmp_path_factory.mktemp("uninterrupted") / "run"
    train(workdir)
    return workdir


@pytest.fixture(scope="session")
def state_of() -> Callable[[Path, int], dict[str, np.ndarray]]:
    """Every array of a checkpoint, by path."""
    return bitwise.arrays


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., None]:
    """Waits until `reached()`, while processes are at work."""

    def wait(reached: Callable[[], bool], *processes: subprocess.Popen) -> None:
        while not reached():
            assert all(process.poll() is None for process in processes), "the run ended unharmed"
            time.sleep(0.002)

    return wait


@pytest.fixture
def config(data_dir) -> ml_collections.ConfigDict:
    """The config of the run that `command` starts, to be changed."""
    c = demo.get_config("tiny")
    c.data.dir = str(data_dir)
    c.data.limit = 24
    c.optim.batch_size = 8
    c.el.queue_size = 32
    return c


@pytest.fixture
def message_of() -> Callable[..., str]:
    """The one-line error with which an action ends."""

    def call(action, *args) -> str:
        with pytest.raises(UserError) as caught:
            action(*args)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return call
