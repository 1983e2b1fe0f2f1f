"""When a run is killed, on folders written by hand."""

import json
import sys

import pytest

from benchmarks import killing


def rows(*steps):
    return "".join(json.dumps({"step": s, "split": split}) + "\n" for s, split in steps)


@pytest.mark.parametrize(
    ("saved", "written", "killed"),
    [
        ([], [(8, "train")], False),  # no checkpoint: a resume would begin anew
        (["4.orbax-checkpoint-tmp-1", "best"], [(8, "train")], False),
        (["4"], [(4, "train"), (8, "test")], False),
        (["4", "8"], [(8, "train")], False),
        (["4"], [(6, "train")], True),
        (["4", "8"], [(9, "train")], True),
    ],
)
def test_a_kill_at_a_step_is_past_a_complete_checkpoint(tmp_path, saved, written, killed):
    for name in saved:
        (tmp_path / "checkpoints" / name).mkdir(parents=True)
    (tmp_path / "metrics.jsonl").write_text(rows(*written) + '{"step": 99, "sp')
    seconds = "60" if killed else "0.3"  # ends by itself if it is not killed
    moment = killing.Moment(rows=0, writes=0, delay=0.0, step=5)
    command = [sys.executable, "-c", f"import time; time.sleep({seconds})"]
    life = killing.live(command, {}, tmp_path, tmp_path / "log", moment)
    assert life.code == (None if killed else 0)
    complete = [int(name) for name in saved if name.isdigit()]
    assert killing.saved(tmp_path) == max(complete, default=0)
