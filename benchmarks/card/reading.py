"""Measures whether the host keeps up: reading alone and with the step, decoded and from memory."""

import dataclasses
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ALONE_WARM_UP, STEPS_WARM_UP = 4, 5
STEPS = 20


def measure(
    folder: Path,
    size: int,
    records: int,
    threads: int,
    seconds: float,
    fields: Mapping[str, Any],
    preset: str = "",
) -> dict[str, Any]:
    """Times reading, the step, and both together as in a run.

    Args:
      folder: folder of the answers.
      size: side of the images in pixels, stored and seen by the network.
      records: number of training records.
      threads: number of worker threads.
      seconds: seconds that each measurement takes.
      fields: fields of the config.
      preset: preset of configs/demo.py.

    Returns:
      Images a second of the step on one batch, and of each source alone and with the step.
    """
    from lanet_jax.devices import runtime

    runtime.start()
    from benchmarks import demo, report
    from benchmarks.trainer import Trainer
    from configs import demo as demo_config
    from lanet_jax.from_config import config, run
    from lanet_jax.input.memory import Memory
    from lanet_jax.input.pipeline import Visits, read_ahead, train_batches

    data = folder / f"data-{size}-{records}"
    demo.prepare(data, train=records, test=64, size=size)
    c = demo_config.get_config(preset)
    c.update_from_flattened_dict({**fields, "data.dir": str(data), "data.limit": records})
    c.optim.epochs = 1_000_000  # more than the time allows on any machine
    with tempfile.TemporaryDirectory() as temporary:
        built = run.run(config.resolve(c), Path(temporary))
    batch = built.reading.batch

    def batches(limit: int) -> Iterator[dict]:
        source = dataclasses.replace(built.data.train, memory=Memory(records, limit))
        visits = Visits(
            source,
            built.data.given,
            batch=batch,
            epochs=c.optim.epochs,
            seed=0,
            kind="uniform",
            ahead=read_ahead(threads),
            shapes=built.data.framed.shapes if built.data.framed else None,
        )
        return train_batches(visits, 0, batch, threads)

    sources = {"decoded": 0, "memory": 1 << 40}
    alone, together = {}, {}
    for name, limit in sources.items():
        read = batches(limit)
        ahead = built.steps_per_epoch + ALONE_WARM_UP if limit else ALONE_WARM_UP
        first, *_ = itertools.islice(read, ahead)
        alone[name] = batch * _rate(read, seconds)
        del read
    trainer = Trainer(built.method, built.optimizer, built.augment, built.example, first)
    turns = report.interleaved({"": lambda: report.repeat(trainer, STEPS)}, 3)[""]
    for name, limit in sources.items():
        read = batches(limit)
        ahead = built.steps_per_epoch + STEPS_WARM_UP if limit else STEPS_WARM_UP
        list(itertools.islice(_trained(trainer, read), ahead))
        together[name] = batch * _rate(_trained(trainer, read), seconds)
        del read
    return {
        "threads": threads,
        "step": STEPS * batch / statistics.median(turns),
        "alone": alone,
        "together": together,
    }


def _rate(work: Iterator[object], seconds: float) -> float:
    """Items a second of an iterator."""
    start, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - start) < seconds:
        next(work)
        count += 1
    return count / passed


def _trained(trainer: Any, batches: Iterator[dict]) -> Iterator[object]:
    """Trains as the training loop does, which fetches the metrics of the step before."""
    import jax

    sharding = jax.tree.leaves(trainer.batch)[0].sharding
    before: dict = {}
    for batch in batches:
        trainer.batch = jax.make_array_from_process_local_data(sharding, batch)
        metrics = trainer()
        jax.device_get(before)
        before = metrics
        yield metrics
