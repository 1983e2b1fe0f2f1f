"""Which rows of an interrupted run the next one takes, and which it refuses."""

import json

import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict.journal import Journal


def _rows(path):
    return json.loads(path.read_text())["rows"]


def test_a_run_that_ended_before_its_first_row_blocks_no_other(run, folder, tmp_path):
    run(folder, at=4)
    kept = tmp_path / "t.json.partial"
    kept.write_bytes(kept.read_bytes().partition(b"\n")[0] + b"\n")
    run(folder, faces="whole")
    assert len(_rows(tmp_path / "t.json")) == 11


@pytest.mark.parametrize(
    ("option", "value"),
    [("faces", "whole"), ("smallest", 0.1), ("annotate", "marked"), ("video", "film.mp4")],
)
def test_rows_of_another_run_are_not_taken(run, folder, tmp_path, option, value):
    other = tmp_path / value if option in ("annotate", "video") else value
    told = rf"t\.json\.partial has rows of a run with another {option}"
    run(folder, at=4)
    with pytest.raises(UserError, match=told):
        run(folder, **{option: other})
    run(folder)  # the same
    if option != "faces":  # without a detector nothing interrupts the run
        run(folder, at=4, **{option: other})
        with pytest.raises(UserError, match=told):
            run(folder)
        run(folder, **{option: other})


def test_rows_of_files_that_are_not_read_are_not_dropped(run, folder, tmp_path, monkeypatch):
    run(folder, at=4)
    kept = tmp_path / "t.json.partial"
    before = kept.read_bytes()
    with pytest.raises(UserError, match=r"rows of 2 files .* such as .*1\.png: run that command"):
        run(folder / "0.png")
    monkeypatch.chdir(folder)
    with pytest.raises(UserError, match=r"rows of 3 files .* remove t\.json\.partial, or"):
        run("0.png")
    assert kept.read_bytes() == before
    run(*sorted(folder.iterdir()), folder)  # more sources lose nothing
    assert len(_rows(tmp_path / "t.json")) == 11


def test_rows_of_files_that_are_gone_are_left_out_and_told(run, folder, tmp_path, capsys):
    run(folder, at=4)
    (folder / "1.png").unlink()
    run(folder)
    assert len(_rows(tmp_path / "t.json")) == 10
    told = "left out, not there any more: rows of 1 file of the interrupted run"
    assert told in capsys.readouterr().out
    run(folder, at=2)
    (folder / "0.png").rename(folder / "x.png")
    with pytest.raises(UserError, match=r"rows of 1 file that this command does not read"):
        run(folder)  # they are the only ones: it may as well be another folder


def test_a_cut_line_is_dropped_and_a_damaged_one_is_told(run, folder, tmp_path):
    run(folder, at=4)
    kept = tmp_path / "t.json.partial"
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-5])
    run(folder)
    assert len(_rows(tmp_path / "t.json")) == 11
    kept.write_bytes(whole.replace(b'"rows"', b'"wors"'))
    with pytest.raises(UserError, match=r"is damaged.*remove it"):
        run(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"my only notes",
        b"name,label\nmine.png,happy\nlast.png,sad",
        b'{"my": "config"}\n',
        b'{"my": "config"}',
        b"[1,2]\n",
        b"5\n",
        b"\xff\n",
    ],
)
def test_a_file_of_another_program_is_left_as_it_is(tmp_path, content):
    path = tmp_path / "t.csv.partial"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"t\.csv\.partial is no file of lanet predict: move"):
        Journal(tmp_path / "t.csv", {"version": "1", "model": "m"}, [])
    assert path.read_bytes() == content


@pytest.mark.parametrize("size", [0, 5, 30, 33])
def test_a_cut_first_line_is_written_again(tmp_path, size):
    run, first = {"version": "1", "model": "m"}, b'{"version": "1", "model": "m"}\n'
    path = tmp_path / "t.csv.partial"
    path.write_bytes(first[:size])
    Journal(tmp_path / "t.csv", run, [])
    assert path.read_bytes() == first


def test_two_processes_do_not_write_one_table(tmp_path):
    first = Journal(tmp_path / "t.csv", {}, [])
    with pytest.raises(UserError, match="another process writes it"):
        Journal(tmp_path / "t.csv", {}, [])
    first.close(keep=False)
    assert not list(tmp_path.iterdir())


def test_a_disk_without_locks_is_told_and_used(run, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("lanet_jax.files.locks.take", lambda file: "No locks available")
    run(folder)
    assert len(_rows(tmp_path / "t.json")) == 11
    assert "t.json.partial cannot be locked (No locks available)" in capsys.readouterr().err
