"""What a finished run leaves in its work folder."""

import csv
import io
import json
from pathlib import Path

import jax

from lanet_jax import evaluation, summary, writer
from lanet_jax.build.run import Run
from lanet_jax.state import TrainState


def finish(run: Run, workdir: Path, state: TrainState) -> None:
    """Writes `summary.json` and `distributions.csv` and prints the summary.

    Args:
      run: the finished run.
      workdir: its folder.
      state: its final state.
    """
    targets = evaluation.targets_of(run, state, len(run.data.train))
    if jax.process_index():
        return
    numbers = summary.summarize(writer.read(workdir))
    writer.write_text(workdir / "summary.json", json.dumps(numbers, indent=2) + "\n")
    if targets is not None:
        writer.write_text(workdir / "distributions.csv", _distributions(run, targets))
    for split, values in numbers.items():
        pairs = (f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())
        print(f"{split}: {', '.join(pairs)}")


def _distributions(run: Run, targets) -> str:
    data = run.data
    classes = data.train.classes
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("id", "name", "given", "true", *classes))
    for row, name in enumerate(data.train.names):
        true = "" if data.true is None else classes[data.true[row]]
        values = (f"{value:.6f}" for value in targets[row])
        table.writerow((row, name, classes[data.given[row]], true, *values))
    return text.getvalue()
