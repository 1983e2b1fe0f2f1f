"""The log of a run: `metrics.jsonl` is authoritative, TensorBoard's events are a copy."""

import contextlib
import hashlib
import itertools
import json
import os
import socket
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import RecordWriter
from tensorboardX.summary import scalar

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import make_new, through_no_link, write_text
from lanet_jax.run.paths import RunFolder

Row = dict[str, Any]
Noted = dict[str, Any]  # number of rows, and SHA-256 of their lines
# Values of `split` that are not evaluated splits.
OTHERS = frozenset({"train", "labels", "spaces"})
_TEXTS = frozenset({"split", "labels"})  # the only values that are not numbers
RESERVED = frozenset({"step", "epoch", *_TEXTS})  # names that no metric of a method may have
ADVICE = "restore the line from a copy"


class MetricsWriter:
    """Appends rows to `metrics.jsonl`, in order.

    Each row is handed to the system at once, so that it survives the end of this process. Once
    `sync` or `close` returns it is on disk and survives a power failure.

    Args:
      workdir: work folder of the run.
      step: number of steps done; rows that an interrupted run wrote after its checkpoint are
        dropped, so that the file of a resumed run equals that of an uninterrupted one.
    """

    def __init__(self, workdir: Path, step: int) -> None:
        self._path = RunFolder(workdir).metrics
        lines = _lines_up_to(read(workdir), step)
        write_text(self._path, "".join(lines))
        self._count, self._sum = 0, hashlib.sha256()
        self._note(lines)
        self._file = open(self._path, "a", encoding="utf-8", opener=through_no_link)  # noqa: SIM115
        self._board = _Board(RunFolder(workdir).tensorboard, step)

    def write(self, row: Row) -> None:
        """Writes one row: `step`, `epoch`, `split` and numbers."""
        line = json.dumps(row) + "\n"
        with _closed_on_error(self._file, self._path):
            self._file.write(line)
            self._file.flush()
        self._note([line])
        self._board.write(row)

    def noted(self) -> Noted:
        """A digest of the rows so far, for a checkpoint's card; `require` compares it."""
        return {"count": self._count, "sha256": self._sum.hexdigest()}

    def _note(self, lines: list[str]) -> None:
        self._count += len(lines)
        self._sum.update("".join(lines).encode())

    def sync(self) -> None:
        """Waits until the rows are on disk; a checkpoint must never be ahead of them."""
        with _closed_on_error(self._file, self._path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes `metrics.jsonl` and TensorBoard's file."""
        self.sync()
        with _closed_on_error(self._file, self._path):
            self._file.close()
        self._board.close()


class _Board:
    """TensorBoard's events, written as they come.

    tensorboardX's own SummaryWriter uses a thread, which dies when the disk is full; after ten more
    numbers the run would wait for it forever.

    Args:
      folder: folder for the file of events.
      step: number of steps done; TensorBoard drops later events that it has seen.
    """

    SECONDS = 30  # between two flushes

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = _new_events(folder)
        self._events = RecordWriter(str(self._path))
        self._flushed = time.monotonic()
        self._add(0, file_version="brain.Event:2")
        self._add(step, session_log=SessionLog(status=SessionLog.START))

    def write(self, row: Row) -> None:
        for name, value in row.items():
            if name not in RESERVED:
                self._add(row["step"], summary=scalar(f"{row['split']}/{name}", value))
        if time.monotonic() - self._flushed > self.SECONDS:
            with _closed_on_error(self._events, self._path):
                self._events.flush()
            self._flushed = time.monotonic()

    def close(self) -> None:
        with _closed_on_error(self._events, self._path):
            self._events.close()

    def _add(self, step: int, **content: Any) -> None:
        with _closed_on_error(self._events, self._path):
            event = Event(step=step, wall_time=time.time(), **content)
            self._events.write(event.SerializeToString())


def _new_events(folder: Path) -> Path:
    # TensorBoard finds its files by this name and reads them in the order of the times.
    stem = f"events.out.tfevents.{time.time():.0f}.{socket.gethostname()}"
    for number in itertools.count():
        path = folder / (f"{stem}.{number}" if number else stem)
        with contextlib.suppress(FileExistsError):  # of a run that was resumed within a second
            make_new(path)
            return path
    raise AssertionError


@contextlib.contextmanager
def _closed_on_error(file: IO[str] | RecordWriter, path: Path) -> Iterator[None]:
    # Errors of open files do not name them. And unless it is closed here, Python would try to write
    # the buffer again at exit, and print a traceback.
    try:
        yield
    except OSError as error:
        with contextlib.suppress(OSError):
            file.close()
        error.filename = error.filename or str(path)
        raise


def read(workdir: Path) -> list[Row]:
    """Reads the rows of `metrics.jsonl`; a last line truncated by a crash is left out.

    Args:
      workdir: work folder of the run.

    Returns:
      The rows, in order.

    Raises:
      UserError: a row is damaged, duplicated, or of an earlier step than the row before it; the
        message has the line number.
    """
    path = RunFolder(workdir).metrics
    if not path.exists():
        return []
    whole = json_files.read_text(path, "restore it").rpartition("\n")[0]
    rows: list[Row] = []
    first: dict[tuple[int, str], int] = {}
    for number, line in enumerate(whole.split("\n") if whole else [], start=1):
        where = f"{path}, line {number}"
        row = _row(line, where)
        step, split = row["step"], row["split"]
        if (same := first.setdefault((step, split), number)) != number:
            raise UserError(
                f"{where}: a second row of step {step} and split {split!r}, after line {same}; "
                "restore the file from a copy"
            )
        if rows and step < rows[-1]["step"]:
            raise UserError(
                f"{where}: step {step} after step {rows[-1]['step']}; restore the file from a copy"
            )
        rows.append(row)
    return rows


def require(
    workdir: Path,
    step: int,
    steps: Iterable[int],
    splits: Collection[str],
    noted: Noted | None = None,
) -> None:
    """Checks that the rows up to the step from which a run resumes are those that it wrote.

    Otherwise a worse state could replace the best one, and the summary would be wrong.

    Args:
      workdir: work folder of the run.
      step: the step from which it resumes.
      steps: steps up to there after which it was evaluated.
      splits: splits that it is evaluated on.
      noted: digest of the rows in the checkpoint; None if an earlier version wrote it.

    Raises:
      UserError: an evaluation is missing, a row has a split that the run does not have, or the rows
        do not match the checkpoint's digest.
    """
    path, rows = RunFolder(workdir).metrics, read(workdir)
    there = {(row["step"], row["split"]) for row in rows if "accuracy" in row}
    lost = [(at, split) for at in steps for split in splits if (at, split) not in there]
    if lost:
        at, split = lost[0]
        raise UserError(
            f"{path} has lost {len(lost)} of its evaluations, the first "
            f"after step {at} on split {split!r}; the best state and the summary need them: "
            "restore the file from a copy, or start again in another --workdir"
        )
    for row in rows:
        if row["split"] not in OTHERS and row["split"] not in splits:
            raise UserError(
                f"{path} has a row of step {row['step']} and split {row['split']!r}, on which "
                f"this run is not evaluated ({', '.join(splits)}); restore the file from a copy"
            )
    lines = _lines_up_to(rows, step)
    found = {"count": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}
    if noted is not None and noted != found:
        raise UserError(
            f"{path} was changed: its {len(lines)} rows up to step {step} are not the "
            f"{noted.get('count')} that the checkpoint of that step notes; restore the file from a "
            "copy, or start again in another --workdir"
        )


def _lines_up_to(rows: Iterable[Row], step: int) -> list[str]:
    return [json.dumps(row) + "\n" for row in rows if _precedes(row, step)]


def _row(line: str, where: str) -> Row:
    row = json_files.parse(line, where, ADVICE)
    step, split = row.get("step"), row.get("split")
    numbers = [value for name, value in row.items() if name not in _TEXTS]
    texts = [row[name] for name in _TEXTS & row.keys()]
    if type(step) is not int or step < 0 or not all(isinstance(t, str) for t in (split, *texts)):
        raise UserError(f"{where}: a step and a split were expected; {ADVICE}")
    # A number that does not fit into a float would crash every later reader.
    if not all(type(v) is float or (type(v) is int and abs(v) < 2**63) for v in numbers):
        raise UserError(f"{where}: numbers were expected beside the split; {ADVICE}")
    return row


def _precedes(row: Row, step: int) -> bool:
    # A checkpoint is written after its step's training row and before its evaluation.
    return row["step"] < step or (row["step"] == step and row["split"] == "train")
