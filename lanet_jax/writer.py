"""The record of a run: `metrics.jsonl` is the truth, TensorBoard's events are a copy."""

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from lanet_jax import json_files
from lanet_jax.errors import UserError

Row = dict[str, Any]
ADVICE = "mend the line, or delete it if these numbers can be done without"


class MetricsWriter:
    """Appends rows to `metrics.jsonl`, in order, each on disk before the next.

    Args:
      workdir: of the run.
      step: steps that are done; what an interrupted run wrote beyond its checkpoint is dropped, so
        that the file of a resumed run equals that of an uninterrupted one.
    """

    def __init__(self, workdir: Path, step: int) -> None:
        path = workdir / "metrics.jsonl"
        rows = [row for row in read(workdir) if _precedes(row, step)]
        write_text(path, "".join(json.dumps(row) + "\n" for row in rows))
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115
        self._board = SummaryWriter(str(workdir / "tensorboard"), purge_step=step)

    def write(self, row: Row) -> None:
        """Writes one row: `step`, `epoch`, `split` and numbers."""
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        for name, value in row.items():
            if name not in ("step", "epoch", "split"):
                self._board.add_scalar(f"{row['split']}/{name}", value, row["step"])

    def close(self) -> None:
        """Closes both."""
        os.fsync(self._file.fileno())
        self._file.close()
        self._board.close()


def read(workdir: Path) -> list[Row]:
    """The rows of `metrics.jsonl` so far; a last line that a crash cut short is left out.

    Raises:
      UserError: with the line's number, it is not as `MetricsWriter` writes it.
    """
    path = workdir / "metrics.jsonl"
    if not path.exists():
        return []
    whole = json_files.read_text(path, "restore it").rpartition("\n")[0]
    return [
        _row(line, f"{path}, line {number}")
        for number, line in enumerate(whole.split("\n") if whole else [], start=1)
    ]


def _row(line: str, where: str) -> Row:
    row = json_files.parse(line, where, ADVICE)
    step, split = row.get("step"), row.get("split")
    numbers = [value for name, value in row.items() if name != "split"]
    if type(step) is not int or step < 0 or not isinstance(split, str):
        raise UserError(f"{where}: a step and a split were expected; {ADVICE}")
    # A number that no float can hold would end every later reader.
    if not all(type(v) is float or (type(v) is int and abs(v) < 2**63) for v in numbers):
        raise UserError(f"{where}: numbers were expected beside the split; {ADVICE}")
    return row


def write_text(path: Path, text: str) -> None:
    """Writes a whole file under a temporary name, then renames it."""
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes a whole table, as `write_text` does."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    write_text(path, text.getvalue())


def _precedes(row: Row, step: int) -> bool:
    # A checkpoint is written after its step's training row and before its evaluation.
    return row["step"] < step or (row["step"] == step and row["split"] == "train")
