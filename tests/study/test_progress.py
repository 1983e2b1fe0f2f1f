import json
import types

import pytest

from lanet_jax.study import outcome, progress
from lanet_jax.study.grid import cells
from lanet_jax.study.progress import Progress, duration, seconds_left


def test_nothing_is_known_before_a_run_is_under_way():
    assert seconds_left({}, ["ce"], "ce", before=0, share=0.01, elapsed=50) is None


def test_the_running_cell_tells_its_own_rest_and_that_of_its_like():
    # A quarter in 100 s: 400 s a run, 300 s of this one and 400 s of each that waits.
    left = seconds_left({}, ["ce", "lanet"], "ce", before=0, share=0.25, elapsed=100)
    assert left == pytest.approx(300 + 400 + 400)


def test_a_kind_that_ran_before_is_expected_to_take_as_long_again():
    known = {"ce": 100.0, "lanet": 300.0}
    left = seconds_left(known, ["lanet", "scn"], "ce", before=0, share=0, elapsed=1)
    assert left == pytest.approx(100 + 300 + 200)


def test_a_resumed_run_has_only_its_rest_to_do():
    left = seconds_left({}, [], "ce", before=0.5, share=0.6, elapsed=10)
    assert left == pytest.approx(0.4 * 100)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (12, "under 1 min"),
        (61, "1 min"),
        (3600, "1 h"),
        (19_200, "5 h 20 min"),
        (187_200, "2 d 4 h"),
        (86_400, "1 d"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


def test_the_share_done_is_read_from_the_last_whole_row(folder):
    assert outcome.progress(folder) == 0
    (folder / "config.json").write_text(json.dumps({"optim": {"epochs": 8}}))
    rows = [{"step": i, "epoch": i / 10, "split": "train"} for i in range(1, 301)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "metrics.jsonl").write_text(lines[: lines.index('{"step": 21,') + 9])
    assert outcome.progress(folder) == pytest.approx(2.0 / 8)
    (folder / "metrics.jsonl").write_text(lines)
    assert outcome.progress(folder) == 1


def test_the_line_counts_what_is_finished_and_what_failed(study, folder, write_run, capsys):
    waiting = list(cells(study)[1:])
    progress = Progress(folder, waiting, finished=1)
    progress.begin(waiting[0])
    progress.end("no data")
    progress.begin(waiting[1])
    assert progress.line() == (
        "[3/4] ce/demo/seed1: 0% in under 1 min, time left unknown yet, 1 failed"
    )
    write_run(folder / waiting[1].name, 0.5)
    assert "100% in under 1 min, under 1 min left" in progress.line()
    assert "[2/4] lanet/demo/seed0 failed: no data" in capsys.readouterr().err


def test_a_resumed_run_tells_the_pace_of_a_whole_one_unless_it_did_less_than_half(
    study, folder, monkeypatch
):
    clock, before = [0.0], {"ce": 0.25, "lanet": 0.5}
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(outcome, "progress", lambda home: before[home.parts[-3]])
    first, second = cells(study)[:2]
    told = Progress(folder, [first, second], finished=0)
    for cell in (first, second):
        told.begin(cell)
        clock[0] += 75
        told.end("")
    assert told._known == {first.experiment: 100.0}  # 75 s for three quarters
