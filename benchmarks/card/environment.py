"""Describes the machine, and measures the card's own peak rates."""

import functools
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from benchmarks import report

PACKAGES = ("jax", "jaxlib", "jax-cuda12-plugin", "jax-cuda13-plugin", "flax", "numpy")
CALLS, ROUNDS = 10, 5
PROBED = 60  # seconds that JAX gets to find its devices
GPU = ("name", "driver_version", "memory.total", "memory.used", "clocks.sm")
PROBE = "import jax; d = jax.devices()[0]; print(d.platform, d.device_kind, sep='|')"


def measure(folder: Path, side: int, mebibytes: int, torch_python: str) -> dict[str, Any]:
    """Describes the machine, and times a matrix product and a copy.

    Args:
      folder: folder of the answers.
      side: side of the square matrices.
      mebibytes: size of the copied array, in MiB.
      torch_python: interpreter that may have PyTorch.

    Returns:
      Versions; the rate of the product in operations per second, in bfloat16 and in float32 as the
      device computes it by default; and of the copy in bytes per second, read and written.
    """
    del folder
    import jax
    import jax.numpy as jnp

    from lanet_jax.devices import runtime

    runtime.start()
    peak = {}
    for dtype in ("bfloat16", "float32"):
        # Random numbers, as products of zeros are faster.
        a, b = (jax.random.normal(jax.random.key(i), (side, side), dtype) for i in range(2))
        peak[dtype] = 2 * side**3 / _seconds(jax.jit(jnp.matmul), a, b)
    x = jax.random.normal(jax.random.key(2), (mebibytes << 18,))
    bandwidth = 2 * x.nbytes / _seconds(jax.jit(jnp.negative), x)
    device = jax.devices()[0]
    return {
        "device": device.device_kind,
        "devices": jax.device_count(),
        "platform": device.platform,
        "gpu": gpu(),
        "python": platform.python_version(),
        "packages": _packages(),
        "torch": _torch(torch_python),
        "cpus": os.cpu_count(),
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "peak": peak,
        "bandwidth": bandwidth,
    }


def _seconds(call, *arguments) -> float:
    work = functools.partial(report.repeat, functools.partial(call, *arguments), CALLS)
    return min(report.interleaved({"": work}, ROUNDS)[""]) / CALLS


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _torch(python: str) -> str:
    try:
        asked = [python, "-c", "import torch; print(torch.__version__)"]
        return subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def gpu() -> dict[str, str]:
    """The driver's information about the first GPU that JAX sees; empty without a driver."""
    query = ["nvidia-smi", f"--query-gpu={','.join(GPU)}", "--format=csv,noheader"]
    if visible := os.environ.get("CUDA_VISIBLE_DEVICES", "").partition(",")[0]:
        query.append(f"--id={visible}")
    try:
        found = subprocess.run(query, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    line = found.stdout.strip().partition("\n")[0]
    return dict(zip(GPU, line.split(", "), strict=False)) if not found.returncode else {}


def busy() -> int:
    """MiB of the first GPU's memory in use; 0 if the driver does not say."""
    used = gpu().get("memory.used", "").split()
    return int(used[0]) if used and used[0].isdecimal() else 0


def device(python: str) -> tuple[str, str, str]:
    """Asks JAX for its device, in a separate process, so that this one does not use the card.

    Args:
      python: interpreter that has JAX.

    Returns:
      Platform and kind of the first device, "none" and "" without one; and the last line of what
      JAX says beside them, which tells why it has no other.
    """
    try:
        found = subprocess.run(
            [python, "-c", PROBE], capture_output=True, text=True, errors="replace", timeout=PROBED
        )
    except subprocess.TimeoutExpired:
        return "none", "", f"JAX did not answer within {PROBED} s; does nvidia-smi?"
    kind, _, name = found.stdout.strip().rpartition("\n")[2].partition("|")
    return kind or "none", name, found.stderr.strip().rpartition("\n")[2]
