import json

from lanet_jax import writer


def _row(step, split):
    return {"step": step, "epoch": step / 2, "split": split, "loss": 1.5}


def test_rows_come_back_as_they_were_written(tmp_path):
    log = writer.MetricsWriter(tmp_path, 0)
    rows = [_row(1, "train"), _row(2, "test")]
    for row in rows:
        log.write(row)
    assert writer.read(tmp_path) == rows  # before closing too
    log.close()
    assert any((tmp_path / "tensorboard").iterdir())


def test_resuming_drops_what_the_checkpoint_does_not_know(tmp_path):
    kept = [_row(1, "train"), _row(2, "train"), _row(2, "test"), _row(4, "train")]
    lost = [_row(4, "test"), _row(4, "labels"), _row(5, "train")]
    text = "".join(json.dumps(row) + "\n" for row in kept + lost) + '{"step": 6, "spl'
    (tmp_path / "metrics.jsonl").write_text(text)
    writer.MetricsWriter(tmp_path, 4).close()
    assert writer.read(tmp_path) == kept


def test_a_line_that_was_cut_short_is_no_row(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "split": "train"}\n{"step": 2, "sp')
    assert writer.read(tmp_path) == [{"step": 1, "split": "train"}]


def test_a_whole_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.json"
    writer.write_text(path, "old")
    writer.write_text(path, "new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]
