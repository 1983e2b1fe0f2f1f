"""Memory that is kept, and hosts that the environment promises and that are not there."""

import os
import platform
import subprocess
import sys

import jax
import pytest

from lanet_jax.devices import runtime
from lanet_jax.errors import UserError

NAMES = ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID", *runtime._TASKS)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def joined(monkeypatch):
    calls = []
    monkeypatch.setattr(
        jax.distributed, "initialize", lambda *arguments, **_: calls.append(arguments)
    )
    return calls


@pytest.mark.parametrize(
    ("version", "flags", "after"),
    [
        ("0.10.2", "--xla_a=1", "--xla_a=1 --xla_cpu_experimental_ynn_fusion_type="),
        ("0.10.2", "", "--xla_cpu_experimental_ynn_fusion_type="),
        ("0.10.2", "--xla_cpu_experimental_ynn_fusion_type=DOT", None),  # the user's own stays
        ("0.10.3", "--xla_a=1", None),  # which may not know the flag, and would abort
    ],
)
def test_compiler_flags_join_those_of_the_user(monkeypatch, version, flags, after):
    monkeypatch.setattr(runtime.metadata, "version", {"jaxlib": version}.__getitem__)
    monkeypatch.setenv("XLA_FLAGS", flags)
    runtime.set_compiler_flags()
    assert os.environ["XLA_FLAGS"] == (flags if after is None else after)


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


def test_a_host_with_tpus_joins_its_pod_unless_another_platform_is_asked_for(joined, monkeypatch):
    monkeypatch.setenv("TPU_ML_PLATFORM", "JAX")  # as `import jax` leaves it there
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    runtime.join_hosts()
    assert joined == []
    monkeypatch.delenv("JAX_PLATFORMS")
    runtime.join_hosts()
    assert joined == [()]


def test_what_the_environment_announces(monkeypatch):
    assert runtime.announced() == ("", 1)
    monkeypatch.setenv("TPU_ML_PLATFORM", "JAX")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    assert runtime.announced() == ("TPU_ML_PLATFORM", 0)
    monkeypatch.setenv("SLURM_NTASKS", "4")
    assert runtime.announced() == ("SLURM_NTASKS", 4)
    monkeypatch.setenv("JAX_COORDINATOR_ADDRESS", "host0:1234")
    monkeypatch.setenv("JAX_NUM_PROCESSES", "2")
    assert runtime.announced() == ("JAX_COORDINATOR_ADDRESS", 2)


def test_a_missing_variable_is_named(joined, monkeypatch):
    monkeypatch.setenv("JAX_COORDINATOR_ADDRESS", "host0:1234")
    with pytest.raises(
        UserError, match=r"JAX_NUM_PROCESSES='' .* every process JAX_COORDINATOR_ADDRESS="
    ):
        runtime.join_hosts()
    assert joined == []


@pytest.mark.parametrize(("count", "own"), [("2", "2"), ("0", "0"), ("2", "7")])
def test_a_process_beyond_the_last_is_told_before_it_waits(joined, monkeypatch, count, own):
    for name, value in zip(NAMES, ("host0:1234", count, own), strict=False):
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=f"JAX_PROCESS_ID={own}: .* as JAX_NUM_PROCESSES={count}"):
        runtime.join_hosts()
    assert joined == []


def test_a_task_outside_its_cluster_gets_one_line(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")  # left by salloc; no srun around this process
    with pytest.raises(UserError, match="unset SLURM_NTASKS") as caught:
        runtime.join_hosts()
    assert "\n" not in str(caught.value)


def test_a_shard_waits_for_no_other_process(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "16")
    monkeypatch.setattr(runtime.jax.distributed, "initialize", lambda *_, **__: 1 / 0)
    for other in ("keep_memory", "set_compiler_flags", "use_compile_cache"):
        monkeypatch.setattr(runtime, other, lambda: None)
    with pytest.raises(ZeroDivisionError):
        runtime.start()
    runtime.start(alone=True)


@pytest.mark.parametrize(
    ("own", "xdg", "below"),
    [("own", "xdg", "own/xla"), ("", "xdg", "xdg/lanet_jax/xla"), ("", "", ".cache/lanet_jax/xla")],
)
def test_compiled_programs_are_kept_in_the_user_s_cache(monkeypatch, tmp_path, own, xdg, below):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, folder in (("LANET_JAX_CACHE", own), ("XDG_CACHE_HOME", xdg)):
        monkeypatch.setenv(name, folder and str(tmp_path / folder))
    before = jax.config.jax_compilation_cache_dir
    try:
        jax.config.update("jax_compilation_cache_dir", None)
        runtime.use_compile_cache()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / below)
        monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "other"))
        runtime.use_compile_cache()  # a folder that is set stays
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / below)
    finally:
        jax.config.update("jax_compilation_cache_dir", before)


def test_a_cache_that_cannot_be_written_is_left_off_in_one_line(monkeypatch, capsys):
    monkeypatch.setenv("LANET_JAX_CACHE", "/proc/absent")
    before = jax.config.jax_compilation_cache_dir
    try:
        jax.config.update("jax_compilation_cache_dir", None)
        runtime.use_compile_cache()
        assert jax.config.jax_compilation_cache_dir is None
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("note: compiled programs are not kept (/proc/absent/xla: ")


# Takes 64 MiB, writes to them, gives them back, and says how much of that the process still holds.
FREED = """
import ctypes
from lanet_jax.devices import runtime
def resident():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(lines["VmRSS"].split()[0]) / 1024
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
before, block = resident(), libc.malloc(64 << 20)
ctypes.memset(block, 1, 64 << 20)
libc.free(block)
{after}
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc's malloc")
@pytest.mark.parametrize(
    "before, after, least, most",
    [
        ("", "", -1, 8),
        ("runtime.keep_memory()", "", 56, 80),
        ("runtime.keep_memory()", "runtime.give_back_memory()", -8, 8),
    ],
)
def test_what_is_freed_stays_with_the_process_until_it_gives_it_back(before, after, least, most):
    program = FREED.format(before=before, after=after)
    kept = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert least < float(kept.stdout) < most, kept.stderr
