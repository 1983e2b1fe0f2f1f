"""Times the LA-Net step beside another step, in turns."""

import dataclasses
import os
import statistics
from pathlib import Path
from typing import Any

from benchmarks import step
from benchmarks.shape import Shape
from benchmarks.worker import Worker

GIB = 2**30
# JAX would reserve three quarters of the card at its start, and two processes must fit.
SHARE = {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.4"}
DETERMINISTIC = "--xla_gpu_deterministic_ops=true"


def beside_torch(
    folder: Path, shape: dict[str, Any], rounds: int, torch_python: str, torch_compile: bool
) -> dict[str, Any]:
    """Times our step and PyTorch's step of the same layers.

    Args:
      folder: folder of the answers.
      shape: fields of a `Shape`.
      rounds: number of turns of each.
      torch_python: interpreter of the PyTorch process.
      torch_compile: whether to compile PyTorch's networks.

    Returns:
      Facts and times of both; None for PyTorch if it is not installed.
    """
    del folder
    sizes = Shape(**shape)
    workers = [Worker([*step.ours(sizes), "--lde_el"], SHARE)]
    if step.has_torch(torch_python):
        command = step.theirs(sizes, torch_python)
        workers.append(Worker([*command, *["--compile"] * torch_compile]))
    return _compare(sizes, workers, rounds)


def deterministic(folder: Path, shape: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Times our step with the usual and with deterministic kernels.

    Args:
      folder: folder of the answers.
      shape: fields of a `Shape`.
      rounds: number of turns of each.

    Returns:
      Times of both: "ours" with the usual kernels, "other" with deterministic ones.
    """
    del folder
    sizes = Shape(**shape)
    flags = {**SHARE, "XLA_FLAGS": with_flags(DETERMINISTIC)}
    workers = [Worker(step.ours(sizes), SHARE), Worker(step.ours(sizes), flags)]
    return _compare(sizes, workers, rounds)


def with_flags(*flags: str) -> str:
    """The environment's XLA_FLAGS with more flags."""
    return " ".join((os.environ.get("XLA_FLAGS", ""), *flags)).strip()


def _compare(shape: Shape, workers: list[Worker], rounds: int) -> dict[str, Any]:
    step.take_turns(workers, rounds)
    ours, others = workers[0], workers[1:]
    answer = {"shape": dataclasses.asdict(shape), "rounds": rounds, "ours": _told(shape, ours)}
    answer["other"] = _told(shape, others[0]) if others else None
    answer["ratio"] = step.ratio(ours, others[0]) if others else None
    return answer


def _told(shape: Shape, worker: Worker) -> dict[str, Any]:
    seconds = statistics.median(worker.seconds) / shape.steps
    return {
        **worker.facts,
        "milliseconds": 1e3 * seconds,
        "images_per_second": shape.batch / seconds,
        "peak_gib": (worker.device_peak_bytes or worker.peak_bytes) / GIB,
        "turns": worker.seconds,
    }
