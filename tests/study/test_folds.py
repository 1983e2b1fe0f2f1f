"""Folds of a run by one command; what trains is made up."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from configs import demo
from lanet_jax.errors import UserError
from lanet_jax.from_config import config, config_files
from lanet_jax.run import folder as run_folder
from lanet_jax.study import folds

FAKE = """
import json, sys
from pathlib import Path
flags = dict(word.removeprefix("--").split("=", 1) for word in sys.argv[1:])
home = Path(flags["workdir"])
home.joinpath("flags.json").write_text(json.dumps(flags))
if home.parent.name == {failing!r}:
    sys.exit("error: no images")
home.joinpath("metrics.jsonl").write_text("{{}}\\n")
home.joinpath("summary.json").write_text("{{}}")
"""


@pytest.fixture
def run(tmp_path):
    """A trained run of 13 records, as its config and labels tell."""
    workdir = tmp_path / "run"
    c = demo.get_config("tiny")
    c.optim.batch_size = c.lde.neighbors = 4
    run_folder.claim(workdir, config.resolve(c))
    rows = [f"{i}.png,anger,anger" for i in range(13)]
    (workdir / "labels.csv").write_text("\n".join(["name,given,true", *rows, ""]))
    return workdir


@pytest.fixture
def program(tmp_path):
    def make(failing=""):
        (tmp_path / "fake.py").write_text(FAKE.format(failing=failing))
        return [sys.executable, str(tmp_path / "fake.py")]

    return make


def _flags(path):
    return json.loads((path / "flags.json").read_text())


def test_one_command_trains_all_folds(run, program, capsys):
    folds.folds(run, 5, ["optim.epochs=2"], program())
    made = folds.made(run)
    assert [path.parent.name for path in made] == [f"{i}-of-5" for i in range(1, 6)]
    for part, path in enumerate(made):
        flags = _flags(path)
        assert flags["config.data.fold"] == str(part)
        assert round(float(flags["config.data.holdout"]) * 13) == 3
        assert flags["config.optim.epochs"] == "2"
        assert (path / "labels.csv").read_bytes() == (run / "labels.csv").read_bytes()
    assert f"`lanet audit --workdir={run} --held_out`" in capsys.readouterr().out
    _, read = config_files.config(flags["config"])
    assert config.resolve(read).to_json() == run_folder.load_config(run).to_json()


@pytest.mark.parametrize("records", range(2, 60))
@pytest.mark.parametrize("parts", [2, 3, 5, 7, 10])
def test_every_record_is_in_one_part(tmp_path, records, parts):
    run = folds.RunFolder(tmp_path)
    if records < parts:
        with pytest.raises(UserError, match="are too many"):
            folds._cells(run, records, 0, parts, ())
        return
    cells = folds._cells(run, records, 0, parts, ())
    shares = {float(cell.overrides[0].partition("=")[2]) for cell in cells}
    held = round(shares.pop() * records)  # as from_config.data takes it
    starts = np.arange(len(cells)) * held
    assert not shares and starts[-1] < records <= starts[-1] + held
    assert len(cells) <= parts


def test_a_fold_that_fails_is_tried_again_by_the_same_command(run, program):
    with pytest.raises(UserError, match=r"1 of 2 folds failed \(2-of-2/seed0: no images\)"):
        folds.folds(run, 2, (), program("2-of-2"))
    with pytest.raises(UserError, match=r"2-of-2/seed0 is not finished: run `lanet folds"):
        folds.made(run)
    folds.folds(run, 2, (), program())
    assert len(folds.made(run)) == 2


def test_folds_declared_otherwise_are_refused(run, program):
    folds.folds(run, 2, (), program())
    with pytest.raises(UserError, match=r"declared differently.*; remove .*folds, or repeat the"):
        folds.folds(run, 3, (), program())
    with pytest.raises(UserError, match="declared differently"):
        folds.folds(run, 2, ["optim.epochs=9"], program())
    with pytest.raises(UserError, match=r"optim.epoch: no config has this field; did you mean"):
        folds.folds(run, 2, ["optim.epoch=9"], program())


def test_a_batch_that_no_fold_fills_is_refused_before_anything_is_declared(run, program):
    too_many = ["optim.batch_size=8"]
    with pytest.raises(UserError, match=r"1-of-2/seed0: 6 .* lower --config.optim.batch_size to 6"):
        folds.folds(run, 2, too_many, program())
    assert not (run / "folds" / "study.json").exists()
    folds.folds(run, 2, ["optim.batch_size=4"], program())


def test_a_flag_that_the_run_s_recipe_overrides_is_refused(run, program):
    path = run / "config.json"
    c = config_files.config("demo:tiny")[1]
    c.method, c.schedule, c.optim.batch_size = "eac", "published", 4
    path.unlink()
    run_folder.claim(run, config.resolve(c))
    with pytest.raises(UserError, match=r"epochs=2: the published recipe of eac \(60\) overrides"):
        folds.folds(run, 2, ["optim.epochs=2"], program())
    assert not (run / "folds" / "study.json").exists()
    folds.folds(run, 2, ["optim.epochs=2", "schedule=shared", "optim.batch_size=4"], program())


def test_folds_of_which_none_has_begun_may_be_declared_anew(run, program):
    with pytest.raises(UserError, match="2 of 2 folds failed"):
        folds.folds(run, 2, (), [sys.executable, "-c", "raise SystemExit('error: no')"])
    folds.folds(run, 3, ["optim.epochs=2"], program())
    assert [path.parent.name for path in folds.made(run)] == [f"{i}-of-3" for i in (1, 2, 3)]
    for path in folds.made(run):
        assert (path / "labels.csv").read_bytes() == (run / "labels.csv").read_bytes()


def test_several_processes_are_refused(run, monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")
    monkeypatch.delenv("JAX_COORDINATOR_ADDRESS", raising=False)
    monkeypatch.setattr(sys, "argv", ["folds", f"--workdir={run}"])
    with pytest.raises(UserError, match=r"this command trains on one host; unset SLURM_NTASKS$"):
        folds.main()


def test_without_a_run(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="holds no run"):
        folds.folds(tmp_path)
    with pytest.raises(UserError, match="has no folds: run `lanet folds"):
        folds.made(tmp_path)
    monkeypatch.setattr(sys, "argv", ["folds", "--workdir", str(tmp_path), "word"])
    with pytest.raises(UserError, match="word: not known; a field of every fold"):
        folds.main()
    assert not Path(tmp_path / "folds").exists()
