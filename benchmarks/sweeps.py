"""Sweeps one size at a time: time and memory of a step, and of the sampler."""

import dataclasses
import math
import time
import tracemalloc
from collections.abc import Callable, Sequence

import jax
import numpy as np

from benchmarks import report
from benchmarks.lde_el import LdeEl
from benchmarks.shape import Shape
from benchmarks.trainer import Trainer, lanet
from lanet_jax.input.sampler import epoch_order

MIB = 2**20
BASE = Shape(size=32, width=8, stem="small", landmarks=68)
QUICK_BASE = Shape(size=32, batch=16, width=4, stem="small", queue=64, records=1024)
SAMPLER_RECORDS, QUICK_SAMPLER_RECORDS = 1_000_000, 100_000
EPOCHS = 80  # the order is timed half way through, where some classes repeat and some are cut
# How far a slope may exceed the equations': times depend on caches and the machine, plans do not.
TOLERANCE = {"ms": 0.3, "MiB": 0.1}

Terms = Callable[[float], float]


@dataclasses.dataclass(frozen=True)
class Curve:
    """A quantity measured along an axis.

    Attributes:
      axis: symbol of the size that was varied.
      name: name of the quantity.
      unit: its unit, a key of `TOLERANCE`.
      values: values on the axis, ascending.
      found: the quantity at each of them.
      terms: leading term of the equations as a function of the value, up to a factor.
    """

    axis: str
    name: str
    unit: str
    values: Sequence[int]
    found: Sequence[float]
    terms: Terms

    @property
    def slope(self) -> float:
        """Log-log slope between the two largest values, where fixed costs matter least."""
        return _slope(self.values, self.found)

    @property
    def limit(self) -> float:
        """The slope of the equations between the same values."""
        return _slope(self.values, [self.terms(value) for value in self.values])

    @property
    def met(self) -> bool:
        """Whether the quantity grows no faster than the equations, within the tolerance."""
        return self.slope <= self.limit + TOLERANCE[self.unit]


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    return math.log(y[-1] / y[-2]) / math.log(x[-1] / x[-2])


@dataclasses.dataclass(frozen=True)
class Axis:
    """A size of the step that is swept.

    Attributes:
      symbol: its symbol in the shape legend.
      field: field of `Shape`.
      values: values to measure at, ascending.
      quick: the same for a quick run.
      work: how time and workspace may grow, around given sizes.
      held: how all memory may grow; None for the same as `work`.
    """

    symbol: str
    field: str
    values: tuple[int, ...]
    quick: tuple[int, ...]
    work: Callable[[Shape], Terms]
    held: Callable[[Shape], Terms] | None = None


AXES = (
    # The logits are B Q and the similarities B B; everything else is linear in B.
    Axis("B", "batch", (32, 64, 128, 256, 512), (16, 32), lambda s: lambda b: b * (s.queue + b)),
    Axis("Q", "queue", (4096, 16384, 65536, 262144), (64, 128), lambda s: lambda q: q),
    # A step reads and writes B rows of the bank, in place.
    Axis(
        "N",
        "records",
        (10_000, 100_000, 1_000_000, 10_000_000),
        (1024, 4096),
        lambda s: lambda n: 1.0,
        lambda s: lambda n: n,
    ),
    Axis("C", "classes", (7, 30, 100, 300, 1000), (7, 100), lambda s: lambda c: c),
)


def step(axis: Axis, quick: bool, rounds: int) -> list[Curve]:
    """Measures a LA-Net step along one axis.

    Args:
      axis: the size to vary.
      quick: take the tiny sizes.
      rounds: timed calls, of which the fastest counts; the values take turns.

    Returns:
      Time of the step and of LDE and EL alone, and memory as the compiler plans it: everything
      held at once, and the part of it that is only workspace.
    """
    base, values = (QUICK_BASE, axis.quick) if quick else (BASE, axis.values)
    calls, held, workspace = {}, [], []
    for value in values:
        trainer = lanet(dataclasses.replace(base, **{axis.field: value}))
        state = trainer.state
        calls[f"step {value}"] = _whole(trainer)
        calls[f"part {value}"] = LdeEl(
            trainer.method, state.params, state.model_state, trainer.batch
        )
        held.append(trainer.compiled_bytes() / MIB)
        workspace.append(trainer.compiled.memory_analysis().temp_size_in_bytes / MIB)
    times = report.interleaved(calls, rounds)
    fastest = {name: 1e3 * min(seconds) for name, seconds in times.items()}
    work = axis.work(base)
    found = (
        ("step", "ms", [fastest[f"step {value}"] for value in values], work),
        ("LDE + EL", "ms", [fastest[f"part {value}"] for value in values], work),
        ("held", "MiB", held, (axis.held or axis.work)(base)),
        ("workspace", "MiB", workspace, work),
    )
    return [Curve(axis.symbol, name, unit, values, y, terms) for name, unit, y, terms in found]


def _whole(trainer: Trainer) -> Callable[[], object]:
    return lambda: jax.block_until_ready((trainer(), trainer.state))


def sampler(quick: bool, rounds: int) -> list[list[Curve]]:
    """Measures the computation of an epoch's order along N and along C.

    Args:
      quick: take the tiny sizes.
      rounds: timed calls, of which the fastest counts.

    Returns:
      For each axis the time and the peak memory that numpy allocates.
    """
    records = QUICK_SAMPLER_RECORDS if quick else SAMPLER_RECORDS
    axes = {axis.symbol: axis.quick if quick else axis.values for axis in AXES}
    terms = {"N": lambda n: n * math.log(n), "C": lambda c: records + c}
    curves = []
    for symbol in terms:
        seconds, peaks = [], []
        for value in axes[symbol]:
            n, classes = (value, BASE.classes) if symbol == "N" else (records, value)
            found = _order(n, classes, rounds)
            seconds.append(1e3 * found[0])
            peaks.append(found[1] / MIB)
        curves.append(
            [
                Curve(symbol, "order of an epoch", unit, axes[symbol], y, terms[symbol])
                for unit, y in (("ms", seconds), ("MiB", peaks))
            ]
        )
    return curves


def _order(records: int, classes: int, rounds: int) -> tuple[float, int]:
    labels = np.random.default_rng(0).integers(classes, size=records).astype(np.int32)
    arguments = (labels, EPOCHS // 2, EPOCHS, 0, "progressive")
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        epoch_order(*arguments)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()  # in a separate call, because tracing takes time
    epoch_order(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(seconds), peak
