"""1 to 8 devices and 1 to 4 processes give the same numbers; a checkpoint moves between devices."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

MOST_SECONDS = 900  # four processes compile on two cores, beside another test's


def _rows(workdir: Path) -> list[dict]:
    return [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]


def _assert_agree(found: Path, expected: Path) -> None:
    rows, wanted = _rows(found), _rows(expected)
    assert [(r["step"], r["split"]) for r in rows] == [(r["step"], r["split"]) for r in wanted]
    for row, want in zip(rows, wanted, strict=True):
        if row["split"] == "train" and row["step"] <= 3:
            for name, value in want.items():
                if isinstance(value, float):
                    assert row[name] == pytest.approx(value, rel=2e-3, abs=2e-4), (row, name)


@pytest.mark.parametrize("devices", [2, 8])
def test_devices_agree_with_one(devices, train, uninterrupted, state_of, tmp_path):
    train(tmp_path / "run", devices=devices)
    _assert_agree(tmp_path / "run", uninterrupted)
    labels = (tmp_path / "run" / "labels.csv").read_bytes()
    assert labels == (uninterrupted / "labels.csv").read_bytes()
    found, expected = state_of(tmp_path / "run", 12), state_of(uninterrupted, 12)
    bank = next(key for key in expected if "bank" in key)
    # 12 steps amplify rounding; the running means still say the same.
    np.testing.assert_allclose(found[bank], expected[bank], atol=0.02)


def test_a_checkpoint_moves_from_four_devices_to_two(train, state_of, tmp_path):
    workdir = tmp_path / "run"
    train(workdir, "--config.train.checkpoint_every=6", "--config.train.keep=5", devices=4)
    at_six = state_of(workdir, 6)
    # As if the run had been cut off after step 6.
    for step in workdir.glob("checkpoints/[0-9]*"):
        if int(step.name) > 6:
            subprocess.run(["rm", "-r", str(step)], check=True)
    whole = _rows(workdir)
    train(workdir, "--config.train.checkpoint_every=6", "--config.train.keep=5", devices=2)
    kept = state_of(workdir, 6)
    for key, value in at_six.items():
        np.testing.assert_array_equal(kept[key], value, err_msg=key)
    again = _rows(workdir)
    assert [r["step"] for r in again] == [r["step"] for r in whole]
    first = next(i for i, r in enumerate(whole) if r["step"] == 7)
    # The evaluation of step 6 is written anew, by two devices, whose sums round otherwise.
    for row, want in zip(again[:first], whole[:first], strict=True):
        if row["step"] < 6:
            assert row == want
        assert row.keys() == want.keys()
        numbers = {name: value for name, value in want.items() if isinstance(value, float)}
        assert {name: row[name] for name in numbers} == pytest.approx(numbers, rel=1e-4)
    assert again[first]["loss"] == pytest.approx(whole[first]["loss"], rel=1e-3)


@pytest.mark.parametrize("count", [2, 4])
def test_processes_train_together_and_agree_with_one(
    count, command, start_hosts, uninterrupted, state_of, tmp_path
):
    workdir = tmp_path / "run"
    processes = start_hosts(count, command(workdir))
    for process in processes:
        output, _ = process.communicate(timeout=MOST_SECONDS)
        assert process.returncode == 0, output[-3000:]
    _assert_agree(workdir, uninterrupted)
    found, expected = state_of(workdir, 12), state_of(uninterrupted, 12)
    assert found.keys() == expected.keys()
    bank = next(key for key in expected if "bank" in key)
    np.testing.assert_allclose(found[bank], expected[bank], atol=0.02)
    assert (workdir / "distributions.csv").read_text().count("\n") == 25


def test_two_hosts_with_different_data_train_nothing_and_each_says_so_in_one_line(
    command, start_hosts, data_dir, tmp_path
):
    # The same names, labels and images, and one vote otherwise: no later step would fail.
    other = Path(shutil.copytree(data_dir, tmp_path / "other"))
    (table,) = other.rglob("table-train.npz")
    arrays = dict(np.load(table))
    arrays["votes"][0, 0] += 1
    np.savez(table, **arrays)
    workdir = tmp_path / "run"
    processes = start_hosts(2, command(workdir), [], [f"--config.data.dir={other}"])
    try:
        said = [process.communicate(timeout=MOST_SECONDS)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [1, 1], said
    lines = [[s for s in one.splitlines() if s.startswith("error: ")] for one in said]
    assert lines[0] == ["error: process 1 of this run ended: its own message says why"]
    (line,) = lines[1]
    assert line.startswith("error: process 1 of this run has other data than process 0: votes of ")
    assert not any("Traceback" in one for one in said)
    assert not (workdir / "metrics.jsonl").exists()
