"""Hosts that the environment promises and that are not there."""

import jax
import pytest

from lanet_jax import runtime
from lanet_jax.errors import UserError

NAMES = ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID", *runtime._TASKS)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def joined(monkeypatch):
    calls = []
    monkeypatch.setattr(jax.distributed, "initialize", lambda *arguments: calls.append(arguments))
    return calls


def test_one_process_joins_nobody(joined, monkeypatch):
    runtime.join_hosts()
    monkeypatch.setenv("SLURM_NTASKS", "1")
    runtime.join_hosts()
    assert joined == []


def test_variables_are_handed_on_and_clusters_found(joined, monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")
    runtime.join_hosts()
    for name, value in zip(NAMES, ("host0:1234", "2", "1"), strict=False):
        monkeypatch.setenv(name, value)
    runtime.join_hosts()
    assert joined == [(), ("host0:1234", 2, 1)]


def test_a_missing_variable_is_named(joined, monkeypatch):
    monkeypatch.setenv("JAX_COORDINATOR_ADDRESS", "host0:1234")
    with pytest.raises(UserError, match=r"JAX_NUM_PROCESSES='' .* docs/scaling\.md"):
        runtime.join_hosts()
    assert joined == []


def test_a_task_outside_its_cluster_gets_one_line(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")  # left by salloc; no srun around this process
    with pytest.raises(UserError, match="unset SLURM_NTASKS") as caught:
        runtime.join_hosts()
    assert "\n" not in str(caught.value)
