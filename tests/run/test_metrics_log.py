import errno
import json
import os
import socket

import pytest
from tensorboardX.proto import event_pb2

from lanet_jax.errors import UserError
from lanet_jax.run import metrics_log


def _row(step, split):
    return {"step": step, "epoch": step / 2, "split": split, "loss": 1.5}


def test_rows_come_back_as_they_were_written(tmp_path):
    log = metrics_log.MetricsWriter(tmp_path, 0)
    rows = [_row(1, "train"), _row(2, "test")]
    for row in rows:
        log.write(row)
    assert metrics_log.read(tmp_path) == rows  # before closing too
    log.close()
    assert any((tmp_path / "tensorboard").iterdir())


def test_resuming_drops_what_the_checkpoint_does_not_know(tmp_path):
    kept = [_row(1, "train"), _row(2, "train"), _row(2, "test"), _row(4, "train")]
    lost = [_row(4, "test"), _row(4, "labels"), _row(5, "train")]
    text = "".join(json.dumps(row) + "\n" for row in kept + lost) + '{"step": 6, "spl'
    (tmp_path / "metrics.jsonl").write_text(text)
    metrics_log.MetricsWriter(tmp_path, 4).close()
    assert metrics_log.read(tmp_path) == kept


def test_a_line_that_was_cut_short_is_no_row(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "split": "train"}\n{"step": 2, "sp')
    assert metrics_log.read(tmp_path) == [{"step": 1, "split": "train"}]


def test_rows_are_on_disk_when_they_are_said_to_be(tmp_path, monkeypatch):
    log = metrics_log.MetricsWriter(tmp_path, 0)
    size = []
    monkeypatch.setattr(
        metrics_log.os, "fsync", lambda number: size.append(os.fstat(number).st_size)
    )
    log.write(_row(1, "train"))
    assert not size  # a wait for the disk at each row would cost more than a step
    log.sync()
    log.write(_row(2, "train"))
    log.close()
    whole = (tmp_path / "metrics.jsonl").stat().st_size
    assert size == [whole // 2, whole]


def test_an_evaluation_that_was_lost_is_named(tmp_path):
    rows = [{**_row(step, split), "accuracy": 0.5} for step in (3, 6) for split in ("a", "b")]
    text = [json.dumps(row) + "\n" for row in [*rows, _row(9, "a")]]
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(text))
    metrics_log.require(tmp_path, 9, [], ["a", "b"])
    metrics_log.require(tmp_path, 9, range(3, 9, 3), ["a", "b"])
    with pytest.raises(UserError, match=r"lost 2 of its evaluations, .* after step 9 on split 'a'"):
        metrics_log.require(tmp_path, 9, range(3, 12, 3), ["a", "b"])
    path.write_text("".join(text[:1] + text[2:]))
    with pytest.raises(UserError, match=r"lost 1 of its evaluations, .* after step 3 on split 'b'"):
        metrics_log.require(tmp_path, 9, range(3, 9, 3), ["a", "b"])
    path.unlink()
    with pytest.raises(UserError, match="restore the file from a copy, or start again"):
        metrics_log.require(tmp_path, 9, [3], ["a"])


def _evaluated(step, split, accuracy):
    return {**_row(step, split), "accuracy": accuracy, "mean_class_accuracy": accuracy}


@pytest.fixture
def resumed(tmp_path):
    """A folder with the rows of a run on split "test", and what a checkpoint of step 6 notes."""
    log = metrics_log.MetricsWriter(tmp_path, 0)
    for step in (3, 6):
        log.write(_row(step, "train"))
        noted = log.noted()
        log.write(_evaluated(step, "test", step / 10))
    log.close()
    return tmp_path, noted


def _require(resumed):
    metrics_log.require(resumed[0], 6, [3], ["test"], resumed[1])


def test_what_a_checkpoint_notes_is_what_a_resumed_log_holds(resumed):
    folder, noted = resumed
    _require(resumed)
    assert noted["count"] == 3  # the evaluation of its own step comes later
    again = metrics_log.MetricsWriter(folder, 6)
    assert again.noted() == noted
    again.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [lines[0], *lines], r"line 2: a second row of step 3 and split 'train'"),
        (lambda lines: [*lines[1:2], *lines[1:]], "a second row of step 3 and split 'test'"),
        (lambda lines: [*lines[2:], *lines[:2]], "step 3 after step 6"),
        (lambda lines: [lines[0], lines[1].replace("0.3", "0.9"), *lines[2:]], "was changed"),
        (lambda lines: lines[1:], r"was changed: its 2 rows up to step 6 are not the 3"),
        (
            lambda lines: [*lines[:2], lines[1].replace('"test"', '"valid"'), *lines[2:]],
            "split 'valid', on which this run is not evaluated",
        ),
    ],
)
def test_rows_that_were_doubled_changed_or_taken_from_elsewhere_are_named(resumed, change, said):
    path = resumed[0] / "metrics.jsonl"
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    with pytest.raises(UserError, match=said):
        _require(resumed)


