"""Settings to make before JAX starts: memory, compiler flags, compile cache, several hosts."""

import ctypes
import os
import sys
from collections.abc import Callable
from importlib import metadata
from typing import Any

import jax
from absl import logging

from lanet_jax import cache
from lanet_jax.devices import others
from lanet_jax.errors import UserError
from lanet_jax.files import writable

# On CPU the default fusions of these versions cost a quarter of a ResNet's step; an unknown flag
# ends the process, so only versions that were tried get it.
_NO_YNN_FUSION = "--xla_cpu_experimental_ynn_fusion_type="
_NO_YNN_FUSION_VERSIONS = ("0.10.2", "0.11.2", "0.12.0.1")
_NEVER = 1_000_000  # seconds
_HOW = (
    "give every process JAX_COORDINATOR_ADDRESS=HOST:PORT of process 0, JAX_NUM_PROCESSES and its "
    "own JAX_PROCESS_ID, from 0"
)
_COORDINATOR = "JAX_COORDINATOR_ADDRESS"
_TPU = ("TPU_ML_PLATFORM",)
_TASKS = ("SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE")
# By their numbers in glibc's malloc.h: never map a large block apart (M_MMAP_MAX), never give the
# heap's end back (M_TRIM_THRESHOLD), grow it by 64 MiB (M_TOP_PAD), and have one (M_ARENA_MAX).
_KEEP_MEMORY = {-4: 0, -1: -1, -2: 1 << 26, -8: 1}


def keep_memory() -> None:
    """Makes the C library keep freed memory for the next step's workspace.

    A step on CPU allocates a workspace of hundreds of MiB and frees it. By default the system
    clears its pages each time, which takes a quarter of the step (docs/benchmarks.md). Without
    glibc this does nothing.
    """
    if mallopt := _of_libc("mallopt"):
        for parameter, value in _KEEP_MEMORY.items():
            mallopt(parameter, value)


def give_back_memory() -> None:
    """Makes the C library return free memory: compiling a step leaves some 400 MiB of it."""
    if malloc_trim := _of_libc("malloc_trim"):
        malloc_trim(0)


def _of_libc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None


def set_compiler_flags() -> None:
    """Adds the compiler flags that this jaxlib knows; call it before the first computation."""
    flags = os.environ.get("XLA_FLAGS", "")
    known = metadata.version("jaxlib") in _NO_YNN_FUSION_VERSIONS
    if known and "ynn_fusion" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {_NO_YNN_FUSION}".strip()


def use_compile_cache() -> None:
    """Keeps compiled programs in the user's cache, so that a second start needs no compilation.

    Where that cannot be written, one line says so and nothing is kept.
    """
    if jax.config.jax_compilation_cache_dir is not None:  # type: ignore[attr-defined]  # JAX makes it at run time
        return
    folder = cache.folder("xla")
    try:
        writable.check_folder(folder)  # JAX would warn of every program
    except (UserError, OSError) as error:
        reason = f"{folder}: {error.strerror}" if isinstance(error, OSError) else error
        print(
            f"note: compiled programs are not kept ({reason}): every start compiles "
            "anew, unless LANET_JAX_CACHE names a folder that can be written",
            file=sys.stderr,
        )
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))


def join_hosts() -> None:
    """Joins the other hosts, if the environment says that there are any.

    It says so by the clusters that JAX knows (SLURM, Open MPI, hosts with TPUs), or by the
    variables JAX_COORDINATOR_ADDRESS, JAX_NUM_PROCESSES and JAX_PROCESS_ID.

    Raises:
      UserError: a variable is absent or not a number, or the others cannot be joined.
    """
    arguments: tuple[Any, ...]
    where, count = announced()
    if where == _COORDINATOR:
        own = _number("JAX_PROCESS_ID")
        if own >= count:
            raise UserError(
                f"JAX_PROCESS_ID={own}: must be a number from 0 to {max(count - 1, 0)}, as "
                f"JAX_NUM_PROCESSES={count}"
            )
        arguments = (others.address(os.environ[_COORDINATOR]), count, own)
        whom = f"the other {count - 1} of {count} processes" if own == 0 else "process 0"
        whom += f" at {arguments[0]}"
    elif count == 1:
        return
    else:
        arguments, on_tpu = (), where in _TPU
        whom = f"the other {'hosts of the pod' if on_tpu else f'processes that {where} counts'}"
    try:
        with others.waiting(whom):  # which ends it earlier
            jax.distributed.initialize(*arguments, initialization_timeout=_NEVER)  # type: ignore[misc]  # three of them, or none
    except (ValueError, RuntimeError) as error:
        raise UserError(
            f"the other hosts cannot be joined ({str(error).splitlines()[0]}); {_HOW}, "
            f"or start a single one with: unset {where}"
        ) from error


def announced() -> tuple[str, int]:
    """How many processes the environment says that a run has.

    Returns:
      The variable that says so, and their number; 0 for TPUs, which find their pod, if any, by
      joining. "" and 1 if nothing is said.

    Raises:
      UserError: the number is absent, or is none.
    """
    if _COORDINATOR in os.environ:
        return _COORDINATOR, _number("JAX_NUM_PROCESSES")
    for name in _TASKS:
        if name in os.environ:
            return name, _number(name)
    return (_TPU[0], 0) if _on_tpu() else ("", 1)


def _on_tpu() -> bool:
    # JAX sets it when it is imported on a host that has TPUs; it then finds the others, if any.
    wanted = os.environ.get("JAX_PLATFORMS", "")
    return any(name in os.environ for name in _TPU) and (not wanted or "tpu" in wanted)


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    if not text.isdecimal():
        raise UserError(
            f"{name}={text!r} is not a number: {_HOW}; "
            f"for a single process: unset JAX_COORDINATOR_ADDRESS {' '.join(_TASKS)}"
        )
    return int(text)


def start(alone: bool = False) -> None:
    """Makes all of these settings, in order; every command calls it first.

    Args:
      alone: whether to ignore the other processes that the environment announces.
    """
    logging.set_verbosity(logging.WARNING)  # Orbax logs every file that it writes
    keep_memory()
    set_compiler_flags()
    if not alone:
        join_hosts()
    use_compile_cache()