def test_rows_of_an_earlier_version_are_taken(resumed):
    metrics_log.require(resumed[0], 6, [3], ["test"], None)


def test_two_logs_of_one_second_write_two_files_of_events_and_through_no_link(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(metrics_log.time, "time", lambda: 1e9)
    board = tmp_path / "tensorboard"
    board.mkdir()
    target = tmp_path / "target"
    (board / f"events.out.tfevents.1000000000.{socket.gethostname()}").symlink_to(target)
    for _ in range(2):
        metrics_log.MetricsWriter(tmp_path, 0).close()
    names = [path.name.rpartition(".")[2] for path in board.iterdir()]
    assert {"1", "2"} < set(names) and not target.exists()


def test_tensorboard_is_a_copy(tmp_path):
    for start in (0, 2):
        log = metrics_log.MetricsWriter(tmp_path, start)
        log.write(_row(start + 1, "train"))
        log.close()
        (path,) = (tmp_path / "tensorboard").iterdir()
        content = path.read_bytes()
        path.unlink()
        events, at = [], 0
        while at < len(content):
            size = int.from_bytes(content[at : at + 8], "little")
            events.append(event_pb2.Event.FromString(content[at + 12 : at + 12 + size]))
            at += 16 + size
        version, begin, loss = events
        assert version.file_version == "brain.Event:2"
        assert (begin.step, begin.session_log.status) == (start, event_pb2.SessionLog.START)
        (value,) = loss.summary.value
        assert (loss.step, value.tag, value.simple_value) == (start + 1, "train/loss", 1.5)


@pytest.mark.parametrize("full", ["metrics.jsonl", "tensorboard"])
def test_a_full_disk_ends_a_run_with_the_name_of_the_file(full, tmp_path, monkeypatch):
    # /dev/full is a device on which every write says that the disk is full.
    monkeypatch.setattr(metrics_log._Board, "SECONDS", -1)
    log = metrics_log.MetricsWriter(tmp_path, 0)
    log.write(_row(1, "train"))
    if full == "metrics.jsonl":
        path = tmp_path / full
        log._file = file = open("/dev/full", "a")  # noqa: SIM115
    else:
        (path,) = (tmp_path / full).iterdir()
        log._board._events._writer = file = open("/dev/full", "wb")  # noqa: SIM115
    with pytest.raises(OSError) as caught:
        for step in range(2, 40):
            log.write(_row(step, "train"))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert metrics_log.read(tmp_path)[0] == _row(1, "train")
    assert file.closed  # else Python would try once more at its end, and print a traceback


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"step": true, "split": "train"}', "a step and a split were expected"),
        ('{"step": -1, "split": "train"}', "a step and a split were expected"),
        ('{"step": 1, "split": "train", "labels": 3}', "a step and a split were expected"),
        ('{"step": 1, "split": "train", "loss": true}', "numbers were expected"),
        ('{"step": 1, "split": "train", "loss": 9223372036854775808}', "numbers were expected"),
    ],
)
def test_a_row_that_no_run_writes_is_named_by_its_line(tmp_path, line, said):
    (tmp_path / "metrics.jsonl").write_text('{"step": 0, "split": "train"}\n' + line + "\n")
    with pytest.raises(UserError, match=rf"line 2: {said}"):
        metrics_log.read(tmp_path)
